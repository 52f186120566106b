"""A plot of a report: its picture, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One picture of a report's numbers.

    `name` is `response`, `hours`, `participation` or `cover`. `svg` is one `svg`
    element that can stand in a page: no script, no style sheet, nothing from
    elsewhere, and names that no other plot has. `png` is the same as a file, None
    where none was asked for. `description` says in sentences what the picture shows,
    with its numbers: for whom it is dark.
    """

    name: str
    svg: str
    png: bytes | None
    title: str
    description: str
