"""Which mails say something of a question, and which answer it."""

from __future__ import annotations

import pytest

from mappings.alerts.replies import AlertReply, alert_reply


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Mine", "", AlertReply.MINE),
        ("mine\n\nKind regards,\nGrace Nakato", "Grace Nakato", AlertReply.MINE),
        ("Hello Rota,\n\nmine.\n\nGrace", "Grace Nakato", AlertReply.MINE),
        ("Mia", "Mia Silva", AlertReply.MINE),
        (
            "Geen antwoord nodig.\n\nMet vriendelijke groet,\nBen",
            "Ben de Vries",
            AlertReply.NO_ANSWER_NEEDED,
        ),
        (
            "Pas de réponse nécessaire\n\nBien à vous\nLéa",
            "Léa Dumont",
            AlertReply.NO_ANSWER_NEEDED,
        ),
        (
            "Necesita respuesta.\nUn saludo cordial,\nAna",
            "Ana Ruiz",
            AlertReply.NEEDS_ANSWER,
        ),
        ("Fico com esta\n\nabraço\nJoão", "João Simões", AlertReply.MINE),
    ],
)
def test_words_about_a_question_are_known_whatever_stands_around_them(
    text: str, name: str, said: AlertReply
) -> None:
    assert alert_reply(text, own_name=name) is said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kind regards,\nGrace",
        "It is mine, and you may use it",
        "No answer needed here, for it stands in the course guide.",
        "mine is broken too",
        "Turn the valve to the left.\n\nBest regards,\nGrace",
    ],
)
def test_all_else_is_an_answer(text: str) -> None:
    assert alert_reply(text, own_name="Grace Nakato") is None


@pytest.mark.parametrize(
    "text",
    [
        "No answer needed\n\nBest regards,\nGrace Nakato\nCoordinator, Green Hills",
        "Geen antwoord nodig.\nGroeten,\nGrace\nDocent\n+31 6 1234",
        "no answer needed\nGrace\nFacilitator",
    ],
)
def test_who_somebody_is_below_their_regards_says_nothing(text: str) -> None:
    assert alert_reply(text, own_name="Grace Nakato") is AlertReply.NO_ANSWER_NEEDED


@pytest.mark.parametrize(
    "text",
    [
        "No answer needed\nThanks\nBut do tell them to look at page 4.",
        "Mine\nGrace\nDear Aminata, press the green button and then the blue one, please",
    ],
)
def test_a_sentence_below_regards_is_an_answer(text: str) -> None:
    assert alert_reply(text, own_name="Grace Nakato") is None
