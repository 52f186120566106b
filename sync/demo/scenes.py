"""The scenes of the day, in the order in which they are played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.cli.result import ExitCode
from sync.demo import letters
from sync.demo.people import FACILITATORS, PARTICIPANTS, STRANGER, who
from sync.demo.picture import photo
from sync.demo.stage import BRIDGE, INTRODUCTIONS, LIST

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.demo.day import Day

_TIMID = "Comment faire parler un groupe timide ?"
_WHO = "Who are you?"
_CAMERA = "Filming with a phone"
_PODCAST = "Wat kost een podcast?"
_PROGRAMME = b"09:00 accueil\n10:00 atelier\n12:00 repas\n"
_SECOND_PAIR = f"""
# The second pair, written with an editor: no list software, one mail to each reader.
[[mail.in]]
plugin = "maildir"
path = "mail/lists.example/introductions"

[[pair]]
name = "introductions"
course = "SM25"
forum = {{cmid}}
hold = "30m"

[pair.list]
plugin = "direct"
address = "{INTRODUCTIONS}"
name = "SM25 introductions"

# Where the facilitators look how long people wait.
[[report.sink]]
name = "page"
[report.sink.to]
plugin = "html-file"
path = "report.html"
"""


def preparation(day: Day) -> None:
    """Show who is there; make bridge.toml, check it, and begin."""
    stage, telling = day.stage, day.telling
    telling.scene(f"The course: {stage.course.fullname}, {stage.clock():%d %B %Y}, UTC")
    day.at("07:00", f"A practice Moodle is open at {stage.url}/")
    telling.said(
        f"A practice post office takes mail at {stage.office.host} port"
        f" {stage.office.port}. Nothing leaves this machine."
    )
    names = ", ".join(f"{one.name} ({one.country})" for one in FACILITATORS)
    telling.said(f"3 facilitators: {names}")
    telling.said(f"{len(PARTICIPANTS)} organisations, one participant each:")
    for country in dict.fromkeys(one.country for one in PARTICIPANTS):
        here = [
            f"{one.name} - {one.organisation}"
            for one in PARTICIPANTS
            if one.country == country
        ]
        telling.said(f"{country}: " + "; ".join(here))
    telling.said(f"Most read the list {LIST} and seldom see Moodle.")
    day.at("07:05", "An old post stands in the forum already.")
    day.begins(
        "maaike",
        stage.questions,
        "Welcome to the course",
        "Welcome, everybody. Ask here whatever you want to know.",
    )
    telling.scene("The admin sets the bridge up")
    stage.clock.move_to("07:30")
    console = day.console
    console.type(*_init(day))
    secret = console.config.with_name("moodle-token")
    secret.touch(mode=0o600)
    secret.write_text(f"{stage.token}\n", encoding="ascii")
    telling.said("The token of the bridge's account goes into moodle-token.")
    with console.config.open("a", encoding="utf-8") as config:
        config.write(_SECOND_PAIR.format(cmid=stage.introductions.cmid))
    telling.said(
        "A second [[pair]] goes into bridge.toml with an editor: the forum"
        f" {stage.introductions.name!r} is mailed to each participant, without list"
        " software."
    )
    console.type("check")
    telling.said("The first run refuses to guess what the old post is to become:")
    console.type("sync", expect=(ExitCode.GUARD,))
    console.type("sync", "--from", "now")
    day.tell_outcomes()


def morning(day: Day) -> None:
    """Let people write in Moodle; look at it within the hold, and after it."""
    stage, telling = day.stage, day.telling
    telling.scene("Morning: people write in Moodle")
    day.at("08:02", "Aminata Diop asks, and attaches the programme of her day.")
    asked = day.begins(
        "aminata",
        stage.questions,
        _TIMID,
        "Bonjour à toutes et à tous,\n\nDans mon groupe, trois personnes parlent et"
        " neuf se taisent. Que faites-vous ?",
        attached=("programme.txt", _PROGRAMME),
    )
    day.at("08:06", "Grace Nakimuli answers her in private.")
    day.replies(
        "grace", asked, "Aminata, shall we talk about your budget first?", private=True
    )
    day.at("08:10", "فاطمة سيسي asks in Arabic.")
    day.begins(
        "fatima",
        stage.questions,
        "كيف ننشئ مدونة للمدرسة؟",
        "السلام عليكم، نريد مدونة بالعربية للتلاميذ. بماذا نبدأ؟",
    )
    day.at("08:14", "Sanne Hoekstra asks, and gets a number wrong.")
    wrong = day.begins(
        "sanne", stage.questions, _PODCAST, "Wij denken aan 4000 euro. Klopt dat?"
    )
    day.at("08:17", "Brian Ssebunya writes in haste.")
    hasty = day.begins(
        "brian", stage.questions, "Nobody reads this anyway", "I am fed up today."
    )
    day.at("08:20", "Joseph Okello writes to the group of Uganda alone.")
    day.begins(
        "joseph", stage.group_work, "Our meeting in Jinja", "Is Thursday good for all?"
    )
    day.at("08:23", f"Maaike de Wit opens {stage.introductions.name!r}.")
    day.begins(
        "maaike",
        stage.introductions,
        _WHO,
        "Who are you, and what do you hope to take home?",
    )
    day.at("08:30", "The bridge looks. Every post waits 30 minutes for its author.")
    day.console.type("sync")
    day.tell_outcomes()
    day.at("08:33", "Sanne Hoekstra corrects her number.")
    right = "Wij denken aan 400 euro. Klopt dat?"
    stage.edit(who("sanne"), wrong, right)
    telling.quoted(right)
    day.at("08:35", "Brian Ssebunya thinks better of it and deletes his post.")
    stage.delete(who("brian"), hasty)
    day.at("09:00", "The bridge runs again; now they are due.")
    day.console.type("sync")
    day.tell_outcomes()
    telling.said("What Lê Thu Thảo finds in her mailbox, among others:")
    telling.quoted(letters.shown(letters.latest_mail(stage, who("thao"), _PODCAST)))


def by_mail(day: Day) -> None:
    """Let people answer by mail, with all that mail brings along."""
    stage, telling = day.stage, day.telling
    telling.scene("Before noon: people answer by mail")
    day.at("10:05", "Moussa Faye answers on the list, with the old mail quoted below.")
    day.answers(
        "moussa",
        _TIMID,
        "Bonjour Aminata,\n\nchez nous, chacun écrit d'abord deux mots sur une feuille."
        " Ensuite, personne n'a plus peur.\n\nMoussa",
    )
    day.at("10:12", "Nguyễn Thị Hà answers in Vietnamese.")
    day.answers(
        "ha",
        _TIMID,
        "Chào chị Aminata, chúng tôi chia nhóm hai người, rồi mới nói chung.",
    )
    day.at("10:15", "Florence Achieng is away; her mail program answers by itself.")
    away = letters.answer(
        who("florence"),
        letters.latest_mail(stage, who("florence"), _PODCAST),
        "I am in the field until Monday, without internet.",
        key="away.1",
        date=stage.clock(),
        quoting=False,
    )
    del away["To"]
    away["To"] = BRIDGE
    away.replace_header("Subject", f"Automatic reply: {_PODCAST}")
    away["Auto-Submitted"] = "auto-replied"
    day.sends("florence", away, "I am in the field until Monday, without internet.")
    day.at("10:20", "Somebody whom nobody knows writes to the course, twice.")
    _stranger(day, 1)
    stage.clock.move_to("10:21")
    _stranger(day, 2)
    day.at("10:30", "Peace Candiru sends a photo from her phone.")
    corner = "Our radio corner is open since today!"
    snapshot = letters.letter(
        who("peace"),
        LIST,
        "Our radio corner",
        corner,
        key="phone.1",
        date=stage.clock(),
    )
    snapshot.add_attachment(
        photo(), maintype="image", subtype="png", filename="IMG_1030.png"
    )
    day.sends("peace", snapshot, corner)
    day.at("10:40", "Bram van Dijk answers all: the list, and the bridge as well.")
    day.answers(
        "bram",
        _PODCAST,
        "Met een telefoon en een goede microfoon kan het voor 80 euro.",
        also_to=(BRIDGE,),
    )
    day.at("10:50", "Trần Văn Minh answers the mail that came to him alone.")
    day.answers("minh", _WHO, "Tôi là Minh, từ Mạng lưới Mê Kông. Rất vui được gặp!")
    day.at("11:00", "The bridge runs.")
    day.console.type("sync")
    day.tell_outcomes()


def afternoon(day: Day) -> None:
    """Answer in Moodle what came by mail."""
    day.telling.scene("Afternoon: back in Moodle")
    day.at("13:00", "Ousmane Ndour answers Moussa's mail in Moodle.")
    mail = next(one for one in day.written if one.author.key == "moussa")
    day.replies(
        "ousmane",
        day.post_of(mail),
        "Merci Moussa ! Deux mots suffisent, en effet.",
    )
    day.at("13:20", "Khady Sow answers فاطمة سيسي.")
    arabic = next(one for one in day.written if one.author.key == "fatima")
    day.replies(
        "khady",
        day.post_of(arabic),
        "Nous pouvons vous prêter notre studio pour les premières pages.",
    )
    day.at("13:40", "Somebody whom nobody knows tries once more.")
    _stranger(day, 3)
    day.at("14:00", "The bridge runs.")
    day.console.type("sync")
    day.tell_outcomes()


def evening(day: Day) -> None:
    """Gather posts for who has little internet; a run in which nothing is new."""
    stage, telling = day.stage, day.telling
    telling.scene("Evening: one mail instead of many")
    day.at("15:30", "Bram van Dijk wants one mail a day, and says so to the bridge.")
    day.asks_bridge("bram", "kanaal overzicht 20:00")
    day.at("15:32", "Joseph Okello buys one hour of internet a day.")
    day.asks_bridge("joseph", "channel bundle 22:00")
    stage.take_off_list(who("bram"), who("joseph"))
    telling.said("The owner of the list sets both to no mail: the bridge serves them.")
    day.at("15:40", "The bridge runs, and answers both.")
    day.console.type("sync")
    day.at("16:10", "Maaike de Wit asks, and Grace Nakimuli tells of tomorrow.")
    day.begins(
        "maaike",
        stage.questions,
        _CAMERA,
        "Which phone do you film with, and what do you miss?",
    )
    day.begins(
        "grace",
        stage.questions,
        "Tomorrow",
        "We meet at ten in Jinja, and at nine in Dakar. Who brings the projector?",
    )
    day.at("19:10", "It is 20:00 in Amsterdam, 22:00 in Kampala. The bridge runs.")
    day.console.type("sync")
    day.tell_outcomes()
    telling.said("Bram's digest:")
    telling.quoted(letters.shown(letters.latest_issue(stage, who("bram"))))
    telling.said("Joseph's bundle:")
    telling.quoted(letters.shown(letters.latest_issue(stage, who("joseph"))))
    day.at("19:30", "Bram answers both in one mail.")
    day.answers_issue(
        "bram", "1: Een oude Samsung; ik mis een statief.\n2: Ik neem de beamer mee."
    )
    day.at("20:10", "The bridge runs.")
    day.console.type("sync")
    day.tell_outcomes()
    day.at("20:50", "And again: what went out stays out, and nothing goes twice.")
    day.console.type("sync")
    day.at("21:00", "The admin looks what waits for a decision.")
    day.console.type("held")


def reported(day: Day) -> None:
    """Tell how long people waited for an answer, and who takes part."""
    stage, telling = day.stage, day.telling
    telling.scene("Last: what the day was like")
    stage.clock.move_to("21:10")
    telling.said("Who waits for an answer of a facilitator:")
    day.console.type("report", "now")
    telling.said("How long people waited, and who takes part:")
    day.console.type("report")
    telling.said("The same as a page to open in a browser:")
    day.console.type("report", "--to", "page")


SCENES: tuple[Callable[[Day], None], ...] = (
    preparation,
    morning,
    by_mail,
    afternoon,
    evening,
    reported,
)


def _stranger(day: Day, number: int) -> None:
    text = "Followers, very cheap! Answer now."
    mail = letters.letter(
        STRANGER,
        INTRODUCTIONS,
        f"Cheap followers ({number})",
        text,
        key=f"offer.{number}",
        date=day.stage.clock(),
    )
    day.sends(STRANGER.key, mail, text)


def _init(day: Day) -> tuple[str, ...]:
    stage = day.stage
    forums = f"[{stage.questions.cmid}, {stage.group_work.cmid}]"
    keys = {
        "pair.new_discussions_to": stage.questions.cmid,
        "pair.list.name": "SM25",
        "mail.out.plugin": "smtp",
        "mail.out.host": stage.office.host,
        "mail.out.port": stage.office.port,
        "mail.out.security": "none",
        # Nobody in the practice world forges mail, and there is no DNS to ask.
        "mail.authenticity.by": "none",
        "mail.in.plugin": "maildir",
        "mail.in.path": "mail/lists.example/bridge",
    }
    more = [part for key, value in keys.items() for part in ("--set", f"{key}={value}")]
    return (
        "init", "--no-input", "--url", stage.url, "--course", "SM25", "--forum", forums,
        "--name", "questions", "--address", BRIDGE, "--list", LIST, *more,
    )  # fmt: skip
