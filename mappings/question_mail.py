"""The mail that asks the owner of an address whether they wrote something."""

from __future__ import annotations

from datetime import datetime

from mappings.identity import plus_address, reply_reference
from mappings.letter import MailSite
from mappings.moments import moment_text
from mappings.one_line import one_line
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from mappings.strangers_words import harmless, quoted
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.people import Person

_SUBJECT_LONGEST = 80
_ADDRESS_LONGEST = 120
_LINES = 6
_LINE_LONGEST = 100


def question_to_mail(
    *,
    about_address: bool,
    person: Person,
    language: str | None,
    sender: str,
    subject: str,
    text: str,
    received: datetime,
    date: datetime,
    list_name: str,
    site: MailSite,
    question: str,
    key: str,
) -> OutgoingMail:
    """Return the mail that asks a person whether they wrote a mail that is held.

    `about_address`: it came from an address that is not known to be theirs, and yes
    makes it theirs; else it bears their own, and nothing proves it. `sender`,
    `subject` and `text` are those of the mail. `question` is the key of the answer's
    address, `key` the receipt key. It goes to the first address of the person, which
    is Moodle's. The same arguments give the same mail.
    """
    shown = harmless(subject, _SUBJECT_LONGEST)
    address = harmless(sender, _ADDRESS_LONGEST)
    kind = "address" if about_address else "author"
    paragraphs = [
        phrase(language, "question_greeting", name=one_line(person.fullname)),
        phrase(language, f"question_{kind}", address=address),
        phrase(
            language,
            "question_mail",
            when=moment_text(language, received, person.timezone),
            subject=shown,
        ),
        quoted(text, lines=_LINES, longest=_LINE_LONGEST),
        phrase(language, "question_how"),
        phrase(language, f"question_yes_{kind}", address=address),
        phrase(language, "question_no"),
        phrase(language, "question_nothing"),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        site=site,
        key=key,
        to=person.addresses[0],
        name=list_name,
        subject=phrase(language, "question_subject", subject=shown),
        text="\n\n".join(paragraphs),
        date=date,
        auto="auto-generated",
        reply_to=plus_address(site.bridge_address, question),
        # The second carrier, for mail systems that do not deliver plus addresses.
        references=[reply_reference(question, domain=site.domain)],
    )
