from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.command_words import (
    VERBS,
    Word,
    first_phrase,
    folded_words,
    vocabulary,
)
from mappings.mail_commands import read_commands
from mappings.mail_wishes import (
    ChooseChannel,
    Command,
    CommandMail,
    GetFile,
    GetNew,
    GetPosts,
    Help,
    LimitMail,
    LimitPictures,
    Pause,
    Resume,
    ShowSettings,
    Unclear,
)
from mappings.phrases import LANGUAGES
from mappings.trimming import trim
from moodle_bridge.model.channels import ChannelKind, Frequency

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "replies"
# A Monday; in Kampala it is 15:00.
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Kampala")

EACH = ChooseChannel(kind=ChannelKind.EACH)
MOODLE = ChooseChannel(kind=ChannelKind.MOODLE)


def digest(
    at: str = "",
    *,
    every: Frequency | None = None,
    weekday: int | None = None,
    kind: ChannelKind = ChannelKind.DIGEST,
) -> ChooseChannel:
    clock = time.fromisoformat(at) if at else None
    return ChooseChannel(kind=kind, every=every, weekday=weekday, at=clock)


DAILY, WEEKLY = Frequency.DAILY, Frequency.WEEKLY
BUNDLE = digest(kind=ChannelKind.BUNDLE)


def until(month: int, day: int, year: int = 2026) -> Pause:
    there = datetime(year, month, day, tzinfo=ZONE)
    return Pause(until=there.astimezone(UTC))


def read(
    text: str, *, to_bridge: bool = True, subject: str = "", also_list: bool = False
) -> CommandMail | None:
    return read_commands(
        text,
        subject=subject,
        now=NOW,
        zone=ZONE,
        to_bridge=to_bridge,
        also_list=also_list,
        own_name="Aminata Diop",
    )


