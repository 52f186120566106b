from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.agreeing import agreed
from mappings.intake.answers import Given
from mappings.intake.channels import channel_named, with_hour
from mappings.intake.custom_fields import custom_value
from mappings.intake.dates import day_of, hour_of, weekday_of
from mappings.intake.fields import AnswerKind, Asked, DateOrder
from mappings.intake.phones import phone_in
from mappings.intake.problems import Code
from mappings.intake.texts import plain_text
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("+31 6 12345678", None, "+31612345678"),
        ("0031 6 1234 5678", None, "+31612345678"),
        ("0612345678", "NL", "+31612345678"),
        ("612345678", "NL", "+31612345678"),
        ("84 123 4567", "MZ", "+258841234567"),
        ("258841234567", "MZ", "+258841234567"),
        ("841234567 / 821234567", "MZ", "+258841234567"),
        ("WhatsApp: +258 84 123 4567", None, "+258841234567"),
        ("07 07 07 07 07", "CI", "+2250707070707"),
        ("+258841234567", "CI", "+258841234567"),
    ],
)
def test_a_phone_is_read_by_the_custom_of_the_country(
    text: str, country: str | None, phone: str
) -> None:
    found = phone_in(text, country)

    assert (found.phone, found.flaws) == (phone, ())


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("2.58841E+11", "MZ", Code.PHONE_SPOILT),
        ("2,58841E+11", "MZ", Code.PHONE_SPOILT),
        ("0612345678", None, Code.PHONE_NO_COUNTRY),
        ("123", "MZ", Code.PHONE_UNREADABLE),
        ("+258 84", None, Code.PHONE_UNREADABLE),
        ("no phone", None, Code.PHONE_UNREADABLE),
    ],
)
def test_a_phone_that_cannot_be_called_is_left_out(
    text: str, country: str | None, code: Code
) -> None:
    found = phone_in(text, country)

    assert found.phone is None
    assert [flaw.code for flaw in found.flaws] == [code]


@settings(deadline=None)
@given(st.text(), st.sampled_from([None, "MZ", "NL", "??"]))
def test_a_phone_is_e164_or_nothing(text: str, country: str | None) -> None:
    phone = phone_in(text, country).phone

    assert phone is None or (phone[0] == "+" and phone[1:].isascii())


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("1990-03-12", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("1990-03-12T00:00:00", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12/03/1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12/03/1990", DateOrder.MONTH_FIRST, date(1990, 12, 3)),
        ("25/03/1990", DateOrder.MONTH_FIRST, date(1990, 3, 25)),
        ("12.3.1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12 - 3 - 1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12 mars 1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("March 12th, 1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12 de março de 1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("1er août 1990", DateOrder.DAY_FIRST, date(1990, 8, 1)),
        ("12 mrt 1990", DateOrder.DAY_FIRST, date(1990, 3, 12)),
        ("12/03/90", DateOrder.DAY_FIRST, None),
        ("31/02/1990", DateOrder.DAY_FIRST, None),
        ("yesterday", DateOrder.DAY_FIRST, None),
        ("0001-01-01", DateOrder.DAY_FIRST, None),
        ("", DateOrder.DAY_FIRST, None),
    ],
)
def test_a_day_is_read_where_it_is_clear(
    text: str, order: DateOrder, day: date | None
) -> None:
    assert day_of(text, order) == day


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("18:00", time(18)),
        ("7h30", time(7, 30)),
        ("18h", time(18)),
        ("6 pm", time(18)),
        ("6:30 p.m.", time(18, 30)),
        ("12 am", time(0)),
        ("12 pm", time(12)),
        ("18.30 uur", time(18, 30)),
        ("8", time(8)),
        ("25:00", None),
        ("13 pm", None),
        ("evening", None),
        ("18-20", None),
    ],
)
def test_an_hour_is_read_where_it_is_clear(text: str, hour: time | None) -> None:
    assert hour_of(text) == hour


@pytest.mark.parametrize(
    ("text", "day"),
    [("Monday", 0), ("lundi", 0), ("domingo", 6), ("vr", 4), ("?", None)],
)
def test_a_day_of_the_week_is_known_in_five_languages(
    text: str, day: int | None
) -> None:
    assert weekday_of(text) == day


