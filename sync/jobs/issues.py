"""Makes the mail of one digest or bundle from what stands in Moodle now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mappings.audience import answered_by, readers
from mappings.importance import importance
from mappings.issue_entry import Entry, entry_of, gone_entry
from mappings.issue_layout import IssueReader
from mappings.issue_mail import IssueHead, IssueMail, issue_to_mail
from mappings.letter import MailSite
from mappings.phrases import known_language
from moodle_bridge.model.channels import ChannelKind
from moodle_bridge.model.forum import ForumKind
from sync.jobs.authorship import in_own_name, in_own_names, parent_shown
from sync.jobs.gathering import Due
from sync.jobs.sights import Sight
from sync.ledger.issues import Issue, IssueKind, Item
from sync.ledger.links import Link

if TYPE_CHECKING:
    from sync.participants import Participants
    from sync.sending import Sending

LARGEST_ISSUE = 400_000
"""The most bytes of one issue for somebody without a limit."""

SightOf = Callable[[str, int], Sight | None]
"""Gives a discussion of a pair as it is now; None when it cannot be read now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An issue ready to be planned."""

    kind: IssueKind
    mail: IssueMail
    items: tuple[Item, ...]
    left_out: tuple[Item, ...]

    @property
    def says_something(self) -> bool:
        """Whether any of its posts is still there."""
        entries = (*self.mail.entries, *self.mail.left_out)
        return any(entry.written is not None for entry in entries)


class Unmade(StrEnum):
    """Why there is no issue: nothing to say, no answer from Moodle, no room today."""

    NOTHING = "nothing"
    UNREAD = "unread"
    NO_ROOM = "no room"


class IssueMaking:
    """Renders issues; reads discussions through what it is given."""

    def __init__(
        self, *, site: MailSite, sending: Sending, participants: Participants
    ) -> None:
        self._site = site
        self._sending = sending
        self._participants = participants

    def made(
        self,
        due: Due,
        *,
        number: int,
        key: str,
        now: datetime,
        limit: int | None,
        sight_of: SightOf,
    ) -> Made | Unmade:
        """Return the issue for somebody, or why there is none.

        `limit` is what is left of their day's bytes, None for no limit. Of an issue
        that was planned before, the items keep their numbers as far as they fit, and
        what was taken back since is shown as that.
        """
        reader = self._reader(due, now)
        parts = self._entries(due, reader, sight_of, now)
        if parts is None:
            return Unmade.UNREAD
        if not any(parts):
            return Unmade.NOTHING
        entries, left_out = parts
        kind = self._kind(due, entries)
        said_in = list(dict.fromkeys(one.pair for one in (*entries, *left_out)))
        seats = [due.seats[name] for name in said_in if name in due.seats]
        first, alone = seats[0], len(seats) == 1
        if alone:
            entries = [replace(entry, section="") for entry in entries]
        mail = issue_to_mail(
            entries,
            head=IssueHead(
                number=number,
                person=first.person,
                recipient=first.recipient,
                name=first.pair.mailing_list.address.name
                if alone
                else ", ".join(seat.pair.tag for seat in seats),
                tag=first.pair.tag if alone else "",
                key=key,
            ),
            reader=reader,
            site=self._site,
            recipients=self._sending.recipients(first.recipient),
            compact=kind is IssueKind.BUNDLE,
            limit=LARGEST_ISSUE if limit is None else min(limit, LARGEST_ISSUE),
            left_out=left_out,
        )
        if mail is None:
            return Unmade.NO_ROOM
        return Made(
            kind=kind,
            mail=mail,
            items=tuple(
                _item(entry, place) for place, entry in enumerate(mail.entries, start=1)
            ),
            left_out=tuple(_item(entry, 0) for entry in mail.left_out),
        )

    def _reader(self, due: Due, now: datetime) -> IssueReader:
        seat = next(iter(due.seats.values()))
        return IssueReader(
            language=known_language(
                seat.person.language or seat.pair.settings.language
            ),
            zone=due.zone,
            made_at=now,
            budget=due.channel.budget,
        )

    def _kind(self, due: Due, entries: Sequence[Entry]) -> IssueKind:
        if due.issue is not None:
            return due.issue.kind
        if due.channel.kind is ChannelKind.BUNDLE:
            return IssueKind.BUNDLE
        return IssueKind.DIGEST if entries else IssueKind.REST

    def _entries(
        self, due: Due, reader: IssueReader, sight_of: SightOf, now: datetime
    ) -> tuple[list[Entry], list[Entry]] | None:
        """Return what goes in full and what by name; None: it cannot be read now."""
        if due.issue is not None:
            return self._again(due, due.issue, reader, sight_of, now)
        found: list[Entry] = []
        for links in due.waiting.values():
            mine = [self._entry(due, link, reader, sight_of, now) for link in links]
            found += sorted(
                (one for one in mine if one is not None),
                key=lambda one: (one.written or now, one.post_id),
            )
        owed = [self._entry(due, link, reader, sight_of, now) for link in due.owed]
        return found, [one for one in owed if one is not None]

    def _again(
        self,
        due: Due,
        issue: Issue,
        reader: IssueReader,
        sight_of: SightOf,
        now: datetime,
    ) -> tuple[list[Entry], list[Entry]] | None:
        parts: list[list[Entry]] = []
        for items in (issue.items, issue.left_out):
            part = []
            for item in items:
                if item.pair in due.seats and (
                    sight_of(item.pair, item.discussion_id) is None
                ):
                    return None
                part.append(
                    self._entry(due, item, reader, sight_of, now)
                    or gone_entry(
                        pair=item.pair,
                        post_id=item.post_id,
                        discussion_id=item.discussion_id,
                    )
                )
            parts.append(part)
        return parts[0], [one for one in parts[1] if one.written is not None]

    def _entry(
        self,
        due: Due,
        wanted: Link | Item,
        reader: IssueReader,
        sight_of: SightOf,
        now: datetime,
    ) -> Entry | None:
        """Return the entry of a post; None when the reader may not read it now."""
        seat = due.seats.get(wanted.pair)
        sight = sight_of(wanted.pair, wanted.discussion_id) if seat else None
        if seat is None or sight is None or sight.seen is None:
            return None
        discussion, links = sight.seen.discussion, sight.links
        posts = {post.id: post for post in sight.seen.posts}
        post, link = posts.get(wanted.post_id), links.get(wanted.post_id)
        forum = seat.pair.place.forums.get(discussion.forum_id)
        if post is None or link is None or forum is None:
            return None
        answered: frozenset[int] = frozenset()
        if forum.kind is ForumKind.QANDA:
            answered = answered_by(in_own_names(posts, links), discussion, now=now)
        if not readers(
            post,
            discussion,
            forum,
            [seat.person],
            now,
            group_id=seat.pair.place.group_id,
            answered=answered,
        ):
            return None
        shown = in_own_name(post, link)
        if shown.author.id == seat.person.user_id:
            return None
        parent = posts.get(post.parent_id) if post.parent_id else None
        recalled = parent_shown(parent, links)
        course_id = seat.pair.place.course.id
        return entry_of(
            shown,
            discussion,
            pair=seat.pair.name,
            section=seat.pair.tag,
            parent=recalled,
            importance=importance(
                shown,
                discussion,
                seat.person,
                parent=recalled,
                facilitators={
                    person.user_id
                    for person in self._participants.of_course(course_id)
                    if person.facilitator
                },
            ),
            language=reader.language,
            site_url=self._site.site_url,
        )


def _item(entry: Entry, number: int) -> Item:
    return Item(
        number=number,
        pair=entry.pair,
        post_id=entry.post_id,
        discussion_id=entry.discussion_id,
        subject=entry.subject,
        author=entry.author,
    )
