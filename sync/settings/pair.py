"""The sections [[pair]]: which forum and which mailing list belong together."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from sync.settings.base import PluginChoice, Section
from sync.settings.values import (
    ChannelName,
    Cmids,
    Duration,
    Language,
    NumberOrName,
    ShortName,
    SubjectTag,
    ZoneName,
)


class PairSettings(Section):
    """A forum, or several of one course, joined to one mailing list.

    `forum` and `new_discussions_to` hold course module ids (cmid), which is what the
    address of a forum shows; never the instance ids that web services speak of.
    """

    name: ShortName = Field(
        description="A short name for the pair, for the command line and the ledger:"
        " small letters, digits and hyphens. Never change it: the ledger would take"
        " it for a new pair.",
        examples=["sm25"],
    )
    course: NumberOrName = Field(
        description="The course: its short name in quotes, or its number, which"
        " stands at the end of its address, course/view.php?id=NUMBER.",
        examples=["SM25"],
    )
    forum: Cmids = Field(
        description="The forum: the number at the end of its address,"
        ' mod/forum/view.php?id=NUMBER; several as [34, 35]; or "all" for all'
        " forums of the course.",
        examples=[34],
    )
    new_discussions_to: int | None = Field(
        default=None,
        gt=0,
        description="The forum in which a mail that answers nothing begins a new"
        " discussion, by the same number. Needed when the pair has several forums.",
        examples=[34],
    )
    group: NumberOrName | None = Field(
        default=None,
        description="Only what this group may read, by name or number; new"
        " discussions are begun for it. Leave it out for what everybody may read.",
        examples=["Group 1"],
    )
    tag: SubjectTag | None = Field(
        default=None,
        description="What stands in [ ] before the subject of each mail; the short"
        " name of the course when left out.",
        examples=["SM25"],
    )
    hold: Duration = Field(
        default=timedelta(minutes=30),
        description="How long a post waits before it is mailed, so that its author"
        " can still correct it. Moodle's own time for that is 30 minutes.",
    )
    corrections: bool = Field(
        default=False,
        description="Whether a post that is edited after it was mailed is mailed"
        " again as a correction.",
    )
    questions: bool = Field(
        default=True,
        description="Whether questions in the forum are watched: who asks, and how long"
        " they wait for an answer. It needs the list of participants.",
    )
    whole_thread: bool = Field(
        default=False,
        description="Whether an answer anywhere in a discussion answers all that is"
        " asked in it, for courses whose members write at the end of a thread. Else"
        " it must stand below the question.",
    )
    language: Language = Field(
        default="en",
        description="The language of the words that the bridge adds to mails and"
        " posts, as a Moodle language code.",
    )
    channel: ChannelName = Field(
        default="each",
        description="How people take part who never chose: each (a mail for every"
        " post), digest (one mail at their hour), bundle (the same, as small as it can"
        " be) or moodle (no mail). Everybody may choose otherwise, by mail or through"
        " you (`moodle-bridge person`).",
        examples=["digest"],
    )
    timezone: ZoneName | None = Field(
        default=None,
        description="The time zone of people who have none of their own in Moodle;"
        " that of [mail] when left out.",
        examples=["Africa/Maputo"],
    )
    list: PluginChoice = Field(
        description="The mailing list: a plug-in and its settings."
    )
