"""What every rota source must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zope.interface.verify import verifyObject

from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import Facilitator, RotaReading

START = datetime(2026, 3, 23, tzinfo=UTC)
END = START + timedelta(weeks=2)
ANA = Facilitator(key="ana", name="Ana Kato", zone="Africa/Kampala", names=("Ana K.",))
BEN = Facilitator(key="ben", name="Ben de Vries", zone="Europe/Amsterdam")


class RotaSourceContract:
    """Inherit it for every rota source.

    It needs one fixture, `rota_source`: an `IRotaSource` that names `ana` (or Ana
    Kato, or Ana K.) and Ben de Vries between 23 March and 6 April 2026, and somebody
    called Zoe who is no facilitator.
    """

    interface = IRotaSource

    plugin: str
    """The name that the plug-in is registered by."""

    def test_it_keeps_the_interface(self, rota_source: IRotaSource) -> None:
        assert verifyObject(IRotaSource, rota_source)
        assert rota_source.name

    def test_it_names_people_by_their_keys(self, rota_source: IRotaSource) -> None:
        assert _people(rota_source.read(START, END, [ANA, BEN])) == {"ana", "ben"}

    def test_who_is_no_facilitator_is_told_and_not_on_duty(
        self, rota_source: IRotaSource
    ) -> None:
        reading = rota_source.read(START, END, [ANA, BEN])
        assert "zoe" in {name.casefold() for name in reading.unknown}
        without_ben = rota_source.read(START, END, [ANA])
        assert _people(without_ben) == {"ana"}
        assert len(without_ben.unknown) == len(reading.unknown) + 1

    def test_its_times_are_utc_and_touch_the_period(
        self, rota_source: IRotaSource
    ) -> None:
        for span in rota_source.read(START, END, [ANA, BEN]).spans:
            assert span.start.utcoffset() == span.end.utcoffset() == timedelta()
            assert span.start < span.end
            assert span.start < END
            assert span.end > START

    def test_reading_again_gives_the_same(self, rota_source: IRotaSource) -> None:
        first = rota_source.read(START, END, [ANA, BEN])
        assert rota_source.read(START, END, [ANA, BEN]) == first
        assert len({span.key for span in first.spans}) == len(first.spans)

    def test_closing_may_be_repeated(self, rota_source: IRotaSource) -> None:
        rota_source.close()
        rota_source.close()


def _people(reading: RotaReading) -> set[str]:
    return {span.person for span in reading.spans} | {
        person for rule in reading.rules for person in rule.people
    }
