"""Erases a person from the ledger, and leaves numbers without names."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from mappings.enrolment.plan import EnrolmentPlan
from mappings.enrolment.plan_file import plan_fingerprint, plan_of, plan_text
from mappings.enrolment.planned import entry_name
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.forgotten import is_forgotten_key
from sync.ledger.holdings import Found, Holdings, Whom
from sync.ledger.inbound import InboundState
from sync.ledger.intents import IntentState
from sync.ledger.rows import insert_new

FORGOTTEN = "(forgotten)"
# Keys that are a number in the table or the form, and nobody's name, address or phone.
_MUTE_KEY = re.compile(r"(?:row )?[0-9]{1,6}(?: #[0-9]+)?")
_UNDER_WAY = [InboundState.NEW.value, InboundState.ACCEPTED.value]
_DELETED = (
    schema.person,
    schema.channel,
    schema.gathering,
    schema.issue,
    schema.delivered,
    schema.spent,
    schema.token,
    schema.told,
    schema.address,
    schema.question,
    schema.bounce,
    schema.wording,
    schema.former_address,
)
_KEPT_OF_DETAILS = frozenset({"message_id", "post_id", "discussion_id", "plan"})


class Forgetting:
    """Erases and pseudonymises. `hashed` makes of an address what cannot be read back."""

    def __init__(
        self, connection: Connection, clock: Clock, *, hashed: Callable[[str], str]
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._hashed = hashed
        self._holdings = Holdings(connection)

    def under_way(self, whom: Whom) -> int:
        """Return how much of theirs is on its way just now, and must come to its end."""
        inbound, intent = schema.inbound, schema.intent
        found = self._holdings.found(whom)
        waiting = self._connection.execute(
            select(inbound.c.id).where(
                inbound.c.id.in_(sorted(found.mails)), inbound.c.state.in_(_UNDER_WAY)
            )
        ).all()
        begun = self._connection.execute(
            select(intent.c.id).where(
                self._holdings.of_intents(whom, found),
                intent.c.state == IntentState.SENDING.value,
            )
        ).all()
        return len(waiting) + len(begun)

    def forget(self, whom: Whom, *, tombstone: str) -> Counter[str]:
        """Erase somebody; return how many rows of each table were changed or deleted.

        May be repeated. Rows that keep count stay, with Moodle's number for the person
        and without a word of theirs. `tombstone` becomes their id where they have none
        and there are entries of forms: by it these are known and not read again.
        """
        if self._connection.dialect.name == "sqlite":
            # Else what was deleted stands in the free pages of the file for long.
            self._connection.exec_driver_sql("PRAGMA secure_delete = ON")
        counts: Counter[str] = Counter()
        found = self._holdings.found(whom)
        conditions = {
            table.name: condition
            for table, condition in self._holdings.conditions(whom)
        }
        coded = self._codes(conditions["entry"])
        counts["intent"] = self._intents(whom, found, coded)
        counts["inbound"] = self._mails(found)
        counts["part"] = self._set(schema.part, conditions["part"], text="", subject="")
        counts["link"] = self._set(schema.link, conditions["link"], author_name="")
        counts["utterance"] = self._set(
            schema.utterance, conditions["utterance"], subject=""
        )
        # That somebody was there stays counted; with whom it does not.
        counts["presence"] = self._set(
            schema.presence, conditions["presence"], group_ids=[]
        )
        counts["contact"] = self._contacts(whom)
        counts["decision"] = self._set(
            schema.decision, conditions["decision"], reason=""
        )
        counts["enrolment_plan"] = self._plans(whom, conditions)
        counts["deed"] = self._deeds(whom)
        counts["entry"] = self._entries(whom, conditions["entry"], tombstone)
        self._rename(coded)
        counts["participant"] = self._set(
            schema.participant,
            conditions["participant"],
            idnumber=None,
            username=None,
            email=None,
            fields={},
            groups={},
            forgotten_at=self._clock(),
        )
        for table in _DELETED:
            counts[table.name] = self._connection.execute(
                delete(table).where(conditions[table.name])
            ).rowcount
        return +counts

    def _set(self, table: Any, condition: Any, **values: Any) -> int:
        return self._connection.execute(
            update(table).where(condition).values(**values)
        ).rowcount

    def _codes(self, condition: Any) -> dict[tuple[str, str], str]:
        """Return by form and key what stands for keys that tell who somebody is.

        A table has often no other key than an address or a name.
        """
        table = schema.entry
        return {
            (row.source, row.key): self._hashed(row.key)
            for row in self._connection.execute(
                select(table.c.source, table.c.key).where(condition)
            )
            if not _MUTE_KEY.fullmatch(row.key) and not is_forgotten_key(row.key)
        }

    def _rename(self, coded: Mapping[tuple[str, str], str]) -> None:
        """Put codes in the place of keys, wherever the ledger names an entry."""
        decision, cursor = schema.decision, schema.cursor
        for (source, key), code in coded.items():
            for table in (schema.entry, decision):
                self._set(
                    table, (table.c.source == source) & (table.c.key == key), key=code
                )
            self._set(
                decision,
                decision.c.other_key == f"{source}:{key}",
                other_key=f"{source}:{code}",
            )
        # Which row an entry stood in is read anew by the next plan.
        for source in {source for source, _ in coded}:
            self._connection.execute(
                delete(cursor).where(cursor.c.name == f"intake:{source}:held-rows")
            )

    def _entries(self, whom: Whom, condition: Any, tombstone: str) -> int:
        """Empty entries, and give those that are nobody's to the one who is forgotten."""
        table, now = schema.entry, self._clock()
        nobodys = table.c.participant_id.is_(None) & condition
        owner = min(whom.participant_ids, default=tombstone)
        if self._connection.execute(select(table.c.key).where(nobodys)).first():
            if owner == tombstone:
                insert_new(
                    self._connection,
                    schema.participant,
                    id=tombstone,
                    owned="",
                    fields={},
                    groups={},
                    consent_text="",
                    forgotten_at=now,
                    created_at=now,
                    updated_at=now,
                )
            emptied = self._set(table, condition, answers={}, participant_id=owner)
        else:
            emptied = self._set(table, condition, answers={})
        return emptied

    def _mails(self, found: Found) -> int:
        table = schema.inbound
        rows = self._connection.execute(
            select(table.c.id, table.c.sender, table.c.state).where(
                table.c.id.in_(sorted(found.mails))
            )
        ).all()
        for row in rows:
            held = row.state == InboundState.HELD.value
            self._connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(
                    raw=None,
                    cut="",
                    subject="",
                    detail="",
                    advice="",
                    sender=self._hashed(row.sender),
                    envelope_sender=None,
                    envelope_recipient=None,
                    authenticity={},
                    state=InboundState.DROPPED.value if held else row.state,
                )
            )
        return len(rows)

    def _intents(
        self, whom: Whom, found: Found, coded: Mapping[tuple[str, str], str]
    ) -> int:
        plain = {
            **{address: self._hashed(address) for address in whom.addresses},
            **{key: code for (_, key), code in coded.items()},
        }
        table = schema.intent
        rows = self._connection.execute(
            select(table).where(self._holdings.of_intents(whom, found))
        ).all()
        for row in rows:
            open_ = row.state in {IntentState.PLANNED.value, IntentState.HELD.value}
            theirs = open_ and _is_for(row.details, row.stream, whom)
            if open_ and not theirs:
                # It is for somebody else, who is to get it.
                continue
            self._connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(
                    state=IntentState.DROPPED.value if theirs else row.state,
                    summary=_without(row.summary, whom),
                    reason=_without(row.reason, whom),
                    advice=_without(row.advice, whom),
                    key=_coded(row.key, plain),
                    source=_coded(row.source, plain),
                    details=_details_without(row.details, whom),
                    result=_steps_without(row.result, whom),
                )
            )
        return len(rows)

    def _contacts(self, whom: Whom) -> int:
        table = schema.contact
        rows = self._connection.execute(
            select(table.c.address).where(table.c.address.in_(sorted(whom.addresses)))
        ).scalars()
        number = 0
        for address in list(rows):
            number += 1
            self._set(table, table.c.address == address, address=self._hashed(address))
        return number

    def _deeds(self, whom: Whom) -> int:
        table = schema.deed
        rows = self._connection.execute(
            select(table.c.plan, table.c.step, table.c.position, table.c.kind).where(
                or_(
                    table.c.participant_id.in_(sorted(whom.participant_ids)),
                    # Who was told what is wrong with their entry is nobody yet.
                    (table.c.participant_id == "")
                    & func.lower(table.c.target).in_(sorted(whom.addresses)),
                )
            )
        ).all()
        for row in rows:
            self._set(
                table,
                (table.c.plan == row.plan) & (table.c.step == row.step),
                step=f"{row.kind}:{FORGOTTEN}:{row.position}",
                target="",
                before={},
                after={},
                reason="",
            )
        return len(rows)

    def _plans(self, whom: Whom, conditions: Mapping[str, Any]) -> int:
        entry, table = schema.entry, schema.enrolment_plan
        entries = {
            (row.source, row.key)
            for row in self._connection.execute(
                select(entry.c.source, entry.c.key).where(conditions["entry"])
            )
        }
        number = 0
        for row in self._connection.execute(
            select(table.c.name, table.c.content)
        ).all():
            text = bytes(row.content).decode()
            if not _speaks_of(text, whom, entries):
                continue
            number += 1
            plan = _plan_without(plan_of(text), whom, entries)
            self._set(
                table,
                table.c.name == row.name,
                content=plan_text(plan).encode(),
                fingerprint=plan_fingerprint(plan),
            )
        return number


