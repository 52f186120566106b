"""Pictures that stand in a mail stand in its post, and tell nobody where."""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import replace
from io import BytesIO

from PIL import Image

from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.records import Post, StoredFile
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, LIST, BridgedCourse

_PLACE = b"Kampala 0.3476N"
_MAIL = """From: {sender}
To: {to}
Subject: The hall
Message-ID: <{name}@home.example>
Date: Sun, 1 Mar 2026 08:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/related; boundary="r"

--r
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=utf-8

This is *the* hall:
[image: hall.jpg]
Shall we?
--a
Content-Type: text/html; charset=utf-8

<div dir="ltr">This is <b>the</b> hall:<div><img src="cid:ii_1" alt="hall.jpg"></div>
Shall we?</div>
--a--
--r
Content-Type: image/jpeg; name="hall.jpg"
Content-Disposition: inline; filename="hall.jpg"
Content-ID: <ii_1>
Content-Transfer-Encoding: base64

{shown}
--r
Content-Type: image/jpeg; name="garden.jpg"
Content-Disposition: attachment; filename="garden.jpg"
Content-Transfer-Encoding: base64

{beside}
--r--
"""


def photo(side: int = 64) -> bytes:
    told = Image.Exif()
    told[0x010F] = _PLACE.decode()
    out = BytesIO()
    Image.effect_noise((side, side), 90).save(out, "JPEG", exif=told, quality=90)
    return out.getvalue()


def lay(course: BridgedCourse, name: str, *, to: str = LIST, side: int = 64) -> None:
    content = encodebytes(photo(side)).decode().strip()
    mail = _MAIL.format(
        sender=course.ha.email, to=to, name=name, shown=content, beside=content
    )
    course.box.lay(mail.replace("\n", "\r\n").encode(), recipient=None, sender=None)


def files_of(course: BridgedCourse, post: Post) -> dict[str, list[StoredFile]]:
    found: dict[str, list[StoredFile]] = {}
    for (_, component, area, item), files in course.moodle.state.files.items():
        if component == "mod_forum" and item == post.id:
            found[area] = list(files)
    return found


def test_a_picture_in_a_mail_stands_in_its_post(course: BridgedCourse) -> None:
    lay(course, "one")
    assert course.sync().code == 0
    (post,) = course.posts()
    assert "This is <b>the</b> hall:" in post.message
    assert '<img src="@@PLUGINFILE@@/hall.jpg" alt="hall.jpg">' in post.message
    files = files_of(course, post)
    assert [file.filename for file in files["post"]] == ["hall.jpg"]
    assert [file.filename for file in files["attachment"]] == ["garden.jpg"]


def test_no_picture_tells_where_it_was_taken(course: BridgedCourse) -> None:
    assert _PLACE in photo()
    lay(course, "one")
    assert course.sync().code == 0
    files = files_of(course, course.posts()[0])
    for file in (*files["post"], *files["attachment"]):
        assert file.content.startswith(b"\xff\xd8\xff")
        assert _PLACE not in file.content


def test_a_picture_in_the_forum_goes_out_without_its_place(
    unbegun: BridgedCourse,
) -> None:
    unbegun.configure(mail="attach_limit = 100000")
    unbegun.begin()
    lay(unbegun, "one", to=BRIDGE)
    assert unbegun.sync().code == 0
    for mail in unbegun.mails():
        (file,) = mail.iter_attachments()
        content = file.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert content.startswith(b"\xff\xd8\xff")
        assert _PLACE not in content
        assert "[picture: hall.jpg]" in str(mail.get_body(("plain",)))


def test_a_picture_too_large_for_the_site_is_scaled_down(course: BridgedCourse) -> None:
    course.moodle.site = replace(course.moodle.site, max_upload_bytes=1_000_000)
    lay(course, "one", side=2000)
    assert len(photo(2000)) > 1_000_000
    assert course.sync().code == 0
    files = files_of(course, course.posts()[0])
    for file in (*files["post"], *files["attachment"]):
        assert len(file.content) <= 1_000_000


def test_a_lost_answer_brings_no_second_post_and_no_second_picture(
    course: BridgedCourse,
) -> None:
    lay(course, "one")
    course.moodle.faults.plan(FaultKind.DROP_AFTER, "mod_forum_add_discussion", count=1)
    course.sync()
    course.clock.move(minutes=30)
    course.sync()
    (post,) = course.posts()
    assert [file.filename for file in files_of(course, post)["post"]] == ["hall.jpg"]
    assert course.mail("<one@home.example>").state is InboundState.POSTED
