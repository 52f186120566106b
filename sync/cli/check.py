"""`moodle-bridge check`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from sync.cli import options
from sync.cli.invocation import Invocation
from sync.cli.result import ExitCode, Result, Table

if TYPE_CHECKING:
    from sync.cli.checks.finding import Finding


@click.command(
    "check",
    cls=options.Command,
    epilog=options.examples(
        "moodle-bridge check",
        "moodle-bridge check --service-csv --job mirror",
    ),
)
@click.option(
    "--service-csv",
    is_flag=True,
    help="Print as CSV, for the site's admin, which functions the service is to hold."
    " Nothing is looked at, and no bridge.toml is needed.",
)
@click.option(
    "--job",
    "jobs",
    multiple=True,
    # As moodle_bridge.moodle.functions.Job has them; a test compares.
    type=click.Choice(["mirror", "enrol", "rota", "alerts", "report", "intake"]),
    help="With --service-csv: only what this job needs. May be given several times.",
)
@options.pass_invocation
def command(
    invocation: Invocation, *, service_csv: bool, jobs: tuple[str, ...]
) -> Result:
    """Look whether all is in order: settings, ledger, Moodle, mail.

    Nothing is sent, posted or marked. Each line says ok, warning or missing, and
    what to do. The exit code is 2 when something is missing, 5 when that is only
    because a remote end could not be reached.
    """
    if service_csv:
        return _service(jobs)
    if jobs:
        raise click.UsageError("--job goes with --service-csv")
    return shown(list(_findings(invocation)), invocation)


def shown(findings: Iterable[Finding], invocation: Invocation) -> Result:
    """Return findings as a table, as data, and as an exit code."""
    from sync.cli.checks.finding import State  # noqa: PLC0415 - keeps the start fast

    findings = list(findings)
    masked = invocation.without_secrets
    absent = [finding for finding in findings if finding.state is State.MISSING]
    code = ExitCode.DONE
    if absent:
        only_unreached = all(finding.unreachable for finding in absent)
        code = ExitCode.UNREACHABLE if only_unreached else ExitCode.CONFIGURATION
    parts: list[str | Table] = [
        Table(
            columns=("", "what", "seen"),
            rows=[
                (finding.state.value, finding.what, masked(finding.seen))
                for finding in findings
            ],
        )
    ]
    to_do = [finding for finding in findings if finding.state is not State.OK]
    if to_do:
        parts += ["", "What to do:"]
        lines = (f"  {one.what}: {masked(one.advice)}" for one in to_do)
        parts += dict.fromkeys(lines)
    return Result(
        exit_code=code,
        parts=parts,
        data={
            "findings": [
                {
                    "what": finding.what,
                    "state": finding.state.value,
                    "seen": masked(finding.seen),
                    "advice": masked(finding.advice),
                }
                for finding in findings
            ]
        },
    )


def _service(names: Iterable[str]) -> Result:
    from moodle_bridge.moodle.functions import Job  # noqa: PLC0415 - as above
    from sync.cli.checks.service import service_csv, service_rows  # noqa: PLC0415

    jobs = frozenset(map(Job, names)) or frozenset(Job)
    return Result(
        parts=[service_csv(jobs)],
        data={
            "service": [
                {
                    "function": row.function,
                    "jobs": list(row.jobs),
                    "purpose": row.purpose,
                    "may_be_left_out": row.optional,
                    "capabilities": list(row.capabilities),
                }
                for row in service_rows(jobs)
            ]
        },
    )


def _findings(invocation: Invocation) -> Iterator[Finding]:
    from sync.bridge import Bridge  # noqa: PLC0415 - keeps the start fast
    from sync.cli.checks import (  # noqa: PLC0415
        intakes,
        local,
        mail,
        moodle,
        reports,
        rota,
        tokens,
    )
    from sync.cli.checks.finding import caught  # noqa: PLC0415

    settings = invocation.settings()
    with Bridge(settings, invocation.registry(), clock=invocation.clock) as bridge:
        yield from local.look_at_settings(settings)
        yield from reports.look_at_phases(settings)
        yield from reports.look_at_languages(settings)
        yield from caught("[welcome]", lambda: local.look_at_welcomes(settings))
        invocation.progress("opening the ledger")
        yield from caught("ledger", lambda: local.look_at_ledger(bridge))
        yield from tokens.look_at_tokens(bridge)
        invocation.progress(f"asking {settings.moodle.url}")
        yield from caught("Moodle", lambda: moodle.look_at_moodle(bridge))
        yield from intakes.look_at_intakes(bridge)
        yield from rota.look_at_rota(bridge)
        yield from reports.look_at_reports(bridge)
        invocation.progress("trying the mail")
        yield from mail.look_at_mail(bridge)
