"""What each answer on the wire becomes, for a read and for a write."""

import ssl
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.moodle.connection import connection_error
from moodle_bridge.moodle.rest import RestSettings, RestTransport
from moodle_bridge.moodle.wire import Asked

from .answering import Site

TOKEN = "0123456789abcdef0123456789abcdef"
VALUE = {"discussionid": 5, "warnings": []}


def call(site_url: str, *, writes: bool, **settings: Any) -> Answer:
    transport = RestTransport(site_url, TOKEN, settings=RestSettings(**settings))
    try:
        return transport.call("mod_forum_add_discussion", {"forumid": 1}, writes=writes)
    finally:
        transport.close()


def error_of(site_url: str, *, writes: bool, **settings: Any) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        call(site_url, writes=writes, **settings)
    return caught.value


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("value", VALUE),
        ("void", None),
        ("value_after_a_byte_order_mark", VALUE),
        ("value_after_php_notices", VALUE),
    ],
)
def test_a_value_is_given_as_it_is(
    site: Site, answer: str, value: object, writes: bool
) -> None:
    site.will_answer(answer)
    given = call(site.url, writes=writes)
    assert given.value == value
    assert given.served_at
    assert given.served_at.isoformat() == "2026-11-23T00:36:45+00:00"


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("wrong_token", "invalidtoken"),
        ("no_permission", "nopermissions"),
        ("unknown_errorcode", "somethingnew"),
        ("exception_without_errorcode", ""),
        ("html_in_the_errorcode", ""),
        ("refused_after_a_notice", "nopostforum"),
        ("refused_by_the_upload_script", "invalidtoken"),
        ("server_error_with_an_errorcode", "nopermissions"),
        ("protocol_disabled", "403"),
        ("not_there", "404"),
        ("too_large", "413"),
        ("moved", "redirect"),
        ("moved_to_a_login", "redirect"),
        ("moved_nowhere", "redirect"),
        ("moved_to_no_address", "redirect"),
    ],
)
def test_a_refusal_is_permanent_and_keeps_its_code(
    site: Site, answer: str, code: str, writes: bool
) -> None:
    site.will_answer(answer)
    error = error_of(site.url, writes=writes)
    assert isinstance(error, Permanent)
    assert error.code == code
    assert error.advice
    assert error.item


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(
    ("answer", "code", "retry_after"),
    [
        ("maintenance", "sitemaintenance", None),
        ("throttled_by_the_forum", "forumblockingtoomanyposts", None),
        ("too_many_requests", "429", 7.0),
        ("unavailable", "503", 120.0),
    ],
)
def test_what_surely_did_nothing_is_transient(
    site: Site, answer: str, code: str, retry_after: float | None, writes: bool
) -> None:
    site.will_answer(answer)
    error = error_of(site.url, writes=writes)
    assert isinstance(error, Transient)
    assert (error.code, error.retry_after) == (code, retry_after)


@pytest.mark.parametrize(
    "answer",
    [
        "bad_gateway",
        "gateway_timeout",
        "server_error",
        "server_error_with_a_value",
        "login_page_with_status_200",
        "notices_without_a_value",
        "empty",
        "blank",
        "cut_off_by_its_length",
        "cut_off_json",
        "json_that_is_no_utf8",
        "unheard_of_status",
        "answer_that_moodle_could_not_describe",
        "drop",
    ],
)
def test_a_lost_answer_is_transient_for_a_read_and_in_doubt_for_a_write(
    site: Site, answer: str
) -> None:
    site.will_answer(answer, answer)
    assert isinstance(error_of(site.url, writes=False), Transient)
    assert isinstance(error_of(site.url, writes=True), InDoubt)


def test_a_silent_server_leaves_a_write_in_doubt(site: Site) -> None:
    site.will_answer("hang", "hang")
    error = error_of(site.url, writes=True, read_timeout=0.1)
    assert isinstance(error, InDoubt)
    assert isinstance(error_of(site.url, writes=False, read_timeout=0.1), Transient)


def test_an_answer_that_drips_is_not_waited_for(site: Site) -> None:
    moments = (datetime(2026, 11, 23, 0, 0, n * 20, tzinfo=UTC) for n in range(3))
    transport = RestTransport(
        site.url,
        TOKEN,
        settings=RestSettings(answer_timeout=15),
        clock=lambda: next(moments),
    )
    site.will_answer("value")
    with pytest.raises(InDoubt, match="too long"):
        transport.call("f", {}, writes=True)
    transport.close()


def test_a_certificate_that_does_not_hold_is_told_and_not_waited_for() -> None:
    wrong = ssl.SSLCertVerificationError(1, "certificate verify failed")
    wrong.verify_message = "self-signed certificate"
    error = requests.exceptions.SSLError(
        MaxRetryError(pool=None, url="/", reason=wrong)  # type: ignore[arg-type]
    )
    asked = Asked(function="f", writes=True, site_url="https://moodle.example.org")
    ours = connection_error(error, asked)
    assert isinstance(ours, Permanent)
    assert ours.code == "certificate"
    assert "self-signed" in ours.what


def test_an_endless_answer_is_not_read_to_its_end(site: Site) -> None:
    site.will_answer("value", "value")
    assert isinstance(error_of(site.url, writes=False, answer_size=5), Transient)
    assert isinstance(error_of(site.url, writes=True, answer_size=5), InDoubt)


@pytest.mark.parametrize("writes", [False, True])
def test_a_refused_connection_did_nothing(nobody_there: str, writes: bool) -> None:
    error = error_of(nobody_there, writes=writes)
    assert isinstance(error, Transient)
    assert error.code == "unreachable"


@pytest.mark.parametrize("writes", [False, True])
def test_a_name_that_is_not_found_did_nothing(writes: bool) -> None:
    error = error_of("https://moodle.invalid", writes=writes, connect_timeout=5)
    assert isinstance(error, Transient)
    assert error.code == "unreachable"


def test_a_weak_password_is_explained_without_markup(site: Site) -> None:
    site.will_answer("html_in_the_errorcode")
    error = error_of(site.url, writes=True)
    assert "Passwords must be at least 8 characters long." in error.what
    assert "<div>" not in error.what


def test_a_redirect_names_the_new_address_and_is_not_followed(site: Site) -> None:
    site.will_answer("moved")
    error = error_of(site.url, writes=False)
    assert error.advice.endswith("set [moodle].url to https://learn.example.org/moodle")
    assert len(site.requests) == 1


def test_a_redirect_within_the_site_names_the_whole_address(site: Site) -> None:
    site.will_answer("moved_to_a_login")
    error = error_of(site.url, writes=False)
    host = site.url.removesuffix("/moodle")
    assert error.advice == f"Set [moodle].url to {host}/campus"


def test_a_request_larger_than_the_site_reads_is_not_sent(site: Site) -> None:
    transport = RestTransport(
        site.url, TOKEN, settings=RestSettings(form_fields=3, form_size=2_000)
    )
    for arguments in ({"ids": [1, 2, 3, 4]}, {"text": "x" * 3_000}):
        with pytest.raises(Permanent) as caught:
            transport.call("f", arguments, writes=True)
        assert caught.value.code == "toolarge"
    assert site.requests == []
    transport.close()
