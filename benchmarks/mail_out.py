"""Mail on its way out: posts made into mails and given to an SMTP server."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.part import Part
from benchmarks.talk import COURSE, FORUM, LIST, SITE, Spoken, talk
from mappings.identity import post_message_id
from mappings.post_to_mail import post_to_mail
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.plugins.mailers.smtp import SmtpMailer, SmtpSettings


def measure(size: Size) -> Figures:
    """Make 1,000 mails and send each at once, all over one connection."""
    posts = list(talk(1000 if size is Size.FULL else 20))
    rendering = sending = 0.0
    with Part("benchmarks.smtp_sink") as sink:
        mailer = SmtpMailer(
            SmtpSettings(host="127.0.0.1", port=sink.about["port"], security="none")
        )
        began = time.perf_counter()
        for spoken in posts:
            started = time.perf_counter()
            mail = _mail(spoken, posts)
            made = time.perf_counter()
            mailer.send(mail)
            sending += time.perf_counter() - made
            rendering += made - started
        seconds = time.perf_counter() - began
        mailer.close()
        taken = sink.ask()
    if taken["mails"] != len(posts):
        msg = f"{len(posts)} mails were sent, {taken['mails']} came"
        raise RuntimeError(msg)
    return {
        "mails": len(posts),
        "connections": taken["connections"],
        "seconds": round(seconds, 3),
        "per_second": round(len(posts) / seconds, 1),
        "per_second_rendering": round(len(posts) / rendering, 1),
        "per_second_sending": round(len(posts) / sending, 1),
    }


def _mail(spoken: Spoken, posts: Sequence[Spoken]) -> OutgoingMail:
    post = spoken.post
    first = spoken.discussion.first_post_id
    start = first - posts[0].post.id
    above = [one.post.id for one in posts[start : start + post.id - first]]
    return post_to_mail(
        post,
        discussion=spoken.discussion,
        forum=FORUM,
        course=COURSE,
        list_address=LIST,
        delivery=Delivery(recipient=LIST.address),
        ancestors=[
            post_message_id(number, site_tag=SITE.site_tag, domain=SITE.domain)
            for number in above
        ],
        parent=spoken.parent,
        files=(),
        # As the bridge sends it: to the list, and a copy to itself as a receipt.
        recipients=(LIST.address, SITE.bridge_address),
        language="en",
        site=SITE,
        subject_tag=COURSE.shortname,
        key=f"mail:sm25:{post.id}:0",
        hops=0,
    )


BENCHMARK = Benchmark(
    name="mail-out",
    description="make 1,000 mails of posts and send them by SMTP, one connection",
    measure=measure,
    aims=(Aim(figure="per_second", least=300),),
)
