"""Makes the post that a mail becomes."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.mail_reading import ReadMail
from mappings.trimming import Trimmed
from moodle_bridge.model.mail import MailFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """A post that is ready for Moodle.

    `subject` is at most 255 characters without markup; `message_html` is safe by
    construction and carries the marker as a class; `note_of_cut` is true when it
    says that quoted text was left out.
    """

    subject: str
    message_html: str
    files: tuple[MailFile, ...] = ()
    note_of_cut: bool = False


def post_from_mail(
    mail: ReadMail,
    *,
    trimmed: Trimmed,
    marker: str,
    author_line: str | None = None,
    language: str | None = None,
) -> PostDraft:
    """Return the post that a mail becomes.

    `author_line` is shown above the text when the account that posts is not the
    author's own (`Aminata Diop, by mail`); None when it is. `marker` is the class
    name by which the post is known again. `language` is the reader's, for the
    bridge's own words; None for English.
    """
    raise NotImplementedError
