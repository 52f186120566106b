from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.moodle.functions import PURPOSES_OF, Job
from moodle_bridge.moodle.site import Site, SiteInfo
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.seed import PracticeCourse
from tests.unit.sync_cli.cli_calls import Call, Configured, checked, not_ok


def test_all_is_in_order(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured()
    environ["TOKEN"] = moodle.token_for(course.bridge, PURPOSES_OF[Job.MIRROR])

    called = call("check", "--json", now=datetime.now(UTC))

    rows = called.data["findings"]
    assert called.code == 0
    assert {row["state"] for row in rows} == {"ok", "warning"}
    # The account teaches, as most do: it may more than it needs, and no more is wrong.
    assert all(row["advice"].startswith("Take mod/forum:") for row in not_ok(rows))
    seen = {row["what"]: row["seen"] for row in rows}
    assert "Course Bridge (bridge)" in seen["token"]
    assert any(
        row["what"] == f"pair fo26, forum {course.questions.cmid}"
        and course.questions.name in row["seen"]
        for row in rows
    )


def test_a_person_gets_a_table_and_what_to_do(
    configured: Configured, call: Call
) -> None:
    configured(**{"safety.dry_run": "true"})

    called = call("check", now=datetime.now(UTC))

    assert called.out.splitlines()[0].split() == ["what", "seen"]
    assert "warning  [safety] → dry_run" in called.out
    assert "What to do:\n  [safety] → dry_run: Take the line out" in called.out


def test_a_wrong_token_is_missing_and_not_shown(
    configured: Configured, call: Call, environ: dict[str, str]
) -> None:
    configured()
    environ["TOKEN"] = "f" * 32

    code, findings = checked(call)

    assert code == 2
    assert findings["Moodle"][0] == "missing"
    assert "f" * 32 not in str(findings)


def test_a_site_that_cannot_be_reached_is_5(
    configured: Configured, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moodle_bridge.runtime.time.sleep", lambda _seconds: None)
    configured(**{"moodle.url": "http://127.0.0.1:9"})

    code, findings = checked(call)

    assert code == 5
    assert findings["Moodle"][0] == "missing"
    assert findings["ledger"][0] == "ok"


def test_a_forum_that_is_not_there_is_missing_with_those_there_are(
    configured: Configured, call: Call, course: PracticeCourse
) -> None:
    configured(**{"pair.forum": "99999"})

    code, findings = checked(call)

    assert code == 2
    state, text = findings["pair fo26"]
    assert state == "missing"
    assert f"{course.questions.cmid} ({course.questions.name})" in text


def test_a_course_that_the_account_does_not_see_is_missing(
    configured: Configured, call: Call
) -> None:
    configured(**{"pair.course": "FO99"})

    code, findings = checked(call)

    assert code == 2
    assert "'FO99'" in findings["pair fo26"][1]


def test_a_place_for_new_discussions_that_is_not_there_is_missing(
    configured: Configured, call: Call
) -> None:
    configured(**{"pair.forum": "all", "pair.new_discussions_to": "99999"})

    code, findings = checked(call)

    assert code == 2
    assert "begin discussions" in findings["pair fo26"][1]


def test_a_group_that_is_not_there_is_missing_with_those_there_are(
    configured: Configured, call: Call
) -> None:
    configured(**{"pair.group": "Green"})

    code, findings = checked(call)

    assert code == 2
    assert "Red (" in findings["pair fo26"][1]


def test_functions_that_are_not_in_the_service_are_named(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured()
    few = moodle.token_for(
        course.bridge,
        functions=[
            name
            for name in moodle.functions
            if name
            not in {
                "mod_forum_add_discussion_post",
                "tool_mobile_call_external_functions",
            }
        ],
    )
    environ["TOKEN"] = few

    code, findings = checked(call)

    assert code == 2
    assert findings["mod_forum_add_discussion_post"][0] == "missing"
    assert findings["tool_mobile_call_external_functions"][0] == "warning"


def test_a_clock_that_is_off_is_a_warning(configured: Configured, call: Call) -> None:
    configured()

    code, findings = checked(call, now=datetime.now(UTC) + timedelta(hours=2))

    assert code == 0
    state, text = findings["clock"]
    assert state == "warning"
    assert "NTP" in text


def test_no_way_in_for_mail_is_a_warning(
    configured: Configured, call: Call, tmp_path: Path
) -> None:
    configured()
    path = tmp_path / "bridge.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('[[mail.in]]\nplugin = "maildir"', "").replace(
            '\npath = "in"', ""
        ),
        encoding="utf-8",
    )

    _, findings = checked(call)

    assert findings["mail in"][0] == "warning"


def test_the_ledger_of_a_broken_file_is_missing(
    configured: Configured, call: Call, tmp_path: Path
) -> None:
    configured()
    (tmp_path / "ledger.db").write_bytes(b"this is no database, it is a text" * 100)

    code, findings = checked(call)

    assert code == 2
    assert findings["ledger"][0] == "missing"


def test_nothing_is_sent_or_marked(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    tmp_path: Path,
) -> None:
    mail = tmp_path / "in" / "new" / "1.a"
    configured()
    mail.write_bytes(b"Subject: x\n\nx\n")
    before = len(moodle.state.posts)

    code, _ = checked(call)

    assert code == 0
    assert mail.exists()
    assert not list((tmp_path / "out").rglob("*.*"))
    assert len(moodle.state.posts) == before


def test_rights_that_the_account_lacks_are_warnings(
    configured: Configured,
    call: Call,
    moodle: PracticeMoodle,
    course: PracticeCourse,
    environ: dict[str, str],
) -> None:
    configured(**{"pair.forum": str(course.news.cmid)})
    environ["TOKEN"] = moodle.token_for(course.participants[0], uploadfiles=False)

    called = call("check", now=datetime.now(UTC))

    assert f"pair fo26, forum {course.news.cmid}" in called.out
    assert "without mod/forum:addnews, no discussion can be begun by mail" in called.out
    assert "without mod/forum:postwithoutthrottling" in called.out
    assert "Can upload files" in called.out


def test_what_settings_do_to_every_mail_is_a_warning(
    configured: Configured, call: Call
) -> None:
    configured(**{"safety.redirect_all_mail_to": "me@example.org"})

    code, findings = checked(call)

    assert code == 0
    state, text = findings["[safety] → redirect_all_mail_to"]
    assert state == "warning"
    assert "me@example.org" in text


def test_the_address_of_a_page_is_a_warning(
    configured: Configured, call: Call, site: str
) -> None:
    configured(**{"moodle.url": f"{site}/login/index.php"})

    code, findings = checked(call)

    assert code == 0
    assert findings["[moodle] → url"][0] == "warning"


def test_a_listener_is_a_way_in(configured: Configured, call: Call) -> None:
    configured(**{"mail.listen.port": "0"})

    _, findings = checked(call)

    assert "LMTP at 127.0.0.1:0" in findings["mail in"][1]


def test_a_mailbox_that_is_not_there_is_missing(
    configured: Configured, call: Call, tmp_path: Path
) -> None:
    configured(**{"mail.in.path": "elsewhere"})

    code, findings = checked(call)

    assert code == 2
    assert any(
        state == "missing" and str(tmp_path / "elsewhere") in f"{what} {text}"
        for what, (state, text) in findings.items()
    )


def test_a_course_may_be_given_by_its_number(
    configured: Configured, call: Call, course: PracticeCourse
) -> None:
    configured(**{"pair.course": str(course.course.id)})

    assert checked(call)[0] == 0


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"is_site_admin": True}, "token"),
        ({"url": "https://other.example.org"}, "address"),
        ({"version": 2019111800.0}, "version"),
        ({"may_upload": False}, "files"),
    ],
)
def test_a_site_that_is_set_up_oddly_is_a_warning(
    configured: Configured,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
    what: str,
) -> None:
    plain = Site.info

    def odd(site: Site) -> SiteInfo:
        return replace(plain(site), **changed)

    monkeypatch.setattr(Site, "info", odd)
    configured()

    code, findings = checked(call)

    assert code == 0
    assert findings[what][0] == "warning"