def _coded(text: str, plain: Mapping[str, str]) -> str:
    for word in sorted(plain, key=len, reverse=True):
        at = text.casefold().find(word.casefold())
        if at >= 0:
            text = f"{text[:at]}{plain[word]}{text[at + len(word) :]}"
    return text


def _details_without(details: Mapping[str, Any], whom: Whom) -> dict[str, Any]:
    kept = {name: details[name] for name in _KEPT_OF_DETAILS & details.keys()}
    # One effect of a plan is for many people: the others' steps stay known.
    return {**kept, **_steps_without({"steps": details.get("steps")}, whom)}


def _steps_without(told: Mapping[str, Any], whom: Whom) -> dict[str, Any]:
    """Return what an effect tells, without the steps of somebody, by their ids."""
    steps = told.get("steps")

    def others(step: str) -> bool:
        return not any(one in step for one in whom.participant_ids)

    if isinstance(steps, list):
        return {**told, "steps": list(filter(others, steps))}
    if isinstance(steps, dict):
        left = {step: value for step, value in steps.items() if others(step)}
        return {**told, "steps": left}
    return {name: value for name, value in told.items() if value is not None}


def _is_for(details: Mapping[str, Any], stream: str, whom: Whom) -> bool:
    to = str(details.get("to", "")).casefold()
    return to in whom.addresses or stream.rpartition(":")[2] in whom.streams