ENGLISH: list[tuple[str, Command]] = [
    ("channel each", EACH),
    ("Channel each post", EACH),
    ("channel email", EACH),
    ("channel digest", digest()),
    ("CHANNEL DIGEST 18:00", digest("18:00")),
    ("channel digest at 6 pm", digest("18:00")),
    ("channel digest 6:30pm", digest("18:30")),
    ("channel digest 6:30 in the evening", digest("18:30")),
    ("channel digest at 8 o'clock in the morning", digest("08:00")),
    ("channel digest 9 at night", digest("21:00")),
    ("channel digest at noon", digest("12:00")),
    ("channel digest midnight", digest("00:00")),
    ("canal resumen 6 p. m.", digest("18:00")),
    ("canal resumen 6\u00a0p.\u00a0m.", digest("18:00")),
    ("canal resumen a las 6 de la tarde", digest("18:00")),
    ("canal resumen a las 8 de la noche", digest("20:00")),
    ("canal résumé à 6 heures du soir", digest("18:00")),
    ("canal résumé à 18h30 du soir", digest("18:30")),
    ("canal résumé à midi", digest("12:00")),
    ("canal resumo às 6 da tarde", digest("18:00")),
    ("canal resumo ao meio-dia", digest("12:00")),
    ("kanaal overzicht 6 uur 's avonds", digest("18:00")),
    ("get photo 417–1", GetFile(post_id=417, number=1)),
    ("channel digest 12 am", digest("00:00")),
    ("channel digest 24:00", digest("00:00")),
    ("channel digest 7", digest("07:00")),
    ("channel digest daily 18.00", digest("18:00", every=DAILY)),
    ("channel daily digest", digest(every=DAILY)),
    ("channel digest every day", digest(every=DAILY)),
    ("channel digest weekly", digest(every=WEEKLY)),
    ("channel digest weekly friday 7h", digest("07:00", every=WEEKLY, weekday=4)),
    ("channel digest Monday", digest(every=WEEKLY, weekday=0)),
    ("channel bundle", BUNDLE),
    ("channel bundle 20:00", digest("20:00", kind=ChannelKind.BUNDLE)),
    ("channel moodle", MOODLE),
    ("channel none", MOODLE),
    ("stop", MOODLE),
    ("unsubscribe", MOODLE),
    ("pause until 3 May", until(5, 3)),
    ("pause until May 3rd, 2027", until(5, 3, 2027)),
    ("pause until 3/5", until(5, 3)),
    ("pause until 2026-05-03", until(5, 3)),
    ("pause until 3.5.2026", until(5, 3)),
    ("pause until 3-5-26", until(5, 3)),
    ("pause until Monday 4 May", until(5, 4)),
    ("pause until 1 March", until(3, 1, 2027)),
    ("pause until tomorrow", until(4, 21)),
    ("pause till friday", until(4, 24)),
    ("pause until next monday", until(4, 27)),
    ("pause 2 weeks", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("pause for two weeks", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("pause a month", Pause(until=datetime(2026, 5, 20, 12, tzinfo=UTC))),
    ("pause 10 days", Pause(until=datetime(2026, 4, 30, 12, tzinfo=UTC))),
    ("resume", Resume()),
    ("limit 20 KB/day", LimitMail(budget=20_000)),
    ("limit 20kb per day", LimitMail(budget=20_000)),
    ("limit 1.5 MB", LimitMail(budget=1_500_000)),
    ("limit 20", LimitMail(budget=20_000)),
    ("limit none", LimitMail(budget=None)),
    ("no limit", LimitMail(budget=None)),
    ("pictures 50 KB", LimitPictures(size=50_000)),
    ("pictures none", LimitPictures(size=0)),
    ("no pictures", LimitPictures(size=0)),
    ("get 417", GetPosts(numbers=(417,))),
    ("get #417, 418 and 417.", GetPosts(numbers=(417, 418))),
    ("send me post 417", GetPosts(numbers=(417,))),
    ("get photo 417-1", GetFile(post_id=417, number=1)),
    ("get file 417-2", GetFile(post_id=417, number=2)),
    ("get 417-2", GetFile(post_id=417, number=2)),
    ("get new", GetNew()),
    ("get all new", GetNew()),
    ("help", Help()),
    ("Help!", Help()),
    ("status", ShowSettings()),
    ("my settings", ShowSettings()),
]
DUTCH: list[tuple[str, Command]] = [
    ("kanaal elk bericht", EACH),
    ("kanaal overzicht 18u30", digest("18:30")),
    ("kanaal overzicht dagelijks om 18 uur", digest("18:00", every=DAILY)),
    ("kanaal wekelijks overzicht zondag", digest(every=WEEKLY, weekday=6)),
    ("kanaal bundel", BUNDLE),
    ("kanaal alleen Moodle", MOODLE),
    ("pauze tot 3 mei", until(5, 3)),
    ("pauzeer tot en met overmorgen", until(4, 22)),
    ("pauze 2 weken", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("hervat", Resume()),
    ("limiet 20 KB per dag", LimitMail(budget=20_000)),
    ("limiet geen", LimitMail(budget=None)),
    ("foto's 50 KB", LimitPictures(size=50_000)),
    ("geen afbeeldingen", LimitPictures(size=0)),
    ("stuur 417 en 418", GetPosts(numbers=(417, 418))),
    ("haal foto 417-1 op", GetFile(post_id=417, number=1)),
    ("haal nieuwe berichten", GetNew()),
    ("hulp", Help()),
    ("mijn instellingen", ShowSettings()),
    ("afmelden", MOODLE),
]
FRENCH: list[tuple[str, Command]] = [
    ("canal chaque message", EACH),
    ("Canal résumé à 18h30", digest("18:30")),
    ("canal resume 18 h", digest("18:00")),
    ("canal résumé tous les jours 18 h 30", digest("18:30", every=DAILY)),
    ("canal résumé hebdomadaire le lundi", digest(every=WEEKLY, weekday=0)),
    ("canal paquet", BUNDLE),
    ("canal uniquement Moodle", MOODLE),
    ("pause jusqu’au 3 mai", until(5, 3)),
    ("pause jusqu'au 1er mai", until(5, 1)),
    ("PAUSE JUSQU'A DEMAIN", until(4, 21)),
    ("pause pendant deux semaines", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("reprendre", Resume()),
    ("limite 20 Ko par jour", LimitMail(budget=20_000)),
    ("limite 1,5 Mo", LimitMail(budget=1_500_000)),
    ("aucune limite", LimitMail(budget=None)),
    ("images 50 ko", LimitPictures(size=50_000)),
    ("pas d'images", LimitPictures(size=0)),
    ("envoie 417 et 418", GetPosts(numbers=(417, 418))),
    ("envoyer la photo 417-1", GetFile(post_id=417, number=1)),
    ("obtenir pièce jointe 417-2", GetFile(post_id=417, number=2)),
    ("envoyer les nouveautés", GetNew()),
    ("aide", Help()),
    ("mes réglages", ShowSettings()),
    ("désabonner", MOODLE),
]
SPANISH: list[tuple[str, Command]] = [
    ("canal cada mensaje", EACH),
    ("canal resumen a las 18:00", digest("18:00")),
    ("canal resumen diario 6 p.m.", digest("18:00", every=DAILY)),
    ("canal resumen semanal miércoles", digest(every=WEEKLY, weekday=2)),
    ("canal paquete", BUNDLE),
    ("canal sólo Moodle", MOODLE),
    ("pausa hasta el 3 de mayo", until(5, 3)),
    ("pausa hasta mañana", until(4, 21)),
    ("pausa hasta el día 3 de mayo de 2026", until(5, 3)),
    ("PAUSA 2 SEMANAS", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("pausa un mes", Pause(until=datetime(2026, 5, 20, 12, tzinfo=UTC))),
    ("reanudar", Resume()),
    ("límite 20 KB al día", LimitMail(budget=20_000)),
    ("sin límite", LimitMail(budget=None)),
    ("imágenes 50 KB", LimitPictures(size=50_000)),
    ("imagenes ninguna", LimitPictures(size=0)),
    ("¡Envía el 417 y el 418!", GetPosts(numbers=(417, 418))),
    ("enviar foto 417-1", GetFile(post_id=417, number=1)),
    ("enviar novedades", GetNew()),
    ("ayuda", Help()),
    ("mis ajustes", ShowSettings()),
    ("darme de baja", MOODLE),
]
PORTUGUESE: list[tuple[str, Command]] = [
    ("canal cada mensagem", EACH),
    ("canal resumo às 18h30", digest("18:30")),
    ("canal resumo todos os dias", digest(every=DAILY)),
    ("canal resumo segunda-feira 7h", digest("07:00", every=WEEKLY, weekday=0)),
    ("canal pacote", BUNDLE),
    ("canal só no Moodle", MOODLE),
    ("pausa até 3 de maio", until(5, 3)),
    ("pausa até ao dia 3 de maio", until(5, 3)),
    ("pausa ate amanha", until(4, 21)),
    ("pausa por duas semanas", Pause(until=datetime(2026, 5, 4, 12, tzinfo=UTC))),
    ("retomar", Resume()),
    ("limite 20 KB por dia", LimitMail(budget=20_000)),
    ("sem limite", LimitMail(budget=None)),
    ("imagens 50 KB", LimitPictures(size=50_000)),
    ("sem imagens", LimitPictures(size=0)),
    ("enviar 417 e 418", GetPosts(numbers=(417, 418))),
    ("enviar a foto 417-1", GetFile(post_id=417, number=1)),
    ("enviar novidades", GetNew()),
    ("ajuda", Help()),
    ("minhas configurações", ShowSettings()),
    ("cancelar", MOODLE),
]


@pytest.mark.parametrize(
    ("said", "meant"), [*ENGLISH, *DUTCH, *FRENCH, *SPANISH, *PORTUGUESE]
)
def test_a_command_is_understood_in_each_language(said: str, meant: Command) -> None:
    assert read(said) == CommandMail(commands=(meant,))


@pytest.mark.parametrize(
    "said",
    [
        "* channel digest",
        "1. channel digest",
        "- channel  digest.",
        "“channel digest”",
        "*channel digest*",
        "Channel digest, please.",
        "channel digest svp",
        "canal resumen, por favor. Gracias",
        "Hello,\n\nchannel digest\n\nThank you\nAminata",
        "channel digest\nMerci, Aminata Diop",
        "channel digest 🙏",
    ],
)
def test_bullets_quotes_and_polite_words_are_forgiven(said: str) -> None:
    found = read(said, to_bridge=False)
    assert found is not None
    assert found.commands == (digest(),)


def test_several_commands_stand_in_one_mail() -> None:
    found = read("channel digest 18:00\nlimit 20 KB/day; get 417\nget photo 417-1")
    assert found == CommandMail(
        commands=(
            digest("18:00"),
            LimitMail(budget=20_000),
            GetPosts(numbers=(417,)),
            GetFile(post_id=417, number=1),
        )
    )


def test_the_subject_counts_when_the_body_is_empty() -> None:
    found = read("  \n", subject="Re: get 417", to_bridge=False)
    assert found == CommandMail(commands=(GetPosts(numbers=(417,)),))
    assert read("I wrote this", subject="help") is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("pause until 3 May 2025", Unclear.PAST),
        ("pausa hasta el 3/5/2020", Unclear.PAST),
        ("pause until today", Unclear.PAST),
        ("pause until 3 May 2036", Unclear.TOO_FAR),
        ("pause until 30 February", Unclear.NO_SUCH_DAY),
        ("pause jusqu'au 31/4", Unclear.NO_SUCH_DAY),
        ("pause until 5/13", Unclear.NO_SUCH_DAY),
        ("limit 0 KB", Unclear.TOO_SMALL),
        ("get " + " ".join(str(one) for one in range(1, 30)), Unclear.TOO_MANY),
    ],
)
@pytest.mark.parametrize("to_bridge", [True, False])
def test_what_cannot_be_is_refused_with_its_reason(
    said: str, why: Unclear, *, to_bridge: bool
) -> None:
    found = read(said, to_bridge=to_bridge)
    assert found is not None
    assert [problem.why for problem in found.problems] == [why]
    assert found.commands == ()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("chanel digest", "channel digest"),
        ("channel digset 18:00", "channel digest 18:00"),
        ("digest 18:00", "channel digest 18:00"),
        ("photo 417-1", "get photo 417-1"),
        ("pauze tot 3 mei 2027 aub\nkanaal overzict", "kanaal overzicht"),
        ("pausa hasta manana\ncanal paqete", "canal paquete"),
    ],
)
def test_a_near_miss_is_answered_with_what_may_be_meant(said: str, meant: str) -> None:
    found = read(said)
    assert found is not None
    assert [one.suggestion for one in found.problems] == [meant]
    assert read(said, to_bridge=False) is None


@pytest.mark.parametrize("said", ["channel", "pause", "get the thing", "limit me 3 x"])
def test_a_short_try_at_the_bridges_own_address_is_not_for_people(said: str) -> None:
    found = read(said)
    assert found is not None
    assert found.commands == ()
    assert read(said, to_bridge=False) is None


@pytest.mark.parametrize(
    "said",
    [
        "help",
        "Stop!",
        "status",
        "resume",
        "help me please",
        "mes réglages",
        "stop mail",
    ],
)
def test_words_that_stand_alone_count_at_the_bridges_own_address_only(
    said: str,
) -> None:
    assert read(said) is not None
    assert read(said, to_bridge=False) is None


@pytest.mark.parametrize(
    "said",
    [
        "Pause until 3 people have answered",
        "Get well soon, Jan",
        "Stop smoking helps, they say",
        "I get 417 of them\nget 417",
        "get 417\n\nAnd what do you all think of it?",
        "The channel digest is nice",
        "channel digest\n\nbut only when you have time, my friend",
        "Help! My photo does not show in the forum since yesterday",
        "https://example.org/channel/digest",
        "",
        "Merci",
        "Aminata",
        "\n".join(["get 417"] * 30),
    ],
)
@pytest.mark.parametrize("to_bridge", [True, False])
def test_what_people_say_to_each_other_is_no_command(
    said: str, *, to_bridge: bool
) -> None:
    assert read(said, to_bridge=to_bridge, also_list=True) is None


@given(st.text(max_size=300), st.booleans())
def test_whatever_is_written_is_read_without_fault(text: str, to_bridge: bool) -> None:
    found = read(text, to_bridge=to_bridge)
    assert found is None or found.commands or found.problems


_words = st.sampled_from(sorted(" ".join(one) for one in vocabulary()))


@given(st.lists(_words | st.integers(0, 2030).map(str), max_size=6).map(" ".join))
def test_all_words_of_commands_in_any_order_are_read_without_fault(text: str) -> None:
    found = read(text)
    if found is not None:
        for command in found.commands:
            assert not isinstance(command, Pause) or command.until > NOW


@given(st.lists(st.sampled_from(["we", "think", "yesterday", "bonito"]), min_size=1))
def test_one_word_that_is_none_of_them_makes_it_a_contribution(
    others: Collection[str],
) -> None:
    assert read(" ".join(["channel digest 18:00", *others]), to_bridge=False) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_bridge_itself_writes_can_be_read_by_it(language: str) -> None:
    for verb in VERBS:
        words = folded_words(first_phrase(language, verb)).split()
        assert verb in vocabulary()[tuple(words)]
    word = (
        f"{first_phrase(language, Word.GET)} {first_phrase(language, Word.PHOTO)} 4-1"
    )
    assert read(word) == CommandMail(commands=(GetFile(post_id=4, number=1),))


@pytest.mark.facts
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of replies is not here")
@pytest.mark.parametrize("to_bridge", [True, False])
def test_no_ordinary_mail_of_the_corpus_is_a_command(*, to_bridge: bool) -> None:
    texts = [
        path.read_bytes().decode("utf-8", "replace")
        for path in sorted((CORPUS / "emails").glob("*.txt"))
    ]
    assert texts
    found = [text for text in texts if read(trim(text).kept, to_bridge=to_bridge)]
    assert found == []


@pytest.mark.parametrize(
    "said",
    [
        "no channel digest",
        "channel no digest",
        "canal no digest",
        "channel digest 12 in the morning",
        "canal resumen a las 12 de la noche",
        "channel digest 2 at night",
        "please don't pause until 3 May",
        "channel digest 18:00, 20:00",
    ],
)
@pytest.mark.parametrize("to_bridge", [True, False])
def test_what_is_denied_or_can_mean_two_things_is_not_obeyed(
    said: str, *, to_bridge: bool
) -> None:
    asked = read(said, to_bridge=to_bridge)
    assert asked is None or asked.commands == ()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("I would like to get 417", "get 417"),
        ("Could you please pause until 3 May?", "pause until 3 may"),
        ("can I get photo 417-1?", "get photo 417-1"),
        ("daily digest 18:00", "channel daily digest 18:00"),
        ("weekly digest", "channel weekly digest"),
    ],
)
def test_a_wish_within_a_sentence_is_answered_with_the_command(
    said: str, meant: str
) -> None:
    asked = read(said)
    assert asked is not None
    assert [one.suggestion for one in asked.problems] == [meant]
    assert asked.commands == ()
    assert read(said, to_bridge=False) is None
    assert read(said, also_list=True) is None or said.endswith(("digest", "18:00"))


