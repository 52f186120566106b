"""Ready mappings: what questions are called in the sources that we know."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from mappings.intake.answers import questions_named
from mappings.intake.fields import Asked, Subject
from moodle_bridge.model.intake import Form

_FOLDER = files("mappings.intake").joinpath("presets")
_NAMES = frozenset({Subject.FIRST_NAME, Subject.LAST_NAME})


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of the ready mappings."""
    return tuple(
        sorted(
            file.name.removesuffix(".toml")
            for file in _FOLDER.iterdir()
            if file.name.endswith(".toml")
        )
    )


def with_preset(
    fields: Mapping[Subject, Asked], preset: str, form: Form
) -> dict[Subject, Asked]:
    """Return a mapping with what a preset finds in a form added to it.

    What is mapped already goes before. What the preset does not find stays out: only
    questions that are named in bridge.toml must be there. Raises KeyError for a preset
    that there is not.
    """
    found = dict(fields)
    for subject, names in _preset(preset).items():
        if subject in found or _is_told_otherwise(subject, found):
            continue
        named = next(
            (name for name in names if len(questions_named(form, name)) == 1), None
        )
        if named is not None:
            found[subject] = Asked(questions=(named,))
    return {subject: found[subject] for subject in Subject if subject in found}


def _is_told_otherwise(subject: Subject, found: Mapping[Subject, Asked]) -> bool:
    # The whole name and its two parts exclude each other.
    if subject is Subject.NAME:
        return Subject.FIRST_NAME in found
    return subject in _NAMES and Subject.NAME in found


@cache
def _preset(name: str) -> Mapping[Subject, tuple[str, ...]]:
    if name not in preset_names():
        raise KeyError(name)
    data = tomllib.loads(_FOLDER.joinpath(f"{name}.toml").read_text("utf-8"))
    # In the order of the fields, but that the whole name comes after its parts.
    order = sorted(data, key=lambda field: (field == Subject.NAME, field))
    return {Subject(field): tuple(data[field]) for field in order}
