"""Whether a text asks, thanks, or neither."""

from __future__ import annotations

import pytest

from mappings.response.tone import tone_of
from moodle_bridge.model.waits import Tone


@pytest.mark.parametrize(
    "text",
    [
        "How do I upload my plan?",
        "Could someone explain the second exercise to me",
        "I cannot open the file of week two.",
        "Please help, the page stays white",
        "Bonjour, je n’arrive pas à ouvrir le fichier.",
        "Quelqu'un peut-il me dire où se trouve le guide",
        "Hallo allen, ik snap de opdracht... wie kan mij helpen",
        "¿Alguien sabe cuándo es la reunión",
        "Não consigo entrar na sala.",
        "متى يبدأ الدرس؟",
        "这个怎么用？",
        "Hi all, how are you? Could you send the form again?",
    ],
)
def test_a_question_is_seen_in_many_languages(text: str) -> None:
    assert tone_of(text) is Tone.ASKS


@pytest.mark.parametrize(
    "text",
    [
        "Thanks a lot!",
        "Merci beaucoup, c'est très clair.",
        "Dank je wel!",
        "¡Muchas gracias!",
        "Muito obrigada",
        "Thank you :-) see https://example.org/?q=1",
        "> could you explain?\nThanks, it is clear now.",
    ],
)
def test_thanks_are_no_question(text: str) -> None:
    assert tone_of(text) is Tone.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "In our organisation we meet every Monday with the farmers.",
        "Hello everybody, how are you? I am Amina and I work in Gulu.",
        "Bonjour à tous, comment ça va ? Je m'appelle Awa.",
        "See https://example.org/forum?id=3 for our plan.",
        "",
    ],
)
def test_the_rest_is_plain(text: str) -> None:
    assert tone_of(text) is Tone.PLAIN


def test_a_subject_that_asks_makes_a_question() -> None:
    assert tone_of("See the picture.", subject="Where is week 2?") is Tone.ASKS
