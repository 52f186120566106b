"""Reads bridge.toml: every problem at once, or the settings."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from moodle_bridge.errors import ConfigError, PluginError, Problem
from moodle_bridge.registry import Registry
from sync.settings.agreement import check_agreement
from sync.settings.plugins import with_plugins
from sync.settings.prepare import Surroundings, prepared
from sync.settings.problems import Location, key_path, problems_of
from sync.settings.root import Settings

LARGEST_FILE = 1_000_000


def load_settings(
    path: Path, registry: Registry, *, environ: Mapping[str, str]
) -> Settings:
    """Read and check a bridge.toml; may be repeated.

    `registry` already holds the plug-ins that may be named. `environ` is where
    secrets with `env` are looked up. Secrets are fetched, so a `command` is run.
    Raises ConfigError with every problem and its key path; no secret is in it.
    """
    return _checked(path, read_document(path), registry, environ, [])


def open_settings(
    path: Path, *, environ: Mapping[str, str]
) -> tuple[Settings, Registry]:
    """Read a bridge.toml together with the plug-ins that it enables.

    The registry holds our own plug-ins and those of the distributions in
    `[plugins] enabled`, and is frozen. Raises ConfigError as `load_settings` does; a
    distribution that cannot be loaded is one of the problems.
    """
    document = read_document(path)
    registry, problems = _registry_of(document)
    return _checked(path, document, registry, environ, problems), registry


def registry_of(path: Path | None) -> Registry:
    """Return the frozen registry of a bridge.toml; only our own plug-ins for None.

    Only `[plugins] enabled` is looked at. Raises ConfigError when the file is not
    TOML or a distribution cannot be loaded.
    """
    registry, problems = _registry_of(read_document(path) if path else {})
    if problems:
        raise ConfigError(_WRONG, item=str(path), problems=problems)
    return registry


def read_document(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises ConfigError; a mistake in it has line and column."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}",
            item=str(path),
            advice="Make one with `moodle-bridge init`, or mend the path or its rights.",
        ) from None
    if len(content) > LARGEST_FILE:
        raise ConfigError("is far too large for a bridge.toml", item=str(path))
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"is not text in UTF-8 (line {line})",
            item=str(path),
            advice="Save the file as UTF-8.",
        ) from None
    except tomllib.TOMLDecodeError as error:
        # The message of tomllib ends in "(at line 3, column 7)"; what it quotes of
        # the file is a single letter or a key, never a value.
        raise ConfigError(
            f"is not TOML: {error}",
            item=str(path),
            advice="Texts stand in quotes, each key on its own line.",
        ) from None


_WRONG = "some settings are not right"


def _registry_of(document: Mapping[str, Any]) -> tuple[Registry, list[Problem]]:
    registry, problems = Registry(), []
    table = document.get("plugins")
    enabled = table.get("enabled") if isinstance(table, dict) else None
    names = enabled if isinstance(enabled, list) else []
    try:
        registry.include_installed(name for name in names if isinstance(name, str))
    except PluginError as error:
        where = key_path(("plugins", "enabled"))
        problems.append(Problem(where=where, what=str(error), advice=error.advice))
    registry.freeze()
    return registry, problems


def _checked(
    path: Path,
    document: Mapping[str, Any],
    registry: Registry,
    environ: Mapping[str, str],
    problems: list[Problem],
) -> Settings:
    path = path.absolute()
    around = Surroundings(folder=path.parent, environ=environ, problems=problems)
    check_agreement(document, around)
    raw = with_plugins(copy.deepcopy(dict(document)), registry, around)
    raw = _with_ledger(prepared(Settings, raw, (), around), path.parent)
    notes: list[tuple[Location, str, str]] = []
    settings = None
    try:
        settings = Settings.model_validate(raw, context=notes)
    except ValidationError as error:
        around.problems.extend(problems_of(error))
    if settings is None or around.problems:
        raise ConfigError(
            _WRONG, item=str(path), problems=_in_order(around.problems, document)
        )
    return settings.placed(
        path,
        [
            Problem(where=key_path(where), what=what, advice=advice)
            for where, what, advice in notes
        ],
    )


def _with_ledger(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Give the ledger its address: beside bridge.toml, wherever the command runs."""
    ledger = raw.setdefault("ledger", {})
    if not isinstance(ledger, dict):
        return raw
    url = ledger.setdefault("url", "sqlite:///ledger.db")
    if isinstance(url, str) and url.startswith("sqlite"):
        scheme, found, place = url.partition(":///")
        file, mark, query = place.partition("?")
        if found and file and file != ":memory:":
            ledger["url"] = f"{scheme}:///{folder / file}{mark}{query}"
    return raw


def _in_order(
    problems: list[Problem], document: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """Sort by section, in the order of the file; each problem once."""
    sections = [*document, *Settings.model_fields]

    def place(problem: Problem) -> int:
        section = problem.where.lstrip("[").partition("]")[0].partition(".")[0]
        return sections.index(section) if section in sections else len(sections)

    return tuple(sorted(dict.fromkeys(problems), key=place))
