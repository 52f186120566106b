from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from mappings.own_name import is_signed_as
from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.calls import Arguments, Call
from moodle_bridge.practice.faults import Fault
from moodle_bridge.practice.records import User
from moodle_bridge.practice.refusals import MOODLE, Refusal
from sync.ledger.inbound import InboundState
from sync.ledger.links import LinkState, Origin
from sync.ledger.tokens import TokenState
from tests.unit.sync_jobs.bridged import DIRECT, BridgedCourse, MakeCourse

ADD_REPLY = "mod_forum_add_discussion_post"
KEY = "k" * 40


@pytest.fixture
def sealed(course: BridgedCourse) -> BridgedCourse:
    """A course whose bridge can keep tokens."""
    keyed(course)
    return course


def keyed(course: BridgedCourse) -> None:
    course.environ["TOKEN_KEY"] = KEY
    course.configure(moodle='token_key = { env = "TOKEN_KEY" }')


def import_tokens(course: BridgedCourse, *people: User) -> list[str]:
    """Import a token of each; return the tokens."""
    tokens = [course.moodle.token_for(person) for person in people]
    write_tokens(
        course, dict(zip([one.username for one in people], tokens, strict=True))
    )
    assert course.call("tokens", "import", "tokens.csv").code == 0
    return tokens


def write_tokens(course: BridgedCourse, tokens: dict[str, str]) -> None:
    lines = ["person,token", *(f"{who},{token}" for who, token in tokens.items())]
    (course.folder / "tokens.csv").write_text("\n".join(lines), encoding="utf-8")


def state_of(course: BridgedCourse, person: User) -> tuple[str, str]:
    with course.reading() as transaction:
        kept = transaction.tokens.get(person.id)
    assert kept is not None
    return kept.state, kept.problem


def asked_by(course: BridgedCourse, person: User) -> str:
    """Let somebody ask in the forum; return the Message-ID of the mail of it."""
    course.post(person)
    assert course.sync().code == 0
    return str(course.mails()[-1]["Message-ID"])


