"""Built-in plug-ins that say where the rota comes from (`IRotaSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IRotaSource  # noqa: PLC0415
    from moodle_bridge.plugins.rotas import (  # noqa: PLC0415
        ical,
        moodle_calendar,
        rules,
        table,
    )

    registry.register(
        IRotaSource,
        "rules",
        build=rules.RulesRota,
        settings=rules.RulesRotaSettings,
        description="Rules in bridge.toml, or in a TOML file beside it",
    )
    registry.register(
        IRotaSource,
        "ical",
        build=ical.IcalRota,
        settings=ical.IcalRotaSettings,
        description="A calendar as iCalendar file or address (Google, Nextcloud, ...)",
    )
    registry.register(
        IRotaSource,
        "table",
        build=table.TableRota,
        settings=table.TableRotaSettings,
        description="A table with a row a shift: CSV, Excel or OpenDocument",
    )
    registry.register(
        IRotaSource,
        "moodle-calendar",
        build=moodle_calendar.MoodleCalendarRota,
        settings=moodle_calendar.MoodleCalendarRotaSettings,
        description="Events in the Moodle calendar of a course",
    )
