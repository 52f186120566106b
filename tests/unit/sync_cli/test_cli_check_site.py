"""What `check` says of the site, its protocols, the service and the rights."""

from __future__ import annotations

import csv
import io
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
import trustme

from moodle_bridge.moodle.functions import (
    BATCH,
    COURSE_GROUPS,
    LIBRARY_PURPOSES,
    OPTIONAL,
    PURPOSES,
    PURPOSES_OF,
    Job,
)
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.records import User
from moodle_bridge.practice.seed import PracticeCourse
from sync.cli.check import command as check_command
from sync.cli.checks.certificate import look_at_certificate
from sync.cli.checks.finding import Finding, State
from sync.cli.checks.service import CAPABILITIES
from tests.unit.sync_cli.cli_calls import Call, Configured, checked

MIRROR = PURPOSES_OF[Job.MIRROR]


def given(
    environ: dict[str, str], moodle: PracticeMoodle, user: User, *, without: str = ""
) -> None:
    functions = [name for name in MIRROR if name != without]
    environ["TOKEN"] = moodle.token_for(user, functions)


def rows_of(call: Call, what: str) -> list[dict[str, str]]:
    rows = call("check", "--json", now=datetime.now(UTC)).data["findings"]
    return [row for row in rows if row["what"] == what]


@pytest.fixture
def seen_by_bridge(
    configured: Configured,
    environ: dict[str, str],
    moodle: PracticeMoodle,
    course: PracticeCourse,
) -> Configured:
    """Writes a bridge.toml, with a token for what the mirror needs and no more."""

    def write(**changed: str) -> None:
        configured(**changed)
        given(environ, moodle, course.bridge)

    return write


# Protocols


@pytest.mark.parametrize(
    ("rest", "soap", "protocol", "code", "of_rest", "of_soap"),
    [
        (True, True, "auto", 0, ("ok", "on; it is spoken"), ("ok", "on, not used")),
        (True, False, "auto", 0, ("ok", "on; it"), ("ok", "switched off, not needed")),
        (False, True, "auto", 0, ("warning", "SOAP is spoken"), ("ok", "on; it is")),
        (False, False, "auto", 2, ("missing", "off"), ("missing", "switched off")),
        (False, True, "rest", 2, ("missing", "off"), ("ok", "on, not used")),
        (True, True, "soap", 0, ("ok", "on, not used"), ("ok", "on; it is spoken")),
        (False, True, "soap", 0, ("ok", "not needed"), ("ok", "on; it is spoken")),
        (True, False, "soap", 2, ("ok", "not used"), ("missing", "switched off")),
    ],
)
def test_the_protocols_are_told_with_the_one_that_is_spoken(  # noqa: PLR0917
    seen_by_bridge: Configured,
    call: Call,
    moodle: PracticeMoodle,
    rest: bool,
    soap: bool,
    protocol: str,
    code: int,
    of_rest: tuple[str, str],
    of_soap: tuple[str, str],
) -> None:
    moodle.site = replace(moodle.site, rest=rest, soap=soap)
    seen_by_bridge(**{"moodle.protocol": protocol})

    ended, findings = checked(call)

    assert ended == code, findings
    for what, (state, words) in (("REST", of_rest), ("SOAP", of_soap)):
        assert findings[what][0] == state
        assert words in findings[what][1]


