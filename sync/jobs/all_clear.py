"""Tells those who were alerted that somebody is on it, or has answered: once, quietly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.alerts.all_clear import ClearKind, ClearQuestion, all_clear_words
from mappings.identity import note_of_message_id, notice_message_id
from mappings.phrases import phrase
from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.model.alerts import AlertNotice, AlertTarget
from moodle_bridge.redact import masked
from sync.actions import Action, Done, Doubt, Later, Outcome, Plan, Refused, Settlement
from sync.jobs.alert_notices import own_headers
from sync.jobs.clear_news import ClearNews, NewsOfQuestions
from sync.ledger.intents import Intent, IntentState
from sync.rota.mails import mark_as_of_rota
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.rota import Facilitator
    from sync.alert_ways import Way, Ways
    from sync.ledger import Ledger, Transaction
    from sync.rota.quiet_hours import Quietness
    from sync.sending import Sending

JOB = "all-clear"
_KIND = "all-clear"
_HOUR = timedelta(hours=1)
_TRY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """What one person is to be told, by their first way; None: it is dropped."""

    person: Facilitator
    user_id: int
    way: Way | None
    news: tuple[tuple[str, ClearNews], ...]


class AllClear:
    """The job that tells others; `name_of` gives the name of a user id, None unknown.

    `on_duty` gives who is on duty at a moment, by key. In quiet hours, or over the limit of an
    hour, it is dropped, for it asks nothing of anybody. `problems` is for an admin.
    """

    name = JOB

    def __init__(
        self,
        *,
        ledger: Ledger,
        people: Sequence[Facilitator],
        pairs: frozenset[str],
        ways: Ways,
        quietness: Quietness,
        on_duty: Callable[[datetime], frozenset[str]],
        name_of: Callable[[str, int], str | None],
        sending: Sending,
        site: MailSite,
        secret: bytes,
    ) -> None:
        self._ledger = ledger
        self._people = {person.key: person for person in people}
        self._ways = ways
        self._quietness = quietness
        self._on_duty = on_duty
        self._news = NewsOfQuestions(people=self._people, pairs=pairs, name_of=name_of)
        self._sending = sending
        self._site = site
        self._secret = secret
        self.problems: list[str] = []

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: the copy of a mail tells; all else is not sent again."""
        if intent.details["by_mail"]:
            return self._sending.settle(intent)
        return Done(result={"perhaps": True})

    def guard(self, actions: int) -> None:
        """See `Job`: nobody gets more of these than alerts."""

    def observe(self) -> Iterator[tuple[Intent, ...] | tuple[_Meant, ...]]:
        """See `Job`: what an earlier run did not get to send, then the news."""
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        if planned:
            yield tuple(planned)
        with self._ledger.reading() as transaction:
            meant = [
                self._for(transaction, key, news)
                for key, news in self._news.told_by_person(transaction).items()
            ]
        if meant:
            yield tuple(meant)

    def plan(self, observation: tuple[Intent, ...] | tuple[_Meant, ...]) -> Plan:
        """See `Job`."""
        actions: list[Action] = []
        records: list[Callable[[Transaction], None]] = []
        for one in observation:
            if isinstance(one, Intent):
                actions.append(Action.left_over(one))
                continue
            if one.way is not None:
                actions.append(self._action(one, one.way))
            records.append(_noted(one, actions[-1] if one.way else None))
        return Plan(actions=tuple(actions), records=tuple(records))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: what could not be sent for an hour is let go."""
        details = action.details
        person = self._people.get(details["person"])
        ways = self._ways.of(person) if person else ()
        way = next((one for one in ways if one.name == details["way"]), None)
        with self._ledger.reading() as transaction:
            intent = transaction.intents.get(action.key)
        now = self._ledger.clock()
        stale = intent is not None and now - intent.planned_at > _HOUR
        if person is None or way is None or stale:
            return Done(result={"withdrawn": True})
        try:
            way.channel.send(
                self._notice(action, person, now),
                AlertTarget(name=person.name, address=way.address),
            )
        except Transient as error:
            return Later(reason=masked(error.what), wait=_TRY_AGAIN)
        except InDoubt as error:
            if way.channel.by_mail:
                return Doubt(reason=masked(str(error)))
            return Done(result={"perhaps": True})
        except Permanent as error:
            # Nobody has to decide about it: it asked nothing of anybody.
            self.problems.append(
                masked(f"{person.name} was not told by {way.name}: {error.what}")
            )
            return Done(result={"refused": masked(error.what)})
        return Done(result={"message_id": details["message_id"]})

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: what was told is not kept."""
        del outcome
        kept = {
            name: intent.details[name] for name in ("message_id", "person", "by_mail")
        }
        transaction.intents.change(intent.id, details=kept)

    def _for(
        self, transaction: Transaction, key: str, news: Sequence[tuple[str, ClearNews]]
    ) -> _Meant:
        person, now = self._people[key], transaction.clock()
        assert person.user_id is not None
        ways = self._ways.of(person)
        is_on_duty = key in self._on_duty(now)
        quiet = self._quietness.until(person, now, is_on_duty=is_on_duty)
        wanted = self._quietness.persons.get(key)
        most = wanted.most_an_hour if wanted else None
        recent = transaction.alerts.messages_since(key, now - _HOUR)
        full = most is not None and len(recent) >= most
        way = None if quiet is not None or full or not ways else ways[0]
        return _Meant(person=person, user_id=person.user_id, way=way, news=tuple(news))

    def _action(self, meant: _Meant, way: Way) -> Action:
        message_id = notice_message_id(
            JOB,
            meant.person.key,
            *(once for once, _ in meant.news),
            site_tag=self._site.site_tag,
            domain=self._site.domain,
        )
        name = note_of_message_id(
            message_id, site_tag=self._site.site_tag, domain=self._site.domain
        )
        key = f"{JOB}:{name}"
        number = len(meant.news)
        questions = "1 question" if number == 1 else f"{number} questions"
        return Action(
            key=key,
            kind=f"mail.{_KIND}" if way.channel.by_mail else _KIND,
            source=key,
            stream=key,
            summary=f"all clear to {meant.person.name} by {way.name}: {questions}",
            details={
                "name": name,
                "message_id": message_id,
                "person": meant.person.key,
                "way": way.name,
                "by_mail": way.channel.by_mail,
                "news": [
                    {
                        "kind": one.kind.value,
                        "by": one.name,
                        "asker": one.asker,
                        "subject": one.subject,
                    }
                    for _, one in meant.news
                ],
            },
            receipt=receipt_of(self._secret, key),
        )

    def _notice(
        self, action: Action, person: Facilitator, now: datetime
    ) -> AlertNotice:
        language = person.language
        words = all_clear_words(
            [_question(one, language) for one in action.details["news"]],
            name=person.name,
            language=language,
        )
        return AlertNotice(
            key=action.key,
            subject=words.subject,
            text=words.text,
            short=words.short,
            language=language,
            message_id=action.details["message_id"],
            headers=own_headers(self._site, action.receipt or "", now),
        )


def _question(told: Mapping[str, str | None], language: str) -> ClearQuestion:
    somebody = phrase(language, "clear_somebody")
    return ClearQuestion(
        kind=ClearKind(told["kind"] or ""),
        by=told["by"] or somebody,
        asker=told["asker"] or somebody,
        subject=told["subject"] or "",
    )


def _noted(meant: _Meant, action: Action | None) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        for once, _ in meant.news:
            transaction.told.once(meant.user_id, once)
        if action is not None:
            mark_as_of_rota(transaction, action.details["name"])

    return record
