"""Who is in a cohort."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle import memberships
from moodle_bridge.moodle.accounts import UPDATED, Updated
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import (
    ADD_COHORT_MEMBERS,
    COHORT_MEMBERS,
    DELETE_COHORT_MEMBERS,
)
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.memberships import Members, Membership, Outcomes
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, already, done, refused

_IS_MEMBER = "3"
_ADVICE = {
    "1": "The cohort may be kept by a plug-in, or the account is not to be used.",
    "2": "Look whether the cohort and the account are there.",
}


class _Row(BaseModel):
    cohortid: int
    userids: list[int]


_ROWS = TypeAdapter(list[_Row])


class CohortMembers:
    """Members of cohorts; a cohort may enrol its members into courses by itself."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def members(self, cohort_ids: Iterable[int]) -> dict[int, frozenset[int]]:
        """Return the user ids in each cohort, all of them.

        `core_cohort_get_cohort_members`, one call a cohort in few requests: one that
        is closed to the account would spoil the answer for all. It, and one that is
        not there, is missing.
        """
        wanted = list(dict.fromkeys(cohort_ids))
        calls = [
            Call(function=COHORT_MEMBERS, arguments={"cohortids": [one]}, shape=_ROWS)
            for one in wanted
        ]
        found: dict[int, frozenset[int]] = {}
        for result in self._client.stream(calls):
            if isinstance(result, Permanent) and not result.concerns_all:
                continue
            if isinstance(result, RemoteError):
                raise result
            found.update((row.cohortid, frozenset(row.userids)) for row in result.value)
        return found

    def add_members(self, memberships_: Sequence[Membership]) -> Outcomes:
        """Put users into cohorts; return one outcome each, in order. May be repeated.

        Cohort sync enrols a new member into its courses at once. Raises Transient when
        the site is away before anything is sent.
        `core_cohort_add_cohort_members`, which warns without saying of whom: where it
        warned, each is sent by itself, which tells them apart.
        """
        before = self._members_of(memberships_)
        return memberships.added(
            memberships_, before, lambda items: self._added(items, before)
        )

    def delete_members(self, memberships_: Sequence[Membership]) -> Outcomes:
        """Take users out of cohorts; return one outcome each. May be repeated.

        Who is no member is ALREADY out. Take care: cohort sync, as Moodle ships it,
        unenrols who leaves, and with the last enrolment go grades and groups. Raises as
        `add_members`.
        `core_cohort_delete_cohort_members`, all-or-nothing; verified by reading.
        """
        return memberships.deleted(
            memberships_,
            self._members_of(memberships_),
            self._deleted,
            lambda: self._members_of(memberships_),
        )

    def verified_members(self, outcomes: Sequence[ItemOutcome[Membership]]) -> Outcomes:
        """Return what `add_members` gave, with a word where one is no member."""
        now = self._members_of([one.item for one in outcomes])
        return memberships.verified(outcomes, now)

    def _members_of(self, items: Sequence[Membership]) -> dict[int, frozenset[int]]:
        return self.members(item.of for item in items)

    def _added(self, items: Sequence[Membership], before: Members) -> Outcomes:
        outcomes = dict(enumerate(self._added_at_once(items, before, most=None)))
        unclear = [index for index, one in outcomes.items() if one.code == _UNCLEAR]
        if not unclear:
            return tuple(outcomes.values())
        # A warning names nobody. Who is a member now was put in; the others tell their
        # reason when they are sent by themselves.
        try:
            now: Members = self._members_of([items[index] for index in unclear])
        except RemoteError:
            now = {}
        for index in list(unclear):
            item = items[index]
            if item.of in before and item.user_id in now.get(item.of, ()):
                outcomes[index] = done(item)
                unclear.remove(index)
        singly = self._added_at_once([items[i] for i in unclear], before, most=1)
        outcomes.update(
            # They were sent once already: not tried again is not the same as not done.
            (index, replace(one, outcome=Outcome.IN_DOUBT))
            if one.outcome is Outcome.NOT_TRIED
            else (index, one)
            for index, one in zip(unclear, singly, strict=True)
        )
        return tuple(outcomes[index] for index in range(len(items)))

    def _added_at_once(
        self, items: Sequence[Membership], before: Members, *, most: int | None
    ) -> Outcomes:
        def answered(
            sent: Sequence[Membership], value: Updated
        ) -> list[ItemOutcome[Membership]]:
            if not value.warnings:
                return [done(item) for item in sent]
            if len(sent) > 1:
                return [_unclear(item) for item in sent]
            return [_warned(sent[0], value, known=sent[0].of in before)]

        return write_items(
            self._client,
            ItemWrite(
                function=ADD_COHORT_MEMBERS,
                argument="members",
                row=_added_row,
                shape=UPDATED,
                answered=answered,
                scope=lambda item: item.of,
                shared=frozenset({"nopermissions"}),
                most=most,
            ),
            items,
        )

    def _deleted(self, items: Sequence[Membership]) -> Outcomes:
        return write_items(
            self._client,
            ItemWrite(
                function=DELETE_COHORT_MEMBERS,
                argument="members",
                row=lambda item: {"cohortid": item.of, "userid": item.user_id},
                scope=lambda item: item.of,
                shared=frozenset({"nopermissions"}),
            ),
            items,
        )


_UNCLEAR = "unclear"


def _added_row(item: Membership) -> dict[str, Any]:
    return {
        "cohorttype": {"type": "id", "value": str(item.of)},
        "usertype": {"type": "id", "value": str(item.user_id)},
    }


def _unclear(item: Membership) -> ItemOutcome[Membership]:
    return ItemOutcome(item=item, outcome=Outcome.IN_DOUBT, code=_UNCLEAR)


def _warned(
    item: Membership, value: Updated, *, known: bool
) -> ItemOutcome[Membership]:
    warning = value.warnings[0]
    code = warning.warningcode or ""
    if code == _IS_MEMBER:
        # Who was none before was put in a moment ago, together with the others.
        return done(item) if known else already(item)
    return refused(
        item,
        code,
        f"user {item.user_id} in cohort {item.of}: {warning.message or code}",
        _ADVICE.get(code, "Look at the cohort and the account in Moodle."),
    )
