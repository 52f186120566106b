"""A mail with its verdict, and what a verdict rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail
from mappings.trimming import Trimmed
from moodle_bridge.model.people import Person
from moodle_bridge.moodle.group_mode import GroupMode
from sync.jobs.routing import DISCUSSION_GONE, Route
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.links import Link

if TYPE_CHECKING:
    from sync.ledger import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A mail with its verdict.

    `state` is ACCEPTED, HELD, IGNORED or ANSWERED, or NEW when it cannot be decided
    yet; `rule` what decided, `reason` its stable
    code. `person` wrote it, None unless accepted; `group_id` is for whom a new discussion
    is, None for everybody. `address` is who gets a notice,
    None when nobody may be answered. `records` is what else follows, written down
    with the verdict.
    """

    inbound: Inbound
    mail: ReadMail
    route: Route
    state: InboundState
    rule: str
    reason: str
    advice: str = ""
    detail: str = ""
    person: Person | None = None
    group_id: int | None = None
    trimmed: Trimmed = field(default_factory=lambda: Trimmed(kept=""))
    notice_to: str | None = None
    records: tuple[Callable[[Transaction], None], ...] = ()

    @property
    def twin_key(self) -> str:
        """What two copies of one mail have in common, each for the same pair."""
        pair = self.route.pair
        own = self.inbound.message_id or self.inbound.key
        return f"{pair.name if pair else ''} {own}"

    def held(
        self,
        rule: str,
        reason: str,
        advice: str,
        *,
        detail: str = "",
        notice_to: str | None = None,
    ) -> Judged:
        """Return the mail as held, for a person to decide."""
        return replace(
            self,
            state=InboundState.HELD,
            rule=rule,
            reason=reason,
            advice=advice,
            detail=detail,
            notice_to=notice_to,
        )


def may_be_answered(mail: ReadMail, inbound: Inbound) -> bool:
    """Say whether an automatic answer is allowed (RFC 3834 section 2)."""
    return_path = (
        inbound.envelope_sender
        if inbound.envelope_sender is not None
        else mail.return_path
    )
    return (
        return_path != ""
        and mail.list_id is None
        and mail.precedence not in {"list", "bulk", "junk"}
        and mail.auto_submitted in {"", "no"}
    )


def groups_for(person: Person, mode: GroupMode | None) -> tuple[int | None, ...]:
    """Return for whom a person may begin a discussion: one answer, or nobody knows.

    None stands for everybody. Where groups are kept apart, what a member writes is for
    the group; Moodle would not let them write to all. `mode` is None when it is not
    known: a forum without groups then takes a group for everybody.
    """
    if person.facilitator or mode is GroupMode.NONE:
        return (None,)
    if not person.group_ids and mode is not GroupMode.SEPARATE:
        return (None,)
    return tuple(sorted(person.group_ids))


def is_of_their_group(transaction: Transaction, person: Person, link: Link) -> bool:
    """Say whether a discussion is for everybody, or for a group of a person."""
    known = transaction.discussions.get(link.pair, [link.discussion_id])
    discussion = known.get(link.discussion_id)
    return (
        discussion is None
        or discussion.group_id is None
        or discussion.group_id in person.group_ids
    )


def _reason(judged: Judged) -> str:
    """Return the reason to keep: that a person let it begin anew holds to the end."""
    inbound = judged.inbound
    begins_anew = inbound.released and inbound.reason == DISCUSSION_GONE
    if judged.state is InboundState.ACCEPTED and begins_anew:
        return DISCUSSION_GONE
    return judged.reason


def verdict_record(judged: Judged) -> Callable[[Transaction], None]:
    """Return what writes a verdict down, in the transaction of its plan."""

    def record(transaction: Transaction) -> None:
        transaction.inbound.change(
            judged.inbound.id,
            state=judged.state.value,
            rule=judged.rule,
            reason=_reason(judged),
            advice=judged.advice,
            detail=judged.detail,
            pair=judged.route.pair.name if judged.route.pair else None,
            user_id=judged.person.user_id if judged.person else None,
            cut=judged.trimmed.cut,
        )
        for further in judged.records:
            further(transaction)

    return record
