from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr
from zope.interface import Attribute, Interface, implementer

from moodle_bridge.errors import ConfigError, PluginError, Transient
from moodle_bridge.interfaces import IMailbox, IMailer, IMailingList
from moodle_bridge.registry import NoSettings, Registry


class IGreeter(Interface):
    language = Attribute("ISO 639-1: str.")

    def greet(name: str) -> str:  # noqa: N805
        """Return a greeting."""


@implementer(IGreeter)
class Greeter:
    """Greets in Dutch. And says no more."""

    language = "nl"

    def __init__(self, settings: NoSettings) -> None:
        self.settings = settings

    def greet(self, name: str) -> str:
        return f"Dag {name}"


class LoudSettings(BaseModel, extra="forbid"):
    times: int = Field(ge=1)
    password: SecretStr = SecretStr("")


@implementer(IGreeter)
class LoudGreeter:
    """Shouts."""

    language = "nl"

    def __init__(self, settings: LoudSettings, *, throat: str) -> None:
        self.throat = throat
        self.settings = settings

    def greet(self, name: str) -> str:
        return f"DAG {name}" + "!" * self.settings.times


@pytest.fixture
def registry() -> Registry:
    return Registry()


def test_a_plugin_is_built_by_its_name(registry: Registry) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    built = registry.build(IGreeter, "dutch", NoSettings())
    assert isinstance(built, Greeter)
    assert registry.names(IGreeter) == ("dutch",)


def test_its_description_is_the_first_line_of_its_docstring(registry: Registry) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    registry.register(IGreeter, "loud", build=LoudGreeter, description="Very loud")
    assert [each.description for each in registry] == [
        "Greets in Dutch. And says no more",
        "Very loud",
    ]


def test_a_name_taken_names_both_origins(registry: Registry) -> None:
    def ours(registry: Registry) -> None:
        registry.register(IGreeter, "dutch", build=Greeter)

    registry.include(ours, distribution="first-one", version="1.0")
    with pytest.raises(PluginError) as caught:
        registry.include(ours, distribution="second-one", version="2.0")
    told = str(caught.value)
    assert "first-one 1.0" in told
    assert "second-one 2.0" in told
    assert told.count("test_registry.py:") == 2
    assert caught.value.advice


def test_one_name_may_stand_for_plugins_of_two_interfaces(registry: Registry) -> None:
    registry.register(IMailer, "maildir", build=Greeter)
    registry.register(IMailbox, "maildir", build=Greeter)
    assert registry.names(IMailer) == registry.names(IMailbox) == ("maildir",)


def test_interfaces_of_one_name_in_two_places_are_two(registry: Registry) -> None:
    def another() -> type[Interface]:
        class IGreeter(Interface):
            """Another one."""

            __module__ = "elsewhere"

        return IGreeter

    registry.register(IGreeter, "dutch", build=Greeter)
    registry.register(another(), "dutch", build=LoudGreeter)
    assert registry.get(IGreeter, "dutch").build is Greeter


def test_an_unknown_name_lists_the_known_ones(registry: Registry) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    with pytest.raises(PluginError, match="known: dutch"):
        registry.get(IGreeter, "german")
    with pytest.raises(PluginError, match="known: none"):
        registry.get(IMailer, "smtp")


def test_what_does_not_keep_the_interface_is_not_given_out(registry: Registry) -> None:
    @implementer(IGreeter)
    class Mute:  # type: ignore[misc]
        language = "nl"

    registry.register(IGreeter, "mute", build=lambda settings: Mute())
    with pytest.raises(PluginError, match="greet"):
        registry.build(IGreeter, "mute", NoSettings())


def test_what_does_not_say_that_it_keeps_the_interface_is_not_given_out(
    registry: Registry,
) -> None:
    registry.register(IGreeter, "thing", build=lambda settings: object())
    with pytest.raises(PluginError, match="contract"):
        registry.build(IGreeter, "thing", NoSettings())


def test_a_method_with_other_parameters_is_found_out(registry: Registry) -> None:
    class Odd(Greeter):
        def greet(self) -> str:  # type: ignore[override]
            return "Dag"

    registry.register(IGreeter, "odd", build=Odd)
    with pytest.raises(PluginError, match="greet"):
        registry.build(IGreeter, "odd", NoSettings())


def test_a_plugin_gets_the_parts_that_it_asks_for_and_no_others(
    registry: Registry,
) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    registry.register(IGreeter, "loud", build=LoudGreeter, settings=LoudSettings)
    parts = {"throat": "sore", "clock": 3}
    registry.build(IGreeter, "dutch", NoSettings(), **parts)
    loud = registry.build(IGreeter, "loud", LoudSettings(times=1), **parts)
    assert isinstance(loud, LoudGreeter)
    assert loud.throat == "sore"


def test_a_plugin_that_takes_all_parts_gets_all(registry: Registry) -> None:
    given: dict[str, object] = {}

    def build(settings: NoSettings, **parts: object) -> Greeter:
        given.update(parts)
        return Greeter(settings)

    registry.register(IGreeter, "dutch", build=build)
    registry.build(IGreeter, "dutch", NoSettings(), clock=1, site=2)
    assert given == {"clock": 1, "site": 2}


def test_a_part_that_is_missing_is_told(registry: Registry) -> None:
    registry.register(IGreeter, "loud", build=LoudGreeter, settings=LoudSettings)
    with pytest.raises(PluginError, match="throat"):
        registry.build(IGreeter, "loud", LoudSettings(times=1))


