"""What those are told who were alerted: somebody else is on it, or has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mappings.alerts.wording import AlertWords
from mappings.one_line import cut, one_line
from mappings.phrases import phrase

_SHORT = 300
_SUBJECT_LONGEST = 70
_NAME_LONGEST = 60


class ClearKind(StrEnum):
    """Why a question needs nobody else now."""

    CLAIMED = "claimed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearQuestion:
    """A question that is taken care of, by whom; names and subject as they are."""

    kind: ClearKind
    by: str
    asker: str
    subject: str


def all_clear_words(
    questions: Sequence[ClearQuestion], *, name: str, language: str
) -> AlertWords:
    """Return the words for somebody of this name; at least one question."""
    lines = [_line(one, language) for one in questions]
    subject = (
        lines[0]
        if len(lines) == 1
        else phrase(language, "clear_subject", number=len(lines))
    )
    listed = lines[0] if len(lines) == 1 else "\n".join(f"* {one}" for one in lines)
    still = any(one.kind is ClearKind.CLAIMED for one in questions)
    parts = [
        phrase(language, "alert_greeting", name=_plain(name, _NAME_LONGEST)),
        listed,
        phrase(language, "clear_claimed_how" if still else "clear_nothing_to_do"),
    ]
    return AlertWords(
        subject=subject,
        text="\n\n".join(parts),
        short=cut(one_line(" / ".join(lines)), _SHORT),
    )


def _line(one: ClearQuestion, language: str) -> str:
    return phrase(
        language,
        f"clear_{one.kind}",
        by=_plain(one.by, _NAME_LONGEST),
        asker=_plain(one.asker, _NAME_LONGEST),
        subject=_plain(one.subject, _SUBJECT_LONGEST),
    )


def _plain(text: str, longest: int) -> str:
    return cut(one_line(text), longest) or "?"
