"""What keys of bridge.toml must agree on with each other.

It looks at the raw file, so that these problems are shown together with the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.settings.prepare import Surroundings
from sync.settings.report_places import check_report_places

Row = tuple[int, Mapping[str, Any]]


def check_agreement(raw: Mapping[str, Any], around: Surroundings) -> None:
    """Note in `around` where keys contradict each other; nothing else is looked at."""
    pairs, intakes = _rows(raw, "pair"), _rows(raw, "intake")
    if raw.get("pair") == []:
        around.refuse(("pair",), "is empty: nothing is joined to anything")
    mail, safety = _table(raw, "mail"), _table(raw, "safety")
    own = _text(mail.get("address"))
    _names_differ("pair", pairs, around)
    _names_differ("intake", intakes, around)
    _pairs_are_there(intakes, pairs, around)
    _forums_differ(pairs, around)
    _lists_differ(pairs, own, around)
    _people_are_there(raw, around)
    check_report_places(_rows(_table(raw, "report"), "sink"), pairs, around, own=own)
    for index, pair in pairs:
        _new_discussions_have_a_place(index, pair, around)
    if own and _text(safety.get("redirect_all_mail_to")) == own:
        around.refuse(
            ("safety", "redirect_all_mail_to"),
            "is the bridge's own address, so its mail would come back to it",
            "Name the address of a person.",
        )


def _names_differ(kind: str, rows: Iterable[Row], around: Surroundings) -> None:
    first: dict[str, int] = {}
    for index, row in rows:
        name = _text(row.get("name"))
        if name and first.setdefault(name, index) != index:
            around.refuse(
                (kind, index, "name"),
                f"[[{kind}]] {first[name] + 1} has this name too",
            )


def _pairs_are_there(
    intakes: Iterable[Row], pairs: Iterable[Row], around: Surroundings
) -> None:
    names = [name for _, pair in pairs if (name := _text(pair.get("name")))]
    for index, intake in intakes:
        wanted = _text(intake.get("pair"))
        if wanted and wanted not in names:
            around.refuse(
                ("intake", index, "pair"),
                "there is no [[pair]] of this name",
                f"Known: {', '.join(names)}.",
            )


def _people_are_there(raw: Mapping[str, Any], around: Surroundings) -> None:
    people = _rows(_table(raw, "rota"), "person")
    known = [key for _, person in people if (key := _text(person.get("key")))]
    for index, channel in _rows(_table(raw, "alerts"), "channel"):
        wanted = _text(channel.get("person"))
        if wanted and wanted not in known:
            around.refuse(
                ("alerts", "channel", index, "person"),
                "there is no [[rota.person]] with this key",
                f"Known: {', '.join(known)}." if known else "Add [[rota.person]].",
            )


def _forums_differ(pairs: Iterable[Row], around: Surroundings) -> None:
    first: dict[tuple[object, object], int] = {}
    for index, pair in pairs:
        forum, group = pair.get("forum"), str(pair.get("group", ""))
        for one in forum if isinstance(forum, list) else [forum]:
            if not isinstance(one, int):
                continue
            if first.setdefault((one, group), index) != index:
                around.refuse(
                    ("pair", index, "forum"),
                    f"forum {one} is in [[pair]] {first[one, group] + 1} already",
                    "A forum belongs to one pair, unless each is of another group.",
                )


def _lists_differ(pairs: Iterable[Row], own: str, around: Surroundings) -> None:
    first: dict[str, int] = {}
    for index, pair in pairs:
        table = _table(pair, "list")
        address = _text(table.get("address"))
        if not address:
            continue
        if first.setdefault(address, index) != index:
            around.refuse(
                ("pair", index, "list", "address"),
                f"is the list of [[pair]] {first[address] + 1} already",
                "Nobody could tell to which pair a mail belongs; use two lists.",
            )
        if address == own and table.get("plugin") == "remote":
            around.refuse(
                ("pair", index, "list", "address"),
                "is the bridge's own address, so its mail would come back to it",
                "Name the address to which members of the list write.",
            )


def _new_discussions_have_a_place(
    index: int, pair: Mapping[str, Any], around: Surroundings
) -> None:
    forum, place = pair.get("forum"), pair.get("new_discussions_to")
    several = forum == "all" or (isinstance(forum, list) and len(forum) > 1)
    where = ("pair", index, "new_discussions_to")
    if several and place is None:
        around.refuse(
            where,
            "is missing, and the pair has several forums",
            "Name the forum in which a mail that answers nothing begins a discussion.",
        )
        return
    forums = forum if isinstance(forum, list) else [forum]
    if place is not None and forum not in ("all", None) and place not in forums:
        around.refuse(where, "is not one of the forums of this pair")


def _rows(raw: Mapping[str, Any], key: str) -> list[Row]:
    listed = raw.get(key)
    return [
        (index, row)
        for index, row in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(row, Mapping)
    ]


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""