@settings(deadline=None)
@given(st.text(), st.sampled_from(DateOrder))
def test_no_text_breaks_the_reading_of_dates(text: str, order: DateOrder) -> None:
    assert day_of(text, order) is None or day_of(text, order) is not None
    hour_of(text)
    weekday_of(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes", True),
        ("oui", True),
        ("Sí", True),
        ("Sim, concordo", True),
        ("ja", True),
        ("I agree", True),
        ("J'accepte", True),
        ("Yes, I agree that my data are kept", True),
        ("TRUE", True),
        ("1", True),
        ("No", False),
        ("Non, merci", False),
        ("I do not agree", False),
        ("No, I do not agree", False),
        ("0", False),
        ("Yes, but not for mail", None),
        ("Perhaps", None),
        ("I have read it", None),
        ("", None),
    ],
)
def test_a_yes_is_a_yes_and_nothing_else(text: str, said: bool | None) -> None:
    assert agreed((text,)) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [("J'ai lu et j'approuve", True), ("Oui", None), ("Non", False), ("?", None)],
)
def test_with_words_of_its_own_a_form_means_those(text: str, said: bool | None) -> None:
    assert agreed((text,), yes=("j'ai lu et j'approuve",)) is said


def test_who_ticks_the_only_box_agrees() -> None:
    box = "My data may be kept until the course ends"

    assert agreed((box,), only_choice=box) is True
    assert agreed(("My data",), only_choice=box) is None


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("Every message", Channel()),
        ("tous les messages", Channel()),
        ("each", Channel()),
        ("Daily digest", Channel(kind=ChannelKind.DIGEST)),
        ("Une fois par jour", Channel(kind=ChannelKind.DIGEST)),
        (
            "Uma vez por semana",
            Channel(kind=ChannelKind.DIGEST, every=Frequency.WEEKLY),
        ),
        ("digest 07:00", Channel(kind=ChannelKind.DIGEST, at=time(7))),
        (
            "bundle weekly friday 18h30",
            Channel(
                kind=ChannelKind.BUNDLE,
                every=Frequency.WEEKLY,
                weekday=4,
                at=time(18, 30),
            ),
        ),
        ("Alleen Moodle", Channel(kind=ChannelKind.MOODLE)),
        ("each weekly", None),
        ("digest sometimes", None),
        ("By pigeon", None),
        ("", None),
    ],
)
def test_a_channel_is_known_by_common_words_and_by_ours(
    text: str, channel: Channel | None
) -> None:
    assert channel_named(text) == channel


def test_an_hour_matters_where_posts_are_gathered() -> None:
    digest = Channel(kind=ChannelKind.DIGEST)

    gathered = with_hour(digest, time(6))

    assert gathered is not None
    assert gathered.at == time(6)
    assert with_hour(Channel(), time(6)) == Channel()
    assert with_hour(None, time(6)) is None
    assert with_hour(digest, None) == digest


def test_a_text_is_kept_on_one_line_and_cut_where_moodle_would() -> None:
    assert plain_text(" Rede\r\nSul\x00 ") == ("Rede Sul", ())
    assert plain_text("\u200b") == (None, ())
    text, flaws = plain_text("x" * 300)
    assert text is not None
    assert len(text) == 255
    assert [flaw.code for flaw in flaws] == [Code.TOO_LONG]


@pytest.mark.parametrize(
    ("kind", "text", "value", "code"),
    [
        (AnswerKind.TEXT, " Rede  Sul ", "Rede Sul", None),
        (AnswerKind.DATE, "12/03/1990", "1990-03-12", None),
        (AnswerKind.DATE, "soon", None, Code.DATE_UNREADABLE),
        (AnswerKind.YES_NO, "Oui", "1", None),
        (AnswerKind.YES_NO, "Non", "0", None),
        (AnswerKind.YES_NO, "?", None, Code.YES_NO_UNCLEAR),
        (AnswerKind.PHONE, "84 123 4567", "+258841234567", None),
        (AnswerKind.PHONE, "12", None, Code.PHONE_UNREADABLE),
        (AnswerKind.COUNTRY, "Ivoorkust", "CI", None),
        (AnswerKind.COUNTRY, "Congo", None, Code.COUNTRY_AMBIGUOUS),
        (AnswerKind.LANGUAGE, "Frans", "fr", None),
        (AnswerKind.LANGUAGE, "?", None, Code.LANGUAGE_UNKNOWN),
    ],
)
def test_a_custom_field_gets_its_own_form(
    kind: AnswerKind, text: str, value: str | None, code: Code | None
) -> None:
    asked = Asked(questions=("q",), kind=kind)

    found, flaws = custom_value(Given.plain(text), asked, "MZ")

    assert found == value
    assert [flaw.code for flaw in flaws] == ([] if code is None else [code])


def test_the_name_of_a_ready_answer_may_be_the_country() -> None:
    given = Given(text="Our neighbours", names=("zm",))
    asked = Asked(questions=("q",), kind=AnswerKind.COUNTRY)

    assert custom_value(given, asked, None) == ("ZM", ())


def test_words_for_no_and_for_yes_may_both_be_given() -> None:
    said = {
        text: agreed((text,), yes=("in",), no=("out",)) for text in ("In", "OUT", "yes")
    }

    assert said == {"In": True, "OUT": False, "yes": None}
