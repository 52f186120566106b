"""What a mail may quote: the words of the post, the mail or the digest it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail, read_mail
from mappings.subjects import is_forward_subject
from mappings.trimming import Trimmed, trim

if TYPE_CHECKING:
    from sync.jobs.routing import Route
    from sync.ledger import Transaction

_IDS_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentWords:
    """What is known of the words that a mail answers.

    `sent` is what the bridge mailed; `parent` the mail itself that is answered, where
    it came by mail. None where there is none.
    """

    sent: str | None = None
    parent: str | None = None

    def trim(self, mail: ReadMail) -> Trimmed:
        """Return the mail's text in two, with what is provably quoted cut first."""
        return trim(
            mail.text,
            sent_text=self.sent,
            parent_text=self.parent,
            passes_on=is_forward_subject(mail.subject),
        )


def parent_words(transaction: Transaction, mail: ReadMail, route: Route) -> ParentWords:
    """Return what is known of the words that a mail answers; reads the ledger only."""
    sent: list[str] = []
    parent: str | None = None
    if route.link is not None:
        link = route.link
        worded = transaction.wordings.get(link.pair, link.post_id)
        sent += [worded] if worded else []
        for inbound in transaction.inbound.find(link.message_id):
            if inbound.raw is not None and inbound.post_id == link.post_id:
                parent = read_mail(inbound.raw).text
                break
    elif route.awaited is not None and route.awaited.raw is not None:
        parent = read_mail(route.awaited.raw).text
    ids = [*mail.in_reply_to, *mail.references[-_IDS_MOST:]]
    if ids:
        issues = transaction.issues.by_message_id(ids)
        sent += [issue.text for issue in issues if issue.text]
    return ParentWords(sent="\n\n".join(sent) or None, parent=parent)
