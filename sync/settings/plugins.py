"""The tables of bridge.toml that belong to plug-ins: `plugin = "name"` and its keys."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from zope.interface import Interface

from moodle_bridge.errors import PluginError
from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
)
from moodle_bridge.registry import NoSettings, Registry
from sync.settings.base import PluginChoice
from sync.settings.prepare import Surroundings, prepared
from sync.settings.problems import Location, problems_of

INTERFACES: tuple[tuple[Location, type[Interface]], ...] = (
    (("mail", "out"), IMailer),
    (("mail", "in", "*"), IMailbox),
    (("pair", "*", "list"), IMailingList),
    (("intake", "*", "source"), IIntakeSource),
    (("rota", "source", "*"), IRotaSource),
    (("alerts", "channel", "*", "by"), IAlertChannel),
    (("report", "sink", "*", "to"), IReportSink),
)
"""Which tables name a plug-in, and of which kind; `*` is each of an array."""

_NONE = PluginChoice(plugin="", settings=NoSettings())


def with_plugins(
    raw: dict[str, Any], registry: Registry, around: Surroundings
) -> dict[str, Any]:
    """Put a PluginChoice in the place of each plug-in's table.

    `raw` is changed and returned. What is wrong goes to `around`; the place then
    holds a PluginChoice of no plug-in, so that the rest can still be checked.
    """
    for pattern, interface in INTERFACES:
        for holder, key, location in list(_places(raw, pattern, ())):
            holder[key] = _choice(holder[key], interface, location, registry, around)
    return raw


def _choice(
    table: object,
    interface: type[Interface],
    location: Location,
    registry: Registry,
    around: Surroundings,
) -> PluginChoice:
    names = registry.names(interface)
    if not isinstance(table, dict):
        around.refuse(location, "must be a table with `plugin` and its keys")
        return _NONE
    name = table.get("plugin")
    known = f"Known: {', '.join(names)}." if names else ""
    if not isinstance(name, str):
        what = "must be a name in quotes" if "plugin" in table else "is missing"
        around.refuse((*location, "plugin"), what, known)
        return _NONE
    try:
        model = registry.get(interface, name).settings
    except PluginError:
        meant = difflib.get_close_matches(name, names, n=1)
        around.refuse(
            (*location, "plugin"),
            f"there is no plug-in {name!r} for this",
            f"Did you mean {meant[0]}?" if meant else known,
        )
        return _NONE
    keys = {key: value for key, value in table.items() if key != "plugin"}
    ready = prepared(model, keys, location, around)
    try:
        return PluginChoice(plugin=name, settings=model.model_validate(ready))
    except ValidationError as error:
        around.problems.extend(problems_of(error, location))
        return _NONE


def _places(
    node: Any,
    pattern: Location,
    walked: Location,
) -> Iterator[tuple[Any, Any, Location]]:
    """Give (holder, key, location) for each place that the pattern fits."""
    step, rest = pattern[0], pattern[1:]
    keys: list[Any] = []
    if step == "*" and isinstance(node, list):
        keys = list(range(len(node)))
    elif isinstance(node, dict) and step in node:
        keys = [step]
    for key in keys:
        if rest:
            yield from _places(node[key], rest, (*walked, key))
        else:
            yield node, key, (*walked, key)
