"""`moodle-bridge question`: which questions wait, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mappings.alerts.wording import waiting_text
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.waits import Mark, Wait
from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.commands.rota import when_text
from sync.jobs.marking import mark_post
from sync.jobs.peer_answers import answered_by_peers
from sync.ledger.alerts import REACHED
from sync.rota.people import facilitator_named

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction

_MARKS = {"needs": Mark.NEEDS_ANSWER, "none": Mark.NO_ANSWER_NEEDED}
_NO_POST = "Look up its number with `moodle-bridge question list`, or in its address."


def list_questions(invocation: Invocation, *, history: bool) -> Result:
    """List the questions that wait, the oldest first."""
    with _bridge(invocation) as bridge:
        now, zone = bridge.clock(), bridge.settings.rota.zone
        alerts = bridge.settings.alerts
        people = {one.key: one.name for one in bridge.rota.people}
        with bridge.ledger.reading() as transaction:
            waits = transaction.waits.open(history=history)
            names = _names(transaction)
            subjects = {
                (wait.pair, wait.post_id): said.subject
                for wait in waits
                if (said := transaction.utterances.get(wait.pair, wait.post_id))
            }
            told = transaction.alerts.of_questions(
                [(wait.pair, wait.post_id) for wait in waits]
            )
            claims = transaction.claims.everyone()
            peers = answered_by_peers(
                transaction,
                waits,
                {pair.name for pair in bridge.settings.pairs if pair.whole_thread},
            )
    rows, data = [], []
    for wait in waits:
        question = (wait.pair, wait.post_id)
        whom = dict.fromkeys(
            one.person
            for one in told
            if (one.pair, one.post_id) == question and one.state in REACHED
        )
        claim = claims.get(question)
        held = claim if claim and claim.until > now else None
        peer = peers.get(question)
        late = alerts is not None and now - wait.began > alerts.promise
        rows.append(
            (
                str(wait.post_id),
                wait.pair,
                names.get(wait.asker_id, f"user {wait.asker_id}"),
                subjects.get(question, ""),
                when_text(wait.began, zone),
                waiting_text("en", now - wait.began) + (", late" if late else ""),
                ", ".join(people.get(key, key) for key in whom),
                when_text(peer.at, zone) if peer else "",
                people.get(held.person, held.person) if held else "",
            )
        )
        data.append(
            {
                "post": wait.post_id,
                "pair": wait.pair,
                "asker": wait.asker_id,
                "subject": subjects.get(question, ""),
                "began": wait.began,
                "late": late,
                "told": list(whom),
                "peer_answered": peer.at if peer else None,
                "claimed_by": held.person if held else None,
            }
        )
    columns = (
        "post",
        "pair",
        "who asks",
        "subject",
        "since",
        "waits",
        "told",
        "a peer answered",
        "taken by",
    )
    return Result(
        parts=[f"All times in {zone}.", Table(columns=columns, rows=rows)]
        if rows
        else ["No question waits."],
        data={"zone": zone, "questions": data},
    )


def mark(
    invocation: Invocation,
    *,
    post: int,
    as_: Literal["needs", "none"],
    by: str | None,
) -> Result:
    """Say that a post needs an answer, or none; a later word takes its place."""
    with _bridge(invocation) as bridge:
        who = facilitator_named(bridge.rota.people, by).key if by else "admin"
        with bridge.ledger.writing() as transaction:
            marked = [
                pair.name
                for pair in bridge.settings.pairs
                if mark_post(
                    transaction, pair, post, _MARKS[as_], by=who, source="command"
                )
            ]
    if not marked:
        raise ConfigError(
            "no post with this number was heard", item=str(post), advice=_NO_POST
        )
    said = "needs an answer" if as_ == "needs" else "needs no answer"
    return Result(
        parts=[f"Post {post} {said}."],
        data={"post": post, "mark": _MARKS[as_].value, "pairs": marked},
    )


def claim(invocation: Invocation, *, post: int, by: str) -> Result:
    """Write down that somebody takes a question, so that the others are left alone."""
    with _bridge(invocation) as bridge:
        alerts = bridge.settings.alerts
        if alerts is None:
            raise ConfigError(
                "nobody is alerted here, so nothing can be taken",
                item="[alerts]",
                advice="Add the table [alerts] to bridge.toml.",
            )
        person = facilitator_named(bridge.rota.people, by)
        with bridge.ledger.writing() as transaction:
            until = transaction.clock() + alerts.claim_lasts
            waits = _waits(transaction, bridge, post)
            for wait in waits:
                transaction.claims.set(
                    wait.pair, post, person=person.key, until=until, source="command"
                )
        if not waits:
            raise ConfigError(
                "this post is no question that waits", item=str(post), advice=_NO_POST
            )
        zone = bridge.settings.rota.zone
    return Result(
        parts=[
            (
                f"Post {post} is taken by {person.name}; nobody is told of it until"
                f" {when_text(until, zone)} {zone}."
            )
        ],
        data={"post": post, "by": person.key, "until": until},
    )


def _waits(transaction: Transaction, bridge: Bridge, post: int) -> list[Wait]:
    pairs = {pair.name for pair in bridge.settings.pairs}
    return [
        wait
        for wait in transaction.waits.get(post)
        if wait.pair in pairs and wait.ended is None
    ]


def _names(transaction: Transaction) -> dict[int, str]:
    return {
        person.user_id: person.fullname
        for course_id in transaction.people.courses()
        for person in transaction.people.of_course(course_id)
    }


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)
