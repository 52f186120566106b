"""Writes reports to their sinks: which are due, what each wrote, what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import (
    BridgeError,
    ConfigError,
    InDoubt,
    LedgerError,
    Transient,
)
from moodle_bridge.redact import masked
from sync.report.shown import read_shown

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IReportSink
    from moodle_bridge.model.reports import ReportPage, Written
    from sync.ledger import Ledger
    from sync.ledger.reports import KeptReport
    from sync.report.mails import ReportMails
    from sync.report.shown import Shown
    from sync.settings.report import ReportSinkSettings

log = logging.getLogger(__name__)

RETRY_EVERY = timedelta(hours=1)
"""How long a sink that failed is left alone, unless somebody asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkOutcome:
    """What came of one sink.

    `written` says whether it was brought up to date, `changed` is false where the same
    stood there already; `mails` is how many are to be sent. `problem` is empty when
    all went well; one that was written may have one as well, for a part of it.
    `for_good`: it fails again until somebody mends something.
    """

    name: str
    target: str = ""
    written: bool = False
    changed: bool = False
    mails: int = 0
    problem: str = ""
    advice: str = ""
    for_good: bool = False

    @property
    def told(self) -> str:
        """What went wrong and what to do, in sentences; empty when all went well."""
        if not (self.problem and self.advice):
            return self.problem or self.advice
        return f"{self.problem.removesuffix('.')}. {self.advice}"


def kept_name(sink: ReportSinkSettings) -> str:
    """Return by which name the ledger knows a sink.

    With its plug-in: what one plug-in wrote means nothing to another.
    """
    return f"{sink.to.plugin} {sink.name}"


def is_due(
    sink: ReportSinkSettings, kept: KeptReport | None, *, now: datetime, zone: str
) -> bool:
    """Say whether a scheduled sink is to be written now.

    It is at once when it never was, then each time that its hour has come since. One
    that failed is tried again after `RETRY_EVERY`. One without `every` never is.
    """
    if sink.every is None:
        return False
    if kept is None:
        return True
    if kept.tried_at is not None:
        # A clock that was set back must not silence it.
        return not timedelta() <= now - kept.tried_at < RETRY_EVERY
    if kept.written_at is None:
        return True
    return sink.every.last(now, zone) > kept.written_at


def due_sinks(
    ledger: Ledger, sinks: Sequence[ReportSinkSettings], *, zone: str
) -> tuple[ReportSinkSettings, ...]:
    """Return the sinks that are due now, in their order."""
    now = ledger.clock()
    with ledger.reading() as transaction:
        return tuple(
            sink
            for sink in sinks
            if is_due(
                sink, transaction.reports.get(kept_name(sink)), now=now, zone=zone
            )
        )


def sinks_named(
    sinks: Sequence[ReportSinkSettings], names: Sequence[str]
) -> tuple[ReportSinkSettings, ...]:
    """Return the sinks with these names; ConfigError, with those there are, if not."""
    known = {sink.name: sink for sink in sinks}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(
            "no report sink has this name",
            item=", ".join(unknown),
            advice=f"There is: {', '.join(known)}."
            if known
            else "Add [[report.sink]] to bridge.toml; docs/how-to-report.md shows how.",
        )
    return tuple(known[name] for name in dict.fromkeys(names))


class Writing:
    """Writes to sinks, one after the other; one that fails does not stop the others.

    `build` makes a sink, `page` the report for one: of its pairs, in its language,
    `public` or for facilitators, and what it shows, given what it showed last. `mails`
    is the mailer that `build` gives to sinks.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        build: Callable[[ReportSinkSettings], IReportSink],
        page: Callable[[ReportSinkSettings, bool, Shown], tuple[ReportPage, Shown]],
        mails: ReportMails,
    ) -> None:
        self._ledger = ledger
        self._build = build
        self._page = page
        self._mails = mails

    def write(
        self,
        sinks: Sequence[ReportSinkSettings],
        *,
        still_here: Callable[[], None] = lambda: None,
    ) -> Iterator[SinkOutcome]:
        """Bring each sink up to date and give what came of it.

        The caller holds the lease of the run; `still_here` is called before each, to
        keep it. May be repeated: what is there already is found, and not made twice.
        """
        for sink in sinks:
            still_here()
            yield self._outcome(sink)

    def _outcome(self, sink: ReportSinkSettings) -> SinkOutcome:
        key = kept_name(sink)
        with self._ledger.reading() as transaction:
            kept = transaction.reports.get(key)
            before = read_shown(transaction.cursors.get(_shown(key)))
        last = kept.written if kept else None
        try:
            built = self._build(sink)
            page, shown = self._page(sink, built.public, before)
            written = built.write(page, last)
        except LedgerError:
            raise
        except BridgeError as error:
            passing = isinstance(error, Transient | InDoubt)
            advice = _advice(sink, error) if passing else error.advice
            return self._failed(sink, str(error), advice, for_good=not passing)
        except Exception as error:
            # Mails and posts must not stand still because of a report.
            log.exception("report sink %s", sink.name)
            return self._failed(
                sink,
                f"this is a fault in the report or its plug-in ({type(error).__name__})",
                "Please report it, with what `report --to` prints with --verbose.",
                for_good=True,
            )
        with self._ledger.writing() as transaction:
            transaction.reports.put(key, written)
            transaction.cursors.move(_shown(key), str(shown))
            mails = self._mails.write_down(transaction, sink=sink.name)
        return SinkOutcome(
            name=sink.name,
            target=written.target,
            written=True,
            changed=_is_new(written, last),
            mails=mails,
            problem=masked(written.problem),
        )

    def _failed(
        self, sink: ReportSinkSettings, problem: str, advice: str, *, for_good: bool
    ) -> SinkOutcome:
        problem = masked(problem)
        self._mails.forget()
        with self._ledger.writing() as transaction:
            transaction.reports.failed(kept_name(sink), problem)
        return SinkOutcome(
            name=sink.name, problem=problem, advice=masked(advice), for_good=for_good
        )


def _advice(sink: ReportSinkSettings, error: BridgeError) -> str:
    """Return what to do about a failure that passes; no run writes without `every`."""
    if sink.every is not None:
        return error.advice
    itself = error.advice.partition("the next run")[0].rstrip(" :;,")
    first = "" if itself in {"", "Nothing to do"} else f"{itself.removesuffix('.')}. "
    return (
        f"{first}No run writes this sink, for it has no `every`: give `moodle-bridge"
        f" report --to {sink.name}` again later."
    )


def _shown(key: str) -> str:
    return f"report:shown:{key}"


def _is_new(written: Written, last: Written | None) -> bool:
    return last is None or dict(written.fingerprints) != dict(last.fingerprints)
