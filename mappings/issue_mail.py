"""The mail of a digest or bundle: few header fields, one part of plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.budget import packed
from mappings.bundle import bundle_text
from mappings.digest import digest_text
from mappings.header_lines import (
    address_field,
    date_field,
    header_field,
    text_field,
)
from mappings.identity import issue_key, issue_message_id, plus_address
from mappings.issue_entry import Entry
from mappings.issue_layout import IssueReader, in_groups
from mappings.letter import MailSite
from mappings.mime_parts import text_part
from mappings.moments import date_text, local_day
from mappings.personal_fields import bounce_address, unsubscribe_fields
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.people import Person

Layout = Callable[..., str]

_NAMED = (15, 5, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHead:
    """What stands above an issue.

    `number` is that of the issue; `name` what the reader knows the list or course
    by; `key` that of the OutgoingMail, by which its receipt copy is known again.
    """

    number: int
    person: Person
    recipient: str
    name: str
    tag: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueMail:
    """A mail with what it holds: `entries` in the order of their numbers from 1 on."""

    mail: OutgoingMail
    text: str
    entries: tuple[Entry, ...]
    left_out: tuple[Entry, ...]


def issue_to_mail(
    entries: Sequence[Entry],
    *,
    head: IssueHead,
    reader: IssueReader,
    site: MailSite,
    recipients: tuple[str, ...],
    compact: bool,
    limit: int | None,
    left_out: Sequence[Entry] = (),
) -> IssueMail | None:
    """Return the mail of an issue; the same arguments give the same bytes.

    `entries` are in the order in which they were said. While all fit into `limit`
    bytes of the mail as on the wire, they stay in it, by discussion; otherwise the
    most important go first and the others are named, after those that were
    `left_out` before. None for `limit` is no limit. `compact` makes a bundle of it.
    None when not even the names fit.
    """
    layout: Layout = bundle_text if compact else digest_text
    for named in _NAMED:
        frame = _Frame(head, reader, site, recipients, layout, compact, named)
        chosen = _chosen(entries, left_out, limit, frame)
        if chosen is not None:
            return frame.mail(*chosen)
    return None


def _chosen(
    entries: Sequence[Entry],
    left_out: Sequence[Entry],
    limit: int | None,
    frame: _Frame,
) -> tuple[list[Entry], list[Entry]] | None:
    if limit is None:
        return _by_discussion(entries), list(left_out)
    ranked = sorted(entries, key=lambda entry: entry.importance)
    fitting = packed(
        ranked,
        limit,
        lambda kept, left: len(
            frame.mail(_by_discussion(kept), [*left_out, *left]).mail.content
        ),
    )
    if fitting is None:
        return None
    kept, left = fitting
    if not left:
        kept = list(entries)
    return _by_discussion(kept), [*left_out, *left]


def _by_discussion(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for group in in_groups(entries) for entry in group]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is the same while it is tried how much fits."""

    head: IssueHead
    reader: IssueReader
    site: MailSite
    recipients: tuple[str, ...]
    layout: Layout
    compact: bool
    named: int

    def mail(self, entries: Sequence[Entry], left_out: Sequence[Entry]) -> IssueMail:
        head, site = self.head, self.site
        text = self.layout(self.reader, entries, left_out, named=self.named)
        message_id = issue_message_id(
            head.number, site_tag=site.site_tag, domain=site.domain
        )
        fields = self._fields(message_id, len(entries), len(left_out))
        content = "\r\n".join([*fields, "MIME-Version: 1.0", ""]).encode()
        return IssueMail(
            mail=OutgoingMail(
                key=head.key,
                message_id=message_id,
                sender=bounce_address(site, head.person.user_id),
                recipients=self.recipients,
                content=content + text_part(text),
            ),
            text=text,
            entries=tuple(entries),
            left_out=tuple(left_out),
        )

    def _fields(self, message_id: str, full: int, left: int) -> list[str]:
        head, site, reader = self.head, self.site, self.reader
        day = date_text(
            reader.language, local_day(reader.made_at, reader.clock), year=False
        )
        subject = (
            reader.say("issue_subject", number=full, day=day)
            if full
            else reader.say("issue_subject_left_out", number=left, day=day)
        )
        mark = BridgeHeader(site=site.site_tag, post_id=None, key=head.key, hops=0)
        fields = [
            date_field(reader.made_at),
            address_field("From", site.bridge_address, head.name),
            address_field("To", head.recipient, head.person.fullname),
            text_field("Subject", f"[{head.tag}] {subject}" if head.tag else subject),
            header_field("Message-ID", message_id),
            header_field("Auto-Submitted", "auto-generated"),
            header_field(BRIDGE_HEADER, bridge_header_value(mark)),
        ]
        if site.reply_secret is not None:
            key = issue_key(site.reply_secret, head.number, head.person.user_id)
            answer = plus_address(site.bridge_address, key)
            fields.insert(3, address_field("Reply-To", answer))
        if not self.compact:
            # Asks Exchange not to send a holiday notice; nothing is read into it.
            fields.append(header_field("X-Auto-Response-Suppress", "OOF, AutoReply"))
            fields += unsubscribe_fields(site, head.person.user_id)
        return fields
