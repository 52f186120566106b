"""Sends a post or a file to somebody who asked for it, if they may read it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.audience import answered_by, readers
from mappings.command_answers import file_line, file_text, posts_lines
from mappings.identity import notice_message_id
from mappings.letter import MailSite
from mappings.links import safe_link
from mappings.mime_parts import shown_name
from mappings.moments import local_day
from mappings.own_mail import own_mail
from mappings.phrases import known_language
from mappings.pictures import fitted_file, is_picture
from mappings.post_to_mail import post_to_mail
from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.mail import MailFile, OutgoingMail
from sync.actions import Action, Done, Later, Outcome, Refused
from sync.channels import Choices
from sync.jobs.authorship import ancestors, in_own_name, in_own_names, parent_shown
from sync.jobs.sights import Sight, Sights
from sync.ledger.intents import Intent
from sync.ledger.issues import Shown

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Attachment, DiscussionPosts, Post
    from moodle_bridge.model.people import Person
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.sending import Sending
    from sync.settings.mail import MailSettings

PICTURE_LIMIT = 200_000
"""The most bytes of a picture for somebody who said nothing about pictures."""

# A photo of a phone; what is larger goes as a link.
_DOWNLOADED_MOST = 30_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who asked for what, from the intent."""

    pair: Pair
    person: Person
    recipient: str
    language: str
    post_id: int
    discussion_id: int
    file: int | None

    @property
    def name(self) -> str:
        return f"{self.post_id}" if self.file is None else f"{self.post_id}-{self.file}"


