from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.trimming import trim

HERE = Path(__file__).parent
OWN = "My answer.\nWe will come."
PARENT = """Dear all,

The visit to Thiès takes place on Friday. Please tell us how many of you will
come, and whether you need a bed for the night.

Bring the numbers of your pumps.

Peter"""


def lines_of(name: str) -> list[str]:
    text = (HERE / name).read_text("utf-8").strip("\n")
    return [line.replace("\\n", "\n") for line in text.split("\n")]


def wrapped(text: str, width: int) -> str:
    return "\n".join(
        textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    )


@pytest.mark.parametrize("width", [998, 60, 38])
@pytest.mark.parametrize("quoted", ["> one\n> two", "one\ntwo"], ids=["marked", "bare"])
@pytest.mark.parametrize("attribution", lines_of("attributions.txt"))
def test_an_attribution_and_what_follows_it_is_cut_in_every_language(
    attribution: str, quoted: str, width: int
) -> None:
    told = trim(f"{OWN}\n\n{wrapped(attribution, width)}\n\n{quoted}\n")
    assert told.kept == OWN
    assert told.cut.endswith("two")


@pytest.mark.parametrize("width", [998, 60, 38])
@pytest.mark.parametrize("attribution", lines_of("attributions_before_quotes.txt"))
def test_what_says_too_little_by_itself_is_cut_with_the_quote_below(
    attribution: str, width: int
) -> None:
    told = trim(f"{OWN}\n\n{wrapped(attribution, width)}\n\n> one\n> two\n")
    assert told.kept == OWN
    alone = f"{OWN}\n\n{attribution}\n\nThese are my words, too."
    assert "my words, too" in trim(alone).kept


@pytest.mark.parametrize("attribution", lines_of("attributions_before_quotes.txt")[2:])
def test_a_quote_that_begins_with_its_author_goes_from_above_the_answer(
    attribution: str,
) -> None:
    assert trim(f"{attribution}\n> \n> one\n> two\n\n{OWN}").kept == OWN


@pytest.mark.parametrize("width", [998, 76, 60, 45, 38])
@pytest.mark.parametrize("headers", lines_of("headers_below.txt"))
def test_headers_that_were_glued_together_and_wrapped_again_end_the_answer(
    headers: str, width: int
) -> None:
    glued = wrapped(headers.replace("\n", " "), width)
    assert trim(f"{OWN}\n\n{glued}\n\nquoted words\nmore words\n").kept == OWN


@pytest.mark.parametrize("headers", lines_of("headers_below.txt"))
def test_the_headers_of_a_mail_below_end_the_answer_in_every_language(
    headers: str,
) -> None:
    assert trim(f"{OWN}\n\n{headers}\n\nquoted words\nmore words\n").kept == OWN


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
@pytest.mark.parametrize("foot", lines_of("feet.txt"))
def test_what_phones_lists_and_signatures_put_below_is_cut(foot: str, gap: str) -> None:
    assert trim(f"{OWN}{gap}{foot}\n").kept == OWN


@pytest.mark.parametrize("text", lines_of("authors_own.txt"))
def test_what_only_looks_like_a_quote_is_left_alone(text: str) -> None:
    told = trim(text)
    assert (told.kept, told.cut, told.rules) == (text, "", ())


def test_answers_between_quotes_keep_what_they_answer() -> None:
    text = "Yes:\n\n> How many?\n\nTwelve.\n\n> When?\n\nFriday."
    assert trim(text).kept == text


def test_an_answer_below_the_quote_survives_and_the_quote_goes() -> None:
    told = trim("On Mon, 3 Feb 2025 at 09:02, Peter wrote:\n> How many?\n\nTwelve.")
    assert told.kept == "Twelve."
    assert told.rules == ("attribution", "quote-above")


def test_a_greeting_above_and_the_answer_below_the_quote_both_survive() -> None:
    told = trim("Hi,\n\nOn 3/2/25 09:02, Peter wrote:\n> How many?\n\nTwelve.")
    assert "Hi," in told.kept
    assert "Twelve." in told.kept


