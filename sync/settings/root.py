"""bridge.toml as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, PrivateAttr

from moodle_bridge.errors import Problem
from sync.settings.alerts import AlertsSettings
from sync.settings.base import Section
from sync.settings.intake import IntakeSettings
from sync.settings.mail import MailSettings
from sync.settings.pair import PairSettings
from sync.settings.report import PhaseSettings, ReportSettings
from sync.settings.rota import RotaSettings
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


class Settings(Section):
    """Everything that an admin can set; made by `load_settings`."""

    moodle: MoodleSettings = Field(
        description="The Moodle site. It is reached through its web services only:"
        " nothing is installed on it."
    )
    ledger: LedgerSettings = Field(
        default_factory=LedgerSettings,
        description="The memory of the bridge. Without it nobody knows what was"
        " already sent: back it up, and never delete it while a course runs.",
    )
    mail: MailSettings = Field(description="The mail of the bridge.")
    pairs: tuple[PairSettings, ...] = Field(
        alias="pair",
        strict=False,
        description="What is joined to what: one [[pair]] for each mailing list.",
    )
    intakes: tuple[IntakeSettings, ...] = Field(
        default=(),
        alias="intake",
        strict=False,
        description="From an intake form to people: one [[intake]] for each form. No"
        " form is needed; its people then come into Moodle by your own hand.",
    )
    welcome: WelcomeSettings = Field(
        default_factory=WelcomeSettings,
        description="What somebody new is told by mail.",
    )
    rota: RotaSettings = Field(
        default_factory=RotaSettings,
        description="Who shares the watch, and where it stands who is on duty when."
        " No rota is needed; then nobody is alerted.",
    )
    alerts: AlertsSettings | None = Field(
        default=None,
        description="Who of the rota is told of a question that waits, when and how."
        " Without this table nobody is.",
    )
    phases: tuple[PhaseSettings, ...] = Field(
        default=(),
        alias="phase",
        strict=False,
        description="The parts of the course, one [[phase]] for each: reports compare"
        " them. None is needed.",
    )
    report: ReportSettings = Field(
        default_factory=ReportSettings,
        description="Response times and participation, reported back.",
    )
    safety: SafetySettings = Field(
        default_factory=SafetySettings,
        description="Limits that stop a run before it does something absurd.",
    )
    sync: SyncSettings = Field(
        default_factory=SyncSettings,
        description="How the bridge looks for what changed.",
    )
    run: RunSettings = Field(
        default_factory=RunSettings,
        description="How `moodle-bridge run` goes about its work.",
    )
    bounces: BouncesSettings = Field(
        default_factory=BouncesSettings,
        description="When mail to an address counts as lost, and the address rests.",
    )
    web: WebSettings = Field(
        default_factory=WebSettings,
        description="The pages of the bridge itself, which `moodle-bridge serve`"
        " answers with; nothing needs them.",
    )
    plugins: PluginsSettings = Field(
        default_factory=PluginsSettings, description="Plug-ins of others."
    )

    _path: Path = PrivateAttr(default=Path("bridge.toml"))
    _notes: tuple[Problem, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The bridge.toml that these settings were read from."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder of bridge.toml, to which relative paths belong."""
        return self._path.parent

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was put right while reading and is better mended in the file."""
        return self._notes

    def placed(self, path: Path, notes: Sequence[Problem]) -> Settings:
        """Say where these settings came from, and return them."""
        self._path, self._notes = path, tuple(notes)
        return self

    def pair(self, name: str) -> PairSettings | None:
        """Return the pair of this name, None when there is none."""
        return next((pair for pair in self.pairs if pair.name == name), None)

    def intake(self, name: str) -> IntakeSettings | None:
        """Return the form of this name, None when there is none."""
        return next((one for one in self.intakes if one.name == name), None)
