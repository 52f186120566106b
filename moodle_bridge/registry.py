"""One typed registry a run: what plug-ins there are, and how to build them.

Built-in and third-party plug-ins take the same road: an `includeme(registry)` behind
the entry-point group `moodle_bridge.plugins`. There are no globals and no
registration at import time; the registry is frozen once the run starts.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from zope.interface import Interface
from zope.interface.exceptions import Invalid
from zope.interface.interface import InterfaceClass
from zope.interface.verify import verifyObject

from moodle_bridge.errors import BridgeError, ConfigError, PluginError, Problem
from moodle_bridge.redact import masked

ENTRY_POINT_GROUP = "moodle_bridge.plugins"

T = TypeVar("T")


class NoSettings(BaseModel, extra="forbid"):
    """The settings of a plug-in that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a plug-in was registered: distribution, its version, file and line."""

    distribution: str
    version: str
    place: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} ({self.place})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A plug-in: what it provides, under which name, and how it is built."""

    interface: type[Interface]
    name: str
    description: str
    settings: type[BaseModel]
    build: Callable[..., object]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """A plug-in distribution that is installed and not enabled: never loaded."""

    distribution: str
    version: str
    entry_point: str


class Registry:
    """Holds the registrations of one run.

    `register` and `include` raise PluginError once the registry is frozen.
    """

    def __init__(self) -> None:
        self._registrations: dict[tuple[str, str], Registration] = {}
        self._disabled: list[Disabled] = []
        self._frozen = False
        self._distribution = ("moodle-bridge", "unknown")

    def register(
        self,
        interface: type[Interface],
        name: str,
        *,
        build: Callable[..., object],
        settings: type[BaseModel] = NoSettings,
        description: str = "",
    ) -> None:
        """Register a plug-in under a name that is unique within its interface.

        `build(settings, **parts)` makes it; `parts` are named by the interface's
        user (clock, opted_out, ...), and only those that `build` has parameters for
        are given. `description` is one line; the first line of the docstring of
        `build` when empty. Raises PluginError, naming both origins, when the name is
        taken.
        """
        self._refuse_when_frozen(f"{_title(interface)} {name!r}")
        origin = Origin(
            distribution=self._distribution[0],
            version=self._distribution[1],
            place=_caller(),
        )
        taken = self._registrations.get(_key(interface, name))
        if taken is not None:
            raise PluginError(
                f"two plug-ins want this name: {taken.origin} and {origin}",
                item=f"{_title(interface)} {name!r}",
                advice="Remove one of the two distributions, or enable only one.",
            )
        self._registrations[_key(interface, name)] = Registration(
            interface=interface,
            name=name,
            description=description or _first_line(build),
            settings=settings,
            build=build,
            origin=origin,
        )

    def include(
        self,
        includeme: Callable[[Registry], None],
        *,
        distribution: str = "moodle-bridge",
        version: str = "unknown",
    ) -> None:
        """Let a distribution register its plug-ins by calling its `includeme`."""
        self._refuse_when_frozen(f"plug-ins of {distribution}")
        before = self._distribution
        self._distribution = (distribution, version)
        try:
            includeme(self)
        finally:
            self._distribution = before

    def include_installed(self, enabled: Iterable[str] = ()) -> None:
        """Include what is installed: our own always, others only when enabled.

        `enabled` are names of distributions. What is installed and not enabled is
        listed by `disabled`, and its code is never loaded. Raises PluginError when
        an enabled distribution has no plug-ins or cannot be loaded.
        """
        wanted = {_normal(name) for name in enabled}
        found: set[str] = set()
        for point in _installed(tuple(sys.path)):
            name, version = _distribution_of(point)
            if _normal(name) != "moodle-bridge" and _normal(name) not in wanted:
                self._disabled.append(
                    Disabled(
                        distribution=name, version=version, entry_point=point.value
                    )
                )
                continue
            found.add(_normal(name))
            try:
                self.include(point.load(), distribution=name, version=version)
            except BridgeError:
                raise
            except Exception as error:
                raise PluginError(
                    f"its plug-ins cannot be loaded: {masked(str(error))}",
                    item=f"{name} {version}",
                    advice="Install it again, or take it out of [plugins] enabled.",
                ) from error
        missing = sorted(wanted - found - {"moodle-bridge"})
        if missing:
            raise PluginError(
                "is enabled, and no such plug-in distribution is installed",
                item=", ".join(missing),
                advice="Install it, or take it out of [plugins] enabled.",
            )

    def freeze(self) -> None:
        """Take no more registrations; may be repeated."""
        self._frozen = True

    def names(self, interface: type[Interface]) -> tuple[str, ...]:
        """Return the names registered for an interface, sorted."""
        wanted, _ = _key(interface, "")
        return tuple(
            sorted(name for kind, name in self._registrations if kind == wanted)
        )

    def get(self, interface: type[Interface], name: str) -> Registration:
        """Return a registration; raises PluginError that lists the names there are."""
        try:
            return self._registrations[_key(interface, name)]
        except KeyError:
            known = ", ".join(self.names(interface)) or "none"
            raise PluginError(
                f"there is no plug-in of this name; known: {known}",
                item=f"{_title(interface)} {name!r}",
            ) from None

    def settings(
        self, interface: type[Interface], name: str, raw: Mapping[str, Any], where: str
    ) -> BaseModel:
        """Check raw settings against the plug-in's model.

        `where` is the key path in bridge.toml. Raises ConfigError with every problem.
        """
        registration = self.get(interface, name)
        try:
            return registration.settings.model_validate(dict(raw))
        except ValidationError as error:
            raise ConfigError(
                "the settings of this plug-in are not right",
                item=where,
                problems=[
                    Problem(
                        where=".".join([where, *map(str, problem["loc"])]),
                        what=problem["msg"].removeprefix("Value error, "),
                    )
                    for problem in error.errors(include_input=False, include_url=False)
                ],
            ) from None

    def build(
        self, interface: type[T], name: str, settings: BaseModel, **parts: object
    ) -> T:
        """Build a plug-in and check that it keeps its interface (`verifyObject`).

        A part for which the plug-in has no parameter is not given to it. Raises
        PluginError that says what is missing from the object built, or why it could
        not be built; errors of the bridge pass through.
        """
        registration = self.get(cast("type[Interface]", interface), name)
        item = f"{_title(registration.interface)} {name!r} of {registration.origin}"
        try:
            built = registration.build(settings, **_wanted(registration.build, parts))
        except BridgeError:
            raise
        except Exception as error:
            raise PluginError(
                f"it could not be built: {type(error).__name__}: {masked(str(error))}",
                item=item,
                advice="Check its settings; tell the plug-in's author if they are right.",
            ) from error
        try:
            verifyObject(cast("InterfaceClass", interface), built)
        except Invalid as error:
            raise PluginError(
                f"what it built does not keep its contract: {error}",
                item=item,
                advice="Tell the plug-in's author; do without it until it is mended.",
            ) from error
        return cast("T", built)

    def disabled(self) -> tuple[Disabled, ...]:
        """Return what is installed and not enabled."""
        return tuple(self._disabled)

    def __iter__(self) -> Iterator[Registration]:
        for key in sorted(self._registrations):
            yield self._registrations[key]

    def _refuse_when_frozen(self, item: str) -> None:
        if self._frozen:
            raise PluginError(
                "the run has started, so nothing more can be registered",
                item=item,
                advice="Register plug-ins in `includeme(registry)` only.",
            )


