"""Looks at each form now and then: applies what is safe, and tells of the rest.

The admin is told once of each plan. Nobody is told anew because a form was read
again, and a form that cannot be read stops nothing else.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.enrolment.limits import shrunk
from mappings.enrolment.plan import StepKind
from mappings.enrolment.waiting import held_digest, steps_digest, waiting_lines
from mappings.one_line import cut, one_line
from mappings.own_mail import own_mail
from moodle_bridge.errors import BridgeError, ConfigError, GuardTripped, RemoteError
from moodle_bridge.redact import masked
from sync.enrol.carrying_out import applying, carry_out
from sync.enrol.files import write_plan
from sync.enrol.held_rows import remember_rows
from sync.enrol.planning import Planned, Planning
from sync.intake import limits_of
from sync.job import PLANS_WAITING
from sync.jobs.own_mails import write_down
from sync.ledger.deeds import DeedState
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.enrolment.plan import EnrolmentPlan
    from sync.bridge import Bridge
    from sync.engine import Engine
    from sync.ledger.deeds import Deed
    from sync.settings.intake import IntakeSettings

MADE_BY = "sync"
_COLUMNS = 78
_LINE_LONGEST = 300
_MAIL = "mail.plan"
_COMMAND = "moodle-bridge "
_QUOTED = re.compile(f"`{_COMMAND}[^`]*`")
_JOINT = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuous:
    """What a run does for the forms of bridge.toml; the lease on the run is held."""

    bridge: Bridge
    engine: Engine

    def run(self) -> None:
        """Look at each form that is due. Raises Busy and Stopped, and nothing else."""
        for intake in self.bridge.settings.intakes:
            try:
                self._resume(intake)
                if self._is_due(intake):
                    self._look(intake)
            except (RemoteError, GuardTripped, ConfigError) as error:
                # Posts and mails go their way all the same.
                self._trouble(intake, error)

    def _is_due(self, intake: IntakeSettings) -> bool:
        """Say whether a form is to be looked at, and note that it is."""
        if not intake.every:
            return False
        now, cursor = self.bridge.clock(), f"intake:{intake.name}:looked-at"
        with self.bridge.ledger.writing() as transaction:
            before = transaction.cursors.get(cursor)
            if before is not None:
                since = now - datetime.fromisoformat(before)
                if timedelta() <= since < intake.every:
                    return False
            transaction.cursors.move(cursor, now.isoformat())
        return True

    def _look(self, intake: IntakeSettings) -> None:
        with self.bridge.ledger.reading() as transaction:
            before = transaction.entries.counting(intake.name)
        name = f"{intake.name}-{self.bridge.clock():%Y%m%d-%H%M%S}"
        planned = Planning(self.bridge).plan([intake], name=name)
        with self.bridge.ledger.writing() as transaction:
            remember_rows(transaction, planned.plan)
        reasons = self._against(intake, planned, before)
        if planned.plan.steps and not reasons and intake.auto_apply is not None:
            self._apply(intake, planned)
        elif planned.plan.steps or planned.plan.held:
            self._tell(intake, planned, reasons, waits=bool(planned.plan.steps))
            return
        if planned.plan.held:
            self._tell(intake, planned, (), waits=False)

    def _against(
        self, intake: IntakeSettings, planned: Planned, before: int | None
    ) -> list[str]:
        """Return what speaks against doing a plan without a person."""
        found = [excess.what for _, excess in planned.excesses]
        auto = intake.auto_apply
        if auto is None:
            return found
        limits = limits_of(auto)
        found += [
            f"the token's service does not hold {one.what}" for one in planned.lacking
        ]
        (form,) = planned.forms
        found += [excess.what for excess in form.beyond(limits)]
        # Many who had an account before are as much a surprise as many new ones.
        enrols = sum(step.kind is StepKind.ENROL for step in planned.plan.steps)
        if enrols > auto.create:
            found.append(f"{enrols} x enrolment.add, and the limit is {auto.create}")
        lost = shrunk(before, form.people, limits)
        if lost is not None:
            found.append(lost.what)
        return list(dict.fromkeys(found))

    def _apply(self, intake: IntakeSettings, planned: Planned) -> None:
        with self.bridge.ledger.writing() as transaction:
            planned.save(transaction, made_by=MADE_BY)
            transaction.cursors.move(_applying(intake), planned.plan.name)
        self._carry_out(intake, planned.plan)

    def _resume(self, intake: IntakeSettings) -> None:
        """Go on with a plan of ours that was begun and did not come to its end."""
        with self.bridge.ledger.reading() as transaction:
            name = transaction.cursors.get(_applying(intake))
            kept = transaction.plans.get(name) if name else None
        if kept is not None and kept.ended_at is None and kept.undone_at is None:
            self._carry_out(intake, kept.plan)

    def _carry_out(self, intake: IntakeSettings, plan: EnrolmentPlan) -> None:
        job = applying(self.bridge, plan)
        done_before = _done(job.deeds.values())
        try:
            carry_out(self.bridge, self.engine, job)
        finally:
            counts = self.engine.report.counts
            counts["enrolment steps"] += _done(job.deeds.values()) - done_before
        if job.open_steps:
            return
        with self.bridge.ledger.writing() as transaction:
            transaction.cursors.move(_applying(intake), "")
        for step in plan.steps:
            deed = job.deeds[step.key]
            if deed.state is DeedState.REFUSED:
                self.engine.report.problems.append(
                    masked(f"{plan.name}: {step.kind} {step.shown}: {deed.reason}")
                )

    def _tell(
        self,
        intake: IntakeSettings,
        planned: Planned,
        reasons: Sequence[str],
        *,
        waits: bool,
    ) -> None:
        """Keep a plan and tell the admin of it, unless they know it already."""
        plan = planned.plan
        steps, held = steps_digest(plan) if waits else "", held_digest(plan)
        cursor = f"intake:{intake.name}:told"
        with self.bridge.ledger.reading() as transaction:
            known, _, known_held = (transaction.cursors.get(cursor) or "").partition(
                " "
            )
        if (not steps or steps == known) and (not held or held == known_held):
            return
        digest = f"{steps} {held}"
        file = None
        if waits and not planned.excesses:
            file = self._write(plan)
            with self.bridge.ledger.writing() as transaction:
                planned.save(transaction, made_by=MADE_BY)
                transaction.plans.told(plan.name)
        shown = plan if waits else replace(plan, steps=())
        lines = waiting_lines(shown, reasons, file=file)
        number = len(plan.steps) if waits else len(plan.held)
        what = "steps wait for you" if waits else "entries wait for you"
        self._mail(intake, digest, f"{number} {what}", lines, cursor=cursor)
        self.engine.report.counts[PLANS_WAITING] += 1
        self.engine.report.problems.append(
            f"{intake.name}: {number} {what}; see `moodle-bridge enrol plan --intake"
            f" {intake.name}`"
        )

    def _write(self, plan: EnrolmentPlan) -> str | None:
        path = self.bridge.settings.folder / f"{plan.name}.plan.json"
        try:
            write_plan(path, plan)
        except OSError:
            # The folder may be for reading only; then the admin makes the file.
            return None
        return str(path)

    def _trouble(self, intake: IntakeSettings, error: BridgeError) -> None:
        said = masked(f"{intake.name}: {error} {error.advice}".rstrip())
        self.engine.report.problems.append(said)
        if isinstance(error, RemoteError):
            # It may be there again in an hour, and the run says so each time.
            return
        cursor = f"intake:{intake.name}:trouble"
        digest = hashlib.sha256(said.encode()).hexdigest()
        with self.bridge.ledger.reading() as transaction:
            if transaction.cursors.get(cursor) == digest:
                return
        lines = [f"Form: {intake.name}", "", said, *_problems_of(error)]
        self._mail(intake, digest, "a form needs you", lines, cursor=cursor)

    def _mail(
        self,
        intake: IntakeSettings,
        digest: str,
        subject: str,
        lines: Sequence[str],
        *,
        cursor: str,
    ) -> None:
        """Write the mail down for the admin, if there is one, and note it as told."""
        bridge = self.bridge
        admin = bridge.settings.mail.admin
        with bridge.ledger.writing() as transaction:
            transaction.cursors.move(cursor, digest)
            if admin is None:
                return
            key = f"plan:{intake.name}:{transaction.clock():%Y%m%dT%H%M%S}:{digest.strip()[:12]}"
            mail = own_mail(
                to=admin,
                subject=f"[{intake.name}] moodle-bridge: {subject}",
                text=_wrapped(lines),
                date=transaction.clock(),
                name=intake.name,
                site=bridge.mail_site,
                key=receipt_of(bridge.secret, key),
                auto="auto-generated",
            )
            write_down(
                transaction,
                mail,
                key=key,
                kind=_MAIL,
                source=f"intake:{intake.name}",
                summary=f"tell {admin} of form {intake.name}",
            )


def _applying(intake: IntakeSettings) -> str:
    return f"intake:{intake.name}:applying"


def _done(deeds: Iterable[Deed]) -> int:
    return sum(one.state is DeedState.DONE for one in deeds)


def _problems_of(error: BridgeError) -> list[str]:
    problems = error.problems if isinstance(error, ConfigError) else ()
    return [f"  {one.where}: {one.what}. {one.advice}".rstrip() for one in problems]


def _held_together(command: re.Match[str]) -> str:
    """Return a command whose words a line's end does not part: it is to be copied."""
    return command[0].replace(" ", _JOINT)


def _wrapped(lines: Sequence[str]) -> str:
    """Return lines of strangers' words as a text 78 columns wide."""
    text: list[str] = []
    for line in lines:
        plain = line.lstrip(" ")
        indent = " " * (len(line) - len(plain))
        if not plain or plain.startswith(_COMMAND):
            # A command is to be copied as it is.
            text.append(f"{indent}{one_line(plain)}".rstrip())
            continue
        whole = _QUOTED.sub(_held_together, cut(one_line(plain), _LINE_LONGEST))
        text += [
            each.replace(_JOINT, " ")
            for each in textwrap.wrap(
                whole,
                _COLUMNS,
                initial_indent=indent,
                subsequent_indent=f"{indent}  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        ]
    return "\n".join([*text, ""])
