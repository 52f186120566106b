from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.bundle import bundle_text
from mappings.digest import digest_text
from mappings.digest_answers import Answerable, DigestAnswers, place_answers
from mappings.issue_entry import Entry
from mappings.issue_layout import IssueReader

READER = IssueReader(
    language="en", zone="Africa/Kampala", made_at=datetime(2026, 3, 2, 15, tzinfo=UTC)
)
POSTS = (
    (
        "Blog",
        "Jan de Wit",
        "How do I begin a blog? I have tried it twice and it fails.",
    ),
    ("Pens", "Thị Hà", "Which pen do you all use at home?\n\nMine has run dry again."),
    (
        "Lunch",
        "Grace Nakato",
        "Lunch is at noon in the big hall.\n\nBring your own cup.",
    ),
    ("Lunch", "Jan de Wit", "And is there coffee after it, for those who teach?"),
)


def issue_of(
    posts: Sequence[tuple[str, str, str]] = POSTS, *, compact: bool = False
) -> tuple[str, list[Answerable]]:
    """Return an issue's text and its items; the posts are 411, 412, ..."""
    entries = [
        Entry(
            pair="fo26",
            section="",
            post_id=410 + number,
            discussion_id=sum(map(ord, subject)),
            importance=0,
            subject=subject,
            author=author,
            text=text,
            written=datetime(2026, 3, 2, 9, number, tzinfo=UTC),
        )
        for number, (subject, author, text) in enumerate(posts, start=1)
    ]
    layout = bundle_text if compact else digest_text
    text = layout(READER, entries, (), named=5)
    return text, [
        Answerable(number=number, post_id=entry.post_id)
        for number, entry in enumerate(entries, start=1)
    ]


ISSUE, ITEMS = issue_of()
QUOTED = "\n".join(f"> {line}".rstrip() for line in ISSUE.split("\n"))
ATTRIBUTION = "On Mon, 2 Mar 2026 at 18:00, FO26 <bridge@lists.example> wrote:"


def placed(
    text: str, issue: str = ISSUE, items: Sequence[Answerable] = ()
) -> DigestAnswers:
    return place_answers(
        text, issue_text=issue, items=items or ITEMS, own_name="Aminata Diop"
    )


def parts(answers: DigestAnswers) -> dict[int, str]:
    return {part.number: part.text for part in answers.parts}


def lines_quoted(first: str, last: str, mark: str = "> ") -> str:
    """Return the lines of the issue from one that begins so to one that does."""
    lines = ISSUE.split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith(first))
    end = next(at for at, line in enumerate(lines) if line.startswith(last))
    return "\n".join(f"{mark}{line}".rstrip() for line in lines[start : end + 1])


@pytest.mark.parametrize(
    "text",
    [
        "3: At one",
        "3:At one",
        "3 : At one",
        "[3] At one",
        "[3]: At one",
        "#3 At one",
        "#3: At one",
        "3) At one",
        "3 - At one",
        "3 – At one",
        "n°3 : At one",
        "*3:* At one",
        "3:\nAt one",
        "Nr. 3: At one",
        "No. 3 At one",
        "n.º 3: At one",
        "item 3: At one",
        "Item 3 - At one",
        "point 3. At one",
        "Vraag 3: At one",
        "réponse à 3 : At one",
        "Re: 3: At one",
        "(3) At one",
        "- 3: At one",
        "• 3: At one",
        "3– At one",
        "post 413: At one",
        "413: At one",
        "#413 At one",
        f"3: At one\n\n{ATTRIBUTION}\n{QUOTED}",
        f"Hello all,\n\n3: At one\n\nThanks\nAminata\n\n-- \nAminata Diop\n{QUOTED}",
    ],
)
def test_a_number_at_the_front_says_which_post_is_answered(text: str) -> None:
    answers = placed(text)
    assert list(parts(answers)) == [3]
    assert parts(answers)[3].startswith("At one")
    assert answers.unplaced == ""


def test_several_numbers_in_one_mail_become_several_parts_in_their_order() -> None:
    answers = placed("3: At one\nor later\n\n1: Use a pen\n[2] A Bic\n#4 Yes")
    assert parts(answers) == {
        3: "At one\nor later",
        1: "Use a pen",
        2: "A Bic",
        4: "Yes",
    }
    assert [part.number for part in answers.parts] == [3, 1, 2, 4]


