"""`moodle-bridge enrol decide` and `decisions`: what an admin says of held entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.enrolment.people import Decision, Owned, Verdict
from mappings.enrolment.planned import entry_name
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.enrol.held_rows import keys_of_row

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction
    from sync.ledger.entries import KeptEntry

# Whose the account is stays as it was decided before.
_SAY_NOT_WHO = frozenset({Verdict.REFUSE.value, Verdict.REACTIVATE.value})


def decide(
    invocation: Invocation,
    *,
    entry: str,
    verdict: str,
    user_id: int | None,
    same_as: str | None,
    reason: str,
) -> Result:
    """Write down what was decided about an entry; `take-back` forgets it."""
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        if user_id is not None and user_id not in bridge.moodle.users.by_ids([user_id]):
            raise ConfigError(
                "there is no account of this number, or the token may not see it",
                item=f"--adopt {user_id}",
                advice="The number stands in the address of their profile in Moodle."
                " Nothing was decided.",
            )
        sources = [one.name for one in bridge.settings.intakes]
        with bridge.ledger.writing() as transaction:
            found = _entry(transaction, sources, entry)
            other = (
                _entry(transaction, sources, same_as) if same_as is not None else None
            )
            if other is not None and (other.source, other.key) == (
                found.source,
                found.key,
            ):
                raise ConfigError(
                    "an entry is always the same as itself",
                    item=f"--same-as {same_as}",
                    advice="Name the other entry. Nothing was decided.",
                )
            said = _decided(transaction, found, verdict, user_id, other, reason)
    name = entry_name(found.source, found.key)
    return Result(
        parts=[f"{name}: {said}. The next plan goes by it."],
        data={
            "entry": f"{found.source}:{found.key}",
            "verdict": None if verdict == "take-back" else verdict,
            "user_id": user_id,
            "same_as": None if other is None else f"{other.source}:{other.key}",
        },
    )


def decisions(invocation: Invocation) -> Result:
    """List what was decided, the newest first."""
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        all_ = transaction.decisions.all()
    return Result(
        parts=[
            Table(
                columns=("entry", "decided", "of", "when", "reason"),
                rows=[
                    (
                        f"{one.source}:{one.entry}",
                        one.decision.verdict.value,
                        one.decision.other_entry
                        or (
                            f"user {one.decision.user_id}"
                            if one.decision.user_id
                            else ""
                        ),
                        f"{one.at:%Y-%m-%d %H:%M}",
                        one.reason,
                    )
                    for one in all_
                ],
            )
        ],
        data={
            "decisions": [
                {
                    "entry": f"{one.source}:{one.entry}",
                    "verdict": one.decision.verdict.value,
                    "user_id": one.decision.user_id,
                    "same_as": one.decision.other_entry,
                    "reason": one.reason,
                    "at": one.at,
                }
                for one in all_
            ]
        },
    )


def _decided(  # noqa: PLR0917 - what a decision is made of
    transaction: Transaction,
    found: KeptEntry,
    verdict: str,
    user_id: int | None,
    other: KeptEntry | None,
    reason: str,
) -> str:
    if verdict not in _SAY_NOT_WHO:
        _unlink(transaction, found)
    if verdict == "take-back":
        gone = transaction.decisions.take_back(found.source, found.key)
        return "what was decided is forgotten" if gone else "nothing was decided before"
    decision = Decision(
        verdict=Verdict(verdict),
        user_id=user_id,
        other_entry=None if other is None else f"{other.source}:{other.key}",
    )
    _let_go(transaction, found, decision)
    transaction.decisions.decide(found.source, found.key, decision, reason=reason)
    match decision.verdict:
        case Verdict.ADOPT:
            return f"account {user_id} is theirs"
        case Verdict.NEW:
            return "they are somebody else, and get an account of their own"
        case Verdict.REFUSE:
            return "nothing is done for it"
        case Verdict.REACTIVATE:
            return "they may take part again"
        case Verdict.SAME_AS:
            return f"it is of the person of {decision.other_entry}"


def _unlink(transaction: Transaction, found: KeptEntry) -> None:
    """Let go of an account that an earlier decision gave to the person."""
    before = transaction.decisions.of(found.source).get(found.key)
    if before is None or before.verdict is not Verdict.ADOPT:
        return
    known = transaction.participants.get(found.participant_id or "")
    if known is not None and known.person.owned is Owned.ADOPTED:
        transaction.participants.has_account(
            known.person.id, user_id=None, username=None, owned=Owned.NOT_YET
        )


def _let_go(transaction: Transaction, found: KeptEntry, decision: Decision) -> None:
    """Part an entry from the person whom the ledger knew it by, if it is not theirs."""
    people = transaction.participants
    before = people.get(found.participant_id or "")
    theirs = None if before is None else before.person.user_id
    if decision.verdict is Verdict.NEW and theirs is not None:
        transaction.entries.belong_to(found.source, {found.key: None})
    elif decision.verdict is Verdict.ADOPT and decision.user_id != theirs:
        now = people.of_user(decision.user_id or 0)
        if now is not None or theirs is not None:
            owner = None if now is None else now.person.id
            transaction.entries.belong_to(found.source, {found.key: owner})


def _entry(transaction: Transaction, sources: list[str], name: str) -> KeptEntry:
    """Return the one entry that a name means. Raises ConfigError for none or several."""
    source, colon, key = name.partition(":")
    if colon and source in sources:
        exact = transaction.entries.get(source, key)
        if exact is not None:
            return exact
        name = key
        sources = [source]
    found = {(one.source, one.key): one for one in _meant(transaction, sources, name)}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise ConfigError(
            "no entry has this key, row or address",
            item=name,
            advice="`moodle-bridge enrol plan` names each entry that is held. Nothing"
            " was decided.",
        )
    names = ", ".join(entry_name(*each) for each in sorted(found))
    raise ConfigError(
        "several entries fit",
        item=name,
        advice=f"Name one: {names}. Nothing was decided.",
    )


def _meant(
    transaction: Transaction, sources: list[str], name: str
) -> Iterator[KeptEntry]:
    rows = {
        (source, key)
        for source in sources
        for key in keys_of_row(transaction, source, name)
    }
    address = folded(name) if "@" in name else None
    for source in sources:
        for one in transaction.entries.of(source):
            answers = {
                folded(text)
                for text in one.answers.values()
                if isinstance(text, str) and "@" in text
            }
            if (
                one.key == name
                or (source, one.key) in rows
                or (address is not None and address in answers)
            ):
                yield one