def test_a_mail_that_is_nothing_but_a_quote_is_kept_whole() -> None:
    text = "On Mon, 3 Feb 2025 at 09:02, Peter wrote:\n> How many?"
    assert (trim(text).kept, trim(text).cut) == (text, "")


def test_a_mail_that_is_passed_on_is_kept_with_what_it_passes_on() -> None:
    text = (
        "Look:\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\n"
        "Date: Mon\nSubject: Pump\nTo: me\n\nWe sell.\n> pumps"
    )
    assert trim(text).kept == text


def test_verses_between_dashes_stay() -> None:
    for text in (
        "One\n--\nTwo\n--\nThree",
        "Roses are red,\nwells are deep.\n--\nPumps are blue,\nand do not sleep.",
    ):
        assert trim(text).kept == text


def test_text_after_a_drawn_line_that_speaks_of_a_list_is_not_its_foot() -> None:
    text = "One\n-----\nI am on the mailing list now, and how do I unsubscribe?"
    assert trim(text).kept == text


def test_a_mail_passed_on_below_a_quote_is_kept() -> None:
    text = "Look\n\nBegin forwarded message:\n\n> From: A\n> Subject: B\n>\n> text"
    assert trim(text).kept == text


def test_a_very_long_text_is_left_alone() -> None:
    text = "> x\n" * 30_000
    assert trim(text).kept == text


class TestWhereWeKnowWhatWasSent:
    def test_an_answer_inside_an_unmarked_mail_survives(self) -> None:
        below = PARENT.replace("Bring the", "WE ARE TWELVE, without beds.\n\nBring the")
        headers = "From: Peter\nSent: Monday\nTo: SM25\nSubject: Visit\n"
        told = trim(f"See below.\n\n{headers}\n{below}", parent_text=PARENT)
        assert "See below." in told.kept
        assert "WE ARE TWELVE, without beds." in told.kept
        assert "answers-inside" in told.rules

    def test_without_an_answer_inside_the_mail_below_goes_whole(self) -> None:
        headers = "From: Peter\nSent: Monday\nTo: SM25\nSubject: Visit\n"
        told = trim(f"We come.\n\n{headers}\n{PARENT}", sent_text=PARENT)
        assert told.kept == "We come."

    def test_what_we_sent_goes_without_any_mark_and_however_it_is_wrapped(self) -> None:
        quoted = "\n".join(textwrap.wrap(PARENT.replace("\n", " "), 40))
        assert trim(f"We come.\n\n{quoted}", sent_text=PARENT).kept == "We come."

    def test_however_short_it_is_it_goes_from_under_a_drawn_line(self) -> None:
        told = trim(
            "We come.\n\n-----\n\nHow many?\n\nAna", sent_text="How many?\n\nAna"
        )
        assert (told.kept, told.rules) == ("We come.", ("mail-below",))
        own = "We come.\n\n-----\n\nHow many?\n\nAna, when do you come?"
        assert trim(own, sent_text="How many?\n\nAna").kept == own

    def test_our_words_in_the_authors_mouth_are_the_authors(self) -> None:
        text = "Thank you.\nBring the numbers of your pumps."
        assert trim(text, parent_text=PARENT).kept == text

    def test_marks_before_words_that_we_did_not_send_are_the_authors(self) -> None:
        text = "My list:\n\n> first the wells\n> then the pumps"
        assert trim(text, parent_text=PARENT).kept == text
        assert trim(text).kept == text


LINES = st.sampled_from(
    [
        *lines_of("attributions.txt"),
        *(
            line
            for block in lines_of("headers_below.txt")
            for line in block.split("\n")
        ),
        *(line for block in lines_of("feet.txt") for line in block.split("\n")),
        *(
            "",
            "",
            "> quoted",
            "> > deeper",
            "My own words.",
            "| bar",
            "--",
            "-- ",
            "___",
        ),
        *PARENT.split("\n"),
    ]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=25), st.booleans())
def test_every_line_is_either_kept_or_cut(lines: list[str], known: bool) -> None:
    text = "\n".join(lines)
    told = trim(text, sent_text=PARENT if known else None)
    whole = Counter(full(text))
    assert Counter(full(told.kept)) + Counter(full(told.cut)) == whole
    assert bool(told.kept.strip()) == bool(text.strip())
    assert bool(told.cut) == bool(told.rules)


