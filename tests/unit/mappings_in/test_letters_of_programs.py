"""Letters of the programs of lists and mailboxes, each with the rule that knows it."""

from __future__ import annotations

import pytest

from mappings.screening import Outcome, screen
from tests.unit.mappings_in.mails_in import RULES, written

ROWS = [
    (
        "mailman3 held",
        "From: sm25-owner@lists.example.org\nTo: bridge@bridge.example.org\nSubject: Your message to sm25@lists.example.org awaits moderator approval\nPrecedence: bulk\nMessage-ID: <x@l>",
        "list-asks",
    ),
    (
        "mailman3 held moderators",
        "From: sm25-owner@lists.example.org\nSubject: sm25@lists.example.org post from a@b.example requires approval",
        "list-asks",
    ),
    (
        "mailman3 subscription",
        "From: sm25-owner@lists.example.org\nSubject: New subscription request to SM25 from a@b.example",
        "list-asks",
    ),
    (
        "mailman3 confirm",
        "From: sm25-confirm+abcdef@lists.example.org\nSubject: Your confirmation is needed to join the sm25@lists.example.org mailing list.",
        "list-asks",
    ),
    (
        "mailman2 confirm",
        "From: sm25-request@lists.example.org\nSubject: confirm 8d3a1c2f4e5b6a7d8c9f0a1b2c3d4e5f6a7b8c9d\nX-List-Administrivia: yes",
        "list-asks",
    ),
    (
        "mailman2 bounce action",
        "From: mailman-bounces@lists.example.org\nSubject: Bounce action notification\nPrecedence: bulk",
        "list-asks",
    ),
    (
        "mailman2 disabled",
        "From: sm25-bounces@lists.example.org\nSubject: Your membership in the mailing list SM25 has been disabled\nPrecedence: bulk",
        "list-asks",
    ),
    (
        "mailman2 reminder",
        "From: mailman-owner@lists.example.org\nSubject: lists.example.org mailing list memberships reminder\nPrecedence: bulk\nX-List-Administrivia: yes",
        "list-admin",
    ),
    (
        "gg pending",
        "From: sm25+noreply@googlegroups.com\nSubject: Posting to sm25 awaits approval",
        "list-asks",
    ),
    (
        "gg mod",
        "From: noreply-spamdigest via SM25 <noreply-spamdigest@google.com>\nSubject: Moderator's spam report for sm25@googlegroups.com",
        "list-asks",
    ),
    (
        "gg join",
        "From: sm25+msgappr@googlegroups.com\nSubject: Message Approval Needed - sm25@googlegroups.com",
        "list-asks",
    ),
    (
        "gio confirm",
        "From: Groups.io <noreply@groups.io>\nSubject: Please confirm your groups.io account",
        "list-asks",
    ),
    (
        "gio pending",
        'From: "SM25 Moderators" <noreply@groups.io>\nSubject: Message Approval Needed - a@b.example posted to sm25@groups.io',
        "list-asks",
    ),
    (
        "gio bounced",
        "From: Groups.io <noreply@groups.io>\nSubject: Your Groups.io account is bouncing",
        "list-asks",
    ),
    (
        "sympa distribute",
        "From: SYMPA <sympa@lists.example.org>\nSubject: Article to be approved for sm25\nAuto-Submitted: auto-generated",
        "list-asks",
    ),
    (
        "sympa wait",
        "From: SYMPA <sympa@lists.example.org>\nSubject: Your message to list sm25 is awaiting moderation\nAuto-Submitted: auto-replied",
        "list-asks",
    ),
    (
        "sympa auth",
        "From: SYMPA <sympa@lists.example.org>\nSubject: Subscribe request to list sm25: authentication needed\nAuto-Submitted: auto-replied",
        "list-asks",
    ),
    (
        "sympa rejected",
        "From: SYMPA <sympa@lists.example.org>\nSubject: Message rejected for list sm25\nAuto-Submitted: auto-replied",
        "list-asks",
    ),
    (
        "boxbe",
        "From: Aminata <a@x.example>\nReply-To: x@boxbe.com\nSubject: Re: Plan (Action Required)\nX-Boxbe-Notification: 1\n",
        "challenge",
    ),
    (
        "spamarrest",
        "From: Aminata <a@x.example>\nSubject: Re: Plan (verification)\nX-Spamarrest-Challenge: yes\n",
        "challenge",
    ),
    (
        "earthlink",
        "From: spamblocker-challenge@bounce.earthlink.net\nSubject: Re: Plan: spamBlocker Challenge\n",
        "challenge",
    ),
    (
        "tmda",
        "From: a@x.example\nX-Delivery-Agent: TMDA/1.1\nSubject: Please confirm your message\n",
        "challenge",
    ),
    (
        "uol",
        "From: AntiSpam UOL <a@x.example>\nSubject: Re: Plan (AntiSpam UOL)\n",
        "challenge",
    ),
    (
        "mailinblack",
        "From: x@y.example\nSubject: Authentification : votre message à Aminata (MailInBlack)\nX-MIB-Challenge: 1",
        "challenge",
    ),
    (
        "human confirm",
        "From: a@x.example\nSubject: Please confirm the date of the meeting\n",
        "none",
    ),
    ("human moderation", "From: a@x.example\nSubject: Moderating a forum\n", "none"),
    (
        "human approval",
        "From: a@x.example\nSubject: My plan awaits your approval\n",
        "none",
    ),
]


@pytest.mark.parametrize(
    ("headers", "rule"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_letter_of_a_program_is_known_by_its_rule(headers: str, rule: str) -> None:
    verdict = screen(written(headers), RULES)
    assert verdict.rule == rule
    if rule in {"list-asks", "challenge"}:
        assert verdict.outcome is Outcome.HOLD
