"""A suggested rota as a file that the sources `table` and `rules` read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from mappings.rota.slots import Slot
from moodle_bridge.model.rota import RotaSpan


def rota_csv(spans: Iterable[RotaSpan]) -> str:
    """Return shifts as a table with the columns start, end, person, role; in UTC."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("start", "end", "person", "role"))
    for span in spans:
        rows.writerow(
            (
                span.start.isoformat(sep=" ", timespec="minutes"),
                span.end.isoformat(sep=" ", timespec="minutes"),
                span.person,
                span.role.value,
            )
        )
    return out.getvalue()


def rota_toml(slots: Sequence[Slot], people: Sequence[Sequence[str]]) -> str:
    """Return slots as rules, one a shift; `people` are the keys that take each slot.

    Names, keys and zones hold no quotes: settings see to that.
    """
    tables = []
    for slot, keys in zip(slots, people, strict=True):
        coverage = slot.coverage
        tables += [
            "\n".join(
                (
                    "[[rule]]",
                    f'name = "{_plain(coverage.name)}"',
                    f"people = [{', '.join(_quoted(key) for key in keys)}]",
                    f"at_once = {len(keys)}",
                    f'role = "{coverage.role.value}"',
                    f'zone = "{_plain(coverage.zone)}"',
                    f'start = "{span.begins:%H:%M:%S}"',
                    f'end = "{span.ends:%H:%M:%S}"',
                    f"first = {span.day.isoformat()}",
                    f"last = {span.day.isoformat()}",
                )
            )
            for span in slot.spans
            if keys
        ]
    return "\n\n".join(tables) + "\n"


def _quoted(text: str) -> str:
    return f'"{_plain(text)}"'


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable() and one not in '"\\')
