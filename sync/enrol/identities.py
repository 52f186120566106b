"""Whose an entry is: somebody whom the ledger knows, or somebody new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.enrolment.alike import may_be_one, name_words
from mappings.enrolment.people import Decision, Verdict
from mappings.enrolment.planned import held_of
from sync.ledger.participants import new_participant_id

if TYPE_CHECKING:
    from mappings.enrolment.plan import Held
    from moodle_bridge.model.applicants import Applicant
    from sync.ledger import Transaction
    from sync.ledger.participants import Participant

Randomness = Callable[[int], bytes]
"""Gives so many random bytes."""

_BYTES = 10


@dataclass(slots=True, kw_only=True)
class Owners:
    """Whose the entries of one form are, by entry key; and those that cannot be told."""

    ids: dict[str, str] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)


class Identities:
    """Finds out whose entries are, over all forms of one plan.

    The link that the ledger has goes before all else. An entry that is new belongs to
    whoever has or had its address, unless the name is another one altogether.
    """

    def __init__(self, transaction: Transaction, randomness: Randomness) -> None:
        self._transaction = transaction
        self._randomness = randomness
        self._names: dict[str, set[str]] = {}

    def of(
        self,
        source: str,
        applicants: Sequence[Applicant],
        decisions: Mapping[str, Decision],
    ) -> Owners:
        """Return whose each entry is, and write it down; may be repeated."""
        kept = {one.key: one for one in self._transaction.entries.of(source)}
        people = self._transaction.participants
        addressed = people.with_addresses([one.email for one in applicants])
        linked = {one.participant_id for one in kept.values() if one.participant_id}
        known = people.of({each for ids in addressed.values() for each in ids} | linked)
        self._learn_names(known)
        owners, fresh = Owners(), dict[str, set[str]]()
        for one in applicants:
            entry = kept.get(one.entry)
            owner = entry.participant_id if entry is not None else None
            if owner is None:
                key = folded(one.email)
                near = addressed.get(key, frozenset()) | fresh.get(key, set())
                owner = self._owner(one, near, decisions.get(one.entry), owners)
                if owner is None:
                    continue
                fresh.setdefault(key, set()).add(owner)
            owners.ids[one.entry] = owner
            self._names.setdefault(owner, set()).update(name_words(one.fullname))
        self._tell_apart(applicants, decisions, known, owners)
        for one in applicants:
            if one.entry in owners.ids:
                owner = owners.ids[one.entry]
                self._note(one, owner, known.get(owner))
        fresh_ids = {
            entry: owner
            for entry, owner in owners.ids.items()
            if entry in kept and kept[entry].participant_id != owner
        }
        self._transaction.entries.belong_to(source, fresh_ids)
        return owners

    def _tell_apart(
        self,
        applicants: Sequence[Applicant],
        decisions: Mapping[str, Decision],
        known: Mapping[str, Participant],
        owners: Owners,
    ) -> None:
        """Let nobody have two entries that count in one form.

        It comes about when of two entries of one person one becomes somebody else's,
        by a new address: then who has the person's address is the person.
        """
        of_one: dict[str, list[Applicant]] = {}
        for one in applicants:
            if one.entry in owners.ids:
                of_one.setdefault(owners.ids[one.entry], []).append(one)
        for owner, several in of_one.items():
            person = known.get(owner)
            address = person.person.email if person else None
            theirs = [one for one in several if folded(one.email) == address]
            for one in several if len(several) > 1 else ():
                decision = decisions.get(one.entry)
                if [one] == theirs:
                    continue
                if decision is not None and decision.verdict is Verdict.NEW:
                    owners.ids[one.entry] = self._new_id()
                    continue
                del owners.ids[one.entry]
                owners.held.append(
                    held_of(
                        one,
                        code="same-person",
                        what="another entry of the form, which counts too, was known"
                        " to be of the same person",
                        advice="If it is somebody else: `moodle-bridge enrol decide"
                        " ENTRY --new`; if not, --same-as the other entry.",
                        candidates=tuple(
                            {
                                "entry": f"{each.source}:{each.entry}",
                                "row": each.row,
                                "name": each.fullname,
                                "address": each.email,
                            }
                            for each in several
                            if each is not one
                        ),
                    )
                )

    def _new_id(self) -> str:
        return new_participant_id(self._transaction.clock(), self._randomness(_BYTES))

    def _owner(
        self,
        one: Applicant,
        near: Iterable[str],
        decision: Decision | None,
        owners: Owners,
    ) -> str | None:
        near = sorted(near)
        if decision is not None and decision.verdict is Verdict.SAME_AS:
            other = self._other(decision.other_entry or "")
            if other is not None:
                return other
        if not near or (decision is not None and decision.verdict is Verdict.NEW):
            return self._new_id()
        words = name_words(one.fullname)
        alike = [
            each for each in near if may_be_one(words, self._names.get(each, set()))
        ]
        if len(alike) == 1:
            return alike[0]
        owners.held.append(
            held_of(
                one,
                code="other-name" if not alike else "several-people",
                what="somebody of another name has this address"
                if not alike
                else f"{len(alike)} people whom the bridge knows have this address",
                advice="If it is one of them: `moodle-bridge enrol decide ENTRY"
                " --same-as SOURCE:KEY` with an entry of theirs; if it is somebody"
                " else: --new.",
                candidates=tuple(self._shown(each) for each in near),
            )
        )
        return None

    def _other(self, name: str) -> str | None:
        source, _, key = name.partition(":")
        entry = self._transaction.entries.get(source, key)
        return None if entry is None else entry.participant_id

    def _shown(self, participant_id: str) -> dict[str, object]:
        entries = self._transaction.entries.of_participant(participant_id)
        known = self._transaction.participants.get(participant_id)
        return {
            "person": participant_id,
            "address": known.person.email if known else None,
            "user_id": known.person.user_id if known else None,
            "entries": [f"{one.source}:{one.key}" for one in entries],
        }

    def _note(self, one: Applicant, owner: str, known: Participant | None) -> None:
        people = self._transaction.participants
        if known is None:
            people.add(owner, address=one.email, source=one.source)
        elif known.person.user_id is None and known.person.email != folded(one.email):
            people.at_address(owner, one.email, source=one.source)
        consent = one.consent
        if consent is not None and consent.given:
            agreed = (consent.text, consent.at)
            if known is None or (known.consent_text, known.consent_at) != agreed:
                people.consented(owner, *agreed)

    def _learn_names(self, people: Mapping[str, Participant]) -> None:
        for each, known in people.items():
            applied = known.person.applied
            written = f"{applied.get('first_name', '')} {applied.get('last_name', '')}"
            self._names.setdefault(each, set()).update(name_words(written))
