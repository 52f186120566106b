"""Cohorts of the site: found, made, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.cohort_members import CohortMembers
from moodle_bridge.moodle.functions import (
    CREATE_COHORTS,
    GET_COHORTS,
    SEARCH_COHORTS,
)
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.outcomes import (
    ItemOutcome,
    Outcome,
    StoredDifferently,
    already,
    difference,
    done,
    passed_over,
)
from moodle_bridge.moodle.wire import unescaped

_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A cohort; `idnumber` is unique on a site where it is set."""

    id: int
    name: str
    idnumber: str = ""
    visible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCohort:
    """A cohort that is to be made; `category_id` None makes it one of the site."""

    name: str
    idnumber: str
    description: str = ""
    visible: bool = True
    category_id: int | None = None

    def row(self) -> dict[str, Any]:
        """Return it as `core_cohort_create_cohorts` takes it."""
        in_category = self.category_id is not None
        return {
            "categorytype": {
                "type": "id" if in_category else "system",
                "value": str(self.category_id) if in_category else "",
            },
            "name": self.name,
            "idnumber": self.idnumber,
            "description": self.description,
            "descriptionformat": 1,
            "visible": self.visible,
        }


class _Row(BaseModel):
    id: int
    name: str
    idnumber: str | None = ""
    visible: bool | None = True

    def cohort(self) -> Cohort:
        # From 5.0 on the name is written as HTML (`R&amp;D`).
        return Cohort(
            id=self.id,
            name=unescaped(self.name),
            idnumber=self.idnumber or "",
            visible=self.visible is not False,
        )


class _Searched(BaseModel):
    cohorts: list[_Row]


_ROWS = TypeAdapter(list[_Row])
_SEARCHED = TypeAdapter(_Searched)


class Cohorts(CohortMembers):
    """The cohorts of the site, as the account sees them."""

    def __init__(self, client: MoodleClient) -> None:
        super().__init__(client)
        self._client = client

    def search(self, text: str = "") -> Iterator[Cohort]:
        """Yield the cohorts with this text in name, idnumber or description.

        Those of the site and of every category, a page at a time, each once. No text
        finds all. `core_cohort_search_cohorts`, which may be asked by who has
        `moodle/cohort:view` for the site.
        """
        seen: set[int] = set()
        page = 0
        while True:
            call = _search(text, page)
            found: _Searched = self._client.read(
                call.function, call.arguments, call.shape
            ).value
            fresh = [row for row in found.cohorts if row.id not in seen]
            seen.update(row.id for row in fresh)
            yield from (row.cohort() for row in fresh)
            if len(found.cohorts) < _PAGE or not fresh:
                return
            page += 1

    def by_idnumber(self, idnumber: str) -> Cohort | None:
        """Return the cohort with exactly this idnumber, None when none is seen."""
        if not idnumber:
            return None
        found = (cohort for cohort in self.search(idnumber))
        return next((cohort for cohort in found if cohort.idnumber == idnumber), None)

    def by_ids(self, cohort_ids: Iterable[int]) -> dict[int, Cohort]:
        """Return the cohorts with these ids; one that is not there is missing.

        `core_cohort_get_cohorts`, one call a cohort in few requests: asked for several
        at once, Moodle answers none if one is closed to the account. Raises Permanent
        for such a one.
        """
        calls = [
            Call(function=GET_COHORTS, arguments={"cohortids": [one]}, shape=_ROWS)
            for one in dict.fromkeys(cohort_ids)
        ]
        found: dict[int, Cohort] = {}
        for result in self._client.stream(calls):
            if not isinstance(result, RemoteError):
                found.update((row.id, row.cohort()) for row in result.value)
            elif result.code != "invalidrecord":
                raise result
        return found

    def create(
        self, cohorts: Sequence[NewCohort]
    ) -> tuple[ItemOutcome[NewCohort], ...]:
        """Make cohorts; return one outcome each, in order, with the new id.

        Keyed by idnumber: one whose idnumber is taken is ALREADY, with its id. In
        doubt it is looked for. `core_cohort_create_cohorts`, all-or-nothing.
        """
        written = write_items(
            self._client,
            ItemWrite(
                function=CREATE_COHORTS,
                argument="cohorts",
                row=NewCohort.row,
                shape=_ROWS,
                answered=_created,
                scope=lambda cohort: cohort.category_id,
                shared=frozenset({"nopermissions"}),
                settled=self._settled,
            ),
            cohorts,
        )
        return tuple(self._explained(one) for one in written)

    def verified(
        self, outcomes: Sequence[ItemOutcome[NewCohort]]
    ) -> tuple[ItemOutcome[NewCohort], ...]:
        """Return what `create` gave, with what was stored otherwise than asked."""
        stored = self.by_ids(one.remote_id for one in outcomes if one.remote_id)
        return tuple(
            replace(one, stored_differently=_differences(one.item, stored, one))
            if one.is_so
            else one
            for one in outcomes
        )

    def _settled(
        self, cohorts: Sequence[NewCohort]
    ) -> list[ItemOutcome[NewCohort] | None]:
        found = [self.by_idnumber(cohort.idnumber) for cohort in cohorts]
        return [
            done(cohort, there.id) if there else None
            for cohort, there in zip(cohorts, found, strict=True)
        ]

    def _explained(self, one: ItemOutcome[NewCohort]) -> ItemOutcome[NewCohort]:
        if one.outcome is not Outcome.REFUSED or one.code != "invalidparameter":
            return one
        try:
            there = self.by_idnumber(one.item.idnumber)
        except RemoteError:
            return one
        if there is not None:
            return already(one.item, there.id)
        return replace(
            one,
            advice="Another cohort may have this idnumber and be hidden from the "
            "account, or its category is not there.",
        )


def _search(text: str, page: int) -> Call:
    return Call(
        function=SEARCH_COHORTS,
        arguments={
            "query": text,
            "context": {"contextlevel": "system", "instanceid": 0},
            "includes": "all",
            # By its name an offset; Moodle takes it for the number of a page.
            "limitfrom": page,
            "limitnum": _PAGE,
        },
        shape=_SEARCHED,
        rows=_PAGE,
    )


def _created(
    cohorts: Sequence[NewCohort], rows: list[_Row]
) -> list[ItemOutcome[NewCohort]]:
    ids = {row.idnumber: row.id for row in rows}
    # Rows that nobody asked for: what became of ours is not told.
    stray = bool(ids.keys() - {cohort.idnumber for cohort in cohorts})
    return [
        done(cohort, ids[cohort.idnumber])
        if cohort.idnumber in ids
        else passed_over(cohort, f"cohort {cohort.idnumber}", stray=stray)
        for cohort in cohorts
    ]


def _differences(
    asked: NewCohort, stored: dict[int, Cohort], one: ItemOutcome[NewCohort]
) -> tuple[StoredDifferently, ...]:
    there = stored.get(one.remote_id or 0)
    if there is None:
        return (StoredDifferently(field="cohort", asked=asked.idnumber, stored=None),)
    return (
        *difference("name", asked.name, there.name),
        *difference("idnumber", asked.idnumber, there.idnumber),
        *difference("visible", str(asked.visible), str(there.visible)),
    )
