"""What becomes of one person in a plan, as it is put together."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.enrolment.matching import Match
from mappings.enrolment.people import Decision, KnownPerson, Standing, Verdict, Wanted
from mappings.enrolment.plan import Held, LeftAlone, Step, StepKind
from moodle_bridge.model.applicants import Applicant

SHARED = ""
"""The person of a step that is for everybody: a group that is made."""

Place = tuple[Wanted, Standing]
"""One course that a form is for, and how the account stands there."""


@dataclass(slots=True, kw_only=True)
class PersonPlan:
    """The steps for one person, and what is held or left alone of them."""

    steps: list[Step] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCase:
    """One person and the account that is, or is to be, theirs."""

    applicant: Applicant
    known: KnownPerson
    match: Match
    username: str
    decision: Decision | None = None

    @property
    def reactivates(self) -> bool:
        """Whether an admin decided that they are to take part again."""
        return self.decision is not None and self.decision.verdict is Verdict.REACTIVATE

    def was_done(self, kind: StepKind, target: str) -> bool:
        """Say whether the bridge did this before: if it is not so now, others undid it.

        What an admin wants to be done again counts as not done.
        """
        return not self.reactivates and f"{kind}:{target}" in self.known.done

    def step(
        self,
        kind: StepKind,
        target: str,
        *,
        expects: Mapping[str, Any] | None = None,
        sets: Mapping[str, Any] | None = None,
        after: tuple[str, ...] = (),
    ) -> Step:
        """Return a step for them; it comes after their account is made, if it is."""
        account = self.match.account
        needs = after
        if account is None and kind is not StepKind.CREATE_USER:
            made = step_key(StepKind.CREATE_USER, self.known.id, self.username)
            needs = (made, *after)
        return Step(
            key=step_key(kind, self.known.id, target),
            kind=kind,
            person=self.known.id,
            shown=self.applicant.fullname,
            target=target,
            expects={
                **({"user_id": account.user_id} if account else {}),
                **(expects or {}),
            },
            sets=sets or {},
            after=needs,
        )

    def held(self, code: str, what: str, advice: str) -> Held:
        """Return that they are held, with the account that is meant."""
        account = self.match.account
        return held_of(
            self.applicant,
            code=code,
            what=what,
            advice=advice,
            candidates=(account.shown(),) if account else (),
        )

    def left_alone(self, why: str) -> LeftAlone:
        """Return that nothing is done for them, and why."""
        return LeftAlone(person=self.known.id, shown=self.applicant.fullname, why=why)


def step_key(kind: StepKind, person: str, target: str) -> str:
    """Return the key of a step."""
    return f"{kind}:{person}:{target}"


def entry_name(source: str, entry: str) -> str:
    """Return how an entry is named on the command line, quoted where it must be."""
    return shlex.quote(f"{source}:{entry}")


def held_of(
    applicant: Applicant,
    *,
    code: str,
    what: str,
    advice: str,
    candidates: tuple[Mapping[str, Any], ...] = (),
) -> Held:
    """Return that an entry is held; ENTRY in the advice becomes its name."""
    return Held(
        source=applicant.source,
        entry=applicant.entry,
        row=applicant.row,
        shown=applicant.fullname,
        code=code,
        what=what,
        advice=advice.replace("ENTRY", entry_name(applicant.source, applicant.entry)),
        candidates=candidates,
    )
