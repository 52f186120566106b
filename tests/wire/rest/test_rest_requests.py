"""What goes out on the wire."""

import logging
import re
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from zope.interface.verify import verifyObject

from moodle_bridge.errors import BridgeError, ConfigError, Permanent, RemoteError
from moodle_bridge.interfaces.transport import ITransport
from moodle_bridge.moodle.rest import RestSettings, RestTransport

from .answering import Site

REQUESTS = Path(__file__).parent / "requests"
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def patience() -> float:
    """How many seconds an answer is waited for."""
    return 60.0


@pytest.fixture
def transport(site: Site, patience: float) -> Iterator[RestTransport]:
    settings = RestSettings(read_timeout=patience)
    transport = RestTransport(site.url, TOKEN, settings=settings)
    yield transport
    transport.close()


def as_recorded(request: bytes) -> str:
    text = request.decode().replace("\r\n", "\n")
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"moodle-bridge/[\w.]+", "moodle-bridge/VERSION", text)
    text = re.sub(r"(?m)^Accept-Encoding: .*\n", "", text)
    return re.sub(r"\b[0-9a-f]{32}\b", "TOKEN", text)


def test_it_keeps_the_contract_of_a_transport(transport: RestTransport) -> None:
    assert verifyObject(ITransport, transport)


def test_a_call_goes_out_as_recorded(site: Site, transport: RestTransport) -> None:
    site.will_answer("value")
    transport.call(
        "mod_forum_add_discussion",
        {
            "forumid": 3,
            "subject": "Ở Thiès & 😀",
            "options": [{"name": "discussionsubscribe", "value": False}],
            "nothing": None,
        },
        writes=True,
    )
    recorded = (REQUESTS / "add_discussion.req").read_text("utf-8")
    assert as_recorded(site.last_request) + "\n" == recorded


def test_a_download_goes_out_as_recorded(site: Site, transport: RestTransport) -> None:
    site.will_answer("file")
    url = f"{site.url}/pluginfile.php/12/mod_forum/attachment/7/h%C3%A9.txt?token=x"
    assert transport.download(url, limit=5) == b"hello"
    recorded = (REQUESTS / "download.req").read_text("utf-8")
    assert as_recorded(site.last_request) + "\n" == recorded


def test_an_upload_carries_the_name_in_its_own_script(
    site: Site, transport: RestTransport
) -> None:
    site.will_answer("uploaded")
    answer = transport.upload(
        "../Ảnh\r\n/Hà.jpg", b"\xff\xd8", media_type="image/jpeg", item_id=0
    )
    assert answer.value[0]["itemid"] == 77
    head, _, body = site.last_request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /moodle/webservice/upload.php HTTP/1.1")
    assert 'filename=".._Ảnh_Hà.jpg"'.encode() in body
    assert b'name="itemid"\r\n\r\n0\r\n' in body


def test_the_token_is_in_no_address(site: Site, transport: RestTransport) -> None:
    site.will_answer("value", "uploaded", "file")
    transport.call("f", {}, writes=False)
    transport.upload("x", b"", media_type="text/plain", item_id=0)
    transport.download(f"{site.url}/pluginfile.php/1/x", limit=9)
    for request in site.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert TOKEN.encode() not in head
        assert TOKEN.encode() in body


ANSWERS = [
    "wrong_token", "no_permission", "moved", "moved_to_a_login", "bad_gateway",
    "login_page_with_status_200", "cut_off_by_its_length", "drop", "hang", "empty",
    "json_that_is_no_utf8", "protocol_disabled",
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "patience"),
    [(answer, 0.2 if answer == "hang" else 60.0) for answer in ANSWERS],
)
@pytest.mark.parametrize("kind", ["read", "write", "upload", "download"])
def test_the_token_leaks_nowhere(
    site: Site,
    transport: RestTransport,
    answer: str,
    kind: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    site.will_answer(answer)
    url = f"{site.url}/pluginfile.php/1/x?token={TOKEN}"
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: transport.call("f", {"a": 1}, writes=False),
        "write": lambda: transport.call("f", {"a": 1}, writes=True),
        "upload": lambda: transport.upload("x", b"", media_type="a/b", item_id=0),
        "download": lambda: transport.download(url, limit=9),
    }
    with caplog.at_level(logging.DEBUG), pytest.raises(RemoteError) as caught:
        ways[kind]()
    error = caught.value
    told = "".join(traceback.format_exception(error))
    seen = [told, repr(error), error.advice, error.item, repr(transport)]
    assert TOKEN not in "\n".join([*seen, caplog.text, *chain(error)])


