from __future__ import annotations

from mappings.mail_reading import read_mail
from tests.unit.sync_jobs.bridged import BridgedCourse

LONG = (
    "<p>The visit takes place on Friday. Please tell us how many of you will come,"
    " and whether you need a bed for the night.</p><p>Bring the numbers of your pumps"
    " and tell us how deep your wells are, please.</p>"
)


def test_what_goes_out_for_a_post_is_kept(course: BridgedCourse) -> None:
    discussion = course.post(course.aminata, text=LONG)
    course.sync()
    post = course.posts(discussion)[0]
    with course.reading() as transaction:
        kept = transaction.wordings.get("fo26", post.id)
    assert kept == read_mail(course.sent()[-1].content).text
    assert "--- o ---" in (kept or "")


def test_an_answer_that_quotes_it_without_any_mark_is_posted_without_it(
    course: BridgedCourse,
) -> None:
    discussion = course.post(course.aminata, text=LONG)
    course.sync()
    asked = str(course.mails()[-1]["Message-ID"])
    sent = read_mail(course.sent()[-1].content).text.replace("of you", "\nof you")
    answer = course.write(course.ha, f"Twelve.\n\n{sent}", answers=asked)
    course.sync()
    reply = course.posts(discussion)[-1]
    assert "Twelve." in reply.message
    assert "pumps" not in reply.message
    assert "--- o ---" not in reply.message
    assert "Bring the numbers" in course.mail(answer).cut


def test_an_answer_to_a_mail_is_posted_without_the_mail(course: BridgedCourse) -> None:
    text = LONG.replace("<p>", "").replace("</p>", "\n\n")
    asked = course.write(course.aminata, text, subject="The visit")
    course.sync()
    course.write(course.ha, f"Twelve.\n\n{text}", answers=asked)
    course.sync()
    reply = course.posts()[-1]
    assert "Twelve." in reply.message
    assert "pumps" not in reply.message
