"""Who wrote a mail, also when a mailing list has put itself into From."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mappings.mail_reading import ReadMail
from moodle_bridge.model.mail import ListAddress


class AuthorClue(StrEnum):
    """How sure it is who wrote.

    FROM: the address stands in From. MUNGED: the list stands in From (DMARC) and the
    author was found elsewhere in the headers that the list wrote.
    """

    FROM = "from"
    MUNGED = "munged"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAuthor:
    """Who wrote a mail: `name` may be empty, `address` never is."""

    name: str
    address: str
    how: AuthorClue


def author_of(mail: ReadMail, mailing_list: ListAddress | None) -> MailAuthor | None:
    """Return who wrote a mail, None when it cannot be told.

    Whether the address may be believed is the matter of screening, not of this.
    """
    raise NotImplementedError
