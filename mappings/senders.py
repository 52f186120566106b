"""Who wrote a mail, also when a mailing list has put itself into From."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mappings.list_mail import is_from_list
from mappings.mail_headers import MailAddress, addresses_in
from mappings.mail_reading import ReadMail
from moodle_bridge.model.mail import ListAddress

_VIA = re.compile(
    r"(?i)\s+(?:via|por|par|über|через|经由|bằng|kupitia)\s+[^@]{1,120}$"
    r"|\s*\((?:via|par|por)\s[^()]{1,120}\)$"
)
_ORIGINAL_FIELDS = ("x-original-from", "x-original-sender")


class AuthorClue(StrEnum):
    """How sure it is who wrote.

    FROM: the address stands in From. MUNGED: the list stands in From (DMARC) and the
    author was found elsewhere in the headers that the list wrote.
    """

    FROM = "from"
    MUNGED = "munged"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAuthor:
    """Who wrote a mail: `name` may be empty, `address` never is.

    `besides` is who else stands where a list leaves the author: whoever writes may put
    others there, so that it is sure only when all of them are one person.
    """

    name: str
    address: str
    how: AuthorClue
    besides: tuple[str, ...] = ()


def author_of(mail: ReadMail, mailing_list: ListAddress | None) -> MailAuthor | None:
    """Return who wrote a mail, None when it cannot be told.

    None for a mail without From or with several authors in it, and for one whose
    From is the list when the headers name no author: a mail under the wrong name is
    worse than a mail that waits. Mailman leaves the author in Reply-To or Cc, Google
    Groups in X-Original-From, Groups.io in the address itself. The author may have set
    each of these fields but the last before the list did: who else is named stands in
    `besides`.
    Whether the address may be believed is the matter of screening, not of this.
    """
    sender = mail.from_
    if sender is None or len({one.address.lower() for one in mail.senders}) > 1:
        return None
    if mailing_list is None or not _is_list(sender.address, mailing_list):
        return MailAuthor(name=sender.name, address=sender.address, how=AuthorClue.FROM)
    if not is_from_list(mail, mailing_list):
        return None
    name = _VIA.sub("", sender.name).strip("'\" ")
    encoded = _encoded_in(mail, mailing_list)
    encoded = _encoded_in(mail, mailing_list)
    named = (encoded,) if encoded else _named(mail, mailing_list, name)
    if not named:
        return None
    found, *further = named
    return MailAuthor(
        name=found.name if found.name and "@" not in found.name else name,
        address=found.address,
        how=AuthorClue.MUNGED,
        besides=tuple(one.address for one in further),
    )


def _named(
    mail: ReadMail, mailing_list: ListAddress, name: str
) -> tuple[MailAddress, ...]:
    """Return who stands where a list may leave the author, the likeliest first."""
    originals = addresses_in(
        value for field in _ORIGINAL_FIELDS for value in mail.headers.all(field)
    )
    # A list that wants answers for itself puts the author among those in copy, under
    # the same name that stands before `via`; without any, if From gave none.
    for_itself = any(_is_list(one.address, mailing_list) for one in mail.reply_to)
    copied = [
        one
        for one in mail.cc
        if (name and one.name.strip("'\" ").casefold() == name.casefold())
        or (for_itself and not one.name and "x-mailman-version" in mail.headers)
    ]
    return _others((*originals, *mail.reply_to, *copied), mailing_list)


def _encoded_in(mail: ReadMail, mailing_list: ListAddress) -> MailAddress | None:
    """Read `user=example.org@groups.io`, where the list keeps the author in From."""
    sender = mail.from_
    if sender is None or sender.address.lower() == mailing_list.address.lower():
        return None
    local, _, domain = sender.address.rpartition("@")
    own_domain = mailing_list.address.lower().partition("@")[2]
    user, equals, home = local.rpartition("=")
    if not equals or "." not in home or not user or not _same_house(domain, own_domain):
        return None
    return MailAddress(name="", address=f"{user}@{home}")


def _is_list(address: str, mailing_list: ListAddress) -> bool:
    lowered, own = address.lower(), mailing_list.address.lower()
    if lowered == own:
        return True
    local, _, domain = lowered.rpartition("@")
    own_local, _, own_domain = own.rpartition("@")
    if not _same_house(domain, own_domain):
        return False
    return (
        "=" in local
        or re.fullmatch(
            rf"{re.escape(own_local)}[-+](?:bounces?|owner|request|return)(?:[+=-].*)?",
            local,
        )
        is not None
    )


def _same_house(domain: str, own_domain: str) -> bool:
    one, other = domain.lower(), own_domain.lower()
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _others(
    addresses: tuple[MailAddress, ...], mailing_list: ListAddress
) -> tuple[MailAddress, ...]:
    seen: dict[str, MailAddress] = {}
    for one in addresses:
        if not _is_list(one.address, mailing_list):
            seen.setdefault(one.address.lower(), one)
    return tuple(seen.values())
