"""Answers and refusals that no recording holds."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from tests.practice.course import Site

REST = "/webservice/rest/server.php"


def listed(site: Site, **arguments: Any) -> list[int]:
    answer = site.ask(
        site.bridge,
        "mod_forum_get_forum_discussions",
        forumid=site.seeded.questions.id,
        **arguments,
    )
    return [row["discussion"] for row in answer["discussions"]]


def test_discussions_are_listed_in_the_order_asked_for(site: Site) -> None:
    state = site.moodle.state
    first, second, third = state.discussions_in(site.seeded.questions.id)
    site.clock.now += 10
    site.moodle.reply(site.bridge, second, "x")
    ids = [first.id, second.id, third.id]
    assert listed(site) == [second.id, third.id, first.id]
    assert listed(site, sortorder=2) == [first.id, third.id, second.id]
    assert listed(site, sortorder=3) == ids[::-1]
    assert listed(site, sortorder=4) == ids
    assert listed(site, sortorder=5)[0] == second.id
    assert listed(site, sortorder=6)[-1] == second.id
    assert listed(site, sortorder=4, page=1, perpage=2) == [third.id]


def test_a_pinned_discussion_is_listed_first(site: Site) -> None:
    first = site.moodle.state.discussions_in(site.seeded.questions.id)[0]
    answer = site.ask(
        site.bridge, "mod_forum_set_pin_state", discussionid=first.id, targetstate=1
    )
    assert answer["pinned"] is True
    assert listed(site)[0] == first.id
    refused = site.ask(
        site.participant,
        "mod_forum_set_pin_state",
        discussionid=first.id,
        targetstate=0,
    )
    assert refused["errorcode"] == "cannotpindiscussions"


def test_an_edit_of_a_first_post_can_pin_and_rename(site: Site) -> None:
    first = site.moodle.state.discussions_in(site.seeded.questions.id)[0]
    site.ask(
        site.bridge,
        "mod_forum_update_discussion_post",
        postid=first.firstpost,
        subject="New name",
        options=[{"name": "pinned", "value": "1"}],
    )
    assert (first.name, first.pinned) == ("New name", True)


@pytest.mark.parametrize(
    ("function", "arguments", "errorcode"),
    [
        ("mod_forum_get_forum_discussions", {"forumid": 1, "sortorder": 9},
         "invalidparameter"),
        ("mod_forum_get_forum_discussions", {"forumid": 99},
         "Unable to find forum with id 99"),
        ("mod_forum_get_discussion_posts", {"discussionid": 1, "sortby": "name"},
         "invalidparameter"),
        ("mod_forum_get_discussion_posts", {"discussionid": 1, "sortdirection": "UP"},
         "invalidparameter"),
        ("mod_forum_get_forum_access_information", {"forumid": 99}, "invalidrecord"),
        ("mod_forum_set_lock_state",
         {"forumid": 99, "discussionid": 1, "targetstate": 0}, None),
        ("mod_forum_set_lock_state",
         {"forumid": 1, "discussionid": 99, "targetstate": 0}, None),
        ("mod_forum_set_pin_state", {"discussionid": 99, "targetstate": 0}, None),
        ("mod_forum_delete_post", {"postid": 99}, "invalidpostid"),
        ("core_course_get_updates_since", {"courseid": 99, "since": 0},
         "invalidrecord"),
        ("core_group_get_group_members", {"groupids": [99]}, "invalidrecord"),
        ("core_user_get_users_by_field", {"field": "id", "values": ["x"]},
         "invalidparameter"),
        ("core_user_get_users_by_field", {"field": "email", "values": ["a@b.nl "]},
         "invalidparameter"),
        ("core_enrol_get_enrolled_users",
         {"courseid": 2, "options": [{"name": "sortby", "value": "age"}]},
         "invalidparameter"),
        ("core_enrol_get_enrolled_users",
         {"courseid": 2, "options": [{"name": "limitfrom", "value": "x"}]},
         "invalidparameter"),
        ("core_enrol_get_enrolled_users",
         {"courseid": 2, "options": [{"name": "userfields", "value": "shoesize"}]},
         "invaliduserfield"),
        ("core_files_upload",
         {"component": "user", "filearea": "draft", "itemid": 0, "filepath": "/",
          "filename": "a.txt", "filecontent": "eA==", "contextlevel": "user",
          "instanceid": 3}, "nofile"),
    ],
)  # fmt: skip
def test_refusals(
    site: Site, function: str, arguments: dict[str, Any], errorcode: str | None
) -> None:
    answer = site.ask(site.bridge, function, **arguments)
    assert answer.get("errorcode") == errorcode
    assert answer["exception"]


def test_participants_do_not_lock_nor_read_the_groups(site: Site) -> None:
    locked = site.ask(
        site.participant,
        "mod_forum_set_lock_state",
        forumid=1,
        discussionid=2,
        targetstate=0,
    )
    assert locked["errorcode"] == "errorcannotlock"
    groups = site.ask(
        site.participant, "core_group_get_course_groups", courseid=site.seeded.course.id
    )
    assert groups["errorcode"] == "nopermissions"


def test_the_own_courses_and_forums_come_without_naming_them(site: Site) -> None:
    forums = site.ask(site.participant, "mod_forum_get_forums_by_courses")
    assert [row["type"] for row in forums] == [
        "general", "qanda", "blog", "news", "general",
    ]  # fmt: skip
    courses = site.ask(
        site.participant, "core_enrol_get_users_courses", userid=site.participant.id
    )
    assert courses[0]["enrolledusercount"] == 18


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [("", "", 1), ("id", "2", 1), ("ids", "2,3", 1), ("idnumber", "fo26", 1),
     ("category", "1", 1), ("category", "7", 0), ("shortname", "fo26", 0)],
)  # fmt: skip
def test_courses_are_found_by_one_field(
    site: Site, field: str, value: str, count: int
) -> None:
    answer = site.ask(
        site.bridge, "core_course_get_courses_by_field", field=field, value=value
    )
    assert len(answer["courses"]) == count


def test_the_idnumber_of_a_course_is_told_to_those_who_may_change_it(
    site: Site,
) -> None:
    def keys(user: Any) -> set[str]:
        answer = site.ask(user, "core_course_get_courses_by_field")
        return set(answer["courses"][0])

    assert keys(site.bridge) - keys(site.participant) == {"idnumber"}


def test_a_new_forum_shows_as_a_changed_configuration(site: Site) -> None:
    before = site.clock.now
    site.clock.now += 5
    forum = site.moodle.add_forum(site.seeded.course, "Later")
    answer = site.ask(
        site.bridge,
        "core_course_get_updates_since",
        courseid=site.seeded.course.id,
        since=before,
    )
    assert answer["instances"] == [
        {
            "contextlevel": "module",
            "id": forum.cmid,
            "updates": [{"name": "configuration", "timeupdated": before + 5}],
        }
    ]


def test_a_suspended_user_is_refused_everywhere(site: Site) -> None:
    token = site.token(site.participant)
    site.participant.suspended = True
    answer = site.ask(site.participant, "core_webservice_get_site_info")
    assert answer["errorcode"] == "wsaccessusersuspended"
    upload = site.client.post("/webservice/upload.php", data={"token": token})
    assert json.loads(upload.get_data())["errorcode"] == "wsaccessusersuspended"


def test_without_a_function_name_there_is_nothing_to_run(site: Site) -> None:
    form = {"wstoken": site.token(site.bridge), "moodlewsrestformat": "json"}
    answer = json.loads(site.client.post(REST, data=form).get_data())
    assert answer["errorcode"] == "invalidparameter"


def test_get_and_post_are_merged(site: Site) -> None:
    query = {"wstoken": site.token(site.bridge), "moodlewsrestformat": "json"}
    answer = site.client.post(
        REST,
        query_string=query,
        data={"wsfunction": "core_webservice_get_site_info"},
    )
    assert json.loads(answer.get_data())["username"] == "bridge"


def test_xml_is_what_comes_when_json_was_not_asked_for(site: Site) -> None:
    form = {"wstoken": site.token(site.bridge)}
    answer = site.client.post(
        REST, data=form | {"wsfunction": "mod_forum_can_add_discussion", "forumid": "1"}
    )
    assert '<KEY name="status"><VALUE>1</VALUE>' in answer.get_data(as_text=True)
    unknown = site.client.post(
        REST,
        data=form
        | {"wsfunction": "mod_forum_get_discussion_posts", "discussionid": "99"},
    )
    text = unknown.get_data(as_text=True)
    assert '<EXCEPTION class="Error">' in text
    assert "ERRORCODE" not in text


def test_an_upload_tells_what_it_left_out(site: Site) -> None:
    def sent(**form: Any) -> Any:
        token = {"token": site.token(site.bridge)}
        answer = site.client.post("/webservice/upload.php", data=token | form)
        return json.loads(answer.get_data())

    [first] = sent(file_1=(BytesIO(b"x"), "a/b:c.txt"))
    assert first["filename"] == "c.txt" or "/" not in first["filename"]
    [again] = sent(
        itemid=str(first["itemid"]), file_1=(BytesIO(b"y"), first["filename"])
    )
    assert again["errortype"] == "filenameexist"
    bare = site.client.post("/webservice/upload.php")
    assert json.loads(bare.get_data())["errorcode"] == "missingparam"
    closed = site.moodle.token_for(site.bridge, uploadfiles=False, downloadfiles=False)
    refused = site.client.post("/webservice/upload.php", data={"token": closed})
    assert json.loads(refused.get_data())["errorcode"] == "accessexception"


def test_a_password_gives_a_token_of_the_users_own(site: Site) -> None:
    site.participant.password = "open sesame"
    form = {"username": site.participant.username, "service": "moodle_mobile_app"}
    path = "/login/token.php"
    wrong = site.client.post(path, data=form | {"password": "no"})
    assert json.loads(wrong.get_data())["errorcode"] == "invalidlogin"
    right = site.client.post(path, data=form | {"password": "open sesame"})
    token = json.loads(right.get_data())["token"]
    answer = site.client.post(
        REST,
        data={
            "wstoken": token,
            "moodlewsrestformat": "json",
            "wsfunction": "core_webservice_get_site_info",
        },
    )
    assert json.loads(answer.get_data())["userid"] == site.participant.id


@pytest.mark.parametrize("kind", ["eachuser", "single"])
def test_some_forums_take_no_second_discussion(site: Site, kind: str) -> None:
    forum = site.moodle.add_forum(site.seeded.course, kind, kind)
    if kind == "eachuser":
        site.moodle.post(site.participant, forum, "my only one", "x")
    answer = site.ask(
        site.participant,
        "mod_forum_add_discussion",
        forumid=forum.id,
        subject="another",
        message="x",
    )
    assert answer["errorcode"] == "cannotcreatediscussion"


def test_after_the_cut_off_date_only_facilitators_post(site: Site) -> None:
    forum = site.seeded.questions
    thread = site.moodle.state.discussions_in(forum.id)[0]
    forum.cutoffdate = site.clock.now - 1
    arguments = {"postid": thread.firstpost, "subject": "s", "message": "m"}
    late = site.ask(site.participant, "mod_forum_add_discussion_post", **arguments)
    assert late["errorcode"] == "nopostforum"
    assert site.moodle.reply(site.facilitator, thread, "still open to me")


def test_enrolled_users_are_filtered_and_sorted(site: Site) -> None:
    def names(**options: str) -> list[str]:
        answer = site.ask(
            site.bridge,
            "core_enrol_get_enrolled_users",
            courseid=site.seeded.course.id,
            options=[{"name": name, "value": text} for name, text in options.items()],
        )
        return [row["lastname"] for row in answer]

    gone = site.seeded.participants[3]
    site.moodle.state.enrolments[gone.id, site.seeded.course.id].suspended = True
    assert names(onlysuspended="1") == [gone.lastname]
    assert gone.lastname not in names(onlyactive="1")
    assert len(names(groupid=str(site.seeded.groups[0].id))) == 7
    assert names(sortby="lastname") == sorted(names())
    assert names(sortby="firstname", sortdirection="DESC")
    assert names(sortdirection="DESC") == names()[::-1]
