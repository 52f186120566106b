"""`moodle-bridge sync`: mail in, forums, mail out, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from mappings.number_words import number_of, tally
from moodle_bridge.errors import (
    BridgeError,
    ConfigError,
    GuardTripped,
    RemoteError,
)
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.frame import exit_code_of
from sync.cli.result import ExitCode, Result, Table
from sync.commands.audit import audit_if_due, told
from sync.engine import Engine
from sync.job import PLANS_WAITING, Report
from sync.retention import purge_if_due
from sync.rota.telling import all_clear, rota_news

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.pairs import Pair

Way = Literal["mirror-out", "mirror-in"]
First = Literal["now"] | int | None
# Calendars need not be fetched with every run.
_FROZEN_EVERY = timedelta(minutes=10)


def run(
    invocation: Invocation,
    *,
    dry_run: bool,
    first: First,
    pair: str | None,
    only: Way | None,
    stopping: Callable[[], bool] = lambda: False,
) -> Result:
    """Carry what is new both ways.

    `first` says what a pair or a mailbox holds that has never been looked at: "now" =
    history, a number = the newest so many posts are new, None = refuse (GuardTripped).
    `stopping` is asked between effects; once it says so, Stopped is raised.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        dry_run = dry_run or bridge.settings.safety.dry_run
        engine = Engine(
            ledger=bridge.ledger,
            holder=bridge.holder,
            dry_run=dry_run,
            progress=invocation.progress,
            stopping=stopping,
        )
        engine.begin()
        started = bridge.clock()
        with bridge.ledger.writing() as transaction:
            number = transaction.runs.begin(
                "sync --dry-run" if dry_run else "sync", bridge.holder.name
            )
        try:
            _once(bridge, engine, first=first, named=pair, only=only)
            code = _exit_code(bridge, engine.report, started)
            _end(bridge, number, engine.report, code, "")
        except Exception as error:
            code, said = ExitCode.BUG, type(error).__name__
            if isinstance(error, BridgeError):
                code, said = exit_code_of(error), str(error)
            _end(bridge, number, engine.report, code, masked(said))
            raise
        finally:
            engine.end()
        return _shown(engine.report, code, dry_run=dry_run)


def _once(
    bridge: Bridge,
    engine: Engine,
    *,
    first: First,
    named: str | None,
    only: Way | None,
) -> None:
    everything = bridge.pairs()
    pairs = [pair for pair in everything if named in {None, pair.name}]
    if not pairs:
        known = ", ".join(pair.name for pair in everything)
        raise ConfigError(
            "no pair has this name", item=str(named), advice=f"There is: {known}."
        )
    begun = _begin(bridge, engine, pairs, first)
    if begun is None:
        return
    digests = bridge.digests(everything)
    if not engine.dry_run:
        digests.begin()
    received = bridge.reception.fetch(
        bridge.mailboxes,
        begin=None if first is None else first == "now",
        leave=engine.dry_run,
    )
    report = engine.report
    report.counts["mails received"] += received.new
    report.counts["copies received"] += received.copies
    report.problems += received.problems
    report.unreachable += received.problems
    if only != "mirror-out":
        if not engine.dry_run:
            bridge.reception.look_again()
        # First: who wants no more mail is to get none from this run.
        engine.run(bridge.leaving_by_mail())
        # Before any mail can become a post: who takes a watch is for nobody else.
        engine.run(bridge.swap_answers(everything))
        engine.run(bridge.mirror_in(everything))
        report.problems += bridge.own_names.problems
        engine.run(bridge.questions(everything))
    if only != "mirror-in":
        if not engine.dry_run:
            # Once more, for whom mail no longer reaches since just now.
            digests.begin()
        seen = bridge.watch(engine.begin).look(pairs)
        report.counts["posts seen"] += seen.new_posts
        report.problems += seen.problems
        report.unreachable += seen.problems
        if seen.moved_forums:
            bridge.forget_places()
        _alert(bridge, engine, everything)
        for pair in pairs:
            _bring_in_line(bridge, engine, pair)
            engine.run(bridge.mirror_out(pair, let_out=begun[pair.name]))
        engine.run(digests)
    _look_at_forms(bridge, engine, whole=named is None and only is None)
    _publish_rota(bridge, engine, whole=named is None and only is None)
    _look_after(bridge, engine, pairs)
    _write_reports(bridge, engine, whole=named is None and only is None)
    report.problems += bridge.participants.problems


def _alert(bridge: Bridge, engine: Engine, pairs: Sequence[Pair]) -> None:
    """Tell facilitators of questions and of the rota, and freeze who was on duty."""
    settings, report = bridge.settings, engine.report
    if settings.rota.sources and not engine.dry_run:
        bridge.rota.freeze(every=_FROZEN_EVERY)
    alerting, clear = bridge.alerting(pairs), all_clear(bridge, pairs)
    if alerting is not None:
        engine.run(alerting)
        report.problems += alerting.problems
    if clear is not None:
        engine.run(clear)
        report.problems += clear.problems
    news = None if engine.dry_run else rota_news(bridge, pairs, report.problems)
    if news is not None:
        news.plan()
    report.problems += [
        f"rota: {state.name} cannot be read, so"
        f" {'what it said last counts' if state.read_at else 'it holds nobody'}:"
        f" {state.problem}"
        for state in bridge.rota.states_read()
        if state.problem
    ]


