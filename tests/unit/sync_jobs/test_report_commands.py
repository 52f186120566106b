"""`moodle-bridge report`: printed, opened, written to sinks; and who waits now."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sync.ledger.cursors import ROTA_FROZEN
from tests.unit.sync_jobs.bridged import LIST, BridgedCourse
from tests.unit.sync_jobs.test_alerting import watched

__all__ = ["watched"]

SINKS = """
[report]
zone = "Africa/Kampala"
[[report.sink]]
name = "page"
every = "daily 06:00"
[report.sink.to]
plugin = "html-file"
path = "report.html"
[[report.sink]]
name = "numbers"
language = "fr"
[report.sink.to]
plugin = "json-file"
path = "public.json"
public = true
[[report.sink]]
name = "waits"
[report.sink.to]
plugin = "csv-file"
path = "waits.csv"
[[phase]]
name = "online"
first = 2026-03-01
last = 2026-03-22
"""


@pytest.fixture
def asked(course: BridgedCourse) -> BridgedCourse:
    """Three questions: one answered in time, one late, one that waits."""
    first = course.post(course.aminata, "Blog")
    second = course.post(course.ha, "Photos", "<p>Where do photos go?</p>")
    course.clock.move(minutes=30)
    course.reply(course.grace, first, "With a pen.")
    course.clock.move(minutes=45)
    course.reply(course.grace, second, "Into an album.")
    course.clock.move(minutes=5)
    course.write(course.jan, "Who can help me?", subject="Sound", to=LIST)
    course.sync()
    course.clock.move(minutes=1)
    course.sync()
    return course


def with_sinks(course: BridgedCourse, *, more: str = "", safety: str = "") -> None:
    course.configure(safety=safety)
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text() + SINKS + more, encoding="utf-8")


def test_the_report_is_printed_at_80_columns(asked: BridgedCourse) -> None:
    text = asked.printed("report")
    assert "Facilitating online" in text
    assert "facilitation-response v1" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_report_of_nothing_says_how_to_get_something(course: BridgedCourse) -> None:
    assert "metrics backfill" in course.printed("report")


def test_what_brings_something_is_not_said_where_something_is(
    asked: BridgedCourse,
) -> None:
    assert "metrics backfill" not in asked.printed("report")


def test_the_report_for_programs_has_the_numbers(asked: BridgedCourse) -> None:
    report = asked.call("report").data["report"]
    assert report["whole"]["asked"] == 3
    assert report["definition"] == "facilitation-response v1"


def test_the_report_is_printed_in_another_language(asked: BridgedCourse) -> None:
    assert asked.printed("report", "--language", "nl") != asked.printed("report")
    refused = asked.call("report", "--language", "tlh")
    assert refused.code == 2
    assert "en, es, fr" in refused.said


def test_only_what_began_in_a_period_or_phase_counts(asked: BridgedCourse) -> None:
    with_sinks(asked)

    def number(*arguments: str) -> int:
        return int(asked.call("report", *arguments).data["report"]["whole"]["asked"])

    assert number("--period", "2026-W09") == 3
    assert number("--period", "2026-W08") == 0
    assert asked.call("report", "--period", "2026-W10").code == 2
    assert number("--phase", "online", "--pair", "fo26") == 3
    assert asked.call("report", "--phase", "coaching").code == 2
    assert asked.call("report", "--pair", "other").code == 2


def test_a_sink_is_written_and_a_second_time_nothing_has_changed(
    asked: BridgedCourse,
) -> None:
    with_sinks(asked)
    first = asked.call("report", "--to", "page", "--to", "numbers", "--to", "waits")
    assert first.code == 0, first.said
    assert [one["changed"] for one in first.data["sinks"]] == [True] * 3
    page = asked.folder / "report.html"
    assert "Facilitating online" in page.read_text("utf-8")
    before = page.stat().st_mtime_ns
    second = asked.call("report", "--to", "page", "--to", "numbers", "--to", "waits")
    assert [one["changed"] for one in second.data["sinks"]] == [False] * 3
    assert page.stat().st_mtime_ns == before


def test_a_report_in_which_only_its_date_is_new_stays_as_it_is(
    asked: BridgedCourse,
) -> None:
    with_sinks(asked)
    asked.reply(asked.grace, asked.posts()[-1], "Ask me.")
    asked.sync()
    asked.call("report", "--to", "page")
    before = (asked.folder / "report.html").read_text("utf-8")
    asked.clock.move(minutes=5)
    (again,) = asked.call("report", "--to", "page").data["sinks"]
    assert (again["written"], again["changed"]) == (True, False)
    assert (asked.folder / "report.html").read_text("utf-8") == before
    asked.post(asked.ha, "News")
    asked.sync()
    (more,) = asked.call("report", "--to", "page").data["sinks"]
    assert more["changed"]
    asked.clock.move(minutes=5)
    (later,) = asked.call("report", "--to", "page").data["sinks"]
    assert later["changed"], "a question waits, and longer than before"


def test_a_public_sink_names_nobody(asked: BridgedCourse) -> None:
    with_sinks(asked)
    asked.call("report", "--to", "numbers", "--to", "waits")
    for name in ("public.json", "waits.csv"):
        text = (asked.folder / name).read_text("utf-8")
        for person in (asked.aminata, asked.ha, asked.jan):
            assert person.lastname not in text
            assert person.email not in text


def test_a_pseudonym_is_the_same_in_every_report(asked: BridgedCourse) -> None:
    with_sinks(asked)
    path = asked.folder / "waits.csv"
    asked.call("report", "--to", "waits")
    before = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    assert len(set(before)) == len(before) == 3
    asked.post(asked.aminata, "Another")
    asked.sync()
    asked.call("report", "--to", "waits")
    after = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    assert after == [*before, before[0]]
    assert not any(name.isdigit() and int(name) < 1000 for name in after)


@pytest.mark.parametrize("safety", ["", "dry_run = true"])
def test_a_dry_run_writes_nothing(asked: BridgedCourse, safety: str) -> None:
    with_sinks(asked, safety=safety)
    options = () if safety else ("--dry-run",)
    called = asked.call("report", "--to", "page", *options)
    assert (called.code, called.data["dry_run"]) == (0, True)
    assert not (asked.folder / "report.html").exists()
    asked.sync(*options)
    assert not (asked.folder / "report.html").exists()


def test_an_unknown_sink_is_told_with_those_that_there_are(
    asked: BridgedCourse,
) -> None:
    with_sinks(asked)
    called = asked.call("report", "--to", "forum")
    assert called.code == 2
    assert "page, numbers, waits" in called.said


def test_a_sink_that_fails_leaves_the_others_their_report(
    asked: BridgedCourse,
) -> None:
    (asked.folder / "blocked").write_text("a file", encoding="utf-8")
    more = """
