"""A forum whose readers are mailed one by one, over real SMTP and IMAP."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.real_mail.mailman_core import free_ports
from tests.real_mail.real_town import RealTown

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]


def asked(url: str, body: bytes | None = None) -> str:
    with build_opener(ProxyHandler({})).open(Request(url, data=body), timeout=30) as it:
        text: str = it.read().decode()
        return text


def test_an_answer_to_a_mail_of_ones_own_becomes_a_post(town: Towns) -> None:
    here = town("own")
    here.direct()
    here.begin()
    discussion = here.post(here.grace, "Blogs", "How does one begin?")
    assert here.sync().code == 0
    (mail,) = here.gets(here.ha, "How does one begin")

    here.write(here.ha, "With one page.", answers=mail)
    assert here.sync().code == 0
    assert [post.parent for post in here.posts(discussion)][1:] == [
        here.posts(discussion)[0].id
    ]
    here.gets(here.jan, "With one page")
    assert here.sync().data["counts"].get("done", 0) == 0
    assert len(here.mails(here.ha)) == 1


def test_who_clicks_once_gets_one_last_mail(town: Towns) -> None:
    here, (port,) = town("click"), free_ports(1)
    here.direct(web=f"http://127.0.0.1:{port}")
    here.begin()
    here.post(here.grace, "Week 1", "Read chapter one.")
    assert here.sync().code == 0
    (mail,) = here.gets(here.ha, "Read chapter one")
    found = re.search(r"<(http://[^>]+)>", str(mail["List-Unsubscribe"]))
    assert found is not None

    with here.at_work("serve", "--port", str(port)):
        assert '<form method="post">' in asked(found[1])
        asked(found[1], b"List-Unsubscribe=One-Click")
    here.post(here.grace, "Week 2", "Read chapter two.")
    assert here.sync().code == 0
    here.gets(here.jan, "Read chapter two")
    here.gets(here.ha, "channel each")
    assert len(here.mails(here.ha)) == 2


def test_who_asks_by_mail_gets_one_last_mail(town: Towns) -> None:
    here = town("asks")
    here.direct()
    here.begin()
    here.post(here.grace, "Week 1", "Read chapter one.")
    assert here.sync().code == 0
    (mail,) = here.gets(here.jan, "Read chapter one")
    found = re.search(r"<mailto:([^?>]+)", str(mail["List-Unsubscribe"]))
    assert found is not None
    assert "List-Unsubscribe-Post" not in mail

    here.write(here.jan, "unsubscribe", to=found[1], subject="unsubscribe")
    here.post(here.grace, "Week 2", "Read chapter two.")
    assert here.sync().code == 0
    here.gets(here.ha, "Read chapter two")
    here.gets(here.jan, "channel each")
    assert len(here.mails(here.jan)) == 2
