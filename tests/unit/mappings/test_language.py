"""Which language a short text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.language import guess_language, written_language
from mappings.phrases import LANGUAGES

SHORT_MAILS = {
    "en": [
        "Thanks!",
        "Yes, I agree with Aminata.",
        "Great idea, we will try it next week",
        "Dear all, see attached",
        "Can I join late?",
        "Hello, would you please send me the guide?",
    ],
    "nl": [
        "Dank je wel!",
        "Wij doen dat ook zo",
        "Goed idee, dat gaan we proberen",
        "Beste allemaal, zie de bijlage",
        "Mag ik later komen?",
        "Hallo, ik wil graag het boek van u hebben",
    ],
    "fr": [
        "Merci beaucoup !",
        "Oui, je suis d'accord",
        "Bonne idée, on va essayer",
        "Chers collègues, voici le plan",
        "Je peux venir plus tard ?",
        "Bonjour, je vous envoie le plan pour la réunion",
    ],
    "es": [
        "Muchas gracias",
        "Sí, estoy de acuerdo con Aminata",
        "Buena idea, lo vamos a probar",
        "Estimados colegas, aquí está el plan",
        "¿Puedo llegar más tarde?",
        "Hola, muchas gracias por el documento, está muy bien",
    ],
    "pt": [
        "Muito obrigada!",
        "Sim, concordo com a Aminata",
        "Boa ideia, vamos tentar",
        "Caros colegas, aqui está o plano",
        "Posso chegar mais tarde?",
        "Olá, muito obrigada, você pode me enviar os documentos?",
    ],
    "de": ["Vielen Dank, das ist sehr gut", "Ich bin nicht da, wir sehen uns"],
    "it": ["Grazie mille, è molto bello", "Non sono d'accordo con te"],
    "vi": ["Cảm ơn chị rất nhiều", "Xin chào các bạn"],
    "ar": ["شكرا جزيلا لكم"],
    "fa": ["با سلام، من برنامه را گرفتم، چه خوب"],
    "ur": ["آپ کا بہت شکریہ، میں نے پڑھ لیا ہے"],
    "he": ["תודה רבה"],
    "el": ["Ευχαριστώ πολύ"],
    "ja": ["ありがとうございます", "資料をありがとう"],
    "zh": ["谢谢大家"],
    "ko": ["감사합니다"],
}


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, texts in SHORT_MAILS.items() for text in texts],
)
def test_a_short_mail_says_which_language_it_is_in(language: str, text: str) -> None:
    assert written_language(text) == language
    answered = language if language in LANGUAGES else "fr"
    assert guess_language(text, fallback="fr") == answered


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ok",
        "Aminata Diop",
        "+221 77 123 45 67",
        "Habari ya asubuhi",
        "Terima kasih banyak",
        "Спасибо",
        "ok merci thanks",
    ],
)
def test_what_says_too_little_is_left_open(text: str) -> None:
    assert written_language(text) is None
    assert guess_language(text, fallback="pt_br") == "pt"
    assert guess_language(text, fallback="tlh") == "en"
    assert guess_language(text) == "en"


@given(st.text())
def test_any_text_gets_a_language_that_has_phrases(text: str) -> None:
    assert guess_language(text, fallback="es_mx_kids") in LANGUAGES