def test_an_error_of_the_bridge_passes_through_build(registry: Registry) -> None:
    def build(settings: NoSettings) -> Greeter:
        raise Transient("not now")

    registry.register(IGreeter, "later", build=build)
    with pytest.raises(Transient):
        registry.build(IGreeter, "later", NoSettings())


def test_settings_name_every_problem_and_no_secret(registry: Registry) -> None:
    registry.register(IGreeter, "loud", build=LoudGreeter, settings=LoudSettings)
    raw = {"times": 0, "password": 17, "pitch": "sesame-high"}
    with pytest.raises(ConfigError) as caught:
        registry.settings(IGreeter, "loud", raw, "pair.forum.greeter")
    assert [problem.where for problem in caught.value.problems] == [
        "pair.forum.greeter.times",
        "pair.forum.greeter.password",
        "pair.forum.greeter.pitch",
    ]
    assert "17" not in repr(caught.value.problems)
    assert "sesame" not in repr(caught.value.problems)


def test_settings_that_are_right_are_given_as_the_model(registry: Registry) -> None:
    registry.register(IGreeter, "loud", build=LoudGreeter, settings=LoudSettings)
    settings = registry.settings(IGreeter, "loud", {"times": 3}, "greeter")
    assert settings == LoudSettings(times=3)


def test_a_plugin_without_settings_takes_none(registry: Registry) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    with pytest.raises(ConfigError):
        registry.settings(IGreeter, "dutch", {"volume": 3}, "greeter")


def test_a_frozen_registry_takes_nothing_more(registry: Registry) -> None:
    registry.register(IGreeter, "dutch", build=Greeter)
    registry.freeze()
    registry.freeze()
    with pytest.raises(PluginError, match="started"):
        registry.register(IGreeter, "loud", build=LoudGreeter)
    with pytest.raises(PluginError, match="started"):
        registry.include(lambda registry: None)
    assert registry.names(IGreeter) == ("dutch",)


def test_registrations_are_listed_by_interface_and_name(registry: Registry) -> None:
    for name in ("zoe", "amina"):
        registry.register(IMailer, name, build=Greeter)
        registry.register(IMailbox, name, build=Greeter)
    assert [each.name for each in registry] == ["amina", "zoe", "amina", "zoe"]


Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution that brings plug-ins, from the text of its module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(distribution: str, module: str, text: str) -> None:
        (tmp_path / f"{module}.py").write_text(text)
        info = tmp_path / f"{distribution.replace('-', '_')}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n"
        )
        (info / "entry_points.txt").write_text(
            f"[moodle_bridge.plugins]\nmain = {module}:includeme\n"
        )
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


GOOD = """
from moodle_bridge.interfaces import IMailer

def includeme(registry):
    registry.register(IMailer, "pigeon", build=object, description="Slow")
"""


def test_the_built_in_plugins_are_always_there(registry: Registry) -> None:
    registry.include_installed()
    assert {"smtp", "maildir"} <= set(registry.names(IMailer))
    assert {"imap", "maildir"} <= set(registry.names(IMailbox))
    assert {"remote", "direct"} <= set(registry.names(IMailingList))
    assert {each.origin.distribution for each in registry} == {"moodle-bridge"}


def test_an_enabled_distribution_registers_as_ours_does(
    registry: Registry, install: Install
) -> None:
    install("Pigeon_Post", "pigeon_post_a", GOOD)
    registry.include_installed(["pigeon-post"])
    pigeon = registry.get(IMailer, "pigeon")
    assert pigeon.origin.distribution == "Pigeon_Post"
    assert pigeon.origin.version == "1.5"
    assert "pigeon_post_a.py:5" in pigeon.origin.place
    assert registry.disabled() == ()


def test_what_is_not_enabled_is_listed_and_never_loaded(
    registry: Registry, install: Install
) -> None:
    install("pigeon-post", "pigeon_post_b", "raise SystemExit('loaded')")
    registry.include_installed()
    assert "pigeon_post_b" not in sys.modules
    (disabled,) = registry.disabled()
    assert (disabled.distribution, disabled.version) == ("pigeon-post", "1.5")
    assert disabled.entry_point == "pigeon_post_b:includeme"


def test_what_is_enabled_and_not_installed_is_told(registry: Registry) -> None:
    with pytest.raises(PluginError, match="pigeon-post"):
        registry.include_installed(["pigeon-post", "moodle-bridge"])


@pytest.mark.parametrize(
    "text",
    [
        "raise ImportError('no feathers')",
        "includeme = 3",
        "def includeme(registry):\n    raise ValueError('no feathers')",
        "nothing = 'here'",
    ],
    ids=["import fails", "not callable", "includeme fails", "no includeme"],
)
def test_a_distribution_that_cannot_be_loaded_is_named(
    registry: Registry, install: Install, text: str
) -> None:
    install("pigeon-post", "pigeon_post_c", text)
    with pytest.raises(PluginError) as caught:
        registry.include_installed(["pigeon-post"])
    assert caught.value.item == "pigeon-post 1.5"


def test_a_distribution_that_wants_a_name_of_ours_is_refused(
    registry: Registry, install: Install
) -> None:
    install("pigeon-post", "pigeon_post_d", GOOD.replace("pigeon", "smtp"))
    with pytest.raises(PluginError) as caught:
        registry.include_installed(["pigeon-post"])
    assert "moodle-bridge" in str(caught.value)
    assert "pigeon-post 1.5" in str(caught.value)