def test_a_redirect_keeps_no_query(site: Site, transport: RestTransport) -> None:
    site.will_answer("moved")
    with pytest.raises(Permanent) as caught:
        transport.call("f", {}, writes=False)
    assert "leak" not in caught.value.advice


def chain(error: BaseException | None) -> list[str]:
    told = []
    while error is not None:
        told.append(f"{error!r} {vars(error)!r} {error.args!r}")
        assert isinstance(error, BridgeError | ValueError), error
        error = error.__cause__ or error.__context__
    return told


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/pluginfile.php/1/x",
        "http://127.0.0.1/moodle/pluginfile.php/1/x",
        "SITE/../other/pluginfile.php/1/x",
        "SITE/pluginfile.php/../../admin/x",
        "SITE/pluginfile.php/%2e%2e/x",
        "SITE/login/token.php/1",
        "SITEpluginfile.php/1/x",
        "HOST/other/pluginfile.php/1",
        "file:///etc/passwd",
        "//evil.example/moodle/pluginfile.php/1",
        "http://[oops/pluginfile.php/1",
        "SITE/plugin",
        "",
    ],
)
def test_a_file_of_elsewhere_is_not_asked_for(
    site: Site, transport: RestTransport, url: str
) -> None:
    host = site.url.removesuffix("/moodle")
    with pytest.raises(Permanent) as caught:
        transport.download(url.replace("SITE", site.url).replace("HOST", host), limit=9)
    assert caught.value.code == "foreign"
    assert site.requests == []


def test_a_file_over_the_limit_is_refused(site: Site, transport: RestTransport) -> None:
    site.will_answer("file")
    with pytest.raises(Permanent) as caught:
        transport.download(f"{site.url}/pluginfile.php/1/x", limit=4)
    assert caught.value.code == "toolarge"


def test_a_file_may_look_like_an_error(site: Site, transport: RestTransport) -> None:
    site.will_answer("file_that_looks_like_an_error")
    content = transport.download(f"{site.url}/pluginfile.php/1/x.json", limit=99)
    assert content == b'{"error":"x","errorcode":"y"}'


@pytest.mark.parametrize(
    ("answer", "code"),
    [("file_not_found", "filenotfound"), ("void", "nofile"), ("moved", "redirect")],
)
def test_what_is_no_file_is_no_content(
    site: Site, transport: RestTransport, answer: str, code: str
) -> None:
    site.will_answer(answer)
    with pytest.raises(Permanent) as caught:
        transport.download(f"{site.url}/pluginfile.php/1/x", limit=4)
    assert caught.value.code == code


def test_several_threads_share_one_transport(
    site: Site, transport: RestTransport
) -> None:
    site.will_answer(*["value"] * 12)
    values: list[object] = []

    def read() -> None:
        for _ in range(3):
            values.append(transport.call("f", {}, writes=False).value)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == [{"discussionid": 5, "warnings": []}] * 12


def test_a_closed_transport_asks_nothing_more(
    site: Site, transport: RestTransport
) -> None:
    transport.close()
    transport.close()
    with pytest.raises(RemoteError):
        transport.call("f", {}, writes=False)
    assert site.requests == []


def test_netrc_logins_are_not_sent(
    site: Site,
    transport: RestTransport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    site.will_answer("value")
    transport.call("f", {}, writes=False)
    assert b"authorization" not in site.last_request.lower()


@pytest.mark.parametrize("token", ["", "  ", "a b", "é", "abc&x=1"])
def test_a_token_that_cannot_be_one_is_refused(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RestTransport("https://moodle.example.org", token)
    assert caught.value.item == "[moodle].token"
    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://moodle.example.org/", "https://moodle.example.org"),
        (" https://h.example/moodle ", "https://h.example/moodle"),
        ("http://localhost:8080/m", "http://localhost:8080/m"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_site_keeps_its_sub_path(written: str, address: str) -> None:
    transport = RestTransport(written, TOKEN)
    assert transport.site_url == address
    transport.close()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "moodle.example.org",
        "ftp://moodle.example.org",
        "http://moodle.example.org",
        "https://me:secret@moodle.example.org",
        "https://moodle.example.org/?x=1",
        "https://moodle.example.org:99999",
        "http://192.0.2.7/moodle",
    ],
)
def test_an_address_that_cannot_be_right_is_refused(written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RestTransport(written, TOKEN)
    assert caught.value.item == "[moodle].url"
    assert "secret" not in str(caught.value)


def test_a_bundle_of_certificates_must_be_there() -> None:
    settings = RestSettings(ca_bundle="/nowhere/ca.pem")
    with pytest.raises(ConfigError) as caught:
        RestTransport("https://moodle.example.org", TOKEN, settings=settings)
    assert caught.value.item == "[moodle].ca_bundle"
