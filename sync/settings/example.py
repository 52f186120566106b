"""Writes a bridge.toml in which every key has its comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
)
from moodle_bridge.registry import Registry
from sync.settings.alerts import (
    AlertChannelSettings,
    AlertsSettings,
    AlertStepSettings,
)
from sync.settings.blocks import Block, about, of_plugin, own, rows_of, table_of
from sync.settings.intake import IntakeSettings
from sync.settings.intake_limits import IntakeAutoApply, IntakeLimits
from sync.settings.intake_questions import IntakeQuestions
from sync.settings.mail import (
    AuthenticitySettings,
    ListenSettings,
    MailSettings,
)
from sync.settings.pair import PairSettings
from sync.settings.report import (
    PhaseSettings,
    ReportSettings,
    ReportSinkSettings,
)
from sync.settings.root import Settings
from sync.settings.rota import RotaPersonSettings, RotaSettings
from sync.settings.sections import (
    BouncesSettings,
    LedgerSettings,
    MoodleSettings,
    PluginsSettings,
    RunSettings,
    SafetySettings,
    SyncSettings,
)
from sync.settings.web import WebSettings
from sync.settings.welcome import WelcomeSettings

_HEAD = """\
# The settings of moodle-bridge. Where a key stands behind a "#", that is its default,
# or an example if it has none. No secret stands in this file.
# Check it with: moodle-bridge check
"""


def annotated(registry: Registry, given: Mapping[str, Any]) -> str:
    """Return a bridge.toml with a comment for every key.

    `given` holds values as TOML would give them, tables as dicts; what it has is
    written, what is required and missing gets an example, all else stands as a
    comment with its default.
    """
    return "\n".join([_HEAD, *(block.text() for block in blocks(registry, given))])


def blocks(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    """Give the tables of a bridge.toml in their order."""
    yield own("moodle", "moodle", MoodleSettings, given)
    yield from _mail(registry, given)
    for pair in rows_of(given, "pair", required=True):
        yield pair.own("[[pair]]", about(Settings, "pairs"), PairSettings)
        told = about(PairSettings, "list")
        yield pair.of_plugin("[pair.list]", told, IMailingList, registry)
    yield from _intakes(registry, given)
    yield own("welcome", "welcome", WelcomeSettings, given)
    yield from _rota(registry, given)
    yield from _alerts(registry, given)
    yield from _report(registry, given)
    yield own("ledger", "ledger", LedgerSettings, given)
    yield own("safety", "safety", SafetySettings, given)
    yield own("sync", "sync", SyncSettings, given)
    yield own("run", "run", RunSettings, given)
    yield own("bounces", "bounces", BouncesSettings, given)
    yield own("web", "web", WebSettings, given)
    yield own("plugins", "plugins", PluginsSettings, given)


def _mail(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    yield own("mail", "mail", MailSettings, given)
    mail = table_of(given, "mail")
    told, out = about(MailSettings, "out"), table_of(mail, "out")
    yield of_plugin("[mail.out]", told, IMailer, registry, out)
    for row in rows_of(mail, "in"):
        told = about(MailSettings, "incoming")
        yield row.of_plugin("[[mail.in]]", told, IMailbox, registry)
    yield Block(
        header="[mail.listen]",
        about=about(MailSettings, "listen"),
        model=ListenSettings,
        given=table_of(mail, "listen"),
        used="listen" in mail,
    )
    yield Block(
        header="[mail.authenticity]",
        about=about(MailSettings, "authenticity"),
        model=AuthenticitySettings,
        given=table_of(mail, "authenticity"),
    )


def _intakes(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    parts: tuple[tuple[str, type[BaseModel]], ...] = (
        ("questions", IntakeQuestions),
        ("limits", IntakeLimits),
        ("auto_apply", IntakeAutoApply),
    )
    for row in rows_of(given, "intake"):
        yield row.own("[[intake]]", about(Settings, "intakes"), IntakeSettings)
        told = about(IntakeSettings, "source")
        yield row.of_plugin("[intake.source]", told, IIntakeSource, registry)
        for name, model in parts:
            # With an empty table things would be applied without being asked.
            used = name != "auto_apply" or name in row.given
            told = about(IntakeSettings, name)
            yield row.own(f"[intake.{name}]", told, model, used=used)


def _rota(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    yield own("rota", "rota", RotaSettings, given)
    rota = table_of(given, "rota")
    for row in rows_of(rota, "person"):
        told = about(RotaSettings, "people")
        yield row.own("[[rota.person]]", told, RotaPersonSettings)
    for row in rows_of(rota, "source"):
        told = about(RotaSettings, "sources")
        yield row.of_plugin("[[rota.source]]", told, IRotaSource, registry)


def _alerts(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    alerts = table_of(given, "alerts")
    yield Block(
        header="[alerts]",
        about=about(Settings, "alerts"),
        model=AlertsSettings,
        given=alerts,
        used="alerts" in given,
    )
    for row in rows_of(alerts, "step"):
        told = about(AlertsSettings, "steps")
        yield row.own("[[alerts.step]]", told, AlertStepSettings)
    for row in rows_of(alerts, "channel"):
        told = about(AlertsSettings, "channels")
        yield row.own("[[alerts.channel]]", told, AlertChannelSettings)
        told = about(AlertChannelSettings, "by")
        yield row.of_plugin("[alerts.channel.by]", told, IAlertChannel, registry)


def _report(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    for row in rows_of(given, "phase"):
        yield row.own("[[phase]]", about(Settings, "phases"), PhaseSettings)
    yield own("report", "report", ReportSettings, given)
    for row in rows_of(table_of(given, "report"), "sink"):
        told = about(ReportSettings, "sinks")
        yield row.own("[[report.sink]]", told, ReportSinkSettings)
        told = about(ReportSinkSettings, "to")
        yield row.of_plugin("[report.sink.to]", told, IReportSink, registry)
