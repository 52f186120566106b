"""What screening says of a mail, and what it has to know for that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from mappings.mail_reading import ReadMail
from moodle_bridge.model.authenticity import Authenticity
from moodle_bridge.model.mail import ListAddress

Spam = Literal["hold", "ignore", "post"]


class VerdictKind(StrEnum):
    """What a mail turned out to be."""

    ACCEPT = "accept"
    RECEIPT = "receipt"
    ECHO = "echo"
    LOOP = "loop"
    NOTIFICATION = "notification"
    BOUNCE = "bounce"
    DELAY = "delay"
    COMPLAINT = "complaint"
    READ_RECEIPT = "read-receipt"
    CALENDAR = "calendar"
    LIST_ADMIN = "list-admin"
    CHALLENGE = "challenge"
    DIGEST = "digest"
    AUTO_REPLY = "auto-reply"
    UNAUTHENTICATED = "unauthenticated"
    SPAM = "spam"
    TOO_BIG = "too-big"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


class Outcome(StrEnum):
    """What is done with a mail of some kind.

    ACCEPT: it may become a post. ASIDE: it is recorded, read for what it says about
    delivery, and never posted or answered. HOLD: a person decides.
    """

    ACCEPT = "accept"
    ASIDE = "aside"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailure:
    """What a delivery report says of one recipient (RFC 3464).

    `action` is failed, delayed, delivered, relayed or expanded; `status` is the
    enhanced status code (`5.1.1`), empty when not given; `hard` is true when sending
    again will not help; `diagnostic` is the remote system's own words.
    """

    address: str
    action: str
    status: str
    hard: bool
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a mail is, which rule says so, and what to do.

    `reason` is a stable code; `advice` a sentence for a person; `detail` what was
    seen, without secrets. `rule` is the rule's name, `none` when no rule hit.
    Of our own mail that came back, `receipt_key` is the key of its OutgoingMail and
    `receipt_post_id` the post it mirrors; both None for anything else, and where the
    mail no longer says so. `failures` is empty for all but bounces and delays.
    """

    kind: VerdictKind
    outcome: Outcome
    reason: str
    advice: str
    rule: str
    detail: str = ""
    receipt_key: str | None = None
    receipt_post_id: int | None = None
    failures: tuple[DeliveryFailure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRules:
    """What screening has to know of the pair that a mail came in for.

    `site_tag` and `domain` are those of our Message-IDs. `mailing_list` is None where
    the bridge itself is the list. `own_addresses` are the bridge's From and reply
    addresses. `max_size` is in bytes. `max_hops` is how many bridges a mail may have
    passed. `authserv_id` is the mail server whose Authentication-Results are
    believed, None to believe none. `authenticity` is what was found out when the mail
    came, None when nobody looked; then `authserv_id` decides. `spam` is what becomes
    of what a filter marked: held, ignored (put aside), or posted. `answers_issue` says
    that it answers a digest of the bridge's own, which can be answered.
    """

    site_tag: str
    domain: str
    mailing_list: ListAddress | None = None
    own_addresses: frozenset[str] = frozenset()
    max_size: int = 10_000_000
    max_hops: int = 2
    max_received: int = 30
    authserv_id: str | None = None
    authenticity: Authenticity | None = None
    spam: Spam = "hold"
    answers_issue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A mail with its envelope and the settings, as each rule gets it."""

    mail: ReadMail
    rules: ScreeningRules
    envelope_sender: str | None = None
    envelope_recipient: str | None = None

    @property
    def null_sender(self) -> bool:
        """Whether the mail came with the null return path (RFC 5321 4.5.5)."""
        if self.envelope_sender is not None:
            return self.envelope_sender.strip("<> ") == ""
        return self.mail.return_path == ""
