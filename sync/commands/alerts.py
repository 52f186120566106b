"""`moodle-bridge alerts`: who was told of what, and whether somebody can be told."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mappings.alerts.wording import AlertReader, AlertWords, trial_words
from mappings.identity import notice_message_id
from moodle_bridge.errors import InDoubt, RemoteError
from moodle_bridge.model.alerts import AlertNotice, AlertTarget
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.commands.rota import when_text
from sync.rota.people import facilitator_named

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.alert_ways import Way
    from sync.cli.invocation import Invocation

_STEPS = {0: "nobody on duty"}


def test(invocation: Invocation, *, person: str, dry_run: bool) -> Result:
    """Send a test by each way of a person of the rota, and say how each went."""
    with _bridge(invocation) as bridge:
        known = facilitator_named(bridge.watchers(bridge.pairs()), person)
        ways = bridge.alert_ways(receipts=False).of(known)
        reader = AlertReader(
            name=known.name,
            language=known.language,
            zone=known.zone,
            why=None,
            replies=False,
        )
        words = trial_words(reader)
        tried = [
            (way, _problem(way) or _tried(bridge, known, way, words, dry_run=dry_run))
            for way in ways
        ]
    rows = [
        (way.name, _when_used(place, way), said)
        for place, (way, said) in enumerate(tried)
    ]
    failed = not tried or any(said not in _GOOD for _, said in tried)
    parts: list[str | Table] = [
        Table(title=known.name, columns=("way", "used", "what came of it"), rows=rows)
        if rows
        else f"{known.name} can be reached by no way: say `user` or `address` in"
        " [[rota.person]], or add [[alerts.channel]]."
    ]
    return Result(
        exit_code=ExitCode.UNREACHABLE if failed else ExitCode.DONE,
        parts=parts,
        data={
            "person": known.key,
            "ways": [
                {"way": way.name, "result": said, "ok": said in _GOOD}
                for way, said in tried
            ],
        },
    )


def list_alerts(invocation: Invocation, *, person: str | None, days: int) -> Result:
    """List which alerts were sent to whom, and why; the newest last."""
    with _bridge(invocation) as bridge:
        settings = bridge.settings
        people = {one.key: one.name for one in bridge.rota.people}
        key = facilitator_named(bridge.rota.people, person).key if person else None
        since = bridge.clock() - timedelta(days=days)
        with bridge.ledger.reading() as transaction:
            alerts = transaction.alerts.since(since, person=key)
    zone = settings.rota.zone
    steps = settings.alerts.steps if settings.alerts else ()
    rows = [
        (
            when_text(one.sent_at or one.due_at, zone),
            people.get(one.person, one.person),
            f"{one.post_id} ({one.pair})",
            _STEPS.get(one.step)
            or (
                f"{one.step}: {steps[one.step - 1].to}"
                if one.step <= len(steps)
                else str(one.step)
            ),
            one.channel,
            one.state.value,
            one.reason,
        )
        for one in alerts
    ]
    data = {
        "zone": zone,
        "alerts": [
            {
                "person": one.person,
                "pair": one.pair,
                "post": one.post_id,
                "step": one.step,
                "way": one.channel,
                "state": one.state.value,
                "reason": one.reason,
                "due_at": one.due_at,
                "sent_at": one.sent_at,
                "message": one.message,
            }
            for one in alerts
        ],
    }
    if not rows:
        return Result(parts=["Nobody was alerted in this time."], data=data)
    return Result(
        parts=[
            f"All times in {zone}.",
            Table(
                columns=("when", "who", "post", "step", "way", "state", "why not"),
                rows=rows,
            ),
        ],
        data=data,
    )


_SENT, _PERHAPS, _WOULD = "sent", "sent perhaps: its answer was lost", "would be tried"
_GOOD = frozenset({_SENT, _WOULD})


def _when_used(place: int, way: Way) -> str:
    if not place:
        return "at once"
    if way.after is None:
        return "when those before failed"
    return f"after {int(way.after.total_seconds() // 60)} min"


def _problem(way: Way) -> str | None:
    return way.channel.problem_with(way.address)


def _tried(
    bridge: Bridge,
    person: Facilitator,
    way: Way,
    words: AlertWords,
    *,
    dry_run: bool,
) -> str:
    if dry_run:
        return _WOULD
    now = bridge.clock()
    key = f"alert-test:{person.key}:{way.name}:{now.isoformat()}"
    notice = AlertNotice(
        key=key,
        subject=words.subject,
        text=words.text,
        short=words.short,
        language=person.language,
        message_id=notice_message_id(
            key, site_tag=bridge.site_tag, domain=bridge.settings.mail.domain
        ),
        headers={"Date": format_datetime(now)},
    )
    try:
        way.channel.send(notice, AlertTarget(name=person.name, address=way.address))
    except InDoubt:
        return _PERHAPS
    except RemoteError as error:
        return masked(f"{error.what}. {error.advice}")
    return _SENT


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)