def full(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for line in lines if line.strip()]


@pytest.mark.parametrize(
    "attribution",
    [
        "በማክሰ 3 ሜይ 2026 በ9:41 ጥዋት ላይ Peter Okello <peter@example.org> ጽፏል፦",
        "মঙ্গল, ৩ মে, ২০২৬, ৯:৪১ AM তারিখে Peter Okello <peter@example.org> লিখেছেন:",
        "NgoLwesibili, Meyi 3, 2026 ku-9:41 AM u-Peter Okello <peter@example.org> ubhalile:",
        "Kedd 3 Xyzw 2026 9:41 Peter Okello <peter@example.org> in a tongue unheard of:",
        "On Wed, Dec 9, Peter Okello\n<peter@example.org>\nwrote:",
    ],
)
def test_an_attribution_in_any_language_goes_with_the_marked_quote_below_it(
    attribution: str,
) -> None:
    assert trim(f"{OWN}\n\n{attribution}\n\n> one\n> two\n").kept == OWN


@pytest.mark.parametrize(
    "attribution",
    [
        "3 May 2026, 09:41 by peter@example.org:",
        "May 3, 2026, 9:41 by peter@example.org:",
        "3. Mai 2026, 09:41 von peter@example.org:",
        ">>> Peter Okello <peter@example.org> 03.05.2026 09:41 >>>",
        (
            "=====================\nMessage du : 03/05/2026 09:41\nDe : Peter\nA : forum@x.org\n"
            "Objet : Re: Plan"
        ),
        "> Message du 03/05/26 09:41\n> De : Peter\n> A : forum@x.org\n> Objet : Re: Plan",
    ],
)
def test_heads_without_a_verb_end_the_answer(attribution: str) -> None:
    assert trim(f"{OWN}\n\n{attribution}\n\nquoted words\nmore words\n").kept == OWN


@pytest.mark.parametrize(
    "legal",
    [
        "CONFIDENTIALITY NOTICE: this is for the named person's use only.",
        "Este mensaje es confidencial y va dirigido exclusivamente a su destinatario.",
        "Ce courriel est confidentiel. Reçu par erreur, merci de le détruire.",
        "Esta mensagem é confidencial. Se a recebeu por engano, apague-a.",
        "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.",
    ],
)
def test_legal_words_of_a_mail_server_are_cut(legal: str) -> None:
    told = trim(f"{OWN}\n\n{legal}\n")

    assert (told.kept, told.rules) == (OWN, ("disclaimer",))


BELOW = "From: Peter\nSent: Monday, 3 February 2025 10:00\nTo: Forum\nSubject: Visit"
RED = PARENT.replace("night.", "night. Two beds, please.")


def test_an_answer_that_goes_on_in_a_line_of_ours_is_not_lost() -> None:
    told = trim(f"Dear Peter\n\n{BELOW}\n\n{RED}", sent_text=PARENT)

    assert "Two beds, please." in told.kept
    assert "Dear Peter" in told.kept


@pytest.mark.parametrize(
    "said",
    [
        "See my answers below.",
        "My comments inline.",
        "My answers are in red",
        "Mes réponses ci-dessous, en rouge",
        "Mis respuestas en rojo, más abajo",
        "As minhas respostas abaixo",
        "Antwoorden hieronder",
    ],
)
def test_who_says_that_answers_stand_below_loses_none(said: str) -> None:
    text = f"{said}\n\n{BELOW}\n\nHow many come?\nTwelve.\nWhen?\nFriday."

    assert trim(text).kept == text
    assert "Twelve." in trim(text, sent_text=PARENT).kept


def test_who_says_so_of_a_mail_that_is_all_ours_has_it_cut() -> None:
    text = f"See below.\n\n{BELOW}\n\n{PARENT}"

    assert trim(text, sent_text=PARENT).kept == "See below."


def test_what_stands_below_a_quote_is_no_part_of_the_signature_above_it() -> None:
    told = trim(
        "First.\n\n-- \nAmina\n\nOn 3/2/25 10:00, Ann wrote:\n> Who?\n\nLast word."
    )

    assert "First." in told.kept
    assert "Last word." in told.kept
