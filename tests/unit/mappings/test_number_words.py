from __future__ import annotations

import pytest

from mappings.number_words import number_of, tally


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 mails"), (1, "1 mail"), (2, "2 mails")]
)
def test_one_is_not_many(number: int, words: str) -> None:
    assert number_of(number, "mail") == words


def test_what_has_many_of_its_own_gets_them() -> None:
    assert number_of(1, "reply is", "replies are") == "1 reply is"
    assert number_of(3, "reply is", "replies are") == "3 replies are"


@pytest.mark.parametrize(
    ("number", "what", "words"),
    [
        (1, "posts seen", "1 post seen"),
        (2, "posts seen", "2 posts seen"),
        (1, "done", "1 done"),
        (1, "mails received", "1 mail received"),
        (1, "digests", "1 digest"),
    ],
)
def test_what_was_counted_agrees_with_its_number(
    number: int, what: str, words: str
) -> None:
    assert tally(number, what) == words
