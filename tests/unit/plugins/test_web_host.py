from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import requests

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.plugins.web import Manner, WebHost
from tests.intake.hosts import FormServer, Told, served

MANNER = Manner(
    timeout=5,
    most_bytes=1000,
    larger="the answer is too large",
    larger_advice="Ask for less.",
    unreachable_advice="Wait.",
)
LOGIN = "Basic " + base64.b64encode(b"ana:SECRET").decode()


@pytest.fixture
def host() -> Iterator[FormServer]:
    with served(lambda asked: Told(body=b"here")) as server:
        yield server


@pytest.fixture
def other() -> Iterator[FormServer]:
    with served(lambda asked: Told(body=b"there")) as server:
        yield server


def taken(url: str) -> bytes:
    with WebHost("calendar", MANNER, check=requests.Response.raise_for_status) as web:
        return web.get(url).content


def with_login(url: str) -> str:
    return url.replace("://", "://ana:SECRET@")


def test_a_login_in_the_address_is_given_to_its_host(host: FormServer) -> None:
    assert taken(with_login(host.url)) == b"here"
    assert host.asked[0].headers["Authorization"] == LOGIN


def test_a_login_in_the_address_stays_behind_when_another_host_has_it(
    host: FormServer, other: FormServer
) -> None:
    host.first = [Told(status=302, headers={"Location": f"{other.url}/moved"})]

    assert taken(with_login(host.url)) == b"there"
    assert "Authorization" in host.asked[0].headers
    assert "Authorization" not in other.asked[0].headers


def test_a_cookie_comes_along_within_a_host_and_goes_to_no_other(
    host: FormServer,
) -> None:
    host.first = [Told(status=302, headers={"Location": "/in", "Set-Cookie": "seen=1"})]

    assert taken(host.url) == b"here"
    assert host.asked[1].headers["Cookie"] == "seen=1"


@pytest.mark.parametrize("place", ["http://example.org/plain", "ftp://example.org/"])
def test_an_address_worse_than_the_one_before_is_not_followed(
    host: FormServer, place: str
) -> None:
    host.first = [Told(status=302, headers={"Location": place})]

    with pytest.raises(Permanent, match="another address"):
        taken(host.url)


@pytest.mark.parametrize("place", ["http://[::SECRET", "https://:SECRET/", "https://"])
def test_an_address_that_is_none_is_not_followed_and_not_told(
    host: FormServer, place: str
) -> None:
    host.first = [Told(status=302, headers={"Location": place})]

    with pytest.raises((Permanent, Transient)) as caught:
        taken(host.url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://SECRET:port/", "https://?key=SECRET"])
def test_an_address_that_is_none_is_not_shown(url: str) -> None:
    with pytest.raises(Transient, match="cannot be reached") as caught:
        taken(url)
    assert "SECRET" not in str(caught.value)


def test_what_is_too_large_is_not_read_to_its_end(host: FormServer) -> None:
    host.first = [Told(body=b"x" * 1001)]

    with pytest.raises(Permanent, match="too large"):
        taken(host.url)
