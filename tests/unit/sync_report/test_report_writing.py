"""Reports go to their sinks when they are due, once, and whatever befalls a sink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from zope.interface import implementer

from mappings.recurrence import read_recurrence
from moodle_bridge.errors import ConfigError, InDoubt, Permanent, Transient
from moodle_bridge.interfaces import IMailer, IReportSink
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.registry import NoSettings
from sync.ledger import Ledger
from sync.ledger.intents import Intent, IntentState
from sync.report.mails import ReportMails
from sync.report.shown import Shown, Stamp
from sync.report.writing import (
    SinkOutcome,
    Writing,
    due_sinks,
    kept_name,
    sinks_named,
)
from sync.settings.base import PluginChoice
from sync.settings.report import ReportSinkSettings

# A Monday, seven o'clock in Kampala.
START = datetime(2026, 3, 2, 4, tzinfo=UTC)
ZONE = "Africa/Kampala"
PAGE = ReportPage(
    title="FO26",
    language="en",
    text="58 %",
    moodle_html="<p>58 %</p>",
    page_html="<html></html>",
    waits_csv="",
    json="{}",
    openmetrics="# EOF\n",
)


@dataclass
class Hands:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        self.now += timedelta(**step)


@implementer(IReportSink)
@dataclass
class Wall:
    """A sink that holds one text; `trouble` befalls it as long as it is set."""

    name: str = "wall"
    public: bool = False
    text: str | None = None
    trouble: Exception | None = None
    lasts: list[Written | None] = field(default_factory=list)
    mailer: IMailer | None = None
    to: tuple[str, ...] = ("ana@ug.example",)
    left_out: str = ""

    def write(self, page: ReportPage, last: Written | None) -> Written:
        self.lasts.append(last)
        if self.mailer is not None and (last is None or self.text != page.text):
            self.mailer.send(
                OutgoingMail(
                    key=f"report {page.text}",
                    message_id=f"<{page.text[:2]}@lists.example>",
                    sender="",
                    recipients=self.to,
                    content=b"Subject: Report\r\n\r\n58\r\n",
                )
            )
        if self.trouble is not None:
            raise self.trouble
        self.text = page.text
        return Written(
            target="the wall",
            fingerprints={"text": page.text},
            problem=self.left_out,
        )

    def close(self) -> None: ...


@dataclass
class Town:
    """Sinks by name, a ledger, and what writes to them."""

    ledger: Ledger
    clock: Hands
    walls: dict[str, Wall]
    page: ReportPage = PAGE
    asked: list[tuple[str, bool]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mails = ReportMails(site_tag="abc", secret=b"secret")
        self.writing = Writing(
            self.ledger,
            build=lambda sink: self.walls[sink.name],
            page=self._page,
            mails=self.mails,
        )

    def _page(
        self, sink: ReportSinkSettings, public: bool, last: Shown
    ) -> tuple[ReportPage, Shown]:
        self.asked.append((sink.name, public))
        self.shown.append(last)
        stamp = Stamp(fingerprint=self.page.text, made_at=self.clock.now)
        return self.page, Shown({"text": stamp})

    def write(self, *sinks: ReportSinkSettings) -> list[SinkOutcome]:
        return list(self.writing.write(sinks))

    def due(self, *sinks: ReportSinkSettings) -> list[str]:
        return [sink.name for sink in due_sinks(self.ledger, sinks, zone=ZONE)]

    def planned(self) -> list[Intent]:
        with self.ledger.reading() as transaction:
            return transaction.intents.with_state(IntentState.PLANNED)


def sink(name: str, every: str | None = "monday 07:00") -> ReportSinkSettings:
    return ReportSinkSettings.model_construct(
        name=name,
        every=read_recurrence(every) if every else None,
        language=None,
        pairs=(),
        to=PluginChoice(plugin="wall", settings=NoSettings()),
    )


WALL, OTHER = sink("wall"), sink("other", "daily 06:00")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = Hands()
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    yield Town(ledger, clock, {"wall": Wall(), "other": Wall(public=True)})
    ledger.close()


def test_a_sink_that_never_wrote_is_due_at_once(town: Town) -> None:
    town.clock.move(days=2, hours=3)
    assert town.due(WALL) == ["wall"]


def test_a_sink_is_due_again_when_its_hour_has_come(town: Town) -> None:
    town.write(WALL, OTHER)
    assert town.due(WALL, OTHER) == []
    town.clock.move(hours=23)
    assert town.due(WALL, OTHER) == ["other"]
    town.clock.move(days=6)
    assert town.due(WALL) == []
    town.clock.move(hours=1)
    assert town.due(WALL) == ["wall"]


def test_after_a_long_silence_a_sink_is_due_once(town: Town) -> None:
    town.write(OTHER)
    town.clock.move(days=12)
    assert town.due(OTHER) == ["other"]
    town.write(OTHER)
    assert town.due(OTHER) == []


def test_a_sink_without_a_schedule_is_never_due(town: Town) -> None:
    assert town.due(sink("wall", None)) == []


def test_a_sink_is_given_what_it_wrote_last(town: Town) -> None:
    (first,) = town.write(WALL)
    (second,) = town.write(WALL)
    assert (first.changed, second.changed) == (True, False)
    assert town.walls["wall"].lasts == [
        None,
        Written(target="the wall", fingerprints={"text": "58 %"}),
    ]


def test_a_report_is_made_knowing_what_the_sink_showed_last(town: Town) -> None:
    town.write(WALL)
    town.clock.move(hours=1)
    town.write(WALL)
    stamp = Stamp(fingerprint="58 %", made_at=START)
    assert town.shown == [Shown(), Shown({"text": stamp})]


def test_a_public_sink_gets_the_report_that_names_nobody(town: Town) -> None:
    town.write(WALL, OTHER)
    assert town.asked == [("wall", False), ("other", True)]


@pytest.mark.parametrize(
    "trouble",
    [
        Transient("away", item="the wall"),
        Permanent("no such wall", item="the wall"),
        InDoubt("no answer", item="the wall"),
        KeyError("a bug of somebody"),
    ],
)
def test_one_that_fails_does_not_stop_the_others(
    town: Town, trouble: Exception
) -> None:
    town.walls["wall"].trouble = trouble
    failed, written = town.write(WALL, OTHER)
    assert failed.problem
    assert failed.advice
    assert (written.problem, town.walls["other"].text) == ("", "58 %")


@pytest.mark.parametrize(
    ("trouble", "first"),
    [
        (Transient("away"), ""),
        (InDoubt("no answer"), ""),
        (
            Transient(
                "full", advice="Make room on the disk; the next run tries again."
            ),
            "Make room on the disk. ",
        ),
        (Transient("busy", advice="Ask the host."), "Ask the host. "),
    ],
)
def test_of_a_sink_that_no_run_writes_it_is_not_said_that_the_next_one_tries_again(
    town: Town, trouble: Exception, first: str
) -> None:
    town.walls["wall"].trouble = trouble
    (by_hand,) = town.write(sink("wall", None))
    assert by_hand.advice == (
        f"{first}No run writes this sink, for it has no `every`: give `moodle-bridge"
        " report --to wall` again later."
    )
    (scheduled,) = town.write(WALL)
    assert scheduled.advice == getattr(trouble, "advice", None)


def test_one_that_failed_is_tried_once_an_hour(town: Town) -> None:
    town.write(WALL)
    town.walls["wall"].trouble = Permanent("no such wall")
    town.clock.move(days=7)
    town.write(WALL)
    assert town.due(WALL) == []
    town.clock.move(minutes=59)
    assert town.due(WALL) == []
    town.clock.move(minutes=1)
    assert town.due(WALL) == ["wall"]
    town.walls["wall"].trouble = None
    town.write(WALL)
    assert town.due(WALL) == []
    assert town.walls["wall"].lasts[-1] is not None


def test_what_came_about_in_part_is_told_and_not_tried_again(town: Town) -> None:
    town.walls["wall"].left_out = "a mail may not have arrived"
    (outcome,) = town.write(WALL)
    assert (outcome.written, outcome.problem) == (True, "a mail may not have arrived")
    with town.ledger.reading() as transaction:
        kept = transaction.reports.get(kept_name(WALL))
    assert kept is not None
    assert kept.problem == outcome.problem
    town.clock.move(hours=2)
    assert town.due(WALL) == []


def test_a_clock_that_was_set_back_silences_nobody(town: Town) -> None:
    town.walls["wall"].trouble = Transient("away")
    town.write(WALL)
    town.clock.move(days=-3)
    assert town.due(WALL) == ["wall"]


def test_what_another_plug_in_wrote_under_the_name_is_not_its_own(town: Town) -> None:
    town.write(WALL)
    moved = replace(WALL.to, plugin="pane")
    town.write(WALL.model_copy(update={"to": moved}))
    assert town.walls["wall"].lasts == [None, None]


def test_a_mail_is_planned_for_each_recipient_with_a_receipt(town: Town) -> None:
    wall = town.walls["wall"]
    wall.mailer, wall.to = town.mails, ("ana@ug.example", "ben@nl.example")
    (outcome,) = town.write(WALL)
    planned = town.planned()
    assert outcome.mails == len(planned) == 2
    assert [one.details["to"] for one in planned] == list(wall.to)
    assert len({one.receipt for one in planned}) == 2
    for one in planned:
        first_line = one.details["content"].split("\r\n", 1)[0]
        assert first_line.startswith("X-Moodle-Bridge: site=abc;")
        assert one.receipt in one.details["content"]
        assert "\r\nDate: Mon, 02 Mar 2026 04:00:00 " in one.details["content"]


def test_a_mail_of_a_sink_that_failed_is_not_planned(town: Town) -> None:
    wall = town.walls["wall"]
    wall.mailer, wall.trouble = town.mails, Transient("away")
    town.write(WALL)
    assert town.planned() == []
    wall.trouble = None
    town.write(WALL)
    assert len(town.planned()) == 1


def test_a_crash_before_the_ledger_knows_plans_no_mail_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = town.walls["wall"]
    wall.mailer = town.mails

    def killed(*_arguments: object, **_named: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(town.mails, "write_down", killed)
        with pytest.raises(KeyboardInterrupt):
            town.write(WALL)
    assert town.planned() == []
    again = Town(town.ledger, town.clock, {"wall": replace(wall, lasts=[], text=None)})
    again.walls["wall"].mailer = again.mails
    assert again.due(WALL) == ["wall"]
    again.write(WALL)
    assert len(town.planned()) == 1


def test_the_run_is_kept_alive_before_each_sink(town: Town) -> None:
    kept: list[int] = []
    list(town.writing.write((WALL, OTHER), still_here=lambda: kept.append(1)))
    assert len(kept) == 2


def test_sinks_are_found_by_name_each_once() -> None:
    assert sinks_named((WALL, OTHER), ("other", "wall", "other")) == (OTHER, WALL)
    assert kept_name(OTHER) == "wall other"


def test_an_unknown_sink_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError) as refused:
        sinks_named((WALL, OTHER), ("wall", "forum"))
    assert refused.value.item == "forum"
    assert "wall, other" in refused.value.advice
    with pytest.raises(ConfigError) as nothing:
        sinks_named((), ("forum",))
    assert "[[report.sink]]" in nothing.value.advice


@pytest.mark.parametrize(
    ("problem", "advice", "told"),
    [
        ("it is full", "Make room.", "it is full. Make room."),
        ("It is full.", "Make room.", "It is full. Make room."),
        ("it is full", "", "it is full"),
        ("", "", ""),
    ],
)
def test_what_went_wrong_is_told_in_sentences(
    problem: str, advice: str, told: str
) -> None:
    assert SinkOutcome(name="page", problem=problem, advice=advice).told == told
