"""`moodle-bridge status`: where everything stands, from the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.bridge import Bridge
from sync.cli.result import Result, Table
from sync.commands.person_address import told_of
from sync.report.writing import kept_name

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


def run(invocation: Invocation) -> Result:
    """Return counts of posts, mails and effects by state, and the last run."""
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        links = transaction.links.counts()
        mails = transaction.inbound.counts()
        intents = transaction.intents.counts()
        latest = transaction.runs.latest(1)
        troubled = transaction.bounces.troubled()
        sources = [one for one in bridge.rota.states_kept() if one.problem]
        reports = [
            (sink, transaction.reports.get(kept_name(sink)))
            for sink in bridge.settings.report.sinks
        ]
    rows = [
        *(("posts of " + pair, state, str(n)) for (pair, state), n in links.items()),
        *(("mails in", state, str(n)) for state, n in mails.items()),
        *(("effects of " + job, state, str(n)) for (job, state), n in intents.items()),
    ]
    parts: list[str | Table] = [
        Table(columns=("what", "state", "number"), rows=sorted(rows))
        if rows
        else "The ledger is empty: nothing was run yet."
    ]
    if troubled:
        parts.append(
            Table(
                title="Mail that does not arrive",
                columns=("address", "mail to it"),
                rows=[(one.address, told_of(one.standing)) for one in troubled],
            )
        )
    parts += [
        f"Rota: {one.name} cannot be read ({one.problem}); what it said"
        f" {one.read_at:%Y-%m-%d %H:%M} UTC counts."
        for one in sources
    ]
    unwritten = [
        (
            sink.name,
            kept.problem,
            f"{kept.written_at:%Y-%m-%d %H:%M} UTC" if kept.written_at else "never",
        )
        for sink, kept in reports
        if kept is not None and kept.problem
    ]
    if unwritten:
        parts.append(
            Table(
                title="Reports with a problem",
                columns=("sink", "problem", "last written"),
                rows=unwritten,
            )
        )
    for run_ in latest:
        ended = (
            f"ended with exit code {run_.exit_code}"
            if run_.ended_at
            else "has not ended"
        )
        parts.append(
            f"Last run: {run_.command}, {run_.started_at:%Y-%m-%d %H:%M} UTC, {ended}."
        )
    return Result(
        parts=parts,
        data={
            "posts": [
                {"pair": pair, "state": state, "number": n}
                for (pair, state), n in sorted(links.items())
            ],
            "mails": dict(sorted(mails.items())),
            "effects": [
                {"job": job, "state": state, "number": n}
                for (job, state), n in sorted(intents.items())
            ],
            "troubled_addresses": [
                {
                    "address": one.address,
                    "state": one.standing.state.value,
                    "since": one.standing.since.isoformat()
                    if one.standing.since
                    else None,
                    "reason": one.standing.reason,
                }
                for one in troubled
            ],
            "rota_sources_down": [
                {"name": one.name, "problem": one.problem, "read_at": one.read_at}
                for one in sources
            ],
            "reports": [
                {
                    "sink": sink.name,
                    "plugin": sink.to.plugin,
                    "written_at": kept.written_at if kept else None,
                    "problem": kept.problem if kept else "",
                    "tried_at": kept.tried_at if kept else None,
                }
                for sink, kept in reports
            ],
            "last_run": latest[0].started_at.isoformat() if latest else None,
        },
    )
