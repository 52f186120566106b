"""Whether reports go to places that bear it: no two to one, and no names to a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from os.path import normpath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.settings.prepare import Surroundings

Row = tuple[int, Mapping[str, Any]]

_PLACE = {"moodle-forum": "forum", "moodle-wiki": "wiki", "moodle-database": "database"}
_APART = {"moodle-forum": "name", "moodle-wiki": "page"}


def check_report_places(
    sinks: Iterable[Row], pairs: Iterable[Row], around: Surroundings, *, own: str
) -> None:
    """Note in `around` which [[report.sink]] cannot be meant so.

    `own` is the bridge's own address.
    """
    read_by_all: set[object] = set()
    lists = {own} - {""}
    for _, pair in pairs:
        forum = pair.get("forum")
        read_by_all.update(forum if isinstance(forum, list) else [forum])
        mailing_list = pair.get("list")
        if isinstance(mailing_list, Mapping):
            lists.add(_folded(mailing_list.get("address")))
    first: dict[tuple[object, ...], int] = {}
    for index, sink in sinks:
        place = sink.get("to")
        if not isinstance(place, Mapping):
            continue
        where = ("report", "sink", index, "to")
        _goes_to_no_list(where, place, lists, around)
        _stands_in_no_pair(where, place, read_by_all, around)
        plugin = str(place.get("plugin"))
        if plugin.endswith("-file") and isinstance(place.get("path"), str):
            # Whatever it is a file of: the one would stand in the other's place.
            file = ("file", normpath(str(place["path"])))
            if first.setdefault(file, index) != index:
                around.refuse(
                    (*where, "path"),
                    f"is where [[report.sink]] {first[file] + 1} writes already",
                    "They would overwrite each other: name a file for each.",
                )
            continue
        number = place.get(_PLACE.get(plugin, ""))
        if number is None:
            continue
        apart = _APART.get(plugin, "")
        key = (plugin, number, _folded(place.get(apart)))
        if first.setdefault(key, index) != index:
            around.refuse(
                (*where, _PLACE[plugin]),
                f"is where [[report.sink]] {first[key] + 1} writes already",
                f"They would overwrite each other: give one of them another `{apart}`."
                if apart
                else "They would overwrite each other: use a database for each.",
            )


def _goes_to_no_list(
    where: tuple[str | int, ...],
    place: Mapping[str, Any],
    lists: Collection[str],
    around: Surroundings,
) -> None:
    to = place.get("to")
    if place.get("plugin") != "mail" or not isinstance(to, list):
        return
    if any(_folded(address) in lists for address in to):
        around.refuse(
            (*where, "to"),
            "holds the address of a list, or of the bridge",
            "The mail names people: name the facilitators' own addresses.",
        )


def _stands_in_no_pair(
    where: tuple[str | int, ...],
    place: Mapping[str, Any],
    read_by_all: Collection[object],
    around: Surroundings,
) -> None:
    if place.get("plugin") != "moodle-forum":
        return
    if place.get("forum") in read_by_all:
        around.refuse(
            (*where, "forum"),
            "is a forum of a [[pair]]: the report would be mailed to its whole list",
            "Name a forum that belongs to no pair: one for announcements, or one that"
            " only facilitators can enter.",
        )


def _folded(value: object) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""
