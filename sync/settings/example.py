"""Writes a bridge.toml in which every key has its comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from zope.interface import Interface

from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
)
from moodle_bridge.registry import NoSettings, Registry
from sync.settings.alerts import (
    AlertChannelSettings,
    AlertsSettings,
    AlertStepSettings,
)
from sync.settings.intake import IntakeSettings
from sync.settings.intake_limits import IntakeAutoApply, IntakeLimits
from sync.settings.intake_questions import IntakeQuestions
from sync.settings.keys import Key, keys_of, summary
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
from sync.settings.written import written

WIDTH = 80
USUAL = {
    IMailer: "smtp",
    IMailbox: "imap",
    IMailingList: "remote",
    IIntakeSource: "csv",
    IRotaSource: "rules",
    IAlertChannel: "mail",
    IReportSink: "html-file",
}
"""The plug-in that is taken where none is named."""

_HEAD = """\
# The settings of moodle-bridge. Where a key stands behind a "#", that is its default,
# or an example if it has none. No secret stands in this file.
# Check it with: moodle-bridge check
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A table of bridge.toml: header, what it is for, its model, what is given.

    `plugin` is the name of the plug-in whose table it is, None for our own tables.
    `used` is false for a table that stands there as a comment only.
    """

    header: str
    about: str
    model: type[BaseModel]
    given: Mapping[str, Any]
    plugin: str | None = None
    comments: bool = True
    used: bool = True

    def missing(self) -> Iterator[Key]:
        """Give the keys that are required and not given."""
        if self.used:
            for key in keys_of(self.model):
                if key.required and key.name not in self.given:
                    yield key

    def text(self) -> str:
        """Return the table as TOML with its comments."""
        lines = _comment(self.about) if self.comments else []
        lines.append(self.header)
        if self.plugin is not None:
            lines.append(f"plugin = {written(self.plugin)}")
            if self.comments:
                lines += _comment(summary(self.model))
        for key in keys_of(self.model):
            lines += self._key(key)
        text = "\n".join(lines) + "\n"
        return text if self.used else _commented(text)

    def _key(self, key: Key) -> list[str]:
        if not self.comments and key.name not in self.given and not key.required:
            return []
        lines = []
        if self.comments and key.description:
            lines = ["", *_comment(key.description)]
        if key.name in self.given:
            return [*lines, f"{key.name} = {written(self.given[key.name])}"]
        mark = "" if key.required else "# "
        return [*lines, f"{mark}{key.name} = {key.example}"]


def annotated(registry: Registry, given: Mapping[str, Any]) -> str:
    """Return a bridge.toml with a comment for every key.

    `given` holds values as TOML would give them, tables as dicts; what it has is
    written, what is required and missing gets an example, all else stands as a
    comment with its default.
    """
    return "\n".join([_HEAD, *(block.text() for block in blocks(registry, given))])


def blocks(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    """Give the tables of a bridge.toml in their order."""
    mail = _table(given, "mail")
    yield _own("moodle", "moodle", MoodleSettings, given)
    yield _own("mail", "mail", MailSettings, given)
    yield _of_plugin("[mail.out]", _about(MailSettings, "out"), IMailer, registry, mail)
    about = _about(MailSettings, "incoming")
    rows = _rows(mail, "in")
    for index, row in enumerate(rows or [{}]):
        yield _of_plugin(
            "[[mail.in]]",
            about,
            IMailbox,
            registry,
            {"in": row},
            comments=index == 0,
            used=bool(rows),
        )
    yield Block(
        header="[mail.listen]",
        about=_about(MailSettings, "listen"),
        model=ListenSettings,
        given=_table(mail, "listen"),
        used="listen" in mail,
    )
    yield Block(
        header="[mail.authenticity]",
        about=_about(MailSettings, "authenticity"),
        model=AuthenticitySettings,
        given=_table(mail, "authenticity"),
    )
    for index, pair in enumerate(_rows(given, "pair") or [{}]):
        first = index == 0
        yield Block(
            header="[[pair]]",
            about=_about(Settings, "pairs"),
            model=PairSettings,
            given=pair,
            comments=first,
        )
        about = _about(PairSettings, "list")
        yield _of_plugin(
            "[pair.list]", about, IMailingList, registry, pair, comments=first
        )
    yield from _intakes(registry, given)
    yield _own("welcome", "welcome", WelcomeSettings, given)
    yield from _rota(registry, _table(given, "rota"))
    yield from _alerts(registry, given)
    yield from _report(registry, given)
    yield _own("ledger", "ledger", LedgerSettings, given)
    yield _own("safety", "safety", SafetySettings, given)
    yield _own("sync", "sync", SyncSettings, given)
    yield _own("run", "run", RunSettings, given)
    yield _own("bounces", "bounces", BouncesSettings, given)
    yield _own("web", "web", WebSettings, given)
    yield _own("plugins", "plugins", PluginsSettings, given)


def _intakes(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    rows = _rows(given, "intake")
    parts: tuple[tuple[str, type[BaseModel]], ...] = (
        ("questions", IntakeQuestions),
        ("limits", IntakeLimits),
        ("auto_apply", IntakeAutoApply),
    )
    for index, row in enumerate(rows or [{}]):
        first, used = index == 0, bool(rows)
        yield Block(
            header="[[intake]]",
            about=_about(Settings, "intakes"),
            model=IntakeSettings,
            given=row,
            comments=first,
            used=used,
        )
        about = _about(IntakeSettings, "source")
        yield _of_plugin(
            "[intake.source]",
            about,
            IIntakeSource,
            registry,
            row,
            comments=first,
            used=used,
        )
        for name, model in parts:
            yield Block(
                header=f"[intake.{name}]",
                about=_about(IntakeSettings, name),
                model=model,
                given=_table(row, name),
                comments=first,
                # With an empty table things would be applied without being asked.
                used=used and (name != "auto_apply" or name in row),
            )


def _rota(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    yield Block(
        header="[rota]", about=_about(Settings, "rota"), model=RotaSettings, given=given
    )
    people, sources = _rows(given, "person"), _rows(given, "source")
    for index, row in enumerate(people or [{}]):
        yield Block(
            header="[[rota.person]]",
            about=_about(RotaSettings, "people"),
            model=RotaPersonSettings,
            given=row,
            comments=index == 0,
            used=bool(people),
        )
    for index, row in enumerate(sources or [{}]):
        yield _of_plugin(
            "[[rota.source]]",
            _about(RotaSettings, "sources"),
            IRotaSource,
            registry,
            {"source": row},
            comments=index == 0,
            used=bool(sources),
        )


def _alerts(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    used, table = "alerts" in given, _table(given, "alerts")
    yield Block(
        header="[alerts]",
        about=_about(Settings, "alerts"),
        model=AlertsSettings,
        given=table,
        used=used,
    )
    steps, channels = _rows(table, "step"), _rows(table, "channel")
    for index, row in enumerate(steps or [{}]):
        yield Block(
            header="[[alerts.step]]",
            about=_about(AlertsSettings, "steps"),
            model=AlertStepSettings,
            given=row,
            comments=index == 0,
            used=bool(steps),
        )
    for index, row in enumerate(channels or [{}]):
        yield Block(
            header="[[alerts.channel]]",
            about=_about(AlertsSettings, "channels"),
            model=AlertChannelSettings,
            given=row,
            comments=index == 0,
            used=bool(channels),
        )
        yield _of_plugin(
            "[alerts.channel.by]",
            _about(AlertChannelSettings, "by"),
            IAlertChannel,
            registry,
            row,
            comments=index == 0,
            used=bool(channels),
        )


def _report(registry: Registry, given: Mapping[str, Any]) -> Iterator[Block]:
    phases = _rows(given, "phase")
    for index, row in enumerate(phases or [{}]):
        yield Block(
            header="[[phase]]",
            about=_about(Settings, "phases"),
            model=PhaseSettings,
            given=row,
            comments=index == 0,
            used=bool(phases),
        )
    yield _own("report", "report", ReportSettings, given)
    sinks = _rows(_table(given, "report"), "sink")
    for index, row in enumerate(sinks or [{}]):
        first, used = index == 0, bool(sinks)
        yield Block(
            header="[[report.sink]]",
            about=_about(ReportSettings, "sinks"),
            model=ReportSinkSettings,
            given=row,
            comments=first,
            used=used,
        )
        yield _of_plugin(
            "[report.sink.to]",
            _about(ReportSinkSettings, "to"),
            IReportSink,
            registry,
            row,
            comments=first,
            used=used,
        )


def _own(
    name: str, field: str, model: type[BaseModel], given: Mapping[str, Any]
) -> Block:
    return Block(
        header=f"[{name}]",
        about=_about(Settings, field),
        model=model,
        given=_table(given, name),
    )


def _of_plugin(
    header: str,
    about: str,
    interface: type[Interface],
    registry: Registry,
    holder: Mapping[str, Any],
    *,
    comments: bool = True,
    used: bool = True,
) -> Block:
    key = header.strip("[]").rpartition(".")[2]
    table = _table(holder, key)
    name = str(table.get("plugin", USUAL[interface]))
    names = registry.names(interface)
    known = name in names
    return Block(
        header=header,
        about=f"{about} Plug-ins: {', '.join(names)}.",
        model=registry.get(interface, name).settings if known else NoSettings,
        given={key: value for key, value in table.items() if key != "plugin"},
        plugin=name,
        comments=comments,
        used=used,
    )


def _about(model: type[BaseModel], field: str) -> str:
    return model.model_fields[field].description or ""


def _comment(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH, break_on_hyphens=False)
    return [f"# {line}" for line in wrapped]


def _commented(text: str) -> str:
    return "".join(
        line if line.startswith("#") or not line.strip() else f"# {line}"
        for line in text.splitlines(keepends=True)
    )


def _table(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = given.get(key)
    return value if isinstance(value, Mapping) else {}


def _rows(given: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = given.get(key)
    return [row for row in value or () if isinstance(row, Mapping)]
