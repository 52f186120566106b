"""The whole road of a mail, from its bytes to its post, without a network.

As a program: `python -m tests.property.mail_road FIRST HOW_MANY [STEP]` goes it with so
many mutated mails and prints, as JSON, what they cost and how many got which verdict.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import re
import resource
import sys
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from mappings.authentication import authenticity_told
from mappings.digest_answers import Answerable, place_answers
from mappings.html_tree import html_tree
from mappings.language import guess_language
from mappings.mail_commands import read_commands
from mappings.mail_key import mail_key
from mappings.mail_reading import ReadMail, read_mail
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.native_mail import NativeIds
from mappings.parentage import LinkRef, ReplyRoute, find_parent
from mappings.personal_keys import key_texts, personal_keys
from mappings.pictures import without_place
from mappings.screening import Outcome, ScreeningRules, explained, screen
from mappings.senders import author_of
from mappings.trimming import Trimmed, trim
from mappings.yes_no import yes_or_no
from moodle_bridge.model.mail import ListAddress
from moodle_bridge.moodle.markers import bears
from tests.property.mail_mutations import mutated, seeds

SECONDS_MOST = 2.0
MEGABYTES_MOST = 300
_HANGS = 60
_UNWANTED = re.compile(
    r"(?i)<(?:script|style|iframe|object|embed|form|input|svg|math|link|meta|base)\b"
    r"|<[a-z][^<>]*\s(?:on[a-z]+|style|class=\"(?!via-mail))="
    r"|<[a-z][^<>]*\s(?:href|src)=\"(?!https?:|mailto:|@@PLUGINFILE@@/)"
)
_STATUS = Path("/proc/self/status")
_MARKER = "ref-abcdefghijklmnop"
_NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
_LIST = ListAddress(
    address="fo26@lists.example", name="FO26", list_id="fo26.lists.example"
)
_RULES = (
    ScreeningRules(site_tag="abcde", domain="lists.example", mailing_list=_LIST),
    ScreeningRules(
        site_tag="abcde",
        domain="lists.example",
        own_addresses=frozenset({"bridge@lists.example"}),
        max_size=50_000_000,
        authserv_id="mx.lists.example",
    ),
)
_ROUTE = ReplyRoute(
    address="bridge@lists.example", domain="lists.example", secret=b"0123456789abcdef"
)
_ITEMS = tuple(Answerable(number=at, post_id=400 + at) for at in range(1, 7))
_ISSUE = "\n\n".join(
    f"[{item.number}] Post {item.post_id}, by somebody or other\nWhat do you think of"
    f" number {item.number}? There is much to be said for and against it."
    for item in _ITEMS
)


@dataclass
class Account:
    """What the mails cost, and what became of them."""

    mails: int = 0
    slowest: float = 0.0
    slowest_mail: str = ""
    megabytes: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    posts: int = 0
    wrong: list[str] = field(default_factory=list)

    def told(self) -> str:
        return json.dumps(
            {
                "mails": self.mails,
                "slowest": round(self.slowest, 2),
                "slowest_mail": self.slowest_mail,
                "megabytes": self.megabytes,
                "posts": self.posts,
                "verdicts": dict(self.verdicts.most_common()),
                "wrong": self.wrong,
            }
        )


def megabytes() -> int:
    """Return the most memory that this process has had, since `forget_peak`."""
    if _STATUS.is_file():
        peak = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text(encoding="ascii"))
        if peak:
            return int(peak[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def forget_peak() -> None:
    """Begin to measure anew, where the system can: what made a mail is not its road."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def go(raw: bytes) -> tuple[str, PostDraft | None]:
    """Take a mail all the way; return its verdict, and the post if it is one."""
    mail = read_mail(raw)
    mail_key(raw, mail.message_id)
    verdicts = [screen(mail, rules, None, None) for rules in _RULES]
    explained(mail, _RULES[1], "", "bridge+x@lists.example")
    authenticity_told(mail.headers, "mx.lists.example")
    author_of(mail, _LIST)
    author_of(mail, None)
    personal_keys(mail, _ROUTE, "bridge+abc@lists.example")
    key_texts(mail, _ROUTE, None)
    find_parent(mail, _known, route=_ROUTE, envelope_recipient=None)
    native = NativeIds("https://moodle.example/campus")
    for name in (*mail.in_reply_to[-50:], *mail.references[-50:]):
        native.post_of(name, [1, 2, 3], author_ids=[7], others=[8])
    trimmed = trim(mail.text)
    trim(mail.text, sent_text=_ISSUE, parent_text=_ISSUE)
    place_answers(mail.text, issue_text=_ISSUE, items=_ITEMS)
    read_commands(
        trimmed.kept, subject=mail.subject, now=_NOW, zone=UTC, to_bridge=True
    )
    yes_or_no(trimmed.kept)
    guess_language(trimmed.kept)
    if verdicts[1].outcome is not Outcome.ACCEPT:
        return verdicts[1].kind.value, None
    return verdicts[1].kind.value, _post(mail, trimmed)


def _known(message_id: str) -> LinkRef | None:
    found = "1" in message_id
    return LinkRef(post_id=len(message_id), subject="A plan") if found else None


def _post(mail: ReadMail, trimmed: Trimmed) -> PostDraft:
    draft = post_from_mail(
        mail,
        trimmed=trimmed,
        marker=_MARKER,
        author_line="Aminata Diop, by mail",
        language="fr",
        tags=("FO26",),
    )
    for file in (*draft.files, *draft.pictures):
        without_place(file)
    return draft


def faults_of(draft: PostDraft | None) -> str:
    """Return what is wrong with a post, whatever the mail was; empty for nothing."""
    if draft is None:
        return ""
    if not 0 < len(draft.subject) <= 255 or "\n" in draft.subject:
        return f"a subject that Moodle refuses: {draft.subject[:80]!r}"
    html = draft.message_html
    if not bears(html, _MARKER):
        return "the marker is gone"
    unwanted = _UNWANTED.search(html)
    if unwanted:
        return f"{unwanted[0]} came through"
    if html.count("<img") != html.count('<img src="@@PLUGINFILE@@/'):
        return "a picture from elsewhere came through"
    if html_tree(html) is None:
        return "HTML that nobody can read"
    return ""


def run(first: int, how_many: int, step: int = 1) -> Account:
    """Go the road with so many mails, from this number on, every so many."""
    account = Account()
    known = seeds()
    for number in range(first, first + how_many * step, step):
        name, raw = mutated(known, number)
        forget_peak()
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        begun = process_time()
        try:
            verdict, draft = go(raw)
        except Exception:
            last = traceback.format_exc().strip().splitlines()[-6:]
            account.wrong.append(f"{number} {name}: {' | '.join(last)}"[:900])
            continue
        finally:
            faulthandler.cancel_dump_traceback_later()
            account.mails += 1
        took = process_time() - begun
        if took > account.slowest:
            account.slowest, account.slowest_mail = took, f"{number} {name}"
        if took > SECONDS_MOST:
            account.wrong.append(f"{number} {name}: {took:.1f} s")
        if (fault := faults_of(draft)) != "":
            account.wrong.append(f"{number} {name}: {fault}")
        account.megabytes = max(account.megabytes, megabytes())
        account.verdicts[verdict] += 1
        account.posts += draft is not None
    return account


if __name__ == "__main__":
    # flufl.bounce tells of its own faults at length; they are its own.
    logging.disable(logging.CRITICAL)
    sys.stdout.write(run(*map(int, sys.argv[1:])).told())
