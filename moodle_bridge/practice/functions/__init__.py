"""The web service functions, one file a noun, and the catalogue of them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.practice.functions import (
    batch,
    courses,
    discussion_states,
    discussions,
    enrolments,
    files,
    forums,
    groups,
    posts,
    site,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.calls import Function


def catalogue() -> Mapping[str, Function]:
    """Return every function the practice Moodle answers, by name."""
    nouns = (
        batch,
        courses,
        discussion_states,
        discussions,
        enrolments,
        files,
        forums,
        groups,
        posts,
        site,
        users,
    )
    return {function.name: function for noun in nouns for function in noun.FUNCTIONS}