class Wanted:
    """Reads again what was asked for, decides who may read it, and mails it."""

    def __init__(
        self,
        *,
        pairs: Sequence[Pair],
        moodle: Moodle,
        ledger: Ledger,
        sending: Sending,
        participants: Participants,
        site: MailSite,
        mail: MailSettings,
    ) -> None:
        self._pairs = {pair.name: pair for pair in pairs}
        self._moodle = moodle
        self._ledger = ledger
        self._sending = sending
        self._participants = participants
        self._site = site
        self._mail = mail

    def carry_out(self, action: Action) -> Outcome:
        """Send it, or say that there is no such thing for them to read."""
        try:
            return self._carry_out(action)
        except RemoteError as error:
            return Later(reason=str(error), advice=error.advice)
        except ValueError as error:
            return Refused(
                reason=f"no mail can be made of it: {error}",
                advice="Correct the address of its reader in Moodle, or drop it.",
            )

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """Note what somebody had, and what it cost of their day's bytes."""
        if not isinstance(outcome, Done) or "bytes" not in outcome.result:
            return
        user_id, details = int(intent.details["user_id"]), intent.details
        transaction.spent.note(
            user_id,
            intent.key,
            day=str(outcome.result["day"]),
            size=int(outcome.result["bytes"]),
        )
        if outcome.result["found"] and details["file"] is None:
            transaction.delivered.note(
                user_id,
                details["pair"],
                details["post_id"],
                shown=Shown.FULL,
                issue_id=None,
            )

    def _carry_out(self, action: Action) -> Outcome:
        asked = self._asked(action)
        if asked is None:
            return Refused(
                reason="who asked for it takes part no more",
                advice="Nothing to do.",
            )
        found = self._readable(asked)
        if found is None:
            mail = self._nothing(asked, action)
        elif asked.file is None:
            mail = self._post_mail(asked, found, action)
        else:
            mail = self._file_mail(asked, found[1], action)
        outcome = self._sending.send(
            replace(
                mail,
                key=action.key,
                recipients=self._sending.recipients(asked.recipient),
            )
        )
        if not isinstance(outcome, Done):
            return outcome
        day = local_day(
            self._ledger.clock(), self._choices().zone(asked.person, asked.pair.name)
        )
        return Done(
            result={
                **outcome.result,
                "found": found is not None,
                "bytes": len(mail.content),
                "day": day.isoformat(),
            }
        )

    def _asked(self, action: Action) -> _Asked | None:
        details = action.details
        pair = self._pairs.get(str(details["pair"]))
        if pair is None:
            return None
        person = next(
            (
                one
                for one in self._participants.of_course(pair.place.course.id)
                if one.user_id == details["user_id"] and not one.suspended
            ),
            None,
        )
        if person is None:
            return None
        file = details["file"]
        return _Asked(
            pair=pair,
            person=person,
            recipient=str(details["to"]),
            language=known_language(person.language or pair.settings.language),
            post_id=int(details["post_id"]),
            discussion_id=int(details["discussion_id"]),
            file=None if file is None else int(file),
        )

    def _readable(self, asked: _Asked) -> tuple[Sight, Post] | None:
        """Return the discussion and the post as they are now; None: not for them.

        Raises Permanent when the site shows the discussion to nobody just now.
        """
        sights = Sights(asked.pair, moodle=self._moodle, ledger=self._ledger)
        sight = next(iter(sights.of([asked.discussion_id])), None)
        if sight is None:
            raise Permanent(
                f"discussion {asked.discussion_id} cannot be read now",
                item=f"post {asked.post_id}",
                advice="It is tried again.",
            )
        if sight.seen is None:
            return None
        posts = {post.id: post for post in sight.seen.posts}
        post = posts.get(asked.post_id)
        link = sight.links.get(asked.post_id)
        if post is None or link is None:
            return None
        now = self._ledger.clock()
        may_read = readers(
            post,
            sight.seen.discussion,
            asked.pair.place.forums[sight.seen.discussion.forum_id],
            [asked.person],
            now,
            group_id=asked.pair.place.group_id,
            answered=answered_by(
                in_own_names(posts, sight.links),
                sight.seen.discussion,
                now=now,
            ),
        )
        return (sight, in_own_name(post, link)) if may_read else None

    def _post_mail(
        self, asked: _Asked, found: tuple[Sight, Post], action: Action
    ) -> OutgoingMail:
        sight, post = found
        seen = _seen(sight)
        posts = {one.id: one for one in seen.posts}
        parent = posts.get(post.parent_id) if post.parent_id else None
        key = action.receipt or action.key
        return post_to_mail(
            post,
            discussion=seen.discussion,
            forum=asked.pair.place.forums[seen.discussion.forum_id],
            course=asked.pair.place.course,
            list_address=asked.pair.mailing_list.address,
            delivery=Delivery(recipient=asked.recipient, person=asked.person),
            ancestors=ancestors(post, posts, sight.links),
            parent=parent_shown(parent, sight.links),
            files=(),
            recipients=(asked.recipient,),
            language=asked.language,
            site=self._site,
            subject_tag=asked.pair.tag,
            key=key,
            hops=0,
            # Programs hide a second mail of the same id.
            message_id=notice_message_id(
                key, site_tag=self._site.site_tag, domain=self._site.domain
            ),
        )

    def _file_mail(self, asked: _Asked, post: Post, action: Action) -> OutgoingMail:
        assert asked.file is not None
        if asked.file > len(post.attachments):
            return self._nothing(asked, action)
        attachment = post.attachments[asked.file - 1]
        file = self._fetched(asked, attachment)
        shown = shown_name(attachment.filename)
        url = safe_link(attachment.url, base_url=self._site.site_url)
        text = file_text(
            asked.language,
            asked.name,
            shown,
            attachment.size if file is None else len(file.content),
            (url or "") if file is None else None,
        )
        return self._own(asked, action, text, files=() if file is None else (file,))

    def _fetched(self, asked: _Asked, attachment: Attachment) -> MailFile | None:
        """Return a file as it can go along, None when it goes as a link."""
        picture = is_picture(attachment.media_type)
        limit = self._site.max_attached_bytes or PICTURE_LIMIT
        if picture:
            chosen = self._choices().of(asked.person.user_id, asked.pair.name)
            # Who wants no pictures in general wants this one.
            limit = chosen.picture_limit or PICTURE_LIMIT
        most = _DOWNLOADED_MOST if picture else limit
        if attachment.size > most:
            return None
        try:
            content = self._moodle.files.download(attachment.url, limit=most)
        except Permanent:
            return None
        file = MailFile(
            filename=shown_name(attachment.filename),
            media_type=attachment.media_type,
            content=content,
        )
        return fitted_file(file, limit) if picture else file

    def _nothing(self, asked: _Asked, action: Action) -> OutgoingMail:
        if asked.file is None:
            text = "\n".join(posts_lines(asked.language, (), [asked.post_id]))
        else:
            text = file_line(asked.language, asked.name, coming=False)
        return self._own(asked, action, text)

    def _own(
        self,
        asked: _Asked,
        action: Action,
        text: str,
        *,
        files: Sequence[MailFile] = (),
    ) -> OutgoingMail:
        return own_mail(
            to=asked.recipient,
            subject=f"[{asked.pair.tag}] {asked.name}",
            text=text,
            date=self._ledger.clock(),
            name=asked.pair.mailing_list.address.name,
            site=self._site,
            key=action.receipt or action.key,
            auto="auto-replied",
            files=files,
        )

    def _choices(self) -> Choices:
        with self._ledger.reading() as transaction:
            return Choices(
                transaction.channels.everyone(),
                pairs={name: pair.settings for name, pair in self._pairs.items()},
                mail=self._mail,
            )


def _seen(sight: Sight) -> DiscussionPosts:
    assert sight.seen is not None
    return sight.seen
