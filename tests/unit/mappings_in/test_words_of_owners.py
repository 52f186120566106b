from __future__ import annotations

import pytest

from mappings.personal_keys import question_key
from mappings.spam_marks import spam_sign
from mappings.strangers_words import harmless, quoted
from mappings.yes_no import yes_or_no
from tests.unit.mappings_in.mails_in import written


@pytest.mark.parametrize(
    "text", ["yes", " Yes! ", "JA", "oui.", "Oui, merci", "sí", "Si", "Sim", "ok\n\n"]
)
def test_a_yes_is_a_yes_in_five_languages(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", ["no", "NEE", "Non.", "não", "nao", "No, gracias"])
def test_a_no_is_a_no_in_five_languages(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text",
    ["", "yes no", "yes, but not that one", "who are you?", "maybe", "I did not", "👍"],
)
def test_anything_else_is_not_guessed_at(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Oui, merci\n\nCordialement,\nOusmane", True),
        ("Ja.\n\nMet vriendelijke groet,\nOusmane Sarr", True),
        ("No\n\nKind regards\nOusmane", False),
        ("Kind regards\nOusmane", None),
        ("Ousmane", None),
        ("Yes\n\nGrace", None),
        ("yes but not on Monday\n\nRegards\nOusmane", None),
    ],
)
def test_regards_and_a_name_below_the_word_are_borne(
    text: str, said: bool | None
) -> None:
    assert yes_or_no(text, own_name="Ousmane Sarr") is said


def test_the_key_of_a_question_is_for_one_mail_and_one_person() -> None:
    secret = b"a secret for reply keys"
    keys = {
        question_key(secret, mail, user)
        for mail in ("mail:a", "mail:b")
        for user in (1, 2)
    }
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)


def test_words_of_strangers_carry_no_links() -> None:
    text = "Click https://evil.example/login\nor www.evil.example\nor evil.example/x\n"
    assert "evil" not in quoted(text, lines=6, longest=80)
    assert harmless("", 10) == "…"
    assert len(quoted("x " * 9000, lines=6, longest=80)) < 600


@pytest.mark.parametrize(
    ("header", "sign"),
    [
        ("X-Spam-Flag: YES", "x-spam-flag"),
        ("X-Spam-Status: Yes, score=7.1 required=5.0", "x-spam-status"),
        ("X-Spam-Status: No, score=4.9 required=5.0\nX-Spam-Level: *****", None),
        ("X-Spam-Level: *******", "x-spam-level"),
        ("X-Spam-Level: ***", None),
        ("X-Spam: Yes", "x-spam"),
        ("X-Spamd-Result: default: True [15.00 / 15.00]", "x-spamd-result"),
        ("X-Spamd-Result: default: False [1.00 / 15.00]", None),
        ("X-MS-Exchange-Organization-SCL: 6", "x-ms-exchange-organization-scl"),
        ("X-MS-Exchange-Organization-SCL: -1", None),
        (
            "X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:NL;SCL:9;SRV:;",
            "x-forefront-antispam-report",
        ),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:1;SRV:;", None),
        ("Subject: [SPAM] Cheap watches", "the subject"),
        ("Subject: *** Suspected spam *** Watches", "the subject"),
        ("Subject: How do we keep spam out of the forum?", None),
        ("Subject: Spam?", None),
    ],
)
def test_the_marks_of_spam_filters_are_known(header: str, sign: str | None) -> None:
    assert spam_sign(written(f"From: a@x.example\n{header}")) == sign