def test_text_under_a_quoted_item_answers_it() -> None:
    text = "\n".join(
        [
            ATTRIBUTION,
            lines_quoted("[1]", "How do I"),
            "",
            "Try the one of Moodle.",
            "",
            lines_quoted("[3]", "Bring your"),
            "I shall.",
            "",
            "-- ",
            "Aminata",
        ]
    )
    answers = placed(text)
    assert parts(answers) == {1: "Try the one of Moodle.", 3: "I shall."}
    assert answers.unplaced == ""


def test_numbers_and_quotes_go_together_in_one_mail() -> None:
    text = f"4: Tea as well\n\n{lines_quoted('[1]', 'How do I')}\nUse a pen"
    assert parts(placed(text)) == {4: "Tea as well", 1: "Use a pen"}


def test_words_of_an_item_are_enough_to_know_it() -> None:
    text = "> Mine has run dry again.\nTake mine\n> Bring your own cup.\nWhich size?"
    assert parts(placed(text)) == {2: "Take mine", 3: "Which size?"}


def test_answers_between_the_paragraphs_of_a_post_stay_one_answer() -> None:
    text = (
        f"{lines_quoted('[2]', 'Which pen')}\nA Bic\n> Mine has run dry again.\nOh no"
    )
    assert parts(placed(text)) == {2: "A Bic\n\n> Mine has run dry again.\n\nOh no"}


def test_mail_programs_that_mark_no_quotes_are_understood() -> None:
    text = "\n".join(
        [
            "From: FO26 <bridge@lists.example>",
            "Sent: Monday, 2 March 2026 18:00",
            "To: aminata@sn.example",
            "Subject: 4 new posts",
            "",
            lines_quoted("[1]", "How do I", mark=""),
            "",
            "Try the one of Moodle.",
            "",
            lines_quoted("[2]", "Bring your", mark=""),
            "I shall.",
            lines_quoted("[4]", "To answer", mark=""),
        ]
    )
    answers = placed(text)
    assert parts(answers) == {1: "Try the one of Moodle.", 3: "I shall."}
    assert answers.unplaced == ""


@pytest.mark.parametrize(
    "text",
    [
        "What a fine course",
        f"What a fine course\n\n{ATTRIBUTION}\n{QUOTED}",
        f"{ATTRIBUTION}\n{QUOTED}\n\nWhat a fine course",
        f"{ATTRIBUTION}\n{QUOTED}\n\nWhat a fine course\n-- \nAminata",
        "9: What a fine course",
    ],
)
def test_what_says_not_what_it_answers_is_not_placed(text: str) -> None:
    answers = placed(text)
    assert answers.parts == ()
    assert "What a fine course" in answers.unplaced


def test_text_before_the_first_number_is_not_placed() -> None:
    answers = placed("I have been away for a week\n\n3: At one")
    assert parts(answers) == {3: "At one"}
    assert answers.unplaced == "I have been away for a week"


def test_a_number_that_is_not_there_keeps_its_words_from_the_one_before() -> None:
    answers = placed("3: At one\n7: Yes\n1: Use a pen")
    assert parts(answers) == {3: "At one", 1: "Use a pen"}
    assert answers.unplaced == "7: Yes"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3: At 12:30, or\n1:30", "At 12:30, or\n1:30"),
        ("3: We need\n1) cups\n2) plates", "We need\n1) cups\n2) plates"),
        ("3: See\n2026 was good", "See\n2026 was good"),
        ("3: We need:\n1: cups\n2: plates", "We need:\n1: cups\n2: plates"),
        ("3: We need\n1. cups\n2. plates", "We need\n1. cups\n2. plates"),
    ],
)
def test_times_and_lists_within_an_answer_begin_no_other(text: str, said: str) -> None:
    assert parts(placed(text)) == {3: said}


