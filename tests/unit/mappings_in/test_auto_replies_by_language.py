"""Auto-replies by their subject alone, in many languages, and people who are none."""

from __future__ import annotations

import pytest

from mappings.screening import Outcome, VerdictKind, screen
from tests.unit.mappings_in.mails_in import RULES, written

AUTO: dict[str, list[str]] = {
    "en": [
        "Automatic reply: Blog",
        "Auto: Out of Office: Blog",
        "AutoReply: x",
        "Out of Office AutoReply: Blog",
        "Autoreply: Re: Blog",
        "Vacation reply: x",
    ],
    "nl": [
        "Automatisch antwoord: Blog",
        "Afwezigheidsbericht: Blog",
        "Afwezigheidsassistent: x",
    ],
    "fr": [
        "Réponse automatique : Blog",
        "Réponse automatique d'absence : x",
        "Message d'absence : Blog",
    ],
    "es": ["Respuesta automática: Blog", "Autorespuesta: x"],
    "pt": ["Resposta automática: Blog", "Mensagem automática: x"],
    "de": ["Automatische Antwort: Blog", "Abwesenheitsnotiz: Blog"],
    "it": ["Risposta automatica: Blog"],
    "ca": ["Resposta automàtica: Blog"],
    "gl": ["Resposta automática: Blog"],
    "eu": ["Erantzun automatikoa: Blog"],
    "sv": ["Autosvar: Blog", "Automatiskt svar: Blog", "Frånvaromeddelande: x"],
    "da": ["Automatisk svar: Blog", "Autosvar: Blog"],
    "nb": ["Automatisk svar: Blog", "Fraværsmelding: x"],
    "fi": ["Automaattinen vastaus: Blog"],
    "is": ["Sjálfvirkt svar: Blog"],
    "et": ["Automaatvastus: Blog"],
    "lv": ["Automātiska atbilde: Blog"],
    "lt": ["Automatinis atsakymas: Blog"],
    "pl": ["Odpowiedź automatyczna: Blog", "Automatyczna odpowiedź: Blog"],
    "cs": ["Automatická odpověď: Blog"],
    "sk": ["Automatická odpoveď: Blog"],
    "sl": ["Samodejni odgovor: Blog", "Odgovor v odsotnosti: Blog"],
    "hr": ["Automatski odgovor: Blog"],
    "sr": ["Аутоматски одговор: Blog", "Automatski odgovor: Blog"],
    "mk": ["Автоматски одговор: Blog"],
    "bg": ["Автоматичен отговор: Blog"],
    "ru": ["Автоматический ответ: Blog", "Автоответ: x"],
    "uk": ["Автоматична відповідь: Blog", "Автовідповідь: x"],
    "el": ["Αυτόματη απάντηση: Blog"],
    "ro": ["Răspuns automat: Blog"],
    "hu": ["Automatikus válasz: Blog"],
    "tr": ["Otomatik Yanıt: Blog", "OTOMATİK YANIT: x"],
    "az": ["Avtomatik cavab: Blog"],
    "sq": ["Përgjigje automatike: Blog"],
    "vi": ["Trả lời tự động: Blog", "Thư trả lời tự động: x"],
    "id": ["Balasan otomatis: Blog"],
    "ms": ["Balasan automatik: Blog"],
    "fil": ["Awtomatikong tugon: Blog"],
    "th": ["ตอบกลับอัตโนมัติ: Blog"],
    "km": ["ឆ្លើយតបដោយស្វ័យប្រវត្តិ: Blog"],
    "zh": ["自动回复: Blog", "自動回覆: Blog", "自动答复：Blog"],
    "ja": ["自動応答: Blog", "自動返信：Blog", "不在通知: Blog"],
    "ko": ["자동 회신: Blog", "자동응답: Blog"],
    "he": ["תשובה אוטומטית: Blog"],
    "ar": ["رد تلقائي: Blog", "الرد التلقائي: Blog"],
    "fa": ["پاسخ خودکار: Blog"],
    "ur": ["خودکار جواب: Blog"],
    "hi": ["स्वचालित उत्तर: Blog"],
    "bn": ["স্বয়ংক্রিয় উত্তর: Blog"],
    "sw": ["Jibu la moja kwa moja: Blog"],
    "af": ["Outomatiese antwoord: Blog"],
    "am": ["ራስ-ሰር ምላሽ: Blog"],
    "ga": ["Freagra uathoibríoch: Blog"],
    "cy": ["Ateb awtomatig: Blog"],
    "mt": ["Tweġiba awtomatika: Blog"],
}
HUMAN = [
    "Re: out of office policy",
    "Out of office policy for facilitators",
    "Out of office: who covers for whom?",
    "Re: Automatic reply: how do I set one up?",
    "How do I set up an automatic reply?",
    "Automatic reply in Outlook - how?",
    "Vacation plans",
    "On vacation next week",
    "Autosvar - hur gör man?",
    "Réponse automatique de Gmail, comment faire ?",
    "Automatische antwoorden uitzetten",
    "Respuesta automática en Gmail",
    "Abwesenheit am Montag",
    "Away next week",
    "不在の場合",
    "Auto reply settings",
    "auto-response question",
    "Réponse automatique",
    "Autoreply",
    "OOO: who is there?",
]


def subjects() -> list[tuple[str, str]]:
    return [(language, one) for language, known in AUTO.items() for one in known]


def test_at_least_thirty_languages_are_known() -> None:
    assert len(AUTO) >= 30


@pytest.mark.parametrize(("language", "subject"), subjects())
def test_the_words_of_a_program_are_enough(language: str, subject: str) -> None:
    verdict = screen(written(f"From: a@x.example\nSubject: {subject}"), RULES)
    found = (verdict.kind, verdict.outcome, verdict.rule)
    assert found == (VerdictKind.AUTO_REPLY, Outcome.ASIDE, "auto-reply"), language


@pytest.mark.parametrize("subject", HUMAN)
def test_what_a_person_may_have_written_is_never_put_aside(subject: str) -> None:
    verdict = screen(written(f"From: a@x.example\nSubject: {subject}"), RULES)
    assert verdict.outcome in {Outcome.ACCEPT, Outcome.HOLD}


@pytest.mark.parametrize(
    "subject",
    [
        "Re: out of office policy",
        "Re: Automatic reply: how do I set one up?",
        "RE: [SM25] Auto-reply settings",
        "AW: Abwesenheitsnotiz",
        "Absence of rain in Thiès",
        "Absence de pluie à Thiès",
    ],
)
def test_a_reply_about_absence_is_an_ordinary_reply(subject: str) -> None:
    mail = written(f"From: a@x.example\nIn-Reply-To: <p@x.example>\nSubject: {subject}")
    assert screen(mail, RULES).kind is VerdictKind.ACCEPT


def test_outlooks_wish_not_to_be_answered_is_no_sign() -> None:
    header = "From: a@x.example\nX-Auto-Response-Suppress: DR, OOF, AutoReply"
    assert screen(written(header), RULES).kind is VerdictKind.ACCEPT
