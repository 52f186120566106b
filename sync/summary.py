"""The daily mail to the admin, when something waits for them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.letter import MailSite
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from sync.jobs.own_mails import write_down
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState
from sync.ledger.tokens import TokenState
from sync.report.writing import kept_name
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.ledger.reports import KeptReport
    from sync.settings.report import ReportSinkSettings

_CURSOR = "summary:day"
_COLUMNS = 78
_MOST = 20
# What Moodle refused for a mail is shown as the mail that it was for.
_OF_A_MAIL = "mail:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is wrong, one line each, and what to type about it."""

    title: str
    lines: Sequence[str]
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """When the summary goes out, and to whom.

    `at` is an hour by the clock of `zone`; `name` is what the list is called.
    `sinks` are the places of reports, whose problems are told.
    """

    ledger: Ledger
    admin: str
    at: time
    zone: ZoneInfo
    site: MailSite
    secret: bytes
    name: str
    sinks: Sequence[ReportSinkSettings] = ()

    def plan(self) -> bool:
        """Write the mail of the day down if it is its hour; say whether there is one.

        At most one a day, and none when nothing waits. May be repeated.
        """
        now = self.ledger.clock().astimezone(self.zone)
        if now.time() < self.at:
            return False
        day = now.date().isoformat()
        with self.ledger.writing() as transaction:
            if (transaction.cursors.get(_CURSOR) or "") >= day:
                return False
            transaction.cursors.move(_CURSOR, day)
            sections = waiting(transaction, self.sinks)
            if not sections:
                return False
            key = f"summary:{day}"
            number = sum(len(section.lines) for section in sections)
            mail = own_mail(
                to=self.admin,
                subject=f"[{self.name}] moodle-bridge: {number} things wait for you",
                text=summary_text(sections, now),
                date=self.ledger.clock(),
                name=self.name,
                site=self.site,
                key=receipt_of(self.secret, key),
                auto="auto-generated",
            )
            write_down(
                transaction,
                mail,
                key=key,
                kind="mail.summary",
                source=key,
                summary=f"daily summary to {self.admin}",
            )
        return True


def waiting(
    transaction: Transaction, sinks: Sequence[ReportSinkSettings] = ()
) -> list[Section]:
    """Return what waits for a person, by kind; empty when nothing does."""
    held = transaction.inbound.with_state(InboundState.HELD, limit=1000)
    stopped = [
        intent
        for state in (IntentState.HELD, IntentState.DEAD)
        for intent in transaction.intents.with_state(state)
        if state is IntentState.HELD or not intent.source.startswith(_OF_A_MAIL)
    ]
    troubled = transaction.bounces.troubled()
    tokens = [one for one in transaction.tokens.all() if one.state is TokenState.BAD]
    found = (
        Section(
            title="Mails that are held",
            lines=[
                f"mail-{mail.id}: {mail.reason}, from {mail.sender}: {mail.subject}"
                for mail in held
            ],
            advice="moodle-bridge held show mail-ID, then held release, drop or reply",
        ),
        Section(
            title="What was refused or given up",
            lines=[f"effect-{one.id}: {one.summary}: {one.reason}" for one in stopped],
            advice="moodle-bridge held show effect-ID, then held release or drop",
        ),
        Section(
            title="Addresses from which mail comes back",
            lines=[
                f"{one.address}: {one.standing.state.value}, {one.standing.reason}"
                for one in troubled
            ],
            advice="moodle-bridge explain ADDRESS",
        ),
        Section(
            title="Tokens that are no longer good",
            lines=[f"user {one.user_id}: {one.problem}" for one in tokens],
            advice="moodle-bridge tokens check",
        ),
        Section(
            title="Reports with a problem",
            lines=[
                f"report {sink.name}: {kept.problem} ({_written(kept)})"
                for sink in sinks
                if (kept := transaction.reports.get(kept_name(sink))) is not None
                and kept.problem
            ],
            advice="moodle-bridge check, then moodle-bridge report --to NAME",
        ),
    )
    return [section for section in found if section.lines]


def _written(kept: KeptReport) -> str:
    if kept.written_at is None:
        return "never written"
    return f"last written {kept.written_at:%Y-%m-%d}"


def summary_text(sections: Sequence[Section], now: datetime) -> str:
    """Return the mail's text, at most 80 columns wide."""
    lines = [f"On {now:%Y-%m-%d %H:%M} this waits for you:", ""]
    for section in sections:
        lines += [f"{section.title}: {len(section.lines)}", ""]
        for entry in section.lines[:_MOST]:
            lines += textwrap.wrap(
                cut(one_line(entry), 4 * _COLUMNS),
                _COLUMNS,
                initial_indent="  ",
                subsequent_indent="    ",
            )
        if len(section.lines) > _MOST:
            lines.append(f"  ... and {len(section.lines) - _MOST} more")
        lines += ["", f"  {section.advice}", ""]
    lines.append("This comes once a day, and only while something waits.")
    return "\n".join([*lines, ""])
