"""The mail that says that somebody's watches changed: what was, what is, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mappings.moments import moment_text
from mappings.one_line import cut, one_line
from mappings.phrases import phrase
from mappings.rota.changes import Change
from mappings.rota.duty import Period
from mappings.rota.rota_mail import RotaPost, plain_name, rota_mail, span_text
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.rota import DutyRole, Facilitator

_REASON_LONGEST = 300
_CHANGES_MOST = 30


class ChangeReason(StrEnum):
    """Why a watch is another."""

    ABSENT = "absent"
    TAKEN = "taken"
    TAKES = "takes"
    BESIDE = "beside"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change with its reason; None where the rota itself is another.

    `other` is the name of who takes the watch, or whose it was. `words` are those of
    who made the change.
    """

    change: Change
    reason: ChangeReason | None = None
    other: str = ""
    words: str = ""


def changes_mail(
    reader: Facilitator, told: Sequence[Told], post: RotaPost
) -> OutgoingMail:
    """Return the mail, in the language and the zone of its reader; at least one change.

    Raises ValueError for a reader without an address.
    """
    language, number = reader.language, len(told)
    first = moment_text(language, told[0].change.start, reader.zone)
    subject = phrase(language, "changed_subject", number=number, first=first)
    paragraphs = [phrase(language, "changed_intro", number=number)]
    paragraphs += [_change(one, reader) for one in told[:_CHANGES_MOST]]
    if number > _CHANGES_MOST:
        more = number - _CHANGES_MOST
        paragraphs.append(phrase(language, "handover_more", number=more))
    paragraphs.append(phrase(language, "changed_wrong"))
    return rota_mail(reader, subject, paragraphs, post)


def _change(told: Told, reader: Facilitator) -> str:
    language, change = reader.language, told.change
    nothing = phrase(language, "changed_nothing")
    was = _spans(change.before, change.role, reader) or nothing
    now = _spans(change.after, change.role, reader) or nothing
    lines = [
        phrase(language, "changed_was", watches=was),
        phrase(language, "changed_now", watches=now),
        phrase(language, "changed_rota")
        if told.reason is None
        else phrase(
            language, f"changed_{told.reason}", name=plain_name(told.other or "?")
        ),
    ]
    if told.words:
        reason = cut(one_line(told.words), _REASON_LONGEST)
        lines.append(phrase(language, "swap_reason", reason=reason))
    return "\n".join(lines)


def _spans(periods: Sequence[Period], role: DutyRole, reader: Facilitator) -> str:
    return "; ".join(
        span_text(reader.language, start, end, reader.zone, role)
        for start, end in periods
    )
