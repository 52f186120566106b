"""Hands over to who comes on duty: what is open, who is quiet, who comes after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from mappings.identity import plus_address, reply_key
from mappings.rota.beginnings import Beginning, beginnings
from mappings.rota.handover import (
    Handover,
    OpenQuestion,
    QuietOne,
    handover_mail,
)
from moodle_bridge.errors import RemoteError
from moodle_bridge.model.waits import WaitState
from moodle_bridge.redact import masked
from sync.jobs.own_mails import NAME as OWN_MAILS
from sync.ledger.intents import IntentState
from sync.rota.open_questions import note_told

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator, Shift
    from moodle_bridge.model.waits import Wait
    from sync.jobs.alert_looks import Look, Question
    from sync.ledger import Ledger, Transaction
    from sync.rota.mails import RotaMails
    from sync.rota.quiet_hours import Quietness

KIND = "mail.handover"
SINCE = "rota:handover"
"""The cursor that says from when on watches are handed over."""

# What is open after so long is not what stands in the mail.
_TOO_LATE = timedelta(hours=1)
_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPeople:
    """Who says nothing any more, for `days` or longer."""

    people: Sequence[QuietOne] = ()
    days: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Handovers:
    """Writes one mail down for each who comes on duty as primary, and each beginning.

    `look` reads questions again; `quiet` gives whom somebody may know to be quiet.
    `people` are those of the rota with their accounts, by key. `problems` takes lines
    for an admin. `always` writes also where nothing is open and nobody quiet.
    """

    ledger: Ledger
    people: Mapping[str, Facilitator]
    pairs: frozenset[str]
    quietness: Quietness
    mails: RotaMails
    rota_zone: str
    look: Callable[[Sequence[Wait]], Mapping[Question, Look]]
    quiet: Callable[[Facilitator], QuietPeople]
    problems: list[str]
    wanted: bool | Literal["always"]

    def plan(self, shifts: Sequence[Shift]) -> bool:
        """Write down what is due; say whether something of it still waits.

        May be repeated, and by two runs at once: one mail for each beginning. Whose
        quiet hours hold is written to when they end, if that is soon enough.
        """
        now = self.ledger.clock()
        since = self._since(now)
        if not self.wanted or since is None:
            return False
        waits = False
        for begun in beginnings(shifts, max(since, now - _BACK), now):
            person = self.people.get(begun.person)
            if person is None or person.address is None:
                continue
            at = self.quietness.until(person, begun.start, is_on_duty=True)
            at = at or begun.start
            if at > now:
                waits = waits or at < begun.end
            elif now < begun.end and now <= begun.latest_after(at):
                waits = not self._hand_over(begun, person) or waits
        return waits

    def _since(self, now: datetime) -> datetime | None:
        """Return from when on watches are handed over; None when that is now.

        When the bridge first looks, nobody who is on duty already begins.
        """
        with self.ledger.writing() as transaction:
            self._let_go(transaction, now)
            kept = transaction.cursors.get(SINCE)
            if kept is None:
                transaction.cursors.move(SINCE, now.isoformat())
        return None if kept is None else datetime.fromisoformat(kept)

    @staticmethod
    def _let_go(transaction: Transaction, now: datetime) -> None:
        """Take back what could not be sent for so long that it is no longer true."""
        planned = transaction.intents.with_state(IntentState.PLANNED, job=OWN_MAILS)
        for intent in planned:
            if intent.kind == KIND and now - intent.planned_at > _TOO_LATE:
                transaction.intents.change(
                    intent.id,
                    state=IntentState.WITHDRAWN.value,
                    reason="it could not be sent for an hour, and is no longer true",
                )

    def _hand_over(self, begun: Beginning, person: Facilitator) -> bool:
        """Write a mail down, unless there is nothing to tell; False: try again."""
        cursor, start = f"{SINCE}:{person.key}", begun.start.isoformat()
        with self.ledger.reading() as transaction:
            if transaction.cursors.get(cursor) == start:
                return True
            waits = [one for one in transaction.waits.open() if one.pair in self.pairs]
        try:
            looks = self.look(waits) if waits else {}
            quiet = self.quiet(person)
        except RemoteError as error:
            self.problems.append(
                f"the watch is not handed over to {person.name} yet:"
                f" {masked(str(error))}"
            )
            return False
        with self.ledger.writing() as transaction:
            if transaction.cursors.get(cursor) == start:
                return True
            transaction.cursors.move(cursor, start)
            asked = self._open(transaction, waits, looks, person)
            if not asked and not quiet.people and self.wanted != "always":
                return True
            said = Handover(
                reader=person,
                beginning=begun,
                people={key: one.name for key, one in self.people.items()},
                swap_command=self._swap_command(begun),
                questions=[question for _, question in asked],
                quiet=quiet.people,
                quiet_days=quiet.days,
            )
            written = self.mails.write(
                transaction,
                person,
                partial(handover_mail, said),
                key=f"handover:{person.key}:{start}",
                kind=KIND,
                summary=f"hand the watch over to {person.name}: {len(asked)} open",
            )
            if written and person.user_id is not None:
                for wait, _ in asked:
                    note_told(transaction, person.user_id, wait.pair, wait.post_id)
        return True

    def _open(
        self,
        transaction: Transaction,
        waits: Sequence[Wait],
        looks: Mapping[Question, Look],
        person: Facilitator,
    ) -> list[tuple[Wait, OpenQuestion]]:
        """Return what still is open of what somebody may read, the oldest first."""
        claims, now = transaction.claims.everyone(), transaction.clock()
        still = {
            (one.pair, one.post_id)
            for wait in waits
            for one in transaction.waits.get(wait.post_id)
            if one.state is WaitState.OPEN
        }
        found = []
        for wait in sorted(waits, key=lambda one: (one.began, one.post_id)):
            question = (wait.pair, wait.post_id)
            look, claim = looks.get(question), claims.get(question)
            if look is None or question not in still:
                continue
            if person.user_id is None or person.user_id not in look.readers:
                continue
            by = claim.person if claim and claim.until > now else None
            site = self.mails.site
            key = reply_key(self.mails.secret, wait.post_id, person.user_id)
            named = self.people.get(by) if by else None
            asked = OpenQuestion(
                asker=look.asker,
                subject=look.subject,
                began=wait.began,
                url=look.url,
                answer_to=plus_address(site.bridge_address, key),
                claimed_by=named.name if named else by,
            )
            found.append((wait, asked))
        return found

    def _swap_command(self, begun: Beginning) -> str:
        """Return what an admin types to ask for a swap, by the clock of the rota."""
        here = ZoneInfo(self.rota_zone)
        start, end = begun.start.astimezone(here), begun.end.astimezone(here)
        return (
            f"moodle-bridge rota swap ask {begun.person}"
            f' --from "{start:%Y-%m-%d %H:%M}" --to "{end:%Y-%m-%d %H:%M}"'
        )