def test_a_mail_is_posted_by_who_wrote_it(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    asked = asked_by(sealed, sealed.aminata)
    answer = sealed.write(sealed.ha, "Use a pen.", answers=asked)
    assert sealed.sync().code == 0
    reply = sealed.posts()[-1]
    assert reply.userid == sealed.ha.id
    assert "via-mail-author" not in reply.message
    assert sealed.mail(answer).post_id == reply.id
    # And it does not come back to the list that has it.
    sent = len(sealed.sent())
    sealed.clock.move(minutes=20)
    assert sealed.sync().counts == {}
    assert len(sealed.sent()) == sent
    assert sealed.link(reply).origin is Origin.MAIL


def test_a_discussion_and_its_files_are_the_authors_own(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    sealed.write(
        sealed.ha, "See.", subject="Pens", files=[("pen.jpg", b"\xff\xd8\xff picture")]
    )
    assert sealed.sync().code == 0
    (post,) = sealed.posts()
    assert post.userid == sealed.ha.id
    assert "pen.jpg" in {
        file.filename
        for files in sealed.moodle.state.files.values()
        for file in files
        if file.filearea == "attachment" and file.userid == sealed.ha.id
    }


def test_without_a_token_the_post_names_and_links_its_author(
    sealed: BridgedCourse,
) -> None:
    import_tokens(sealed, sealed.ha)
    sealed.write(sealed.jan, "Hallo", subject="Pens")
    assert sealed.sync().code == 0
    (post,) = sealed.posts()
    assert post.userid == sealed.bridge.id
    link = (
        f"{sealed.url}/user/view.php?id={sealed.jan.id}&amp;course={sealed.course.id}"
    )
    assert f'<a href="{link}">Jan de Wit</a>, by mail' in post.message


@pytest.mark.parametrize("what", ["taken back", "of a smaller service"])
def test_a_token_that_is_no_longer_good_leaves_the_post_to_the_bridges_account(
    sealed: BridgedCourse, what: str
) -> None:
    (token,) = import_tokens(sealed, sealed.ha)
    if what == "taken back":
        del sealed.moodle.state.tokens[token]
        code = "invalidtoken"
    else:
        sealed.moodle.state.tokens[token].functions = ["core_webservice_get_site_info"]
        code = ADD_REPLY
    sealed.write(sealed.ha, "Use a pen.", subject="Pens")
    run = sealed.sync()
    assert run.code == 0
    assert "tokens list" in run.said
    (post,) = sealed.posts()
    assert post.userid == sealed.bridge.id
    state, problem = state_of(sealed, sealed.ha)
    assert state is TokenState.BAD
    assert code in problem
    # It is not tried again before somebody looks at it.
    sealed.write(sealed.ha, "And ink.", subject="Ink")
    assert "tokens list" not in sealed.sync().said


def test_a_token_that_is_refused_in_the_midst_leaves_one_post(
    sealed: BridgedCourse,
) -> None:
    import_tokens(sealed, sealed.ha)
    asked = asked_by(sealed, sealed.aminata)
    sealed.write(sealed.ha, "Use a pen.", answers=asked)
    whole = sealed.moodle.functions[ADD_REPLY]

    def run(call: Call, arguments: Arguments) -> Any:
        if call.user.id == sealed.ha.id:
            raise Refusal(MOODLE, "accessexception", "Access control exception")
        return whole.run(call, arguments)

    functions = sealed.moodle.functions
    sealed.moodle.functions = {**functions, ADD_REPLY: replace(whole, run=run)}
    assert sealed.sync().code == 0
    assert [post.userid for post in sealed.posts()] == [
        sealed.aminata.id,
        sealed.bridge.id,
    ]


def test_what_moodle_does_not_let_the_author_do_is_held(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    asked = asked_by(sealed, sealed.aminata)
    with sealed.refusing(ADD_REPLY, "nopostforum"):
        answer = sealed.write(sealed.ha, "Use a pen.", answers=asked)
        assert sealed.sync().code == 3
    assert sealed.asked.count(ADD_REPLY) == 1
    mail = sealed.mail(answer)
    assert (mail.state, mail.reason) == (InboundState.HELD, "refused")
    assert len(sealed.posts()) == 1
    assert state_of(sealed, sealed.ha) == (TokenState.GOOD, "")


@pytest.mark.parametrize("begins", [True, False])
def test_a_lost_answer_is_found_again_under_the_authors_own_name(
    sealed: BridgedCourse, begins: bool
) -> None:
    import_tokens(sealed, sealed.ha)
    asked = None if begins else asked_by(sealed, sealed.aminata)
    answer = sealed.write(sealed.ha, "Use a pen.", subject="Pens", answers=asked)
    function = "mod_forum_add_discussion" if begins else ADD_REPLY
    sealed.moodle.faults.add(Fault(kind=FaultKind.DROP_AFTER, function=function))
    sealed.sync()
    sealed.clock.move(minutes=20)
    sealed.sync()
    mine = [post for post in sealed.posts() if post.userid == sealed.ha.id]
    assert len(mine) == 1
    assert len(sealed.posts()) == (1 if begins else 2)
    assert sealed.mail(answer).post_id == mine[0].id


def test_a_lost_ledger_does_not_mail_what_came_by_mail_again(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    keyed(course)
    course.begin()
    import_tokens(course, course.ha)
    course.write(course.ha, "Use a pen.", subject="Pens", to="bridge@lists.example")
    assert course.sync().code == 0
    (post,) = course.posts()
    sent = len(course.sent())
    assert is_signed_as(
        post.message, secret=b"a secret for reply keys", user_id=course.ha.id
    )
    assert not is_signed_as(
        post.message, secret=b"a secret for reply keys", user_id=course.jan.id
    )
    (course.folder / "ledger.db").unlink()
    assert course.sync("--backfill", "5").code == 0
    assert len(course.sent()) == sent
    assert course.link(post).state is LinkState.WITHHELD


def test_a_post_that_copies_a_mirrored_one_still_goes_out(
    sealed: BridgedCourse,
) -> None:
    import_tokens(sealed, sealed.ha)
    sealed.write(sealed.ha, "Use a pen.", subject="Pens")
    assert sealed.sync().code == 0
    copied = sealed.posts()[0].message
    sealed.post(sealed.jan, "Look", copied + "<p>Is that so?</p>")
    sent = len(sealed.sent())
    assert sealed.sync().code == 0
    assert len(sealed.sent()) == sent + 1


# Taking tokens in.


def test_each_line_is_tried_and_what_is_wrong_is_told(sealed: BridgedCourse) -> None:
    moodle = sealed.moodle
    few = moodle.token_for(sealed.aminata, ["core_webservice_get_site_info"])
    tokens = {
        "ha": moodle.token_for(sealed.ha),
        "jan@nl.example": moodle.token_for(sealed.grace),
        "aminata": few,
        "nobody": moodle.token_for(sealed.jan),
        str(sealed.grace.id): "0123456789abcdef0123456789abcdef",
        "bridge": sealed.token,
    }
    write_tokens(sealed, tokens)
    done = sealed.call("tokens", "import", "tokens.csv")
    assert done.code == 2
    assert done.data["taken"] == [{"line": 2, "person": "Thị Hà Nguyễn"}]
    what = {row["line"]: row["what"] for row in done.data["problems"]}
    assert "another account (grace)" in what[3]
    assert ADD_REPLY in what[4]
    assert "nobody" in what[5]
    assert "invalidtoken" in what[6]
    assert "own account" in what[7]
    assert not [token for token in tokens.values() if token in done.said]
    assert [row["person"] for row in listed(sealed)] == ["Thị Hà Nguyễn"]


def listed(course: BridgedCourse) -> list[dict[str, str]]:
    rows = course.call("tokens", "list").data["tokens"]
    assert isinstance(rows, list)
    return rows


def test_a_dry_run_keeps_nothing(sealed: BridgedCourse) -> None:
    write_tokens(sealed, {"ha": sealed.moodle.token_for(sealed.ha)})
    done = sealed.call("tokens", "import", "tokens.csv", "--dry-run")
    assert (done.code, len(done.data["taken"])) == (0, 1)
    assert listed(sealed) == []


def test_without_a_key_nothing_is_kept(course: BridgedCourse) -> None:
    write_tokens(course, {"ha": course.moodle.token_for(course.ha)})
    done = course.call("tokens", "import", "tokens.csv")
    assert done.code == 2
    assert "token_key" in done.said


def test_the_ledger_holds_no_token(sealed: BridgedCourse) -> None:
    (token,) = import_tokens(sealed, sealed.ha)
    sealed.write(sealed.ha, "Use a pen.")
    sealed.sync()
    with sqlite3.connect(sealed.folder / "ledger.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert token not in dump
    files = sorted(sealed.folder.glob("ledger.db*"))
    assert not [file for file in files if token.encode() in file.read_bytes()]


def test_another_key_opens_nothing_and_does_no_harm(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    sealed.environ["TOKEN_KEY"] = "x" * 40
    sealed.write(sealed.ha, "Use a pen.", subject="Pens")
    run = sealed.sync()
    assert (run.code, sealed.posts()[0].userid) == (0, sealed.bridge.id)
    assert "no key opens" in run.said
    sealed.environ["TOKEN_KEY"] = KEY
    sealed.write(sealed.ha, "And ink.", subject="Ink")
    sealed.sync()
    assert sealed.posts()[-1].userid == sealed.ha.id


def test_a_key_is_replaced_without_a_gap(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    sealed.environ["TOKEN_KEY"] = f"{'x' * 40} {KEY}"
    assert sealed.call("tokens", "check").code == 0
    sealed.environ["TOKEN_KEY"] = "x" * 40
    sealed.write(sealed.ha, "Use a pen.", subject="Pens")
    sealed.sync()
    assert sealed.posts()[0].userid == sealed.ha.id


def test_a_token_moved_to_another_person_in_the_ledger_is_not_used(
    sealed: BridgedCourse,
) -> None:
    import_tokens(sealed, sealed.grace)
    with sqlite3.connect(sealed.folder / "ledger.db") as database:
        database.execute("UPDATE token SET user_id = ?", (sealed.ha.id,))
    database.close()
    sealed.write(sealed.ha, "Use a pen.", subject="Pens")
    assert "somebody else" in sealed.sync().said
    assert sealed.posts()[0].userid == sealed.bridge.id


def test_a_check_makes_a_token_good_or_bad(sealed: BridgedCourse) -> None:
    (token,) = import_tokens(sealed, sealed.ha)
    kept = sealed.moodle.state.tokens.pop(token)
    assert sealed.call("tokens", "check").code == 2
    assert state_of(sealed, sealed.ha)[0] is TokenState.BAD
    sealed.moodle.state.tokens[token] = kept
    assert sealed.call("tokens", "check").code == 0
    assert state_of(sealed, sealed.ha) == (TokenState.GOOD, "")


def test_a_removed_token_is_not_used_again(sealed: BridgedCourse) -> None:
    import_tokens(sealed, sealed.ha)
    assert sealed.call("tokens", "remove", "ha", "--yes").code == 0
    sealed.write(sealed.ha, "Use a pen.")
    sealed.sync()
    assert sealed.posts()[0].userid == sealed.bridge.id
    assert sealed.call("tokens", "remove", "ha", "--yes").code == 2


def test_a_password_gets_a_token_and_is_kept_nowhere(
    sealed: BridgedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed.ha.password = "open sesame 7"
    for said, code in (("wrong one 8", 2), ("open sesame 7", 0)):
        monkeypatch.setattr("sys.stdin", _Lines(said))
        done = sealed.call("tokens", "obtain", "ha", "--password-stdin")
        assert done.code == code, done.said
        assert said not in done.said
    sealed.write(sealed.ha, "Use a pen.")
    sealed.sync()
    assert sealed.posts()[0].userid == sealed.ha.id
    kept = b"".join(file.read_bytes() for file in sealed.folder.glob("ledger.db*"))
    assert b"open sesame" not in kept


class _Lines:
    def __init__(self, line: str) -> None:
        self._line = line

    def readline(self) -> str:
        return f"{self._line}\n"
