"""What is written in a forum, and taken away again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.model.forum import Post
from moodle_bridge.moodle import Upload
from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.post_checks import differences
from tests.live.site import LiveSite, NotHere

BEGINS = (
    named.FORUMS_BY_COURSES,
    named.CAN_ADD_DISCUSSION,
    named.COURSES_BY_FIELD,
    named.ADD_DISCUSSION,
    named.DISCUSSION_POSTS,
)
pytestmark = pytest.mark.needs(*BEGINS, removal=named.DELETE_POST)
needs = pytest.mark.needs


def begun(site: LiveSite, *, draft_id: int | None = None) -> tuple[int, Post, str]:
    """Begins a discussion; gives its id, its first post, and its marker."""
    marker, subject = site.marker(), site.name()
    discussion_id = site.moodle.forums.add_discussion(
        site.forum.id,
        subject,
        f'<div class="{marker}"><p>Ça va? ← é &amp; ü</p></div>',
        attachments_draft_id=draft_id,
    )
    (first,) = site.moodle.forums.posts_of(discussion_id)
    # On a site that is thrown away too: what is deleted is a part of the contract.
    site.afterwards(lambda: deleted(site, first.id))
    assert differences(first, subject=subject, marker=marker) == ()
    return discussion_id, first, marker


def deleted(site: LiveSite, post_id: int) -> None:
    try:
        site.moodle.forums.delete_post(post_id)
    except Permanent as error:
        if error.code != "invalidpostid":
            raise


@needs(named.FORUM_DISCUSSIONS)
def test_a_discussion_is_found_again_by_its_marker(site: LiveSite) -> None:
    started = site.moodle.client.clock()
    discussion_id, first, marker = begun(site)

    found = site.moodle.forums.find_discussion(
        marker,
        forum_id=site.forum.id,
        created_after=started,
        author_id=site.info.user_id,
    )

    assert found is not None
    assert (found.id, found.first_post_id) == (discussion_id, first.id)
    assert first.author.id == site.info.user_id
    assert "Ça va? ← é &amp; ü" in first.message


@needs(named.UPDATES_SINCE)
def test_a_new_discussion_is_news_of_its_course(site: LiveSite) -> None:
    before = site.moodle.client.clock() - timedelta(minutes=5)
    _, first, _ = begun(site)

    news = site.moodle.updates.updates_since({site.course.id: before})[site.course.id]

    assert first.id in news.first_posts[site.forum.cmid]


@needs(named.ADD_POST)
def test_an_answer_is_found_again_by_its_marker(site: LiveSite) -> None:
    discussion_id, first, _ = begun(site)
    marker = site.marker()
    answer = site.moodle.forums.add_reply(
        first.id,
        f"Re: {first.subject}",
        f'<p class="x"><span class="{marker}">1</span></p>',
    )
    site.afterwards(lambda: deleted(site, answer.id))

    found = site.moodle.forums.find_reply(
        marker, discussion_id=discussion_id, author_id=site.info.user_id
    )

    assert found is not None
    assert (found.id, found.parent_id, found.private) == (answer.id, first.id, False)


@needs(named.ADD_POST, named.FORUM_ACCESS)
def test_a_private_reply_is_private_or_is_not_written(site: LiveSite) -> None:
    discussion_id, first, _ = begun(site)
    access = site.moodle.forums.access(site.forum.id)
    marker = site.marker()
    text = f'<div class="{marker}">only you</div>'
    if not access.may("postprivatereply"):
        with pytest.raises(Permanent):
            site.moodle.forums.add_reply(first.id, "Re: x", text, private_by=access)
        assert len(site.moodle.forums.posts_of(discussion_id)) == 1
        return

    answer = site.moodle.forums.add_reply(first.id, "Re: x", text, private_by=access)
    site.afterwards(lambda: deleted(site, answer.id))

    assert differences(answer, marker=marker, private=True) == ()


@needs(named.UPDATE_POST)
def test_a_post_is_changed_in_its_place(site: LiveSite) -> None:
    discussion_id, first, _ = begun(site)

    site.moodle.forums.update_post(first.id, message="<p>Changed.</p>")
    (after,) = site.moodle.forums.posts_of(discussion_id)

    assert (after.id, after.subject) == (first.id, first.subject)
    assert "Changed." in after.message


@needs(named.PIN_DISCUSSION, named.FORUM_DISCUSSIONS)
def test_a_discussion_is_pinned_and_let_go(site: LiveSite) -> None:
    discussion_id, _, _ = begun(site)

    for pinned in (True, False):
        site.moodle.forums.pin(discussion_id, pinned=pinned)
        listed = site.moodle.forums.discussions(site.forum.id, since=None)
        assert next(one for one in listed if one.id == discussion_id).pinned is pinned


@needs(named.LOCK_DISCUSSION, named.FORUM_DISCUSSIONS)
def test_a_discussion_is_locked_and_opened(site: LiveSite) -> None:
    discussion_id, _, _ = begun(site)
    forums = site.moodle.forums

    for act, locked in ((forums.lock, True), (forums.unlock, False)):
        act(site.forum.id, discussion_id)
        listed = forums.discussions(site.forum.id, since=None)
        assert next(one for one in listed if one.id == discussion_id).locked is locked


def test_a_post_that_is_deleted_is_gone_for_good(site: LiveSite) -> None:
    discussion_id, first, _ = begun(site)

    site.moodle.forums.delete_post(first.id)

    with pytest.raises(Permanent):
        site.moodle.forums.posts_of(discussion_id)
    with pytest.raises(Permanent) as caught:
        site.moodle.forums.delete_post(first.id)
    assert caught.value.code == "invalidpostid"


def test_a_subject_with_a_tag_in_it_is_refused(site: LiveSite) -> None:
    with pytest.raises(Permanent) as caught:
        site.moodle.forums.add_discussion(
            site.forum.id, f"{site.name()} <b>x</b>", "<p>x</p>"
        )

    assert caught.value.code == "invalidparameter"


FILES = (
    Upload(
        filename="données à jour.txt", content="été\n".encode(), media_type="text/plain"
    ),
    Upload(filename="b.bin", content=bytes(range(256))),
)


def test_files_come_up_with_a_post_or_are_told_to_be_dropped(site: LiveSite) -> None:
    if not (site.info.may_upload and site.info.may_download):
        raise NotHere("the service takes no files, or gives none")
    area = site.moodle.files.upload(FILES)
    discussion_id, _, _ = begun(site, draft_id=area.item_id)
    (first,) = site.moodle.forums.posts_of(discussion_id)

    # A forum takes so many files and drops the others, of which only a look tells.
    dropped = {one.asked for one in differences(first, filenames=area.stored)}
    kept = {one.filename: one for one in first.attachments}
    assert kept
    assert (kept.keys() | dropped, area.refused) == (set(area.stored), ())
    for file in FILES:
        if file.filename in kept:
            url = kept[file.filename].url
            assert site.moodle.files.download(url, limit=10_000) == file.content


@needs(named.UPLOAD_FILE, named.UNUSED_DRAFT, named.DELETE_DRAFT_FILES)
def test_files_go_into_a_draft_area_through_the_service(site: LiveSite) -> None:
    item_id = site.moodle.drafts.unused()

    area = site.moodle.drafts.upload(FILES, user_id=site.info.user_id, item_id=item_id)
    site.moodle.drafts.delete(item_id, area.stored[:1])
    discussion_id, _, _ = begun(site, draft_id=item_id)
    (first,) = site.moodle.forums.posts_of(discussion_id)

    assert (area.item_id, area.refused) == (item_id, ())
    assert [one.filename for one in first.attachments] == ["b.bin"]