def test_a_service_that_soap_cannot_describe_matters_only_where_soap_is_needed(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    token = moodle.token_for(course.bridge, [*MIRROR, "core_get_fragment"])
    configured()
    environ["TOKEN"] = token
    _, by_rest = checked(call)
    assert by_rest["SOAP"][0] == "ok"
    assert "cannot describe" in by_rest["SOAP"][1]

    configured(**{"moodle.protocol": "soap"})
    code, by_soap = checked(call)

    assert code == 2
    assert by_soap["SOAP"][0] == "missing"
    assert "only the functions that the bridge needs" in by_soap["SOAP"][1]


# The service


def test_only_the_jobs_that_are_used_are_needed(
    seen_by_bridge: Configured, call: Call
) -> None:
    seen_by_bridge()

    code, findings = checked(call)

    assert code == 0
    assert findings["job mirror"][1].startswith(f"all {len(MIRROR)} functions")
    for job in set(Job) - {Job.MIRROR}:
        assert findings[f"job {job}"][0] == "ok"
        assert findings[f"job {job}"][1].startswith("not used")


def test_the_list_to_add_to_the_service_has_what_must_be_there_first(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    must = "mod_forum_add_discussion_post"
    configured()
    environ["TOKEN"] = moodle.token_for(
        course.bridge, [name for name in MIRROR if name not in {must, BATCH}]
    )

    code, findings = checked(call)

    assert code == 2
    state, text = findings["job mirror"]
    assert state == "missing"
    assert f"{must}, {BATCH}." in text


def test_without_the_batch_function_is_said_what_that_costs(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured()
    given(environ, moodle, course.bridge, without=BATCH)

    code, findings = checked(call)

    assert (code, findings[BATCH][0]) == (0, "warning")
    assert "200 requests instead of 8" in findings[BATCH][1]


def test_what_may_be_left_out_is_needed_by_a_pair_for_a_group(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured()
    given(environ, moodle, course.bridge, without=COURSE_GROUPS)
    assert checked(call)[1][COURSE_GROUPS][0] == "warning"

    configured(**{"pair.group": "Red"})
    code, findings = checked(call)

    assert (code, findings[COURSE_GROUPS][0]) == (2, "missing")


def test_a_service_that_holds_too_much_is_a_warning_with_cohort_sync_named(
    configured: Configured, call: Call
) -> None:
    configured()

    code, findings = checked(call)

    assert code == 0
    assert findings["least rights"][0] == "warning"
    assert "--service-csv" in findings["least rights"][1]
    assert findings["cohort sync"][0] == "warning"
    assert "External unenrol action" in findings["cohort sync"][1]


def test_a_service_that_cannot_change_cohorts_needs_no_word_of_cohort_sync(
    seen_by_bridge: Configured, call: Call
) -> None:
    seen_by_bridge()

    _, findings = checked(call)

    assert "cohort sync" not in findings
    assert findings["least rights"][0] == "ok"


# For the site's admin


def test_the_functions_are_printed_as_csv_without_a_site_or_settings(
    call: Call,
) -> None:
    called = call("check", "--service-csv")

    rows = list(csv.DictReader(io.StringIO(called.out)))
    assert called.code == 0
    assert {row["function"] for row in rows} == PURPOSES.keys() - LIBRARY_PURPOSES
    for row in rows:
        for job in row["jobs"].split("; "):
            assert row["function"] in PURPOSES_OF[Job(job)]
        assert row["purpose"]
        assert row["may be left out"] == (
            "yes" if row["function"] in OPTIONAL else "no"
        )


def test_the_functions_of_one_job_are_those_and_no_others(call: Call) -> None:
    called = call("check", "--service-csv", "--job", "alerts", "--json")

    rows = called.data["service"]
    assert [row["function"] for row in rows] == list(PURPOSES_OF[Job.ALERTS])
    assert {tuple(row["jobs"]) for row in rows} == {("alerts",)}
    assert rows[-1]["capabilities"] == ["moodle/site:sendmessage"]


def test_a_job_without_the_list_is_wrong_usage(
    configured: Configured, call: Call
) -> None:
    configured()

    assert call("check", "--job", "mirror").code == 2


def test_every_job_can_be_named() -> None:
    option = next(one for one in check_command.params if one.name == "jobs")

    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(map(str, Job))


def test_capabilities_are_told_of_functions_that_are_called() -> None:
    assert CAPABILITIES.keys() <= PURPOSES.keys()


# Rights


@pytest.mark.parametrize(
    ("plugin", "loss"),
    [("direct", "they get no mail"), ("remote", "are not known when they write")],
)
def test_participants_whose_address_is_hidden_are_counted(
    seen_by_bridge: Configured,
    call: Call,
    course: PracticeCourse,
    plugin: str,
    loss: str,
) -> None:
    everybody = (*course.participants, *course.facilitators)
    seen_by_bridge(**{"pair.list.plugin": plugin})
    for person in everybody[:3]:
        person.email = ""
    code, some = checked(call)
    for person in everybody:
        person.email = ""
    code_of_all, all_of_them = checked(call)

    assert (code, some["pair fo26, participants"][0]) == (0, "warning")
    assert (
        f"of {len(everybody)}, 3 show no address" in some["pair fo26, participants"][1]
    )
    assert loss in some["pair fo26, participants"][1]
    assert "moodle/site:viewuseridentity" in some["pair fo26, participants"][1]
    assert (code_of_all, all_of_them["pair fo26, participants"][0]) == (2, "missing")


def test_an_account_that_may_not_see_who_is_enrolled_is_missing_that_right(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured()
    given(environ, moodle, course.participants[0])

    code, findings = checked(call)

    assert (code, findings["pair fo26, participants"][0]) == (2, "missing")
    assert "Review course enrolments" in findings["pair fo26, participants"][1]


def test_a_participant_is_looked_for_by_address_and_by_idnumber(
    seen_by_bridge: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
) -> None:
    seen_by_bridge()
    _, before = checked(call)
    assert before["pair fo26, by email"] == ("ok", "a participant is found | ")
    assert before["pair fo26, by idnumber"][1].startswith("not tried")

    course.participants[3].idnumber = "fo26-4"
    _, after = checked(call)

    assert after["pair fo26, by idnumber"] == ("ok", "a participant is found | ")


def test_answers_in_a_question_forum_that_are_not_seen_are_a_warning(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    cmid = course.introductions.cmid
    configured(**{"pair.forum": str(cmid)})
    given(environ, moodle, course.participants[0])

    rows = rows_of(call, f"pair fo26, forum {cmid}")

    said = " ".join(row["seen"] for row in rows if row["state"] == "warning")
    assert "without mod/forum:viewqandawithoutposting, only questions" in said
    assert "without mod/forum:addquestion, no discussion can be begun" in said


def test_a_forum_that_mails_to_everybody_is_a_warning_where_the_bridge_does_too(
    configured: Configured, call: Call, course: PracticeCourse
) -> None:
    what = f"pair fo26, forum {course.questions.cmid}, mail of Moodle"
    course.questions.forcesubscribe = 1
    configured()
    assert rows_of(call, what) == []
    configured(**{"pair.list.plugin": "direct"})
    (row,) = rows_of(call, what)
    assert row["state"] == "warning"
    assert "gets each post twice" in row["seen"]
    course.questions.forcesubscribe = 0
    assert rows_of(call, what) == []


def test_rights_that_are_too_much_are_warnings_and_private_replies_are_told(
    seen_by_bridge: Configured, call: Call, course: PracticeCourse
) -> None:
    seen_by_bridge()
    what = f"pair fo26, forum {course.questions.cmid}"

    advice = [row["advice"] for row in rows_of(call, what) if row["advice"]]
    private = rows_of(call, f"{what}, private replies")

    assert [words.split()[1] for words in advice] == [
        "mod/forum:readprivatereplies",
        "mod/forum:viewhiddentimedposts",
        "mod/forum:canoverridediscussionlock",
        "mod/forum:canoverridecutoff",
    ]
    assert [row["seen"] for row in private] == [
        "none is written; the account may write one"
    ]


def test_that_a_discussion_may_be_begun_is_asked_and_none_is_begun(
    seen_by_bridge: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
) -> None:
    seen_by_bridge()
    writes = moodle.state.writes

    rows = rows_of(call, f"pair fo26, forum {course.questions.cmid}, new discussions")

    assert [row["seen"] for row in rows] == ["may be begun, Moodle says"]
    assert moodle.state.writes == writes


# Limits


def test_limits_are_told(seen_by_bridge: Configured, call: Call) -> None:
    seen_by_bridge(**{"moodle.input_limit": "500"})

    _, findings = checked(call)

    assert findings["files"][1].startswith("up to 50.0 MB")
    assert "at most 500 in a request" in findings["input variables"][1]
    assert "the site does not tell" in findings["token ends"][1]


def test_files_of_mails_that_are_larger_than_the_site_takes_are_a_warning(
    seen_by_bridge: Configured, call: Call, moodle: PracticeMoodle
) -> None:
    moodle.site = replace(moodle.site, max_upload_bytes=10_000)
    seen_by_bridge()

    code, findings = checked(call)

    assert (code, findings["files"][0]) == (0, "warning")


def test_a_site_before_4_1_is_a_warning(
    seen_by_bridge: Configured, call: Call, moodle: PracticeMoodle
) -> None:
    moodle.site = replace(moodle.site, version="2022041900", release="4.0")
    seen_by_bridge()

    code, findings = checked(call)

    assert (code, findings["version"][0]) == (0, "warning")
    assert "4.0 is older than 4.1" in findings["version"][1]


# TLS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@contextmanager
def secured(context: ssl.SSLContext) -> Iterator[str]:
    """Serves one handshake on this machine; gives the address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def once() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=once)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/moodle"
        thread.join()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def look(authority: trustme.CA, folder: Path, *, days: int, trust: bool) -> Finding:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    bundle = folder / "trusted.pem"
    trusted = authority if trust else trustme.CA()
    trusted.cert_pem.write_to_path(str(bundle))
    with secured(context) as url:
        (found,) = look_at_certificate(
            url, now=datetime.now(UTC), seconds=60, trusted=str(bundle)
        )
    return found


def test_a_certificate_is_told_with_the_days_it_holds(
    authority: trustme.CA, tmp_path: Path
) -> None:
    found = look(authority, tmp_path, days=90, trust=True)

    assert found.state is State.OK
    assert "90 days from now" in found.seen


def test_a_certificate_that_ends_soon_is_a_warning(
    authority: trustme.CA, tmp_path: Path
) -> None:
    found = look(authority, tmp_path, days=13, trust=True)

    assert found.state is State.WARNING
    assert "13 days from now" in found.seen


def test_a_certificate_that_does_not_hold_is_missing(
    authority: trustme.CA, tmp_path: Path
) -> None:
    found = look(authority, tmp_path, days=90, trust=False)

    assert found.state is State.MISSING
    assert "does not hold" in found.seen


def test_a_certificate_that_cannot_be_looked_at_is_a_warning() -> None:
    # It is taken, so that nobody else gets it, but nobody listens.
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
        (found,) = look_at_certificate(url, now=NOW, seconds=60)

    assert found.state is State.WARNING
    assert "ConnectionRefusedError" in found.seen
