"""How it is seen that an entry, or a whole form, is not as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from mappings.intake.answers import Reading
from moodle_bridge.model.intake import Entry, EntryState

Answers = Mapping[str, str | list[str]]
"""Answers by question key, as plain JSON."""

_COUNTING = frozenset({EntryState.COMPLETE, EntryState.WITHDRAWN})


def counts(entry: Entry) -> bool:
    """Say whether an entry becomes a person: a complete one, or one taken back."""
    return entry.state in _COUNTING


def mapped_answers(entry: Entry, reading: Reading) -> Answers:
    """Return the answers that may be kept: those to mapped questions, nothing else.

    Of an entry that does not count nothing is kept.
    """
    if not counts(entry):
        return {}
    keys = {question.key for source in reading.every() for question in source.questions}
    return {
        key: answer if isinstance(answer, str) else list(answer)
        for key, answer in sorted(entry.answers.items())
        if key in keys
    }


def entry_fingerprint(answers: Answers, state: EntryState) -> str:
    """Return what changes when a mapped answer or the state of an entry does."""
    return _digest([state.value, sorted(answers.items())])


def form_fingerprint(entries: Iterable[tuple[str, str]]) -> str:
    """Return what changes when any entry does; of keys and fingerprints, in any order."""
    return _digest(sorted(entries))


def _digest(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Lone surrogates are no text in UTF-8, and come from broken files.
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
