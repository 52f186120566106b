"""Makes the mail of one post for one address, and sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.identity import correction_message_id
from mappings.letter import MailSite
from mappings.mail_reading import read_mail
from mappings.pictures import fitted_file, is_picture, without_place
from mappings.post_to_mail import correction_to_mail, post_to_mail
from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.forum import Attachment, Discussion, Forum, Post
from moodle_bridge.model.mail import MailFile, OutgoingMail
from sync.actions import Action, Later, Outcome, Refused
from sync.ledger.links import Link
from sync.sending import TOO_LARGE

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.pairs import Pair
    from sync.sending import Sending

# Phones make no larger ones; more is not read to scale it down.
_LARGEST_PICTURE = 15_000_000
# The header of a part with its boundaries, for as many files as a post has.
_PART_HEAD = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one mail is made of, when its turn comes.

    `picture_limit` is the most bytes of one picture: 0 links them, None leaves it to
    the course. `attach` false links all files.
    """

    link: Link
    post: Post
    parent: Post | None
    discussion: Discussion
    forum: Forum
    delivery: Delivery
    ancestors: tuple[str, ...]
    picture_limit: int | None = None
    attach: bool = True


class Letters:
    """The mails of one pair."""

    def __init__(
        self, pair: Pair, *, moodle: Moodle, sending: Sending, site: MailSite
    ) -> None:
        self._pair = pair
        self._moodle = moodle
        self._sending = sending
        self._site = site

    def message_id(self, link: Link) -> str:
        """Return the Message-ID of a post, or of its newest correction."""
        if not link.revision:
            return link.message_id
        return correction_message_id(
            link.post_id,
            link.revision,
            site_tag=self._site.site_tag,
            domain=self._site.domain,
        )

    def words(self, load: Load) -> str | None:
        """Return what the mail of a post says, as plain text; None if it has no mail.

        Other readers may get its foot in their own languages; files are named as links.
        """
        try:
            mail = self._mail(None, load, ())
        except ValueError:
            return None
        return read_mail(mail.content).text

    def size(self, action: Action, load: Load) -> int:
        """Return how many bytes a mail has at most, on the wire; 0 if it cannot be."""
        try:
            words = len(self._mail(action, load, ()).content)
        except ValueError:
            return 0
        room, files = self._site.max_attached_bytes, 0
        for attachment in load.post.attachments if _attaches(load) else ():
            most = _most(attachment, load.picture_limit, room)
            if most is not None and attachment.size <= most[0]:
                files += min(attachment.size, most[1])
        return words + (files * 7 // 5 + _PART_HEAD if files else 0)

    def send(self, action: Action, load: Load) -> Outcome:
        """Render one mail and send it; never raises for what the other ends do."""
        try:
            files = self._files(load) if _attaches(load) else []
        except RemoteError as error:
            return Later(reason=str(error), advice=error.advice)
        try:
            mail = self._mail(action, load, files)
        except ValueError as error:
            return Refused(
                reason=f"no mail can be made of it: {error}",
                advice="Correct the address of its reader in Moodle, or drop it.",
            )
        outcome = self._sending.send(replace(mail, key=action.key))
        if isinstance(outcome, Refused) and outcome.code == TOO_LARGE and files:
            # Nothing was sent; what does not fit goes as a link.
            mail = self._mail(action, load, ())
            outcome = self._sending.send(replace(mail, key=action.key))
        return outcome

    def _mail(
        self, action: Action | None, load: Load, files: Sequence[MailFile]
    ) -> OutgoingMail:
        key = (action.receipt or action.key) if action else ""
        recipients = self._sending.recipients(load.delivery.recipient)
        language = _language(load.delivery, self._pair.settings.language)
        if load.link.revision:
            return correction_to_mail(
                load.post,
                discussion=load.discussion,
                forum=load.forum,
                course=self._pair.place.course,
                list_address=self._pair.mailing_list.address,
                delivery=load.delivery,
                ancestors=load.ancestors,
                corrects=load.link.message_id,
                revision=load.link.revision,
                recipients=recipients,
                language=language,
                site=self._site,
                subject_tag=self._pair.tag,
                key=key,
                hops=0,
            )
        return post_to_mail(
            load.post,
            discussion=load.discussion,
            forum=load.forum,
            course=self._pair.place.course,
            list_address=self._pair.mailing_list.address,
            delivery=load.delivery,
            ancestors=load.ancestors,
            parent=load.parent,
            files=files,
            recipients=recipients,
            language=language,
            site=self._site,
            subject_tag=self._pair.tag,
            key=key,
            hops=0,
            message_id=load.link.message_id,
        )

    def _files(self, load: Load) -> list[MailFile]:
        """Download what is small enough to go along; the rest goes as links."""
        room = self._site.max_attached_bytes
        files = []
        for attachment in load.post.attachments:
            most = _most(attachment, load.picture_limit, room)
            if most is None or attachment.size > most[0]:
                continue
            try:
                content = self._moodle.files.download(attachment.url, limit=most[0])
            except Permanent:
                # It goes as a link, as if it were too large.
                continue
            given = MailFile(
                filename=attachment.filename,
                media_type=attachment.media_type,
                content=content,
            )
            scaled = load.picture_limit is not None and is_picture(given.media_type)
            file = fitted_file(given, most[1]) if scaled else without_place(given)
            if file is None or len(file.content) > room:
                continue
            room -= len(file.content)
            files.append(file)
        return files


def _attaches(load: Load) -> bool:
    return load.attach and not load.link.revision


def _most(
    attachment: Attachment, picture_limit: int | None, room: int
) -> tuple[int, int] | None:
    """Return how large a file may be, and how large it may go; None: it goes as a link.

    A picture that is scaled down may be larger than what goes.
    """
    if attachment.inline:
        return None
    if picture_limit is None or not is_picture(attachment.media_type):
        return room, room
    if picture_limit == 0:
        return None
    return _LARGEST_PICTURE, min(picture_limit, room)


def _language(delivery: Delivery, default: str) -> str:
    return (delivery.person and delivery.person.language) or default
