"""The mails of a plan: written down once, sent once, and not to everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mappings.enrolment.people import Owned
from mappings.enrolment.plan import EnrolmentPlan, SourceMark, Step, StepKind
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.enrol.greeting import template_of, templates_in
from sync.enrol.refusals import refusal_steps
from sync.intake import read_intake
from tests.unit.sync_jobs.bridged import START, BridgedCourse, text_of
from tests.unit.sync_jobs.formed import add_form, bridge_of, entry, write_form

ID = "mb-00000000000000000000000001"


@pytest.fixture
def course(direct: BridgedCourse) -> BridgedCourse:
    add_form(
        direct,
        keys="begins = 2026-03-09\ntell_refused = true\nevery = '0s'",
        more='[welcome]\nask = "ask@fo26.example"\npage = "https://fo26.example/mail"',
    )
    return direct


def plan_of(*steps: Step) -> EnrolmentPlan:
    return EnrolmentPlan(
        name="fo26-1",
        made_at=START,
        site="https://learn.example.org",
        sources=(SourceMark(name="fo26", fingerprint="f", entries=1),),
        steps=steps,
        held=(),
        left_alone=(),
    )


def welcome_step(course: BridgedCourse, **sets: Any) -> Step:
    return Step(
        key=f"{StepKind.WELCOME}:{ID}:ha@vn.example",
        kind=StepKind.WELCOME,
        person=ID,
        shown="Thị Hà Nguyễn",
        target=course.ha.email,
        sets={"welcomed": True, **sets},
    )


def greet(
    course: BridgedCourse,
    *steps: Step,
    owned: Owned = Owned.CREATED,
    language: str | None = "fr",
) -> list[str | None]:
    with bridge_of(course) as bridge:
        greetings = bridge.greetings({"fo26": ["Facilitating online"]})
        with bridge.ledger.writing() as transaction:
            people = transaction.participants
            people.add(ID, address=course.ha.email, source="fo26")
            people.has_account(ID, user_id=course.ha.id, username="ha", owned=owned)
            people.applied(ID, {"language": language})
            return [
                greetings.plan(
                    transaction,
                    step,
                    plan=plan_of(*steps),
                    user_id=course.ha.id if step.person else None,
                )
                for step in steps
            ]


def refusals(bridge: Bridge) -> tuple[Step, ...]:
    read = read_intake(bridge, bridge.settings.intakes[0])
    with bridge.ledger.reading() as transaction:
        return refusal_steps(transaction, read)


def test_a_welcome_goes_out_once_however_often_it_is_planned(
    course: BridgedCourse,
) -> None:
    step = welcome_step(course)
    for _ in range(2):
        assert greet(course, step, step) == [None, None]
        course.sync()
    (mail,) = course.mails(course.ha.email)
    text = text_of(mail)
    assert mail["Subject"] == "Bienvenue dans Facilitating online"
    assert "9 mars 2026" in text
    assert "Votre nom d'utilisateur y est ha" in text
    assert "premier mot de passe" in text
    assert "https://fo26.example/mail" in text
    assert mail["Reply-To"] == "bridge@lists.example"


def test_who_had_an_account_keeps_their_password(course: BridgedCourse) -> None:
    greet(course, welcome_step(course), owned=Owned.ADOPTED, language=None)
    course.sync()
    (mail,) = course.mails(course.ha.email)
    assert "the one that you have had" in text_of(mail)


def test_an_answer_to_the_welcome_begins_a_discussion(course: BridgedCourse) -> None:
    greet(course, welcome_step(course))
    course.sync()
    (mail,) = course.mails(course.ha.email)
    course.write(
        course.ha,
        "Bonjour, je suis Hà et j'enseigne à Huế.",
        to=str(mail["Reply-To"]),
        subject=f"Re: {mail['Subject']}",
        answers=str(mail["Message-ID"]),
    )
    course.sync()
    (post,) = course.posts()
    assert post.parent == 0
    assert "je suis Hà" in post.message
    assert "Bienvenue" in post.subject


def test_all_mail_goes_to_one_address_while_things_are_tried(
    course: BridgedCourse,
) -> None:
    path = course.folder / "bridge.toml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("[safety]", '[safety]\nredirect_all_mail_to = "me@x.example"'),
        encoding="utf-8",
    )
    greet(course, welcome_step(course))
    course.sync()
    assert course.mails(course.ha.email) == []
    assert len(course.mails("me@x.example")) == 1


def test_nobody_is_welcomed_without_an_account_or_without_a_form(
    course: BridgedCourse,
) -> None:
    with bridge_of(course) as bridge, bridge.ledger.writing() as transaction:
        greetings = bridge.greetings({})
        step = welcome_step(course)
        told = greetings.plan(transaction, step, plan=plan_of(step), user_id=None)
        assert told == "there is no account that could be told of"
        other = replace(
            plan_of(step), sources=(SourceMark(name="old", fingerprint="", entries=0),)
        )
        told = greetings.plan(transaction, step, plan=other, user_id=1)
        assert told is not None
        assert "[[intake]]" in told


def test_who_can_mend_their_entry_is_told_once_for_each_version_of_it(
    course: BridgedCourse,
) -> None:
    wrong = entry(1, "Grace", "Akello", "akello@ug.example", Country="Nowhere")
    write_form(course.folder, [wrong])
    with bridge_of(course) as bridge:
        steps = refusals(bridge)
        assert [step.target for step in steps] == ["akello@ug.example"]
    assert greet(course, *steps) == [None]
    course.sync()
    (mail,) = course.mails("akello@ug.example")
    assert mail["Subject"].startswith("Your registration for Facilitating online")
    assert "- Country\r\n  This country is not known." in text_of(mail)
    assert "Nowhere" not in text_of(mail)
    with bridge_of(course) as bridge:
        assert refusals(bridge) == ()
    course.clock.move(days=2)
    write_form(course.folder, [{**wrong, "Country": "Elsewhere"}])
    with bridge_of(course) as bridge:
        steps = refusals(bridge)
    assert greet(course, *steps, *steps) == [None, None]
    course.sync()
    assert len(course.mails("akello@ug.example")) == 2


def test_one_address_gets_one_such_mail_a_day(course: BridgedCourse) -> None:
    rows = [
        entry(
            number, "Grace", "Akello", "Akello@ug.example", Country=f"Nowhere {number}"
        )
        for number in (1, 2)
    ]
    write_form(course.folder, rows)
    with bridge_of(course) as bridge:
        steps = refusals(bridge)
    assert greet(course, *steps) == [
        None,
        "this address had a mail from the bridge today",
    ]


def test_so_many_such_mails_go_out_in_a_day_and_no_more(
    course: BridgedCourse,
) -> None:
    path = course.folder / "bridge.toml"
    text = path.read_text("utf-8").replace(
        "[safety]", "[safety]\nmax_notices_per_day = 2"
    )
    path.write_text(text, encoding="utf-8")
    write_form(
        course.folder,
        [
            entry(number, "Grace", "Akello", f"a{number}@ug.example", Country="Nowhere")
            for number in range(3)
        ],
    )
    with bridge_of(course) as bridge:
        steps = refusals(bridge)
    told = greet(course, *steps)
    assert told[:2] == [None, None]
    assert "max_notices_per_day" in str(told[2])


@pytest.mark.parametrize(
    "row",
    [
        entry(1, "Grace", "Akello", "akello@ug.example", Country="X", Agree="No"),
        entry(1, "Grace", "Akello", "akello@ug.example", Country="X", Agree=""),
        entry(1, "Grace", "Akello", "akello(at)ug.example", Country="X"),
        entry(1, "Grace", "Akello", "akello@gmial.com", Country="X"),
        entry(1, "Grace", "Akello", "akello@ug.example"),
    ],
    ids=["does not agree", "says nothing", "no address", "typo", "all is well"],
)
def test_everybody_else_hears_nothing(
    course: BridgedCourse, row: dict[str, str]
) -> None:
    write_form(course.folder, [row])
    with bridge_of(course) as bridge:
        assert refusals(bridge) == ()


def test_an_organisations_own_words_are_taken_by_language(
    course: BridgedCourse,
) -> None:
    folder = course.folder / "words"
    folder.mkdir()
    (folder / "welcome-fr.txt").write_text(
        "Subject: Salut $name\n\n$by_mail\n", encoding="utf-8"
    )
    assert template_of(folder, "fr_ca") is not None
    assert template_of(folder, "nl") is None
    assert template_of(None, "fr") is None
    assert sorted(templates_in(folder)) == ["fr"]
    path = course.folder / "bridge.toml"
    text = path.read_text("utf-8").replace(
        "[welcome]", '[welcome]\ntemplates = "words"'
    )
    path.write_text(text, encoding="utf-8")
    greet(course, welcome_step(course))
    course.sync()
    (mail,) = course.mails(course.ha.email)
    assert mail["Subject"] == "Salut Thị Hà Nguyễn"


def test_a_template_with_a_mistake_is_named_with_it(course: BridgedCourse) -> None:
    folder = course.folder / "words"
    with pytest.raises(ConfigError, match="no such folder"):
        templates_in(folder)
    folder.mkdir()
    (folder / "welcome-fr.txt").write_text("Subject: Hi\n\n$nam", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"welcome-fr\.txt: has no value for \$nam"):
        templates_in(folder)
    (folder / "welcome-fr.txt").write_bytes(b"Subject: Hi\n\n\xff")
    with pytest.raises(ConfigError, match="not readable as UTF-8"):
        templates_in(folder)


@pytest.mark.parametrize(
    ("text", "state", "seen"),
    [
        (None, "warning", "there is no welcome-LANGUAGE.txt"),
        ("Subject: Salut\n\nBonjour $name", "ok", "own words in fr"),
        ("Subject: Salut\n\nBonjour $nom", "missing", "has no value for $nom"),
    ],
)
def test_the_check_looks_through_an_organisations_own_words(
    course: BridgedCourse, text: str | None, state: str, seen: str
) -> None:
    (course.folder / "words").mkdir()
    if text is not None:
        path = course.folder / "words" / "welcome-fr.txt"
        path.write_text(text, encoding="utf-8")
    path = course.folder / "bridge.toml"
    whole = path.read_text("utf-8")
    path.write_text(
        whole.replace("[welcome]", '[welcome]\ntemplates = "words"'), encoding="utf-8"
    )
    found = [
        one
        for one in course.call("check").data["findings"]
        if one["what"].startswith("[welcome]")
    ]
    assert [(one["state"], seen in one["seen"]) for one in found] == [(state, True)]
