"""The rota on the command line: who is on when, and changes for a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.cli.result import ExitCode
from tests.unit.sync_cli.cli_calls import Call, Configured

# A Monday; clocks in Amsterdam change on the Sunday after.
NOW = datetime(2026, 3, 23, 9, 30, tzinfo=UTC)
ROTA = """
[[rota.person]]
key = "ana"
name = "Ana Kato"
zone = "Africa/Kampala"
lead = true

[[rota.person]]
key = "ben"
name = "Ben de Vries"
zone = "Europe/Amsterdam"

[[rota.source]]
plugin = "rules"

[[rota.source.rule]]
name = "days"
people = ["ana", "ben"]
zone = "Europe/Amsterdam"
days = "weekdays"
start = "08:00"
end = "18:00"
turn = "daily"
anchor = 2026-03-23
"""


@pytest.fixture
def rota(configured: Configured, tmp_path: Path) -> Path:
    configured()
    path = tmp_path / "bridge.toml"
    zoned = path.read_text().replace(
        "\n[rota]\n", '\n[rota]\nzone = "Europe/Amsterdam"\n'
    )
    path.write_text(zoned + ROTA)
    return path


def test_who_is_on_duty_and_who_is_next(rota: Path, call: Call) -> None:
    called = call("rota", "who", now=NOW)
    assert called.code == 0
    assert "Ana Kato (primary), until Mon 2026-03-23 18:00" in called.out
    assert "Next: Ben de Vries, from Tue 2026-03-24 08:00." in called.out


def test_who_is_on_duty_at_a_time_by_the_clock_of_the_rota(
    rota: Path, call: Call
) -> None:
    assert "Ben de Vries" in call("rota", "who", "2026-03-24 17:59", now=NOW).out
    at_night = call("rota", "who", "2026-03-24 18:00", now=NOW).out
    assert at_night.startswith("Nobody is on duty at Tue 2026-03-24 18:00")


def test_a_week_is_shown_as_a_table_and_a_plot(rota: Path, call: Call) -> None:
    called = call("rota", "show", now=NOW)
    assert "All times in Europe/Amsterdam." in called.out
    assert "Mon 2026-03-23 ........aaaaaaaaaa......" in called.out
    assert "Tue 2026-03-24 ........bbbbbbbbbb......" in called.out
    assert "Sat 2026-03-28 ........................" in called.out
    assert "a = Ana Kato  b = Ben de Vries" in called.out


def test_it_is_shown_in_the_readers_zone_also_over_a_change_of_clocks(
    rota: Path, call: Call
) -> None:
    called = call(
        "rota", "show", "--weeks", "2", "--zone", "Africa/Kampala", "--json", now=NOW
    )
    starts = [shift["start"][:16] for shift in json.loads(called.out)["shifts"]]
    # Eight o'clock in Amsterdam, a UTC hour earlier from the second week on.
    assert (starts[0], starts[5]) == ("2026-03-23T07:00", "2026-03-30T06:00")


def test_only_the_shifts_of_one_person(rota: Path, call: Call) -> None:
    called = call("rota", "show", "--person", "ben", "--json", now=NOW)
    assert {shift["person"] for shift in json.loads(called.out)["shifts"]} == {"ben"}


def test_an_unknown_person_is_told_with_who_there_is(rota: Path, call: Call) -> None:
    called = call("rota", "show", "--person", "zoe", now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert "ana (Ana Kato), ben (Ben de Vries)" in called.err


def test_gaps_are_shown_with_the_share_that_is_covered(rota: Path, call: Call) -> None:
    called = call("rota", "gaps", "--weeks", "1", "--json", now=NOW)
    data = json.loads(called.out)
    assert data["covered"] == pytest.approx(50 / 168, abs=0.01)
    assert data["gaps"][0]["start"].startswith("2026-03-23T17:00")


def test_an_absence_leaves_a_gap_and_says_so(rota: Path, call: Call) -> None:
    called = call(
        *("rota", "absent", "ana", "--from", "2026-03-25 12:00", "--to", "2026-03-27"),
        now=NOW,
    )
    assert called.code == 0
    assert "Nobody is on duty from Wed 2026-03-25 12:00" in called.out
    assert "Ana Kato" not in call("rota", "who", "2026-03-25 13:00", now=NOW).out


def test_an_override_puts_somebody_in_the_place_and_can_be_taken_back(
    rota: Path, call: Call
) -> None:
    change = ("rota", "override", "--person", "ana", "--by", "ben", "--from")
    when = ("2026-03-25 08:00", "--to", "2026-03-25 18:00")
    tried = call(*change, *when, "--dry-run", now=NOW)
    assert "Would be laid" in tried.out
    assert "Ana" in call("rota", "who", "2026-03-25 09:00", now=NOW).out
    laid = json.loads(call(*change, *when, "--json", now=NOW).out)
    assert "Ben" in call("rota", "who", "2026-03-25 09:00", now=NOW).out
    assert laid["id"] in call("rota", "changes", now=NOW).out
    assert call("rota", "cancel", laid["id"], now=NOW).code == 0
    assert "Ana" in call("rota", "who", "2026-03-25 09:00", now=NOW).out
    assert laid["id"] not in call("rota", "changes", now=NOW).out


def test_a_change_is_listed_with_its_reason(rota: Path, call: Call) -> None:
    when = ("--from", "2026-03-25 08:00", "--to", "2026-03-25 18:00")
    call("rota", "absent", "ana", *when, "--reason", "at the dentist's", now=NOW)
    call("rota", "override", "--by", "ben", *when, now=NOW)
    listed = call("rota", "changes", now=NOW).out
    assert listed.splitlines()[0].split()[-2:] == ["state", "why"]
    assert "at the dentist's" in listed
    told = json.loads(call("rota", "changes", "--json", now=NOW).out)["changes"]
    assert [one["reason"] for one in told] == ["at the dentist's", ""]


def test_nobody_stands_in_for_themselves(rota: Path, call: Call) -> None:
    called = call(
        *("rota", "override", "--person", "ana", "--by", "ana"),
        *("--from", "2026-03-25 08:00", "--to", "2026-03-25 18:00"),
        now=NOW,
    )
    assert called.code == ExitCode.CONFIGURATION
    assert "nobody stands in for themselves" in called.err


def test_hours_that_the_clocks_skip_are_told_as_such(rota: Path, call: Call) -> None:
    called = call(
        *("rota", "absent", "ana", "--from", "2026-03-29 02:10"),
        *("--to", "2026-03-29 02:50"),
        now=NOW,
    )
    assert called.code == ExitCode.CONFIGURATION
    assert "no such hours in Europe/Amsterdam" in called.err


@pytest.mark.parametrize("source", ["table", "ical", "rules"])
def test_a_source_that_says_no_zone_is_read_by_the_clock_of_the_rota(
    rota: Path, call: Call, source: str
) -> None:
    folder = rota.parent
    (folder / "rota.csv").write_text(
        "start,end,person\n2026-03-28 10:00,2026-03-28 12:00,ben\n"
    )
    (folder / "rota.ics").write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\nUID:1\n"
        "DTSTART:20260328T100000\nDTEND:20260328T120000\nSUMMARY:ben\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    (folder / "rota.toml").write_text(
        '[[rule]]\nname = "x"\npeople = ["ben"]\ndays = ["saturday"]\n'
        'start = "10:00"\nend = "12:00"\nanchor = 2026-03-28\n'
    )
    path = {"table": "rota.csv", "ical": "rota.ics", "rules": "rota.toml"}[source]
    rota.write_text(
        f'{rota.read_text()}\n[[rota.source]]\nplugin = "{source}"\npath = "{path}"\n'
    )
    called = call("rota", "who", "2026-03-28 10:00", now=NOW)
    assert "until Sat 2026-03-28 12:00 Europe/Amsterdam" in called.out
    assert "Nobody" in call("rota", "who", "2026-03-28 12:30", now=NOW).out


def test_a_shift_of_a_calendar_is_shown_by_the_title_of_its_event(
    rota: Path, call: Call
) -> None:
    uid = "040000008200E00074C5B7101A82E0080000000010B2"
    calendar = rota.parent / "rota.ics"
    calendar.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\n"
        f"UID:{uid}\nDTSTART:20260328T100000Z\nDTEND:20260328T120000Z\n"
        "SUMMARY:Evening watch: ben\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    rota.write_text(
        f'{rota.read_text()}\n[[rota.source]]\nplugin = "ical"\npath = "rota.ics"\n'
    )
    shown = call("rota", "show", now=NOW).out
    assert "Evening watch: ben" in shown
    assert uid not in shown
    shifts = json.loads(call("rota", "show", "--json", now=NOW).out)["shifts"]
    (shift,) = [one for one in shifts if one["title"]]
    assert shift["title"] == "Evening watch: ben"
    assert shift["why"].startswith(uid)


def test_a_shift_that_passed_long_ago_shows_no_uid_either(
    rota: Path, call: Call
) -> None:
    calendar = rota.parent / "rota.ics"
    calendar.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\n"
        "UID:a-long-uid@calendar.example\nDTSTART:20260328T100000Z\n"
        "DTEND:20260328T120000Z\nSUMMARY:ben\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    rota.write_text(
        f'{rota.read_text()}\n[[rota.source]]\nplugin = "ical"\npath = "rota.ics"\n'
    )
    override = ("rota", "override", "--by", "ana", "--from", "2026-07-01 08:00")
    # What has passed is frozen by each change.
    assert call(*override, "--to", "2026-07-02", now=NOW).code == 0
    after = NOW + timedelta(days=60)
    assert call(*override, "--to", "2026-07-03", now=NOW + timedelta(days=6)).code == 0
    calendar.write_text("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n")
    shown = call("rota", "show", "--week", "2026-03-23", now=after).out
    assert "an event of a calendar" in shown
    assert "a-long-uid" not in shown


@pytest.mark.parametrize("command", ["who", "gaps", "show", "fairness"])
def test_json_says_as_the_text_does_what_is_wrong_with_a_source(
    rota: Path, call: Call, command: str
) -> None:
    rota.write_text(
        rota.read_text().replace('["ana", "ben"]', '["ana", "ben", "zoe"]')
        + '\n[[rota.source]]\nplugin = "ical"\npath = "no.ics"\n'
    )
    called = call("rota", command, "--json", now=NOW)
    assert called.code == ExitCode.UNREACHABLE
    rules, calendar = called.data["sources"]
    assert rules["unknown"] == ["zoe"]
    assert "cannot be read" in calendar["problem"]
    assert calendar["read_at"] is None


def test_what_has_passed_cannot_be_changed(rota: Path, call: Call) -> None:
    called = call(
        *("rota", "absent", "ana", "--from", "2026-03-20", "--to", "2026-03-21"),
        now=NOW,
    )
    assert called.code == ExitCode.CONFIGURATION
    assert "over already" in called.err


def test_the_load_is_shown_by_the_clock_of_each(rota: Path, call: Call) -> None:
    called = call("rota", "fairness", "--ahead", "--weeks", "2", "--json", now=NOW)
    data = json.loads(called.out)
    ana, ben = data["loads"]
    # Two weeks of ten hours a day; by the end clocks went forward, so that an hour
    # more of the last day lies within them.
    assert ana["hours"] + ben["hours"] == 101
    # Amsterdam's day ends after seven in the evening in Kampala, never at night.
    assert (ana["nights"], ana["weekends"]) == (0, 0)
    assert data["balance"]["hours"] == pytest.approx(1, abs=0.25)


def test_without_a_rota_it_says_how_to_have_one(
    configured: Configured, call: Call
) -> None:
    configured()
    called = call("rota", "who", now=NOW)
    assert called.code == ExitCode.CONFIGURATION
    assert "[[rota.person]]" in called.err


def test_names_that_nobody_has_are_told(rota: Path, call: Call) -> None:
    rota.write_text(rota.read_text().replace('["ana", "ben"]', '["ana", "ben", "zoe"]'))
    assert "nobody of the rota is called zoe" in call("rota", "who", now=NOW).out


def test_a_source_that_was_never_read_is_told_once(rota: Path, call: Call) -> None:
    rota.write_text(
        f'{rota.read_text()}\n[[rota.source]]\nplugin = "ical"\npath = "no.ics"\n'
    )
    called = call("rota", "show", now=NOW)
    assert called.code == ExitCode.UNREACHABLE
    assert called.out.count("no.ics") == 1
    assert "it was never read, so it holds nobody" in called.out
    assert "Ana Kato" in called.out