@pytest.mark.parametrize(
    "said",
    [
        "Send 20",
        "maximum 20",
        "Max 5.",
        "photos 3",
        "Vacation until Monday",
        "Férias até 3 de maio",
        "holiday 2 weeks",
    ],
)
def test_what_people_answer_each_other_is_obeyed_at_the_bridges_address_only(
    said: str,
) -> None:
    assert read(said, to_bridge=False) is None
    asked = read(said)
    assert asked is not None


@pytest.mark.parametrize(
    "said",
    ["channel digest 25:00", "channel digest 18:00, 20:00", "pause until 3 4 May"],
)
def test_a_sure_try_in_an_answer_to_a_post_is_answered_and_not_posted(
    said: str,
) -> None:
    asked = read(said, to_bridge=False)
    assert asked is not None
    assert [one.why for one in asked.problems] == [Unclear.NOT_UNDERSTOOD]


def test_a_signature_below_the_own_name_or_thanks_is_no_wish() -> None:
    signed = "get 417\n\nKind regards,\nAminata Diop\nTeacher\nUniversity of Dakar"
    assert read(signed) == CommandMail(commands=(GetPosts(numbers=(417,)),))
    assert read(signed, to_bridge=False) is None
    assert read(signed, also_list=True) is None


def test_a_second_wish_below_thanks_is_one() -> None:
    asked = read("get 417\nThanks\nget 418")
    assert asked is not None
    assert asked.commands == (GetPosts(numbers=(417,)), GetPosts(numbers=(418,)))