def _title(interface: type[Interface]) -> str:
    return str(interface.__name__)


def _key(interface: type[Interface], name: str) -> tuple[str, str]:
    # With its module: two distributions may each have an IThing of their own.
    return str(interface.__identifier__), name


def _wanted(build: Callable[..., object], parts: Mapping[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(build).parameters
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return dict(parts)
    return {name: part for name, part in parts.items() if name in parameters}


def _first_line(build: Callable[..., object]) -> str:
    doc = inspect.getdoc(build) or ""
    return doc.partition("\n")[0].rstrip(".")


def _caller() -> str:
    # The file and line that called `register`, for the error about a name taken.
    frame = inspect.currentframe()
    for _ in range(2):
        frame = frame.f_back if frame else None
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "unknown"


def _normal(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


def _distribution_of(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "")


@lru_cache(maxsize=4)
def _installed(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Return the entry points of plug-ins, our own first.

    The path on which they are looked for is the key: to read what every distribution
    holds takes longer than most of what a run does.
    """
    return tuple(sorted(entry_points(group=ENTRY_POINT_GROUP), key=_built_in_first))


def _built_in_first(point: EntryPoint) -> tuple[bool, str, str]:
    name, _ = _distribution_of(point)
    return (_normal(name) != "moodle-bridge", name, point.name)
