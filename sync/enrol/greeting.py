"""Writes the mails of a plan down: welcomes, and what is wrong with an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.addresses import folded
from mappings.bounce_score import may_be_mailed
from mappings.enrolment.people import Owned
from mappings.enrolment.plan import EnrolmentPlan, Step, StepKind
from mappings.intake.problems import Code, IntakeProblem, Severity
from mappings.phrases import known_language
from mappings.refused import refused_mail
from mappings.welcome import (
    WIRE_LIMIT,
    Password,
    TemplateProblem,
    Welcome,
    WelcomeTemplate,
    read_template,
    welcome_mail,
)
from moodle_bridge.errors import ConfigError
from sync.channels import default_channel, zone_name_for
from sync.enrol.refusals import refusal_key, refusal_source
from sync.jobs.own_mails import write_down
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.channels import Channel
    from moodle_bridge.model.mail import ListAddress
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.settings import Settings
    from sync.settings.intake import IntakeSettings

WELCOME = "mail.welcome"
REFUSED = "mail.refused"
_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greetings:
    """Writes the mails of plans down; see `Greeter`.

    `course_names` gives the full names of the courses of a form by the form's name.
    `list_of` gives the list of a pair.
    """

    settings: Settings
    site: MailSite
    secret: bytes
    course_names: Mapping[str, Sequence[str]]
    list_of: Callable[[str], ListAddress | None]

    def plan(
        self,
        transaction: Transaction,
        step: Step,
        *,
        plan: EnrolmentPlan,
        user_id: int | None,
    ) -> str | None:
        """See `Greeter`."""
        if step.kind is StepKind.TELL_REFUSED:
            return self._tell_refused(transaction, step)
        intake = self._intake_of(transaction, step, plan)
        if intake is None:
            return "no [[intake]] of bridge.toml is of this name any more"
        if user_id is None:
            return "there is no account that could be told of"
        return self._welcome(transaction, step, intake, user_id)

    def _welcome(
        self,
        transaction: Transaction,
        step: Step,
        intake: IntakeSettings,
        user_id: int,
    ) -> str | None:
        address = str(step.sets.get("email") or step.target)
        if why_not := _unreachable(transaction, address):
            return why_not
        key = f"welcome:{intake.name}:{step.person}"
        told = self._told(transaction, step, intake, user_id, address)
        try:
            mail = welcome_mail(
                told,
                date=transaction.clock(),
                site=self.site,
                key=receipt_of(self.secret, key),
                template=self._template(transaction, step, intake, user_id),
            )
        except ValueError:
            return f"{address} is no address that mail can be sent to"
        write_down(
            transaction,
            mail,
            key=key,
            kind=WELCOME,
            source=f"participant:{step.person}",
            summary=f"welcome to {step.shown}",
            for_list=told.answers_to_course,
        )
        return None

    def _told(
        self,
        transaction: Transaction,
        step: Step,
        intake: IntakeSettings,
        user_id: int,
        address: str,
    ) -> Welcome:
        known = transaction.participants.get(step.person)
        created = known is not None and known.person.owned is Owned.CREATED
        username = known.person.username if known else None
        listed = self.list_of(intake.pair) if intake.pair else None
        names = self.course_names.get(intake.name, ())
        told, person = self.settings.welcome, transaction.people.of_user(user_id)
        return Welcome(
            user_id=user_id,
            to=address,
            name=step.shown,
            username=username or (person.username if person else ""),
            language=self._language(transaction, step, intake, user_id),
            zone=self._zone(transaction, step, intake, person),
            course=", ".join(names) or ", ".join(map(str, intake.course)),
            list_name=listed.name if listed else intake.name,
            list_address=listed.address if listed else None,
            channel=self._channel(transaction, intake, user_id),
            password=Password(intake.password) if created else Password.KNOWN,
            page=told.page,
            ask=told.ask,
            begins=intake.begins,
            answers_to_course=told.answers == "course" and listed is not None,
        )

    def _tell_refused(self, transaction: Transaction, step: Step) -> str | None:
        told = step.sets
        intake = self.settings.intake(str(told["source"]))
        if intake is None or not intake.tell_refused:
            return "nobody is told of refused entries any more (tell_refused)"
        key = refusal_key(str(told["source"]), str(told["entry"]), str(told["version"]))
        if transaction.intents.get(key) is not None:
            return None
        address = folded(step.target)
        if why_not := _unreachable(transaction, step.target):
            return why_not
        most = self.settings.safety.max_notices_per_day
        since = transaction.clock() - _PAUSE
        if not transaction.contacts.may_notice(address, pause=_PAUSE):
            return "this address had a mail from the bridge today"
        if transaction.contacts.noticed_since(since) >= most:
            return f"{most} notices went out today ([safety] max_notices_per_day)"
        listed = self.list_of(intake.pair) if intake.pair else None
        names = self.course_names.get(intake.name, ())
        try:
            mail = refused_mail(
                _problems_of(told),
                to=step.target,
                language=str(told["language"]),
                course=", ".join(names) or ", ".join(map(str, intake.course)),
                list_name=listed.name if listed else intake.name,
                ask=self.settings.welcome.ask,
                date=transaction.clock(),
                site=self.site,
                key=receipt_of(self.secret, key),
            )
        except ValueError:
            return f"{step.target} is no address that mail can be sent to"
        transaction.contacts.noticed(address)
        write_down(
            transaction,
            mail,
            key=key,
            kind=REFUSED,
            source=refusal_source(intake.name, str(told["entry"])),
            summary=f"tell {step.target} what to mend in their entry",
        )
        return None

    def _intake_of(
        self, transaction: Transaction, step: Step, plan: EnrolmentPlan
    ) -> IntakeSettings | None:
        names = [source.name for source in plan.sources]
        if len(names) > 1:
            theirs = transaction.entries.of_participant(step.person)
            found = [one.source for one in theirs if one.source in names]
            names = found or names
        return next(
            (one for name in names if (one := self.settings.intake(name))), None
        )

    def _language(
        self,
        transaction: Transaction,
        step: Step,
        intake: IntakeSettings,
        user_id: int,
    ) -> str:
        said = step.sets.get("language") or _applied(transaction, step).get("language")
        person = transaction.people.of_user(user_id)
        pair = self.settings.pair(intake.pair) if intake.pair else None
        return str(
            said
            or (person.language if person else None)
            or (pair.language if pair else intake.language)
        )

    def _zone(
        self,
        transaction: Transaction,
        step: Step,
        intake: IntakeSettings,
        person: Person | None,
    ) -> str:
        said = step.sets.get("timezone") or _applied(transaction, step).get("timezone")
        pair = self.settings.pair(intake.pair) if intake.pair else None
        if said:
            return str(said)
        if person is not None and pair is not None:
            return zone_name_for(person, pair, self.settings.mail)
        return (pair.timezone if pair else None) or self.settings.mail.timezone

    def _channel(
        self, transaction: Transaction, intake: IntakeSettings, user_id: int
    ) -> Channel:
        chosen = transaction.channels.get(user_id)
        if chosen is not None:
            return chosen
        named = self.settings.pair(intake.pair) if intake.pair else None
        # Without a pair nobody gets posts by mail from here; the first says the rest.
        return default_channel(named or self.settings.pairs[0], self.settings.mail)

    def _template(
        self,
        transaction: Transaction,
        step: Step,
        intake: IntakeSettings,
        user_id: int,
    ) -> WelcomeTemplate | None:
        language = self._language(transaction, step, intake, user_id)
        return template_of(self.settings.welcome.templates, language)


def template_of(folder: Path | None, language: str | None) -> WelcomeTemplate | None:
    """Return an organisation's own words in a language; None: it has none.

    For `pt_br` it is welcome-pt_br.txt, else welcome-pt.txt; for a language that we have
    no words in either, that of the one which stands for it. Raises ConfigError for a
    file that cannot be used.
    """
    if folder is None:
        return None
    code = (language or "").strip().lower().replace("-", "_")
    tried = dict.fromkeys([code, code.partition("_")[0], known_language(code)])
    for name in filter(None, tried):
        path = folder / f"welcome-{name}.txt"
        if path.is_file():
            return _read(path)
    return None


def templates_in(folder: Path) -> dict[str, WelcomeTemplate]:
    """Return every template of a folder by its language.

    Raises ConfigError for the first that cannot be used, and for a folder that is not
    there.
    """
    if not folder.is_dir():
        raise ConfigError(
            "there is no such folder",
            item=str(folder),
            advice="Make it, or take `templates` out of [welcome].",
        )
    return {
        path.stem.removeprefix("welcome-"): _read(path)
        for path in sorted(folder.glob("welcome-*.txt"))
    }


def _read(path: Path) -> WelcomeTemplate:
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > WIRE_LIMIT:
            raise TemplateProblem(f"is longer than {WIRE_LIMIT} letters")
        return read_template(text)
    except (OSError, ValueError) as error:
        said = (
            "is not readable as UTF-8 text"
            if isinstance(error, OSError | UnicodeDecodeError)
            else str(error)
        )
        raise ConfigError(
            said,
            item=str(path),
            advice="Mend the file; docs/intake/after-moodle.md shows one.",
        ) from None


def _unreachable(transaction: Transaction, address: str) -> str | None:
    standing = transaction.bounces.get(folded(address))
    if standing.rests and not may_be_mailed(standing, transaction.clock()):
        return f"mail to {address} comes back"
    return None


def _applied(transaction: Transaction, step: Step) -> Mapping[str, Any]:
    known = transaction.participants.get(step.person)
    return known.person.applied if known else {}


def _problems_of(told: Mapping[str, Any]) -> tuple[IntakeProblem, ...]:
    return tuple(
        IntakeProblem(
            code=Code(one["code"]),
            severity=Severity.ERROR,
            source=str(told["source"]),
            entry=str(told["entry"]),
            row=None,
            field=one["field"],
            question_key="",
            question=one["question"],
            given="",
        )
        for one in told["problems"]
    )
