"""Moodle's own mails: which post one of them told of, by its Message-ID."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from mappings.command_words import Word, command_line
from mappings.identity import native_message_id
from mappings.letter import MailSite
from mappings.one_line import one_line
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from moodle_bridge.model.mail import OutgoingMail

_MOST_TRIED = 300_000
_OF_A_POST = re.compile(r"[0-9a-f]{64}")
# What PHP's uniqid('', true) gives: digests, messages, everything but forum posts.
_OF_ANYTHING = re.compile(r"[0-9a-f]{13,14}\.[0-9]{1,8}")


class NativeIds:
    """The Message-IDs that one site gives to its mails."""

    def __init__(self, site_url: str) -> None:
        sample = native_message_id(1, 1, site_url)
        self._end = sample[65:].casefold()

    def local_of(self, message_id: str) -> str | None:
        """Return what stands before site and host; None for a mail of another."""
        folded = message_id.strip().casefold()
        if not folded.startswith("<") or not folded.endswith(self._end):
            return None
        return folded[1 : -len(self._end)]

    def is_native(self, message_id: str) -> bool:
        """Say whether Moodle itself wrote the mail with this Message-ID."""
        local = self.local_of(message_id)
        return local is not None and bool(
            _OF_A_POST.fullmatch(local) or _OF_ANYTHING.fullmatch(local)
        )

    def post_of(
        self,
        message_id: str,
        post_ids: Sequence[int],
        *,
        author_ids: Iterable[int],
        others: Iterable[int] = (),
    ) -> int | None:
        """Return the post of which Moodle's mail told, None when it is none of these.

        `post_ids`, the newest first, are tried with whom the mail is from, then with
        the others: somebody may answer from where Moodle's mail was forwarded to. What
        is tried has a limit, and the oldest posts are given up first.
        """
        local = self.local_of(message_id)
        if local is None or not _OF_A_POST.fullmatch(local):
            return None
        tried = list(author_ids)
        return _matching(local, post_ids, tried) or _matching(
            local, post_ids, [one for one in others if one not in tried]
        )


def _matching(
    local: str, post_ids: Sequence[int], user_ids: Sequence[int]
) -> int | None:
    if not user_ids:
        return None
    ends = [f"to{user_id}".encode() for user_id in user_ids]
    for post_id in post_ids[: max(1, _MOST_TRIED // len(ends))]:
        begun = hashlib.sha256(str(post_id).encode())
        for end in ends:
            whole = begun.copy()
            whole.update(end)
            if whole.hexdigest() == local:
                return post_id
    return None


def twice_mail(
    *,
    to: str,
    language: str | None,
    date: datetime,
    list_name: str,
    answers: str | None,
    by_command: bool,
    site: MailSite,
    key: str,
    forum: str | None = None,
) -> OutgoingMail:
    """Return the mail that says, once, how to have each post by mail only once.

    For somebody who gets Moodle's own mails and the bridge's. `by_command` is true where
    the bridge can stop the others when it is told to by mail. `forum` names one of which
    Moodle mails to everybody; None where an answer to Moodle's mail gave it away. Raises ValueError for an
    address that is none.
    """
    where = f"{site.site_url.rstrip('/')}/message/notificationpreferences.php"
    text = [
        phrase(language, "notice_greeting"),
        phrase(language, "twice_forum", forum=one_line(forum))
        if forum
        else phrase(language, "twice_what"),
        phrase(language, "twice_moodle", url=where),
        *(
            [
                phrase(
                    language,
                    "twice_bridge",
                    address=site.bridge_address,
                    command=command_line(language, Word.CHANNEL, Word.MOODLE),
                )
            ]
            if by_command
            else []
        ),
        phrase(language, "twice_either"),
        one_line(list_name),
        phrase(language, "notice_automatic"),
    ]
    return own_mail(
        to=to,
        subject=phrase(language, "twice_subject"),
        text="\n\n".join(text),
        date=date,
        name=list_name,
        site=site,
        key=key,
        auto="auto-replied" if answers else "auto-generated",
        answers=answers,
    )