[[report.sink]]
name = "nowhere"
every = "daily 06:00"
[report.sink.to]
plugin = "csv-file"
path = "blocked/waits.csv"
"""
    with_sinks(asked, more=more)
    called = asked.call("report", "--to", "nowhere", "--to", "page")
    assert called.code == 2
    failed, written = called.data["sinks"]
    assert not failed["written"]
    assert failed["advice"]
    assert written["written"]
    told = {one["sink"]: one for one in asked.call("status").data["reports"]}
    assert told["nowhere"]["problem"] == failed["problem"]
    assert told["nowhere"]["written_at"] is None
    assert told["page"]["problem"] == ""
    assert told["page"]["written_at"] == asked.clock.now.isoformat()
    assert told["numbers"]["written_at"] is None
    assert "Reports with a problem" in asked.printed("status")


def test_a_run_writes_what_is_due_and_nothing_else(asked: BridgedCourse) -> None:
    with_sinks(asked)
    page = asked.folder / "report.html"
    ran = asked.sync()
    assert ran.counts["reports written"] == 1
    assert not (asked.folder / "waits.csv").exists()
    page.unlink()
    asked.clock.move(hours=2)
    asked.sync()
    assert not page.exists()
    # Six in the morning in Kampala.
    asked.clock.now = asked.clock.now.replace(hour=3, minute=0) + timedelta(days=1)
    asked.sync("--only", "mirror-out")
    assert not page.exists()
    asked.sync()
    assert page.exists()


def test_a_run_tells_of_a_sink_that_fails_once_an_hour(asked: BridgedCourse) -> None:
    with_sinks(asked)
    (asked.folder / "report.html").mkdir()
    first = asked.sync()
    assert first.code == 0
    (problem,) = first.data["problems"]
    assert problem.startswith("report page: ")
    asked.clock.move(minutes=59)
    assert asked.sync().data["problems"] == []
    asked.clock.move(minutes=1)
    assert len(asked.sync().data["problems"]) == 1


def test_the_page_is_opened_from_a_file_that_its_reader_alone_may_read(
    asked: BridgedCourse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", open_)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    called = asked.call("report", "--open")
    path = Path(called.data["page"])
    assert path.parent == tmp_path
    assert [Path(unquote(urlsplit(url).path)) for url in opened] == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "<html" in path.read_text("utf-8")


def test_without_a_browser_the_path_is_told(
    asked: BridgedCourse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _url: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = asked.printed("report", "--open")
    assert "No browser could be opened" in said
    assert str(tmp_path) in said


def test_options_before_a_part_are_refused_and_not_passed_over(
    asked: BridgedCourse,
) -> None:
    assert asked.call("report", "--dry-run", "now").code == 2


def test_nobody_is_told_to_have_been_absent_since_the_last_run(
    watched: BridgedCourse,
) -> None:
    watched.clock.move(minutes=20)
    asked = watched.post(watched.aminata, "Blog")
    watched.clock.move(minutes=5)
    watched.sync()
    # No run for more than an hour, in which Grace is on duty.
    watched.clock.move(minutes=65)

    def cause() -> object:
        (told,) = watched.call("explain", str(asked.firstpost)).data["questions"]
        return told["question"]["cause"]

    assert cause() is None
    watched.sync()
    assert cause() == "on duty and late"


def test_a_run_that_writes_a_report_knows_who_is_on_duty_up_to_now(
    watched: BridgedCourse,
) -> None:
    def known_up_to() -> str | None:
        with watched.reading() as transaction:
            return transaction.cursors.get(ROTA_FROZEN)

    before = known_up_to()
    watched.clock.move(minutes=5)
    watched.sync()
    assert known_up_to() == before
    path = watched.folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + SINKS, encoding="utf-8")
    watched.sync()
    assert known_up_to() == watched.clock.now.isoformat()


def test_who_waits_now_is_shown_with_on_whom_it_is(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata, "Blog")
    watched.clock.move(minutes=70)
    watched.write(watched.jan, "Who can help me?", subject="Sound", to=LIST)
    watched.sync()
    watched.clock.move(minutes=1)
    watched.sync()
    watched.call("question", "claim", str(asked.firstpost), "--by", "ben")
    data = watched.call("report", "now").data
    assert data["on_duty"] == ["grace"]
    assert [one["subject"] for one in data["waiting"]] == ["Blog", "Sound"]
    assert [one["late"] for one in data["waiting"]] == [True, False]
    assert [one["taken_by"] for one in data["waiting"]] == ["Ben de Vries", None]
    assert [one["medium"] for one in data["waiting"]] == ["moodle", "mail"]
    text = watched.printed("report", "now", "--zone", "Africa/Kampala")
    assert "On duty now: Grace Nakato." in text
    assert "Times in Africa/Kampala" in text
    assert "Ben de Vries (took it)" in text
    assert "Jan de Wit (by mail)" in text
    assert "Questions" in text


def test_who_waits_now_is_nobody(course: BridgedCourse) -> None:
    text = course.printed("report", "now")
    assert "No question waits." in text
    assert "No rota is kept" in text
    assert course.call("report", "now", "--pair", "other").code == 2
    assert course.call("report", "now", "--zone", "Moon/Base").code == 2


def test_what_is_printed_is_what_the_sink_of_numbers_holds(
    asked: BridgedCourse,
) -> None:
    with_sinks(asked)
    asked.call("report", "--to", "numbers")
    public = json.loads((asked.folder / "public.json").read_text("utf-8"))
    printed = asked.call("report").data["report"]
    assert public["whole"] == printed["whole"]


def test_a_rebuild_changes_nothing_where_nothing_was_wrong(
    asked: BridgedCourse,
) -> None:
    before = asked.call("report").data["report"]
    called = asked.call("report", "rebuild")
    assert (called.code, called.data["changed"]) == (0, 0)
    assert called.data["discussions"] >= 3
    assert asked.call("report").data["report"] == before
    assert "nothing changed" in asked.printed("report", "rebuild")


def test_a_rebuild_says_beforehand_what_would_change(asked: BridgedCourse) -> None:
    path = asked.folder / "ledger.db"
    before = asked.call("report").data["report"]
    with closing(sqlite3.connect(path)) as spoilt, spoilt:
        spoilt.execute(
            "DELETE FROM wait WHERE post_id = (SELECT min(post_id) FROM wait)"
        )
    dry = asked.call("report", "rebuild", "--dry-run")
    assert (dry.data["changed"], dry.data["dry_run"]) == (1, True)
    assert asked.call("report").data["report"] != before
    assert asked.call("report", "rebuild").data["changed"] == 1
    assert asked.call("report").data["report"] == before
