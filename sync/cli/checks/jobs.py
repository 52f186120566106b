"""Which jobs bridge.toml asks for, and whether the token's service is made for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from moodle_bridge.moodle.functions import (
    BATCH,
    COURSE_GROUPS,
    COURSE_MODULE,
    CREATE_GROUPS,
    DELETE_COHORT_MEMBERS,
    OPTIONAL,
    PURPOSES_OF,
    REPORT_PURPOSES_OF,
    Job,
)
from sync.cli.checks.finding import Finding, missing, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.moodle.site import SiteInfo
    from sync.settings import Settings

_FEEDBACK = "moodle-feedback"
_CALENDAR = "moodle-calendar"
_MESSAGE = "moodle-message"
_SHOWN = 3
_READS_AT_ONCE = 25
_WHERE = "Site administration > Server > Web services > External services > Functions"


def functions_used(settings: Settings) -> Mapping[Job, Mapping[str, str]]:
    """Return for each job that bridge.toml asks for what it calls, and what for.

    Of the report only what the sinks that are named call.
    """
    sinks = {sink.to.plugin for sink in settings.report.sinks}
    asked = {
        Job.MIRROR: bool(settings.pairs),
        Job.ENROL: bool(settings.intakes),
        Job.ROTA: any(one.plugin == _CALENDAR for one in settings.rota.sources)
        or bool(settings.rota.sources and settings.rota.publish_calendar),
        Job.ALERTS: _writes_messages(settings),
        Job.REPORT: bool(sinks),
        Job.INTAKE: any(one.source.plugin == _FEEDBACK for one in settings.intakes),
    }
    used = {job: PURPOSES_OF[job] for job, wanted in asked.items() if wanted}
    if sinks:
        used[Job.REPORT] = {
            function: purpose
            for plugin, purposes in REPORT_PURPOSES_OF.items()
            if not plugin or plugin in sinks
            for function, purpose in purposes.items()
        }
    return used


def _writes_messages(settings: Settings) -> bool:
    """Say whether somebody may be alerted by a message in Moodle.

    Who has no way of their own gets mail, and such a message where mail fails.
    """
    if settings.alerts is None:
        return False
    channels = settings.alerts.channels
    named = {channel.person for channel in channels}
    return any(person.key not in named for person in settings.rota.people) or any(
        channel.by.plugin == _MESSAGE for channel in channels
    )


def look_at_functions(settings: Settings, info: SiteInfo) -> Iterator[Finding]:
    """Say for each job what the service lacks, and what it holds beyond all jobs."""
    used = functions_used(settings)
    for job in Job:
        functions = used.get(job, PURPOSES_OF[job])
        held = len(functions.keys() & info.functions)
        what, count = f"job {job}", f"{held} of {len(functions)} functions"
        if job not in used:
            yield ok(what, f"not used; {count} are in the service")
        elif held == len(functions):
            yield ok(what, f"all {held} functions are in the service")
        else:
            lacking = [name for name in functions if name not in info.functions]
            yield _incomplete(lacking, what, f"{count} are in the service")
    yield from _lacking(settings, info, used)
    yield from _batch(info, used)
    yield from _cohort_sync(info)
    yield from _beyond(info, used)


def _incomplete(lacking: Iterable[str], what: str, seen: str) -> Finding:
    # What may be left out stands last in the list to be added.
    lacking = sorted(lacking, key=OPTIONAL.__contains__)
    told = warning if OPTIONAL.issuperset(lacking) else missing
    return told(what, seen, f"Add in {_WHERE}: {', '.join(lacking)}.")


def _lacking(
    settings: Settings, info: SiteInfo, used: Mapping[Job, Mapping[str, str]]
) -> Iterator[Finding]:
    never_spared = set()
    if any(pair.group is not None for pair in settings.pairs):
        never_spared.add(COURSE_GROUPS)
    if any(intake.groups_by and intake.create_groups for intake in settings.intakes):
        never_spared.add(CREATE_GROUPS)
    if any(intake.leave_cohort for intake in settings.intakes):
        never_spared.add(DELETE_COHORT_MEMBERS)
    if COURSE_MODULE in used.get(Job.REPORT, {}):
        never_spared.add(COURSE_MODULE)
    wanted = {
        name: purpose
        for purposes in reversed([*used.values()])
        for name, purpose in purposes.items()
    }
    for function, purpose in wanted.items():
        if function == BATCH or function in info.functions:
            continue
        needless = function in OPTIONAL and function not in never_spared
        told = warning if needless else missing
        yield told(
            function,
            f"is not in the service; it is needed {purpose}",
            f"Add it to the token's service: {_WHERE}.",
        )


def _batch(info: SiteInfo, used: Mapping[Job, Mapping[str, str]]) -> Iterator[Finding]:
    if not any(BATCH in purposes for purposes in used.values()):
        return
    if BATCH in info.functions:
        yield ok("many reads at once", f"{_READS_AT_ONCE} go in one request")
        return
    yield warning(
        BATCH,
        "is not in the service: each read is a request by itself, so 200 discussions"
        f" are 200 requests instead of {200 // _READS_AT_ONCE}",
        f"Add it to the token's service: {_WHERE}.",
    )


def _beyond(info: SiteInfo, used: Mapping[Job, Mapping[str, str]]) -> Iterator[Finding]:
    wanted = {name for purposes in used.values() for name in purposes}
    beyond = sorted(info.functions - wanted)
    if not beyond:
        yield ok("least rights", "the service holds no function that is not needed")
        return
    some = ", ".join(beyond[:_SHOWN]) + (", ..." if len(beyond) > _SHOWN else "")
    yield warning(
        "least rights",
        f"the service holds {len(beyond)} functions that no job here needs: {some}",
        "Give the token a service of its own with the functions that `moodle-bridge"
        " check --service-csv` lists for the jobs that are used.",
    )


def _cohort_sync(info: SiteInfo) -> Iterator[Finding]:
    # Web services tell neither of the method nor of its action (they list only the
    # methods by which people enrol themselves), so it can only be said in words.
    if DELETE_COHORT_MEMBERS in info.functions:
        yield warning(
            "cohort sync",
            "the token may take people out of cohorts; whether that ends enrolments"
            " cannot be seen from here",
            "Look at Site administration > Plugins > Enrolments > Cohort sync >"
            " External unenrol action: with 'Unenrol user from course', who leaves a"
            " cohort loses grades and groups. Choose 'Disable course enrolment'.",
        )
