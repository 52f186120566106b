"""`moodle-bridge audit`: whether every post has its mails and every mail its post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from moodle_bridge.redact import secrets_masked
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.engine import Engine
from sync.jobs.audit import Finding, LedgerAudit, mended
from sync.jobs.audit_readers import UNSURE, ReadersAudit
from sync.jobs.audit_site import SiteAudit
from sync.settings.values import duration

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.pairs import Pair

_CURSOR = "audit:at"
_LEAST = timedelta(days=1)


def run(invocation: Invocation, *, fix: bool, since: str | None) -> Result:
    """Compare both sides, and with `fix` mend what can be.

    `since` is how far to look back, as a duration; None for [sync] recheck_days.
    Raises RemoteError when the site does not answer, Busy with `fix` when a run is on.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        back = _back(bridge, since)
        engine = Engine(ledger=bridge.ledger, holder=bridge.holder)
        if fix:
            engine.begin()
        try:
            findings = audited(
                bridge, bridge.pairs(), bridge.clock() - back, fix=fix, engine=engine
            )
        finally:
            if fix:
                engine.end()
    return _shown(findings, fix=fix)


def audited(
    bridge: Bridge,
    pairs: Sequence[Pair],
    since: datetime,
    *,
    fix: bool,
    engine: Engine,
) -> list[Finding]:
    """Return all that is found; with `fix` it is mended where it can be.

    The caller holds the lease of the run when it mends. What was mended in the ledger
    is carried by the jobs, by their own rules: nothing goes out twice.
    """
    complete = bridge.mirror_in(pairs).completed
    ledger_audit = LedgerAudit(pairs, ledger=bridge.ledger, complete=complete)
    site_audit = SiteAudit(
        moodle=bridge.moodle,
        ledger=bridge.ledger,
        complete=complete,
        watch=bridge.watch(engine.begin if fix else lambda: None),
        account_id=lambda: bridge.account_id,
        readers=ReadersAudit(ledger=bridge.ledger, recipients=bridge.recipients),
    )
    findings = ledger_audit.look(since)
    findings = mended(findings) if fix else findings
    for pair in pairs:
        found = site_audit.look(pair, since)
        findings += mended(found) if fix else found
    return findings


def audit_if_due(
    bridge: Bridge, pairs: Sequence[Pair], engine: Engine
) -> list[Finding]:
    """Audit and mend at the end of a run when [sync] audit_every says so.

    Returns what a person must look at, not what may well be as it should be. The first
    run only sets the time.
    """
    every = bridge.settings.sync.audit_every
    if not every:
        return []
    now = bridge.clock()
    with bridge.ledger.writing() as transaction:
        kept = transaction.cursors.get(_CURSOR)
        if kept is None:
            transaction.cursors.move(_CURSOR, now.isoformat())
            return []
    # A moment in the future is one of a clock that was wrong: then it is time, too.
    if timedelta() <= now - datetime.fromisoformat(kept) < every:
        return []
    back = _back(bridge, None)
    findings = audited(bridge, pairs, now - back, fix=True, engine=engine)
    with bridge.ledger.writing() as transaction:
        transaction.cursors.move(_CURSOR, now.isoformat())
    engine.report.counts["mended by the audit"] += sum(one.mended for one in findings)
    return [one for one in findings if not one.mended and one.code != UNSURE]


def told(finding: Finding) -> str:
    """Return a finding on one line."""
    done = " (mended)" if finding.mended else ""
    return secrets_masked(f"{finding.item}: {finding.what}{done}")


def _back(bridge: Bridge, since: str | None) -> timedelta:
    if since is None:
        return max(_LEAST, timedelta(days=bridge.settings.sync.recheck_days))
    try:
        return duration(since)
    except ValueError as error:
        raise ConfigError(str(error), item="--since") from None


def _shown(findings: Sequence[Finding], *, fix: bool) -> Result:
    left = [one for one in findings if not one.mended]
    parts: list[str | Table] = []
    if findings:
        rows = [
            (
                one.item,
                secrets_masked(one.what),
                "mended" if one.mended else "--fix mends it" if one.mend else "look",
            )
            for one in findings
        ]
        parts.append(Table(columns=("what", "is wrong", ""), rows=rows))
        lines = [f"{one.item}: {one.advice}" for one in left if one.advice]
        parts += ["", "What to do:", *dict.fromkeys(lines)] if lines else []
    else:
        parts.append("Every post has its mails, and every mail its post.")
    if fix and any(one.mended for one in findings):
        parts.append("What was mended goes its way with the next `sync`.")
    return Result(
        exit_code=ExitCode.HELD if left else ExitCode.DONE,
        parts=parts,
        data={
            "findings": [
                {
                    "code": one.code,
                    "item": one.item,
                    "what": secrets_masked(one.what),
                    "advice": one.advice,
                    "can_be_mended": one.mend is not None,
                    "mended": one.mended,
                }
                for one in findings
            ]
        },
    )
