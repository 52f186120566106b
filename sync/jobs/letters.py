"""Makes the mail of one post for one address, and sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.identity import correction_message_id
from mappings.letter import MailSite
from mappings.mail_reading import read_mail
from mappings.pictures import without_place
from mappings.post_to_mail import correction_to_mail, post_to_mail
from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.forum import Discussion, Forum, Post
from moodle_bridge.model.mail import MailFile, OutgoingMail
from sync.actions import Action, Later, Outcome, Refused
from sync.ledger.links import Link
from sync.sending import TOO_LARGE

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.pairs import Pair
    from sync.sending import Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one mail is made of, when its turn comes."""

    link: Link
    post: Post
    parent: Post | None
    discussion: Discussion
    forum: Forum
    delivery: Delivery
    ancestors: tuple[str, ...]


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

    def send(self, action: Action, load: Load) -> Outcome:
        """Render one mail and send it; never raises for what the other ends do."""
        try:
            files = [] if load.link.revision else self._files(load.post)
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

    def _files(self, post: Post) -> list[MailFile]:
        """Download what is small enough to go along; the rest goes as links."""
        room = self._site.max_attached_bytes
        files = []
        for attachment in post.attachments:
            if attachment.inline or attachment.size > room:
                continue
            try:
                content = self._moodle.files.download(attachment.url, limit=room)
            except Permanent:
                # It goes as a link, as if it were too large.
                continue
            file = without_place(
                MailFile(
                    filename=attachment.filename,
                    media_type=attachment.media_type,
                    content=content,
                )
            )
            if file is None:
                continue
            room -= len(file.content)
            files.append(file)
        return files


def _language(delivery: Delivery, default: str) -> str:
    return (delivery.person and delivery.person.language) or default