def test_a_number_that_may_go_on_a_sentence_is_held_and_not_guessed() -> None:
    answers = placed("2: The pens cost\n3 - 4 dollars")

    assert parts(answers) == {2: "The pens cost"}
    assert answers.unplaced == "3 - 4 dollars"


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
def test_a_list_that_own_words_lead_up_to_is_held(gap: str) -> None:
    answers = placed(f"My recipe:{gap}1) wash\n2) cook\n3) eat")

    assert answers.parts == ()
    assert answers.unplaced == f"My recipe:{gap}1) wash\n2) cook\n3) eat"


def test_numbers_right_under_a_salutation_say_which_post_is_answered() -> None:
    assert parts(placed("Hello all,\n1) wash\n2) cook")) == {1: "wash", 2: "cook"}


def test_numbers_with_points_alone_may_be_a_list_and_are_held() -> None:
    answers = placed("1. wash\n2. cook\n3. eat")

    assert (answers.parts, answers.unplaced) == ((), "1. wash\n2. cook\n3. eat")


def test_all_answers_an_issue_of_one_item() -> None:
    issue, items = issue_of(POSTS[:1])
    assert parts(placed("Use a pen", issue, items)) == {1: "Use a pen"}
    assert parts(placed("1: Use a pen", issue, items)) == {1: "Use a pen"}
    quoted = "\n".join(f"> {line}" for line in issue.split("\n"))
    assert parts(placed(f"{quoted}\nUse a pen", issue, items)) == {1: "Use a pen"}


def test_a_mail_without_words_of_its_own_has_no_parts() -> None:
    assert placed(f"{ATTRIBUTION}\n{QUOTED}") == DigestAnswers()
    assert placed("Hello,\n\nThanks\nAminata") == DigestAnswers()


_ANSWERS = ("Yes, gladly.", "No idea", "Perhaps tomorrow\nor on Friday", "Merci")


def _wrapped(text: str, width: int, mark: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, width) or [""]
    return "\n".join(f"{mark}{line}".rstrip() for line in lines)


def _answered_inside(
    issue: str, answers: Mapping[int, str], width: int, mark: str
) -> str:
    """Return the issue quoted whole, each answer under the words of its item."""
    pieces: list[str] = []
    number = 0
    block: list[str] = []

    def close() -> None:
        pieces.append(_wrapped("\n".join(block).strip("\n"), width, mark))
        if number in answers:
            pieces.append(f"\n{answers[number]}\n")
        block.clear()

    for line in issue.split("\n"):
        ends = line.startswith(("[", "--- o", "# ", "=== "))
        if ends and block:
            close()
            number = 0
        if line.startswith("["):
            number = int(line[1 : line.index("]")])
        block.append(line)
    close()
    return "\n".join(pieces)


@given(
    st.dictionaries(st.integers(1, 4), st.sampled_from(_ANSWERS), min_size=1),
    st.integers(44, 90),
    st.sampled_from(["> ", ">", "| > ", ">> "]),
    st.booleans(),
)
def test_however_it_is_wrapped_and_marked_each_answer_goes_to_its_post(
    answers: dict[int, str], width: int, mark: str, compact: bool
) -> None:
    issue, items = issue_of(compact=compact)
    mark = "> " if mark.startswith("|") else mark
    mail = f"{ATTRIBUTION}\n{_answered_inside(issue, answers, width, mark)}"
    found = placed(mail, issue, items)
    assert parts(found) == answers
    assert found.unplaced == ""


@given(st.text(max_size=400), st.booleans())
def test_whatever_is_written_no_word_is_lost_and_nothing_breaks(
    text: str, quotes: bool
) -> None:
    mail = f"{text}\n{QUOTED}" if quotes else text
    found = placed(mail)
    for part in found.parts:
        assert part.number in {item.number for item in ITEMS}
        assert part.text.strip()


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(_ANSWERS)), min_size=1, max_size=5
    ),
    st.sampled_from(["{}: ", "[{}] ", "#{} ", "{}) ", "{} - "]),
)
def test_every_numbered_answer_arrives_at_its_number(
    said: list[tuple[int, str]], form: str
) -> None:
    mail = "\n\n".join(f"{form.format(number)}{text}" for number, text in said)
    found = parts(placed(f"{mail}\n\n{ATTRIBUTION}\n{QUOTED}"))
    assert set(found) == {number for number, _ in said}
    for number, text in said:
        assert text in found[number]
