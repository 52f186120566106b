"""The questions of a KoboToolbox form, out of its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from moodle_bridge.errors import Permanent
from moodle_bridge.model.intake import Question
from moodle_bridge.plugins.intake.table import one_line

_BEGINS, _ENDS = "begin_", "end_"
_REPEAT = "begin_repeat"
_NO_QUESTIONS = frozenset({"note", "deviceid", "audit", "background-audio"})
_CHOICES = ("select_one", "select_multiple")


class KoboContent(BaseModel):
    """What a form asks, as KoboToolbox keeps it."""

    survey: list[dict[str, Any]] = Field(default_factory=list)
    choices: list[dict[str, Any]] = Field(default_factory=list)
    translations: list[str | None] = Field(default_factory=list)


def kobo_questions(
    content: KoboContent, language: str | None, *, item: str
) -> Iterator[Question]:
    """Give the questions in their order; none of repeated groups.

    `language` is one of the form's translations, None takes the first. Raises
    Permanent when the form is not in that language.
    """
    place = _place(content.translations, language, item=item)
    lists: dict[str, dict[str, str]] = {}
    for choice in content.choices:
        name = _name(choice)
        lists.setdefault(str(choice.get("list_name")), {})[name] = (
            _label(choice, place) or name
        )
    for path, row in _asked(content.survey):
        chosen: Mapping[str, str] = {}
        if str(row.get("type")).startswith(_CHOICES):
            chosen = lists.get(str(row.get("select_from_list_name")), {})
        yield Question(key=path, text=_label(row, place) or path, choices=chosen)


def several_in(content: KoboContent) -> frozenset[str]:
    """Return the keys of the questions to which there may be several answers."""
    return frozenset(
        path
        for path, row in _asked(content.survey)
        if str(row.get("type")).startswith("select_multiple")
    )


def _asked(survey: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    groups: list[str] = []
    repeats: list[bool] = []
    for row in survey:
        kind = str(row.get("type", ""))
        if kind.startswith(_BEGINS):
            groups.append(_name(row))
            repeats.append(kind == _REPEAT)
        elif kind.startswith(_ENDS):
            del groups[-1:], repeats[-1:]
        elif kind not in _NO_QUESTIONS and not any(repeats):
            path = str(row.get("$xpath") or "/".join([*groups, _name(row)]))
            yield path, dict(row)


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("$autoname") or row.get("$autovalue") or "")


def _label(row: Mapping[str, Any], place: int) -> str:
    label = row.get("label")
    if isinstance(label, str):
        return one_line(label)
    if not isinstance(label, list):
        return ""
    words = [text if isinstance(text, str) else "" for text in label]
    wanted = words[place] if place < len(words) else ""
    return one_line(wanted or next(filter(None, words), ""))


def _place(translations: Sequence[str | None], language: str | None, item: str) -> int:
    if language is None:
        return 0
    if language not in translations:
        known = ", ".join(text for text in translations if text) or "one language only"
        raise Permanent(
            f"the form is not in {language!r}",
            item=item,
            advice=f"It has: {known}.",
        )
    return list(translations).index(language)
