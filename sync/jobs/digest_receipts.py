"""What came of an answer to a digest: its verdict in the end, and its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mappings.digest_receipt import Told, receipt_text
from mappings.letter import MailSite
from mappings.mail_files import is_attached_by_hand
from mappings.mail_reading import ReadMail, read_mail
from sync.jobs.answers import Answers, address_of
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.parts import REST, Part, PartState

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

RULE = "digest-answer"
_UNPLACED_ADVICE = (
    "Its author was told, and may send it again. `held show` says what is left:"
    " release it to begin a new discussion with that, or drop it."
)
_REFUSED_ADVICE = "Release it to try what was refused once more, or drop it."


class DigestReceipts:
    """Tells the author of an answer which part of it went where."""

    def __init__(
        self, *, pairs: Mapping[str, Pair], answers: Answers, site: MailSite
    ) -> None:
        self._pairs = pairs
        self._answers = answers
        self._site = site

    def finish(self, transaction: Transaction, inbound: Inbound, user_id: int) -> None:
        """Give the mail its outcome when all its parts have theirs."""
        parts = transaction.parts.of_mail(inbound.id)
        if any(part.is_open for part in parts):
            return
        rest = next((part for part in parts if part.position == REST), None)
        left = rest is not None and rest.state is PartState.UNPLACED
        refused = [part for part in parts if part.state is PartState.REFUSED]
        posted = [part for part in parts if part.post_id is not None]
        held = left or bool(refused)
        transaction.inbound.change(
            inbound.id,
            state=(InboundState.HELD if held else InboundState.POSTED).value,
            rule=RULE,
            reason="unplaced" if left else "part-refused" if refused else "accepted",
            advice=(_UNPLACED_ADVICE if left else _REFUSED_ADVICE) if held else "",
            detail=f"{len(posted)} of {len(parts)} parts posted",
            post_id=posted[0].post_id if posted else None,
        )
        self._tell(transaction, inbound, user_id, parts)

    def _tell(
        self,
        transaction: Transaction,
        inbound: Inbound,
        user_id: int,
        parts: Sequence[Part],
    ) -> None:
        pair = self._pairs.get(inbound.pair or "")
        if pair is None:
            return
        # Who takes part must not be asked of Moodle while the ledger is written.
        course_id = pair.place.course.id
        people = transaction.people.of_course(course_id)
        person = next((one for one in people if one.user_id == user_id), None)
        if person is None:
            return
        mail = read_mail(inbound.raw or b"")
        rest = next((part for part in parts if part.state is PartState.UNPLACED), None)
        language = person.language or pair.settings.language
        name = pair.mailing_list.address.name
        told = [self._told(transaction, part) for part in parts if part is not rest]
        files = attached_names(mail) if rest else ()
        if not (told or files or (rest and rest.text)):
            return
        again = _receipts_before(transaction, inbound)
        self._answers.write(
            transaction,
            inbound,
            mail,
            key=f"receipt:{inbound.key}" + f":{again}" * bool(again),
            to=address_of(person, mail),
            language=language,
            text=receipt_text(
                language,
                told,
                unplaced=rest.text if rest else "",
                files=files,
                example=next((part.item for part in parts if part.item), 1),
                list_name=name,
            ),
            list_name=name,
        )

    def _told(self, transaction: Transaction, part: Part) -> Told:
        url = None
        if part.post_id is not None:
            links = transaction.links.by_post(part.post_id)
            discussion = links[0].discussion_id if links else part.discussion_id
            site_url = self._site.site_url.rstrip("/")
            url = f"{site_url}/mod/forum/discuss.php?d={discussion}#p{part.post_id}"
        return Told(number=part.item, subject=part.subject, url=url, reason=part.reason)


def attached_names(mail: ReadMail) -> tuple[str, ...]:
    """Return the names of the files that somebody attached by hand."""
    return tuple(file.filename for file in mail.files if is_attached_by_hand(file))


def _receipts_before(transaction: Transaction, inbound: Inbound) -> int:
    return sum(
        intent.key.startswith("receipt:")
        for intent in transaction.intents.of_source(f"notice:{inbound.id}")
    )
