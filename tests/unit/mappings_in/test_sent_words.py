from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.phrases import LANGUAGES, phrase
from mappings.trimming import trim

SENT = """> Ana: who comes on Friday?

Dear all,

The visit to Thiès takes place on Friday — please tell us “how many” of you will come, and whether you need a bed for the night. The map: https://moodle.example.org/mod/page/view.php?id=4

- the depth of your wells
- the numbers of your pumps

Do you need anything else?

Peter

--- o ---
In Moodle: https://moodle.example.org/mod/forum/discuss.php?d=3#p7
Reply to this mail and everybody on the list reads it.
"""
CHINESE = """各位好，

我们星期五去参观水井。请告诉我们有多少人来，晚上需要不需要床位，还有你们村里有几个水泵，井有多深，水质怎么样。

彼得"""
ATTRIBUTION = "On Mon, 3 Feb 2025 at 10:00, Peter <peter@example.org> wrote:"
OWN = st.lists(
    st.sampled_from(
        [
            "Yes.",
            "Thank you.",
            "We come with twelve, from Kisumu.",
            "Peter",
            "Do you need anything else?",
            "Nous venons à douze.",
            "我们来。",
            "See https://example.org/pumps",
            "1. tents",
            "- soap",
        ]
    ),
    min_size=1,
    max_size=5,
    unique=True,
).map("\n".join)
MARKS = st.sampled_from(["> ", ">", ">> ", "> > ", "  > "])
WIDTHS = st.integers(16, 200)


def quoted(text: str, mark: str, width: int, *, broken: bool = True) -> str:
    lines = []
    for paragraph in text.strip().split("\n"):
        lines += textwrap.wrap(paragraph, width, break_long_words=broken) or [""]
    return "\n".join(f"{mark}{line}".rstrip() for line in lines)


def changed(text: str) -> str:
    return (
        text.replace("“", '"')
        .replace("”", '"')
        .replace("—", "--")
        .replace(" ", "\N{NO-BREAK SPACE}", 7)
        .replace("e", "e\N{ZERO WIDTH SPACE}", 5)
        .replace(
            "https://",
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F",
        )
    )


@given(OWN, MARKS, WIDTHS, st.booleans(), st.sampled_from([SENT, CHINESE]))
def test_an_answer_above_what_was_sent_is_given_back_exactly(
    own: str, mark: str, width: int, named: bool, sent: str
) -> None:
    above = f"{own}\n\n{ATTRIBUTION}\n" if named else f"{own}\n\n"
    assert trim(above + quoted(sent, mark, width), sent_text=sent).kept == own


@given(OWN, MARKS, WIDTHS, st.booleans(), st.sampled_from([SENT, CHINESE]))
def test_an_answer_below_what_was_sent_is_given_back_exactly(
    own: str, mark: str, width: int, named: bool, sent: str
) -> None:
    above = f"{ATTRIBUTION}\n" if named else ""
    text = f"{above}{quoted(sent, mark, width)}\n\n{own}"
    assert trim(text, sent_text=sent).kept == own


@given(OWN, OWN, MARKS, WIDTHS)
def test_answers_around_what_was_sent_are_given_back_exactly(
    above: str, below: str, mark: str, width: int
) -> None:
    text = f"{above}\n\n{ATTRIBUTION}\n{quoted(SENT, mark, width)}\n\n{below}"
    assert trim(text, sent_text=SENT).kept == f"{above}\n\n{below}"


@given(OWN, OWN, MARKS, WIDTHS, st.integers(1, 5))
def test_answers_between_stay_whole_and_what_they_answer_stays_a_quote(
    first: str, second: str, mark: str, width: int, cut: int
) -> None:
    pieces = SENT.strip().split("\n\n")
    one, two = "\n\n".join(pieces[:cut]), "\n\n".join(pieces[cut : cut + 1])
    rest = "\n\n".join(pieces[cut + 1 :])
    text = "\n\n".join(
        [
            ATTRIBUTION,
            quoted(one, mark, width),
            first,
            quoted(two, mark, width),
            second,
            *([quoted(rest, mark, width)] if rest else []),
        ]
    )
    kept = trim(text, sent_text=SENT).kept
    own = [line for line in kept.split("\n") if not line.lstrip().startswith(">")]
    assert [line for line in own if line] == [*first.split("\n"), *second.split("\n")]
    assert kept.endswith(second)


