"""Who sees what, and who may do what."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import pytest

from moodle_bridge.practice import Refusal
from moodle_bridge.practice.records import Discussion, User
from tests.practice.course import Site


def ids_seen(site: Site, user: User, discussion: Discussion) -> list[int]:
    answer = site.ask(
        user, "mod_forum_get_discussion_posts", discussionid=discussion.id
    )
    return sorted(post["id"] for post in answer["posts"])


def started(site: Site, user: User | None = None) -> Discussion:
    return site.moodle.post(
        user or site.participant, site.seeded.questions, "A question", "<p>?</p>"
    )


def test_a_private_reply_is_seen_by_its_two_people_and_the_facilitators(
    site: Site,
) -> None:
    question = started(site)
    private = site.moodle.reply(site.facilitator, question, "between us", private=True)
    assert private.id in ids_seen(site, site.participant, question)
    assert private.id in ids_seen(site, site.bridge, question)
    assert private.id not in ids_seen(site, site.other_participant, question)


def test_a_private_reply_without_the_right_is_posted_for_all(site: Site) -> None:
    question = started(site)
    reply = site.moodle.reply(site.other_participant, question, "psst", private=True)
    assert reply.id in ids_seen(site, site.seeded.participants[2], question)


def test_nobody_can_answer_a_private_reply(site: Site) -> None:
    private = site.moodle.reply(site.facilitator, started(site), "x", private=True)
    with pytest.raises(Refusal) as caught:
        site.moodle.reply(site.participant, private, "y")
    assert caught.value.errorcode == "codingerror"


def test_a_question_and_answer_forum_opens_half_an_hour_after_the_own_answer(
    site: Site,
) -> None:
    newcomer = site.seeded.participants[9]
    question = site.moodle.state.discussions_in(site.seeded.introductions.id)[0]
    assert ids_seen(site, newcomer, question) == [question.firstpost]
    own = site.moodle.reply(newcomer, question, "<p>I am here.</p>")
    assert ids_seen(site, newcomer, question) == [question.firstpost, own.id]
    site.clock.now += 1800
    assert len(ids_seen(site, newcomer, question)) > 2


def test_separate_groups_keep_to_themselves(site: Site) -> None:
    red, blue = site.seeded.groups
    for_red = site.moodle.post(
        site.bridge, site.seeded.group_work, "Red", "x", groupid=red.id
    )
    outsider = site.moodle.state.users[blue.members[0]]
    answer = site.ask(
        outsider, "mod_forum_get_forum_discussions", forumid=site.seeded.group_work.id
    )
    assert answer["discussions"] == []
    assert ids_seen(site, outsider, for_red) == []
    assert ids_seen(site, site.participant, for_red) == [for_red.firstpost]


def test_a_discussion_that_is_not_due_is_hidden_from_participants(site: Site) -> None:
    early = started(site, site.facilitator)
    site.moodle.schedule(early, timestart=site.clock.now + 60)
    assert ids_seen(site, site.participant, early) == []
    assert ids_seen(site, site.bridge, early) == [early.firstpost]
    site.clock.now += 60
    assert ids_seen(site, site.participant, early) == [early.firstpost]


def test_a_locked_discussion_takes_replies_from_managers_only(site: Site) -> None:
    question = started(site)
    site.ask(
        site.bridge,
        "mod_forum_set_lock_state",
        forumid=question.forumid,
        discussionid=question.id,
        targetstate=0,
    )
    with pytest.raises(Refusal) as caught:
        site.moodle.reply(site.participant, question, "one more thing")
    assert caught.value.errorcode == "nopostforum"
    assert site.moodle.reply(site.bridge, question, "the last word")


def test_participants_cannot_start_news(site: Site) -> None:
    with pytest.raises(Refusal) as caught:
        site.moodle.post(site.participant, site.seeded.news, "x", "x")
    assert caught.value.errorcode == "cannotcreatediscussion"


def test_an_own_post_can_be_mended_for_half_an_hour(site: Site) -> None:
    question = started(site)
    first = site.moodle.state.posts[question.firstpost]
    site.moodle.edit(site.participant, first, "<p>better</p>")
    assert first.shown == "<p>better</p>"
    site.clock.now += 1800
    with pytest.raises(Refusal) as caught:
        site.moodle.edit(site.participant, first, "<p>too late</p>")
    assert caught.value.errorcode == "cannotupdatepost"


def test_an_edit_moves_the_post_but_not_the_discussion(site: Site) -> None:
    question = started(site)
    before = question.timemodified
    site.clock.now += 10
    site.moodle.edit(
        site.participant, site.moodle.state.posts[question.firstpost], "<p>!</p>"
    )
    assert question.timemodified == before
    assert site.moodle.state.posts[question.firstpost].modified == before + 10


def test_a_post_with_replies_is_deleted_by_those_who_may_delete_all(site: Site) -> None:
    question = started(site)
    reply = site.moodle.reply(site.participant, question, "more")
    answer = site.moodle.reply(site.facilitator, reply, "yes")
    with pytest.raises(Refusal) as caught:
        site.moodle.delete(site.participant, reply)
    assert caught.value.errorcode == "couldnotdeletereplies"
    site.moodle.delete(site.bridge, reply)
    assert answer.id not in site.moodle.state.posts
    assert site.moodle.state.removed[-2:] == [answer.id, reply.id]


def test_a_deleted_reply_takes_the_discussion_back_in_time(site: Site) -> None:
    question = started(site)
    before = question.timemodified
    site.clock.now += 100
    reply = site.moodle.reply(site.facilitator, question, "x")
    site.moodle.delete(site.facilitator, reply)
    assert question.timemodified == before
    assert question.usermodified == site.participant.id


def test_a_stranger_is_not_let_in(site: Site) -> None:
    stranger = site.moodle.add_user("s", "S", "T", "s@example.org")
    answer = site.ask(
        stranger, "mod_forum_get_forum_discussions", forumid=site.seeded.questions.id
    )
    assert answer["errorcode"] == "requireloginerror"


def test_a_service_without_the_batch_function_refuses_it(site: Site) -> None:
    token = site.moodle.token_for(
        site.bridge, ["core_webservice_get_site_info", "mod_forum_delete_post"]
    )
    form = {"wstoken": token, "moodlewsrestformat": "json"}
    path = "/webservice/rest/server.php"
    info = site.client.post(
        path, data=form | {"wsfunction": "core_webservice_get_site_info"}
    )
    named = [row["name"] for row in json.loads(info.get_data())["functions"]]
    assert named == ["core_webservice_get_site_info", "mod_forum_delete_post"]
    batch = site.client.post(
        path, data=form | {"wsfunction": "tool_mobile_call_external_functions"}
    )
    assert json.loads(batch.get_data())["errorcode"] == "accessexception"


def test_a_batch_keeps_what_came_before_its_first_error(site: Site) -> None:
    question = started(site)
    calls: list[tuple[str, dict[str, Any]]] = [
        (
            "mod_forum_add_discussion_post",
            {"postid": question.firstpost, "subject": "s", "message": "kept"},
        ),
        ("mod_forum_delete_post", {"postid": 999999}),
        ("mod_forum_delete_post", {"postid": question.firstpost}),
    ]
    answer = site.ask(
        site.bridge,
        "tool_mobile_call_external_functions",
        requests=[
            {"function": name, "arguments": json.dumps(arguments)}
            for name, arguments in calls
        ],
    )
    assert [row["error"] for row in answer["responses"]] == [False, True]
    shown = [post.shown for post in site.moodle.state.posts_in(question.id)]
    assert shown[-1] == "kept"


def test_raw_texts_come_as_they_were_sent(site: Site) -> None:
    question = started(site)
    post = site.moodle.reply(site.facilitator, question, "a\n*b*", messageformat=4)
    arguments = json.dumps({"postid": post.id})
    answer = site.ask(
        site.bridge,
        "tool_mobile_call_external_functions",
        requests=[
            {
                "function": "mod_forum_get_discussion_post",
                "arguments": arguments,
                "settingraw": 1,
            }
        ],
    )
    read = json.loads(answer["responses"][0]["data"])["post"]
    assert (read["message"], read["messageformat"]) == ("a\n*b*", 4)


def test_an_attachment_travels_from_the_draft_area_to_those_who_may_read(
    site: Site,
) -> None:
    question = started(site)
    form = {"token": site.token(site.participant), "itemid": "0"}
    upload = site.client.post(
        "/webservice/upload.php",
        data=form | {"file_1": (BytesIO("reçu".encode()), "reçu 1.txt")},
    )
    draft = json.loads(upload.get_data())[0]["itemid"]
    answer = site.ask(
        site.participant,
        "mod_forum_add_discussion_post",
        postid=question.firstpost,
        subject="with a file",
        message="<p>see</p>",
        options=[{"name": "attachmentsid", "value": draft}],
    )
    [attachment] = answer["post"]["attachments"]
    path = attachment["url"].removeprefix("http://localhost").partition("?")[0]
    read = site.client.get(path, query_string={"token": site.token(site.facilitator)})
    assert read.get_data() == "reçu".encode()
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    refused = site.client.get(path, query_string={"token": "0" * 32})
    assert json.loads(refused.get_data())["errorcode"] == "invalidtoken"
    stranger = site.moodle.add_user("s", "S", "T", "s@example.org")
    hidden = site.client.get(path, query_string={"token": site.token(stranger)})
    assert hidden.status_code == 404


def test_an_inline_picture_is_stored_under_a_placeholder_and_read_as_a_link(
    site: Site,
) -> None:
    question = started(site)
    draft = site.ask(
        site.participant,
        "core_files_upload",
        contextlevel="user",
        instanceid=site.participant.id,
        component="user",
        filearea="draft",
        itemid=0,
        filepath="/",
        filename="a.png",
        filecontent=base64.b64encode(b"picture").decode(),
    )
    answer = site.ask(
        site.participant,
        "mod_forum_add_discussion_post",
        postid=question.firstpost,
        subject="with a picture",
        message=f'<p><img src="{draft["url"]}" alt="a" /></p>',
        options=[{"name": "inlineattachmentsid", "value": draft["itemid"]}],
    )
    post = site.moodle.state.posts[answer["postid"]]
    assert "@@PLUGINFILE@@/a.png" in post.message
    assert f"/mod_forum/post/{post.id}/a.png" in answer["post"]["message"]


def test_pictures_in_a_text_are_named_as_they_are_stored_and_not_counted(
    site: Site,
) -> None:
    forum = site.seeded.group_work
    forum.maxbytes = 10
    form: dict[str, Any] = {"token": site.token(site.bridge), "itemid": "0"}
    files = {f"file_{n}": (BytesIO(b"x" * 100), f"é {n}.png") for n in range(3)}
    upload = site.client.post("/webservice/upload.php", data=form | files)
    draft = json.loads(upload.get_data())[0]["itemid"]
    answer = site.ask(
        site.bridge,
        "mod_forum_add_discussion",
        forumid=forum.id,
        subject="one shown, three stored, one attachment allowed",
        message='<p><img src="@@PLUGINFILE@@/%C3%A9%200.png" alt="a"></p>',
        groupid=-1,
        options=[{"name": "inlineattachmentsid", "value": draft}],
    )
    read = site.ask(
        site.bridge,
        "mod_forum_get_discussion_posts",
        discussionid=answer["discussionid"],
        includeinlineattachments=True,
    )["posts"][0]
    assert f"/mod_forum/post/{read['id']}/%C3%A9%200.png" in read["message"]
    assert len(read["messageinlinefiles"]) == 3
    assert read["attachments"] == []


def test_a_draft_of_somebody_else_is_not_taken(site: Site) -> None:
    question = started(site)
    form: dict[str, Any] = {"token": site.token(site.bridge), "itemid": "0"}
    upload = site.client.post(
        "/webservice/upload.php", data=form | {"file_1": (BytesIO(b"x"), "a.png")}
    )
    answer = site.ask(
        site.participant,
        "mod_forum_add_discussion_post",
        postid=question.firstpost,
        subject="with a picture of another",
        message='<p><img src="@@PLUGINFILE@@/a.png" alt="a"></p>',
        options=[
            {
                "name": "inlineattachmentsid",
                "value": json.loads(upload.get_data())[0]["itemid"],
            }
        ],
    )
    assert f"/mod_forum/post/{answer['postid']}/a.png" in answer["post"]["message"]
    assert answer["post"]["messageinlinefiles"] == []


def test_too_many_attachments_are_dropped_without_a_word(site: Site) -> None:
    form: dict[str, Any] = {"token": site.token(site.bridge), "itemid": "0"}
    files = {f"file_{n}": (BytesIO(b"x"), f"{n}.txt") for n in range(3)}
    upload = site.client.post("/webservice/upload.php", data=form | files)
    draft = json.loads(upload.get_data())[0]["itemid"]
    answer = site.ask(
        site.bridge,
        "mod_forum_add_discussion",
        forumid=site.seeded.group_work.id,
        subject="three files, one allowed",
        message="x",
        groupid=-1,
        options=[{"name": "attachmentsid", "value": draft}],
    )
    discussion = site.moodle.state.discussions[answer["discussionid"]]
    listed = site.ask(
        site.bridge,
        "mod_forum_get_forum_discussions",
        forumid=site.seeded.group_work.id,
    )
    assert len(listed["discussions"][0]["attachments"]) == 1
    assert listed["discussions"][0]["discussion"] == discussion.id


def test_only_those_who_may_see_a_field_find_people_by_it(site: Site) -> None:
    def found(user: User, name: str, text: str) -> list[Any]:
        answer = site.ask(
            user, "core_user_get_users_by_field", field=name, values=[text]
        )
        return [row["id"] for row in answer]

    other = site.other_participant
    assert found(site.bridge, "username", other.username) == [other.id]
    assert found(site.participant, "username", other.username) == []
    assert found(site.participant, "email", other.email) == [other.id]
    assert found(site.participant, "username", site.participant.username) == [
        site.participant.id
    ]


def test_a_page_of_enrolled_users_is_cut_by_the_limit(site: Site) -> None:
    def page(start: int) -> list[int]:
        answer = site.ask(
            site.bridge,
            "core_enrol_get_enrolled_users",
            courseid=site.seeded.course.id,
            options=[
                {"name": "limitfrom", "value": start},
                {"name": "limitnumber", "value": 10},
            ],
        )
        return [row["id"] for row in answer]

    assert [len(page(start)) for start in (0, 10, 20)] == [10, 8, 0]
    assert not set(page(0)) & set(page(10))
