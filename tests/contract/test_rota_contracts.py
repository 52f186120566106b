"""Every rota source keeps its contract, and reads what real programs write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.rota import DutyRole
from moodle_bridge.moodle.calendar import Event
from moodle_bridge.plugins.rotas.ical import IcalRota, IcalRotaSettings
from moodle_bridge.plugins.rotas.moodle_calendar import (
    MoodleCalendarRota,
    MoodleCalendarRotaSettings,
)
from moodle_bridge.plugins.rotas.rules import RulesRota, RulesRotaSettings
from moodle_bridge.plugins.rotas.table import TableRota, TableRotaSettings
from moodle_bridge.testing import RotaSourceContract
from moodle_bridge.testing.rota_source import ANA, BEN, END, START

FILES = Path(__file__).parent / "rotas"
PEOPLE = [ANA, BEN]


class TestRulesRota(RotaSourceContract):
    plugin = "rules"

    @pytest.fixture
    def rota_source(self) -> RulesRota:
        return RulesRota(RulesRotaSettings(path=FILES / "rules.toml"))


class TestTableRota(RotaSourceContract):
    plugin = "table"

    @pytest.fixture
    def rota_source(self) -> TableRota:
        return TableRota(
            TableRotaSettings(path=FILES / "table.csv", zone="Europe/Amsterdam")
        )


class TestIcalRota(RotaSourceContract):
    plugin = "ical"

    @pytest.fixture(params=["google", "nextcloud", "outlook"])
    def rota_source(self, request: pytest.FixtureRequest) -> IcalRota:
        return IcalRota(IcalRotaSettings(path=FILES / f"{request.param}.ics"))


def calendar_of(*names: str) -> Any:
    events = [
        Event(
            id=number,
            name=name,
            starts=START + timedelta(days=number, hours=9),
            lasts=timedelta(hours=0 if "meeting" in name else 8),
            kind="course",
        )
        for number, name in enumerate(names)
    ]
    return SimpleNamespace(
        courses=SimpleNamespace(
            by_shortname=lambda name: SimpleNamespace(id=2) if name == "SM25" else None
        ),
        calendar=SimpleNamespace(
            between=lambda first, last, *, course_ids: [
                event for event in events if first <= event.starts < last
            ]
        ),
    )


class TestMoodleCalendarRota(RotaSourceContract):
    plugin = "moodle-calendar"

    @pytest.fixture
    def rota_source(self) -> MoodleCalendarRota:
        source = MoodleCalendarRota(MoodleCalendarRotaSettings(course="SM25"))
        source.use_moodle(
            calendar_of("Watch: Ana", "watch: Ben de Vries", "Ana", "Watch: Zoe")
        )
        return source


def spans(name: str, **settings: Any) -> list[tuple[str, str, str, DutyRole]]:
    source = IcalRota(IcalRotaSettings(path=FILES / name, **settings))
    return [
        (f"{span.start:%d %H:%M}", f"{span.end:%d %H:%M}", span.person, span.role)
        for span in source.read(START, END, PEOPLE).spans
    ]


def test_google_repeats_with_an_exception_a_moved_one_and_a_change_of_clocks() -> None:
    primary, backup = DutyRole.PRIMARY, DutyRole.BACKUP
    assert spans("google.ics") == [
        ("23 08:00", "23 16:00", "ana", primary),
        ("24 08:00", "24 16:00", "ana", primary),
        # The 25th is left out, on the 29th clocks go forward.
        ("30 07:00", "30 15:00", "ana", primary),
        ("31 10:00", "31 15:00", "ana", primary),
        ("31 10:00", "31 15:00", "ben", backup),
        ("01 07:00", "01 15:00", "ana", primary),
    ]


def test_nextcloud_writes_durations_whole_days_and_times_without_a_zone() -> None:
    assert spans("nextcloud.ics", zone="Europe/Amsterdam") == [
        ("23 15:00", "24 03:00", "ana", DutyRole.PRIMARY),
        ("25 15:00", "26 03:00", "ana", DutyRole.PRIMARY),
        ("27 15:00", "28 03:00", "ana", DutyRole.PRIMARY),
        # Two whole days of the clock: 47 hours, as clocks go forward between.
        ("27 23:00", "29 22:00", "ben", DutyRole.PRIMARY),
        ("01 07:00", "01 15:00", "ben", DutyRole.PRIMARY),
    ]


def test_outlook_has_zones_of_its_own_names_and_only_the_watch_is_taken() -> None:
    assert spans("outlook.ics", only="Watch:") == [
        ("27 08:00", "27 17:00", "ana", DutyRole.PRIMARY),
        ("28 21:00", "29 05:00", "ben", DutyRole.PRIMARY),
        ("03 07:00", "03 16:00", "ana", DutyRole.PRIMARY),
    ]


def test_nextcloud_adds_dates_and_leaves_dates_out() -> None:
    primary = DutyRole.PRIMARY
    assert spans("nextcloud_extra_dates.ics") == [
        ("24 08:00", "24 16:00", "ana", primary),
        ("26 08:00", "26 16:00", "ana", primary),
        ("27 19:00", "28 07:00", "ben", primary),
        # Twelve hours are twelve hours, also in the night when clocks go forward.
        ("28 19:00", "29 07:00", "ben", primary),
        ("29 18:00", "30 06:00", "ben", primary),
        # An extra date after the change; the one of the rule on the 31st is left out.
        ("30 07:00", "30 15:00", "ana", primary),
    ]


def test_outlook_names_zones_of_windows_and_does_not_explain_them() -> None:
    primary = DutyRole.PRIMARY
    assert spans(
        "outlook_without_zones.ics", only="Watch:", zone="Europe/Amsterdam"
    ) == [
        ("24 08:00", "24 16:00", "ana", primary),
        # The 25th is left out, the 26th has another hour and another person.
        ("26 11:00", "26 17:00", "ben", primary),
        ("27 23:00", "29 22:00", "ben", primary),
        ("01 03:00", "01 11:00", "ana", primary),
    ]


def test_google_repeats_in_utc_by_the_clock_of_its_calendar() -> None:
    primary = DutyRole.PRIMARY
    assert spans("google_in_utc.ics", zone="Europe/Amsterdam") == [
        ("26 08:00", "26 16:00", "ana", primary),
        ("27 23:00", "28 23:00", "ben", primary),
        ("30 07:00", "30 15:00", "ana", primary),
        ("02 07:00", "02 15:00", "ana", primary),
    ]


def test_a_zone_that_nobody_knows_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "one.ics"
    zone = 'TZID="Customized Time Zone"'
    path.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n"
        f"DTSTAMP:20260301T000000Z\nDTSTART;{zone}:20260324T090000\n"
        f"DTEND;{zone}:20260324T170000\nRRULE:FREQ=DAILY;COUNT=2\nSUMMARY:Ana\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    reading = IcalRota(IcalRotaSettings(path=path)).read(START, END, PEOPLE)
    assert len(reading.spans) == 2
    (problem,) = reading.problems
    assert (
        "'Customized Time Zone', so its events are read by the clock of UTC" in problem
    )


def test_hours_are_exact_and_days_are_those_of_the_clock(tmp_path: Path) -> None:
    for written, hours in (("PT24H", 24), ("P1D", 23)):
        path = tmp_path / "one.ics"
        path.write_text(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\n"
            "DTSTAMP:20260301T000000Z\n"
            "DTSTART;TZID=Europe/Amsterdam:20260328T180000\n"
            f"DURATION:{written}\nSUMMARY:Ana\nEND:VEVENT\nEND:VCALENDAR\n"
        )
        (span,) = IcalRota(IcalRotaSettings(path=path)).read(START, END, PEOPLE).spans
        assert span.end - span.start == timedelta(hours=hours)


def test_a_table_says_which_rows_it_could_not_read() -> None:
    source = TableRota(TableRotaSettings(path=FILES / "table.csv"))
    reading = source.read(START, END, PEOPLE)
    assert reading.problems == (
        "row 5: 'soon' is no time; write 2026-05-03 18:00",
        "row 6: 'cook' is no role",
    )
    whole_days = [span for span in reading.spans if span.start.day == 28]
    assert [span.end - span.start for span in whole_days] == [timedelta(days=2)]


def test_a_table_without_its_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("from,to,who\n")
    with pytest.raises(Permanent, match="no column start, end, person"):
        TableRota(TableRotaSettings(path=path)).read(START, END, PEOPLE)


def test_an_event_without_a_length_is_told_and_is_no_shift() -> None:
    source = MoodleCalendarRota(MoodleCalendarRotaSettings(course="SM25"))
    source.use_moodle(calendar_of("Watch: meeting Ana"))
    reading = source.read(START, END, PEOPLE)
    assert (reading.spans, reading.problems) == (
        (),
        ("Watch: meeting Ana: has no length",),
    )


class _Calendars(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/rota.ics": (200, (FILES / "google.ics").read_bytes()),
            "/login": (200, b"<!DOCTYPE html><title>Log in</title>"),
            "/busy": (503, b""),
        }.get(self.path.partition("?")[0], (404, b""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def calendars() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Calendars)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_calendar_is_read_from_its_address(calendars: str) -> None:
    source = IcalRota(IcalRotaSettings(url=f"{calendars}/rota.ics"))  # type: ignore[arg-type]
    assert len(source.read(START, END, PEOPLE).spans) == 6


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/login", Permanent, "no calendar"),
        ("/gone", Permanent, "404"),
        ("/busy", Transient, "503"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_without_it(
    calendars: str, path: str, kind: type[Exception], said: str
) -> None:
    url = f"{calendars}{path}?key=SECRET"
    source = IcalRota(IcalRotaSettings(url=url))  # type: ignore[arg-type]
    with pytest.raises(kind, match=said) as caught:
        source.read(START, END, PEOPLE)
    assert "SECRET" not in str(caught.value) + source.name


def test_a_calendar_that_is_away_may_be_asked_again() -> None:
    source = IcalRota(IcalRotaSettings(url="http://127.0.0.1:1/SECRET"))  # type: ignore[arg-type]
    with pytest.raises(Transient) as caught:
        source.read(datetime(2026, 1, 1, tzinfo=UTC), END, PEOPLE)
    assert "SECRET" not in str(caught.value)
