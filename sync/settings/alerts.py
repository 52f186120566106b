"""The section [alerts]: who is told of a question that waits, when, and how."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from mappings.alerts.escalation import AlertTo, PeerAnswers, StepClock
from mappings.recurrence import Recurrence
from sync.settings.base import PluginChoice, Section
from sync.settings.recurrence import RecurrenceText
from sync.settings.values import Duration, ShortName


class AlertStepSettings(Section):
    """One step: after a while, these people are told."""

    after: Duration = Field(
        description="How long a question waits before this step. Until the first step"
        " the other participants may answer.",
        examples=["20m"],
    )
    to: AlertTo = Field(
        strict=False,
        description="Whom it tells: those on duty, their backup, all of the rota, or"
        " the lead.",
        examples=["duty"],
    )


class AlertChannelSettings(Section):
    """One way to reach somebody; their ways are tried in the order of the file."""

    person: ShortName = Field(
        description="Whom: the `key` of a [[rota.person]].", examples=["ana"]
    )
    after: Duration | None = Field(
        default=None,
        description="So long after their first way this one is used as well, if the"
        " question still waits. Left out, it is used when those before it failed.",
        examples=["5m"],
    )
    by: PluginChoice = Field(description="By which way: a plug-in and its settings.")


USUAL_STEPS = (
    AlertStepSettings(after=timedelta(minutes=20), to=AlertTo.DUTY),
    AlertStepSettings(after=timedelta(minutes=35), to=AlertTo.BACKUP),
    AlertStepSettings(after=timedelta(minutes=50), to=AlertTo.ALL),
    AlertStepSettings(after=timedelta(minutes=60), to=AlertTo.LEAD),
)


class AlertsSettings(Section):
    """When facilitators are told of questions that wait."""

    promise: Duration = Field(
        default=timedelta(hours=1),
        description="Within what time every question is to be answered.",
    )
    clock: StepClock = Field(
        default=StepClock.WALL,
        strict=False,
        description="Whether steps count every minute (wall), or only minutes when"
        " somebody is on duty (watched).",
    )
    claim_lasts: Duration = Field(
        default=timedelta(minutes=30),
        description="How long nobody else is told of a question after somebody said"
        " that it is theirs.",
    )
    peer_answers: PeerAnswers = Field(
        default=PeerAnswers.TELL,
        strict=False,
        description="What an answer of another participant does. tell: the first step"
        " tells of the question and of that answer, and no further step comes unless"
        " the asker asks again or a facilitator marks it as one that needs an answer."
        " count: nobody is told any more. ignore: the steps go on as without it.",
    )
    too_old: Duration = Field(
        default=timedelta(days=1),
        description="A question that has waited longer is told of once, and goes no"
        " further up: after a long silence of the bridge say.",
    )
    quiet_on_duty: bool = Field(
        default=False,
        description="Whether the quiet hours of [[rota.person]] hold for who is on duty"
        " as well.",
    )
    bundle_within: Duration = Field(
        default=timedelta(minutes=2),
        description="Questions that come so soon after another, for the same person and"
        " step, are one message; the first waits no longer than this. With [run].every"
        " over it nothing waits: what came due between two runs is one message anyway.",
    )
    all_clear: bool = Field(
        default=True,
        description="Whether those who were alerted are told, once and not in their"
        " quiet hours, that somebody is on it or has answered.",
    )
    handover: bool | Literal["always"] = Field(
        default=True,
        description="Whether who comes on duty gets a mail: what is open, who has gone"
        ' quiet, who comes after. "always" also when nothing is open and nobody quiet.',
        examples=["always"],
    )
    weekly: RecurrenceText | None = Field(
        default=None,
        description="When each of the rota is told of their watches of the next seven"
        " days, and of gaps, by the clock of [rota].zone. Left out: never.",
        examples=["sunday 18:00"],
    )
    changes: bool = Field(
        default=True,
        description="Whether each of the rota is told when their watches of the next"
        " two weeks change.",
    )
    steps: tuple[AlertStepSettings, ...] = Field(
        default=USUAL_STEPS,
        alias="step",
        strict=False,
        min_length=1,
        description="The steps, in the order of their delays. Left out: those on duty"
        " after 20 minutes, the backup after 35, all after 50, the lead after 60.",
    )
    channels: tuple[AlertChannelSettings, ...] = Field(
        default=(),
        alias="channel",
        strict=False,
        description="How each is reached, [[alerts.channel]] with [alerts.channel.by]."
        " Who has none gets mail, and where that fails a message in Moodle.",
    )

    @field_validator("weekly")
    @classmethod
    def _is_weekly(cls, weekly: Recurrence | None) -> Recurrence | None:
        if weekly is not None and weekly.weekday is None:
            raise ValueError('must name a day of the week, as "sunday 18:00"')
        return weekly

    @field_validator("steps")
    @classmethod
    def _rise(
        cls, steps: tuple[AlertStepSettings, ...]
    ) -> tuple[AlertStepSettings, ...]:
        delays = [step.after for step in steps]
        if delays != sorted(delays):
            raise ValueError("must stand in the order of their `after`")
        return steps