def _without(text: str, whom: Whom) -> str:
    plain = text
    for word in sorted((*whom.addresses, *whom.names), key=len, reverse=True):
        at = plain.casefold().find(word.casefold()) if word else -1
        while at >= 0:
            plain = f"{plain[:at]}{FORGOTTEN}{plain[at + len(word) :]}"
            at = plain.casefold().find(word.casefold(), at + len(FORGOTTEN))
    return plain


def _speaks_of(text: str, whom: Whom, entries: Iterable[tuple[str, str]]) -> bool:
    words = [
        *whom.participant_ids,
        *(entry_name(*entry) for entry in entries),
        *whom.addresses,
        *(json.dumps(name, ensure_ascii=False) for name in whom.names),
        *(json.dumps(key, ensure_ascii=False) for _, key in entries),
    ]
    folded = text.casefold()
    return any(word.casefold() in folded for word in words)


def _plan_without(
    plan: EnrolmentPlan, whom: Whom, entries: set[tuple[str, str]]
) -> EnrolmentPlan:
    def names(target: str) -> bool:
        return target.casefold() in whom.addresses

    named = {f"{source}:{key}" for source, key in entries}

    def is_theirs(candidate: Mapping[str, Any]) -> bool:
        address = str(candidate.get("address") or "").casefold()
        user_id = candidate.get("user_id")
        return (
            (user_id is not None and user_id == whom.user_id)
            or address in whom.addresses
            or candidate.get("entry") in named
            or candidate.get("person") in whom.participant_ids
        )

    def without(text: str) -> str:
        for entry in entries:
            text = text.replace(entry_name(*entry), FORGOTTEN)
        return _without(text, whom)

    held = []
    for one in plan.held:
        if (one.source, one.entry) in entries:
            continue
        candidates = tuple(each for each in one.candidates if not is_theirs(each))
        held.append(
            replace(
                one,
                candidates=candidates,
                what=without(one.what),
                advice=without(one.advice),
                shown=without(one.shown),
            )
        )
    return replace(
        plan,
        steps=tuple(
            step
            for step in plan.steps
            if step.person not in whom.participant_ids and not names(step.target)
        ),
        held=tuple(held),
        left_alone=tuple(
            replace(one, shown=without(one.shown), why=without(one.why))
            for one in plan.left_alone
            if one.person not in whom.participant_ids
        ),
    )