def _look_at_forms(bridge: Bridge, engine: Engine, *, whole: bool) -> None:
    """Pick up what is new in the forms of bridge.toml, in a run for everything."""
    if not whole or engine.dry_run or not bridge.settings.intakes:
        return
    from sync.enrol.continuous import Continuous  # noqa: PLC0415 - few have forms

    Continuous(bridge=bridge, engine=engine).run()


def _publish_rota(bridge: Bridge, engine: Engine, *, whole: bool) -> None:
    """Put the rota where others see it when its hour has come, in a run for all."""
    if not whole or not bridge.settings.rota.publish:
        return
    from sync.rota.publishing import publish_if_due  # noqa: PLC0415 - few publish it

    publish_if_due(bridge, engine)


def _write_reports(bridge: Bridge, engine: Engine, *, whole: bool) -> None:
    """Bring up to date the reports whose hour has come, in a run for everything."""
    if not whole or engine.dry_run or not bridge.settings.report.sinks:
        return
    from sync.report.schedule import write_due  # noqa: PLC0415 - few have sinks

    write_due(bridge, engine)


def _bring_in_line(bridge: Bridge, engine: Engine, pair: Pair) -> None:
    """Let a list that tells of its members mail to those alone who want each post."""
    delivery = bridge.list_delivery(pair)
    if delivery is None or engine.dry_run:
        return
    try:
        engine.report.counts["deliveries set"] += delivery.run_if_due()
    except RemoteError as error:
        # What is posted must go out all the same.
        problem = masked(f"{error} {error.advice}".rstrip())
        engine.report.problems.append(problem)


def _look_after(bridge: Bridge, engine: Engine, pairs: list[Pair]) -> None:
    """See to what the bridge itself has to check and to say."""
    if not engine.dry_run:
        left = audit_if_due(bridge, pairs, engine)
        engine.report.problems += [f"audit: {told(finding)}" for finding in left]
        summary = bridge.summary()
        if summary is not None:
            summary.plan()
        bridge.undelivered(pairs).plan()
        bridge.mailed_by_moodle(pairs, bridge.watch(engine.begin).begun).plan()
        engine.report.counts += purge_if_due(bridge.ledger, bridge.settings.ledger)
    engine.run(bridge.own_mails())


def _begin(
    bridge: Bridge, engine: Engine, pairs: list[Pair], first: First
) -> dict[str, int] | None:
    """Begin the pairs that have not begun; return how many posts each lets out.

    None when a dry run ends here, because what would follow is not known yet.
    """
    watch = bridge.watch(engine.begin)
    new = [pair for pair in pairs if watch.begun(pair.name) is None]
    counts = dict.fromkeys((pair.name for pair in pairs), 0)
    if not new:
        return counts
    names = ", ".join(pair.name for pair in new)
    if first is None:
        raise GuardTripped(
            "this is the first run, and nobody has said what is to become of what"
            " stands in the forum already",
            item=f"pair {names}",
            advice="`moodle-bridge sync --from now` mails only what is written from"
            " now on; `--backfill N` mails the N newest posts of each pair first.",
        )
    if engine.dry_run:
        what = "nothing old" if first == "now" else f"the {first} newest posts"
        engine.report.problems.append(f"would begin {names} and mail {what}")
        return None
    for pair in new:
        served_at = bridge.server_time(pair.place.course.id)
        counts[pair.name] = watch.begin(
            pair, backfill=0 if first == "now" else int(first), served_at=served_at
        )
        engine.progress(
            f"begun: {pair.name}, {number_of(counts[pair.name], 'post')} to mail"
        )
    return counts


def _exit_code(bridge: Bridge, report: Report, started: datetime) -> ExitCode:
    if report.unreachable:
        return ExitCode.UNREACHABLE
    with bridge.ledger.reading() as transaction:
        held = transaction.inbound.held_since(started)
        stopped = transaction.intents.stopped_since(started)
    report.counts["held"] = held + stopped
    waits = held + stopped + report.counts[PLANS_WAITING]
    return ExitCode.HELD if waits else ExitCode.DONE


def _end(
    bridge: Bridge, number: int, report: Report, code: ExitCode, problem: str
) -> None:
    with bridge.ledger.writing() as transaction:
        transaction.runs.end(
            number, exit_code=int(code), counts=report.counts, problem=problem
        )


def _shown(report: Report, code: ExitCode, *, dry_run: bool) -> Result:
    parts: list[str | Table] = []
    if dry_run:
        parts.append(
            Table(
                title="This would be done",
                columns=("what", "which"),
                rows=[(action.kind, action.summary) for action in report.planned],
            )
            if report.planned
            else "Nothing would be done."
        )
        if report.withheld:
            parts.append(
                Table(
                    title="This would be left alone",
                    columns=("why", "which"),
                    rows=[(left.reason, left.summary) for left in report.withheld],
                )
            )
    counts = {name: number for name, number in report.counts.items() if number}
    said = ", ".join(tally(number, name) for name, number in counts.items())
    parts.append(f"{'Dry run' if dry_run else 'Done'}: {said or 'nothing new'}.")
    parts += report.problems
    if code is ExitCode.HELD:
        parts.append("See `moodle-bridge held` for what waits for a decision.")
    return Result(
        exit_code=code,
        parts=parts,
        data={
            "dry_run": dry_run,
            "counts": counts,
            "planned": [
                {"kind": action.kind, "key": action.key, "summary": action.summary}
                for action in report.planned
            ],
            "withheld": [
                {"source": left.source, "reason": left.reason, "summary": left.summary}
                for left in report.withheld
            ],
            "problems": list(report.problems),
        },
    )
