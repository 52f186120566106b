from __future__ import annotations

import base64
import re

from werkzeug.test import TestResponse

from tests.practice.course import Site


def body(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def test_a_person_walks_from_the_course_to_a_discussion(site: Site) -> None:
    path = "/"
    for link in ("/course/view.php", "/mod/forum/view.php", "/mod/forum/discuss.php"):
        shown = body(site.client.get(path))
        found = re.search(rf'href="({re.escape(link)}\?[^"]+)"', shown)
        assert found, link
        path = found[1].replace("&amp;", "&")
    last = site.client.get(path)
    assert "ask one small question" in body(last)
    assert "for use on this machine alone" in body(last)
    assert last.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_person_asks_and_another_answers(site: Site) -> None:
    forum = f"/mod/forum/view.php?id={site.seeded.questions.cmid}"
    asked = site.client.post(
        forum,
        data={"as": site.participant.id, "subject": "প্রশ্ন & more", "message": "<b>?"},
    )
    assert asked.status_code == 303
    discussion = list(site.moodle.state.discussions.values())[-1]
    assert discussion.userid == site.participant.id
    where = f"/mod/forum/discuss.php?d={discussion.id}"
    site.client.post(
        where, data={"as": site.facilitator.id, "subject": "Re", "message": "نعم\nok"}
    )
    shown = body(site.client.get(where))
    assert "প্রশ্ন &amp; more" in shown
    assert "<p>&lt;b&gt;?</p>" in shown
    assert "نعم<br />" in shown
    assert f'<div lang="{site.facilitator.lang}" dir="auto">' in shown


def test_names_and_subjects_cannot_break_out(site: Site) -> None:
    mallory = site.moodle.add_user("m", '"><img src=x>', "<i>", "m@example.org")
    site.moodle.enrol(mallory, site.seeded.course)
    thread = site.moodle.post(mallory, site.seeded.questions, "a < b", "<p>x</p>")
    shown = body(site.client.get(f"/mod/forum/discuss.php?d={thread.id}"))
    assert "<img" not in shown
    assert "<i>" not in shown


def test_what_a_user_may_not_do_is_said_on_the_page(site: Site) -> None:
    news = f"/mod/forum/view.php?id={site.seeded.news.cmid}"
    answer = site.client.post(
        news, data={"as": site.participant.id, "subject": "x", "message": "x"}
    )
    assert answer.status_code == 403
    assert "Could not create new discussion" in body(answer)


def test_a_form_from_elsewhere_is_refused(site: Site) -> None:
    forum = f"/mod/forum/view.php?id={site.seeded.questions.cmid}"
    before = len(site.moodle.state.posts)
    answer = site.client.post(
        forum,
        data={"as": site.participant.id, "subject": "x", "message": "x"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 404
    assert len(site.moodle.state.posts) == before


def test_another_machine_and_another_name_see_no_pages(site: Site) -> None:
    far = site.client.get("/", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert far.status_code == 404
    for path in ("/", "/practice/state"):
        named = site.client.get(path, headers={"Host": "elsewhere.example"})
        assert named.status_code == 404


def test_a_discussion_shows_each_reader_what_they_may_see(site: Site) -> None:
    thread = site.moodle.post(site.participant, site.seeded.questions, "Q", "<p>?</p>")
    site.moodle.reply(site.facilitator, thread, "<p>just you</p>", private=True)
    where = f"/mod/forum/discuss.php?d={thread.id}&as="
    assert "just you" in body(site.client.get(f"{where}{site.participant.id}"))
    assert "just you" not in body(
        site.client.get(f"{where}{site.other_participant.id}")
    )


def test_a_picture_is_shown_to_those_who_may_read_its_post(site: Site) -> None:
    asked = site.moodle.call(
        site.participant,
        "core_files_upload",
        contextid=site.participant.contextid,
        component="user",
        filearea="draft",
        itemid=0,
        filepath="/",
        filename="soleil levé.png",
        filecontent=base64.b64encode(b"\x89PNG").decode(),
    )
    begun = site.moodle.call(
        site.participant,
        "mod_forum_add_discussion",
        forumid=site.seeded.questions.id,
        subject="A picture",
        message="<p>Look</p>",
        options=[{"name": "attachmentsid", "value": asked["itemid"]}],
    )
    where = f"/mod/forum/discuss.php?d={begun['discussionid']}&as={site.facilitator.id}"
    shown = body(site.client.get(where))
    found = re.search(r'<img src="([^"]+)" alt="([^"]+)"', shown)
    assert found
    assert found[2] == "soleil levé.png"
    url = found[1].replace("&amp;", "&")
    picture = site.client.get(url)
    assert picture.get_data() == b"\x89PNG"
    assert picture.headers["Content-Security-Policy"].startswith("sandbox")
    assert site.client.get(url.replace("file=0", "file=1")).status_code == 403

    stranger = site.moodle.add_user("s", "Not", "Enrolled", "s@example.org")
    denied = site.client.get(re.sub(r"as=\d+", f"as={stranger.id}", url))
    assert denied.status_code == 403