@given(OWN, st.integers(30, 200))
def test_what_was_sent_goes_without_marks_and_however_it_was_changed(
    own: str, width: int
) -> None:
    text = f"{own}\n\n{quoted(changed(SENT), '', width, broken=False)}"
    assert trim(text, sent_text=SENT).kept == own


@pytest.mark.parametrize("gone", range(4))
def test_what_is_left_of_a_marked_quote_is_known_as_well(gone: int) -> None:
    lines = quoted(SENT, "> ", 60).split("\n")
    left = [line for number, line in enumerate(lines) if number % 4 != gone]
    assert trim("Yes.\n\n" + "\n".join(left), sent_text=SENT).kept == "Yes."


@pytest.mark.parametrize("first", range(5, 9))
def test_what_is_left_of_an_unmarked_quote_is_known_as_well(first: int) -> None:
    lines = quoted(SENT, "", 60).split("\n")
    text = "\n".join(["Yes.", "", *lines[:first], *lines[first + 3 :]])
    assert trim(text, sent_text=SENT).kept == "Yes."


def test_an_answer_typed_into_an_unmarked_mail_stays_and_the_rest_is_marked() -> None:
    below = SENT.replace("Peter\n", "SOAP, please.\n\nPeter\n")
    headers = "From: Peter\nSent: Monday\nTo: SM25\nSubject: Visit\n"
    kept = trim(f"See below.\n\n{headers}\n{below}", sent_text=SENT).kept
    own = [line for line in kept.split("\n") if line and not line.startswith(">")]
    assert own == ["See below.", "SOAP, please."]
    assert "> Do you need anything else?" in kept


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ["answer_list", "answer_person"])
def test_our_foot_is_known_in_every_language_without_its_mail(
    language: str, answer: str
) -> None:
    where = phrase(language, "discussion", url="https://moodle.example.org/d=3#p7")
    foot = f"--- o ---\n{where}\n{phrase(language, answer)}"
    assert trim(f"Yes.\n\n{foot}").kept == "Yes."
    assert trim(f"Yes.\n\n{quoted(foot, '', 20)}", sent_text=SENT).kept == "Yes."


def test_a_phrase_of_ours_in_the_authors_mouth_stays() -> None:
    text = "Dear all,\nThe visit to Thiès takes place on Friday\nThank you.\n\nWe come."
    assert trim(text, sent_text=SENT).kept == text


def test_a_quote_that_the_author_chose_stays_above_its_answer() -> None:
    text = "> Do you need anything else?\n\nSoap."
    assert trim(text, sent_text=SENT).kept == text


def test_a_long_quote_between_answers_is_shortened_to_what_is_answered() -> None:
    sent = "\n\n".join(
        f"Question {number}: how deep is well {number}?" for number in range(40)
    )
    whole = quoted(sent, "> ", 70).split("\n")
    text = "\n".join(
        ["Hello.", "", *whole[:41], "", "Ten.", "", *whole[42:61], "", "Six."]
    )
    told = trim(text, sent_text=sent)
    assert "quote-between" in told.rules
    assert "> Question 20: how deep is well 20?\n\nTen." in told.kept
    assert "Question 3:" in told.cut


HOSTILE = {
    "one long line": "x" * 1_000_000,
    "marks": ">" * 1_000_000,
    "marks with spaces": "> " * 500_000,
    "nested": "\n".join(f"{'>' * depth} x" for depth in range(1_500)),
    "drawn": "_" * 1_000_000,
    "drawn lines": f"{'_' * 299}\n" * 4_000,
    "spaces": f"{' ' * 299}x\n" * 4_000,
    "colons": f"{'1:' * 140}\n" * 4_000,
    "labels": "From: To: Date: \n" * 19_000,
    "verbs": "wrote:\n" * 19_000,
    "attributions": f"{ATTRIBUTION}\n> a\nb\n" * 6_000,
    "addresses": "<a@b.c>" * 140_000,
    "links": "https://a.b/c\n" * 19_000,
    "devices": "Sent from my \n" * 19_000,
    "dashes": "--\n" * 19_000,
    "legal": "This message is confidential\n" * 19_000,
    "what was sent": SENT * 1_000,
    "combining": "e" + "\N{COMBINING ACUTE ACCENT}" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long(name: str) -> None:
    started = time.process_time()
    trim(f"Yes.\n\n{HOSTILE[name]}", sent_text=SENT)
    trim(f"Yes.\n\n{SENT}", sent_text=HOSTILE[name])
    assert time.process_time() - started < 4
