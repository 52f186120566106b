"""The marks that spam filters leave on a mail.

What a filter wrote may have been written by the sender as well, who has no reason to:
a forged mark only keeps their own mail back.
"""

from __future__ import annotations

import re

from mappings.mail_reading import ReadMail

_FLAGS = ("x-spam-flag", "x-spam-status", "x-spam", "x-spam-report-flag")
_SUBJECT = re.compile(
    r"(?i)^\W{0,5}(?:(?:possible|suspected|likely|probable) )?"
    r"(?:spam|junk mail|pourriel)\W{1,5}\s"
)
_STARS_LEAST = 5
_LEVEL = re.compile(r"^[*+s]+", re.IGNORECASE)
_SCL = re.compile(r"(?i)(?:^|;)\s*SCL:\s*(-?\d+)")
# Exchange: 5 and 6 are spam, 9 is surely spam.
_SCL_LEAST = 5


def spam_sign(mail: ReadMail) -> str | None:
    """Return by what a filter on the way marked a mail as spam, None if it did not.

    SpamAssassin (X-Spam-Flag, X-Spam-Status), rspamd (X-Spam, X-Spamd-Result), stars
    of X-Spam-Level, Exchange's confidence level, and the marks in subjects.
    """
    headers = mail.headers
    for name in _FLAGS:
        value = headers.first(name).lower()
        if value.startswith(("yes", "true", "spam")):
            return name
        if value.startswith("no") and name != "x-spam":
            # It was looked at and let through; the stars say no more than that.
            return None
    if headers.first("x-spamd-result").lower().startswith("default: true"):
        return "x-spamd-result"
    level = _LEVEL.match(headers.first("x-spam-level").strip())
    if level is not None and len(level[0]) >= _STARS_LEAST:
        return "x-spam-level"
    for name, pattern in (
        ("x-ms-exchange-organization-scl", re.compile(r"^\s*(-?\d+)")),
        ("x-forefront-antispam-report", _SCL),
    ):
        found = pattern.search(headers.first(name))
        if found is not None and int(found[1][:3]) >= _SCL_LEAST:
            return name
    return "the subject" if _SUBJECT.match(mail.subject) else None
