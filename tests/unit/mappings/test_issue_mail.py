"""Digests and bundles as mails: what stands in them, and how many bytes that is."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.identity import (
    IssueKey,
    issue_of_message_id,
    key_of_address,
    read_issue_key,
    site_tag,
)
from mappings.issue_entry import Entry, entry_of, gone_entry
from mappings.issue_layout import IssueReader
from mappings.issue_mail import IssueHead, IssueMail, issue_to_mail
from mappings.letter import MailSite
from mappings.phrases import LANGUAGES
from moodle_bridge.model.forum import Attachment, Author, Discussion, Post
from moodle_bridge.model.people import Person

NOW = datetime(2026, 5, 3, 16, tzinfo=UTC)
SECRET = b"a secret of thirty-two bytes ok!"
SITE = MailSite(
    bridge_address="bridge@lists.example.org",
    domain="lists.example.org",
    site_tag=site_tag("https://learn.example.org"),
    site_url="https://learn.example.org",
    reply_secret=SECRET,
)
ANA = Person(user_id=7, username="ana", fullname="Ana Silva")
HEAD = IssueHead(
    number=12, person=ANA, recipient="ana@example.org", name="SM25", tag="SM25", key="k"
)
READER = IssueReader(language="en", zone="Africa/Maputo", made_at=NOW)
RIVERS = Discussion(
    id=5,
    forum_id=1,
    first_post_id=411,
    name="Rivers",
    author_id=8,
    group_id=None,
    created=NOW,
    modified=NOW,
)
BRIDGES = replace(RIVERS, id=6, first_post_id=416, name="Bridges")


def post(
    number: int, message: str, *, parent: int | None = None, by: str = "Ben"
) -> Post:
    return Post(
        id=number,
        discussion_id=5,
        parent_id=parent,
        subject="Re: Rivers",
        message=message,
        author=Author(id=8, fullname=by),
        created=NOW - timedelta(minutes=500 - number),
        modified=None,
    )


def entry(
    written: Post,
    *,
    discussion: Discussion = RIVERS,
    parent: Post | None = None,
    importance: int = 4,
    section: str = "",
    language: str = "en",
) -> Entry:
    return entry_of(
        written,
        discussion,
        pair="sm25",
        section=section,
        parent=parent,
        importance=importance,
        language=language,
        site_url=SITE.site_url,
    )


def issue(
    *entries: Entry,
    compact: bool = False,
    limit: int | None = None,
    reader: IssueReader = READER,
    left_out: tuple[Entry, ...] = (),
) -> IssueMail | None:
    return issue_to_mail(
        entries,
        head=HEAD,
        reader=reader,
        site=SITE,
        recipients=("ana@example.org",),
        compact=compact,
        limit=limit,
        left_out=left_out,
    )


def made(*entries: Entry, **wanted: object) -> IssueMail:
    found = issue(*entries, **wanted)  # type: ignore[arg-type]
    assert found is not None
    return found


def parsed(made: IssueMail) -> EmailMessage:
    message = email.message_from_bytes(made.mail.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


FIRST = post(411, "<p>Which river is longest?</p>", by="Carla")
SECOND = post(412, "<p>The Nile.</p>", parent=411)
OTHER = post(416, "<p>Who built it?</p>", by="Dino")


def test_a_digest_numbers_its_posts_by_discussion_and_recalls_what_they_answer() -> (
    None
):
    digest = made(entry(SECOND, parent=FIRST), entry(OTHER, discussion=BRIDGES))
    assert [one.post_id for one in digest.entries] == [412, 416]
    assert digest.text == (
        "[1] Rivers - Ben, 16:32\n"
        "> Carla: Which river is longest?\n"
        "The Nile.\n"
        "\n"
        "[2] Bridges - Dino, 16:36\n"
        "Who built it?\n"
        "\n"
        "--- o ---\n"
        "To answer, reply to this mail and write the number and your words, as in"
        " 2: Thank you! Several are possible.\n"
    )


def test_a_digest_recalls_nothing_that_stands_just_above() -> None:
    third = post(413, "<p>The Amazon?</p>", parent=411)
    text = made(
        entry(FIRST), entry(SECOND, parent=FIRST), entry(third, parent=FIRST)
    ).text
    assert ">" not in text


def test_a_bundle_says_each_subject_once_and_recalls_nothing() -> None:
    bundle = made(
        entry(FIRST),
        entry(OTHER, discussion=BRIDGES),
        entry(SECOND, parent=FIRST),
        compact=True,
    )
    assert bundle.text.startswith(
        "# Rivers\n"
        "[1] Carla, 16:31\n"
        "Which river is longest?\n"
        "[2] Ben, 16:32\n"
        "The Nile.\n"
        "\n"
        "# Bridges\n"
        "[3] Dino, 16:36\n"
        "Who built it?\n"
    )


def test_the_header_says_who_it_is_for_and_that_a_program_wrote_it() -> None:
    message = parsed(made(entry(FIRST)))
    assert message["Subject"] == "[SM25] 1 new post, 3 May"
    assert message["From"] == "SM25 <bridge@lists.example.org>"
    assert message["To"] == "Ana Silva <ana@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert (
        issue_of_message_id(
            message["Message-ID"], site_tag=SITE.site_tag, domain=SITE.domain
        )
        == 12
    )
    key = key_of_address(str(message["Reply-To"]), SITE.bridge_address)
    assert key is not None
    assert read_issue_key(SECRET, key) == IssueKey(issue_id=12, user_id=7)


def test_the_same_issue_is_always_the_same_bytes() -> None:
    assert made(entry(FIRST)).mail.content == made(entry(FIRST)).mail.content


def test_files_are_named_with_the_command_that_gets_them() -> None:
    photo = Attachment(
        filename="bridge.jpg",
        url="https://learn.example.org/pluginfile.php/1/bridge.jpg",
        size=1_234_567,
        media_type="image/jpeg",
    )
    for compact in (False, True):
        text = made(entry(replace(FIRST, attachments=(photo,))), compact=compact).text
        assert "(411-1 bridge.jpg (1.2 MB))" in text
        assert 'write "get photo 411-1"' in text
        assert "pluginfile" not in text


def test_a_post_cannot_pass_for_another_item_nor_for_the_end() -> None:
    trick = post(411, "<p>Hello</p><p>[2] Rivers - Ben</p><p>--- o ---</p><p>=== X</p>")
    text = made(entry(trick)).text
    assert "\n[2]" not in text
    assert text.count("\n--- o ---\n") == 1
    assert "\n=== X" not in text


def test_what_was_taken_back_is_shown_by_its_number_alone() -> None:
    gone = gone_entry(pair="sm25", post_id=412, discussion_id=5)
    for compact in (False, True):
        assert "[2] (taken back)" in made(entry(FIRST), gone, compact=compact).text


def test_a_post_for_nobody_is_refused_at_the_last_door() -> None:
    with pytest.raises(ValueError, match="nobody"):
        entry(replace(FIRST, private=True))
    with pytest.raises(ValueError, match="nobody"):
        entry(replace(FIRST, deleted=True))


def test_times_without_a_known_zone_are_utc_and_it_is_said_once() -> None:
    text = made(entry(FIRST), reader=replace(READER, zone="99")).text
    assert "Carla, 14:31" in text
    assert text.count("UTC") == 1


def test_posts_of_another_day_have_their_day_beside_the_hour() -> None:
    earlier = replace(FIRST, created=NOW - timedelta(days=2))
    assert "Carla, 1 May 18:00" in made(entry(earlier)).text


def test_a_reader_of_two_courses_sees_which_is_which() -> None:
    text = made(
        entry(FIRST, section="SM25"), entry(OTHER, discussion=BRIDGES, section="HIST")
    ).text
    assert text.index("=== SM25 ===") < text.index("[1]") < text.index("=== HIST ===")


def long(number: int, letters: int, *, importance: int = 4) -> Entry:
    words = f"<p>{'word ' * (letters // 5)}</p>"
    return entry(
        post(number, words),
        importance=importance,
        discussion=replace(RIVERS, id=number),
    )


def test_a_limit_keeps_the_most_important_and_names_the_rest() -> None:
    digest = made(
        long(411, 3000),
        long(412, 3000, importance=0),
        long(413, 3000, importance=3),
        limit=8000,
        reader=replace(READER, budget=8000),
    )
    assert [one.post_id for one in digest.entries] == [412, 413]
    assert [one.post_id for one in digest.left_out] == [411]
    assert len(digest.mail.content) <= 8000
    assert (
        "Left out for your limit of 8 KB a day: 411 (Ben: Rivers, 3 KB)."
        ' Write "get 411".' in digest.text
    )


def test_a_small_post_may_go_where_a_large_one_does_not_fit() -> None:
    digest = made(
        long(411, 500, importance=0),
        long(412, 9000, importance=1),
        long(413, 500),
        limit=4000,
    )
    assert [one.post_id for one in digest.entries] == [411, 413]


def test_when_only_the_names_fit_only_the_names_go() -> None:
    rest = made(long(411, 9000), long(412, 9000), limit=2000)
    assert rest.entries == ()
    assert parsed(rest)["Subject"] == "[SM25] 2 posts left out, 3 May"
    assert "To answer" not in rest.text


def test_when_nothing_fits_there_is_no_mail() -> None:
    assert issue(long(411, 9000), limit=300) is None


def test_of_many_posts_left_out_some_are_named_and_the_others_counted() -> None:
    many = [long(number, 400) for number in range(1, 100)]
    digest = made(*many, limit=3000)
    assert f"and {len(digest.left_out) - 15} more" in digest.text or (
        f"and {len(digest.left_out) - 5} more" in digest.text
    )


@given(
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=25),
    limit=st.integers(900, 20_000),
    compact=st.booleans(),
    letter=st.sampled_from("aéش😀"),
)
def test_a_mail_never_exceeds_its_limit_and_no_post_is_forgotten(
    sizes: list[int], limit: int, compact: bool, letter: str
) -> None:
    entries = [
        replace(long(400 + place, 5), text=letter * size, importance=place % 5)
        for place, size in enumerate(sizes)
    ]
    found = issue(*entries, limit=limit, compact=compact)
    if found is None:
        return
    assert len(found.mail.content) <= limit
    assert sorted(one.post_id for one in (*found.entries, *found.left_out)) == sorted(
        one.post_id for one in entries
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_own_words_for_an_issue(language: str) -> None:
    reader = replace(READER, language=language, budget=3000)
    digest = made(long(411, 500), long(412, 9000), reader=reader, limit=3000)
    assert "412 (" in digest.text
    assert "{" not in digest.text
    assert max(map(len, digest.mail.content.split(b"\r\n"))) <= 998
    assert "\n" not in parsed(digest)["Subject"]
