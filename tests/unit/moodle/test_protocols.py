"""REST, SOAP, or the one that the site has switched on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from zope.interface.verify import verifyObject

from moodle_bridge.errors import ConfigError, Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle.functions import SITE_INFO
from moodle_bridge.moodle.protocols import AutoTransport, ProtocolName, transport_of
from moodle_bridge.moodle.rest import RestSettings
from moodle_bridge.practice import FaultKind, PracticeMoodle, running
from moodle_bridge.practice.seed import practice_course
from moodle_bridge.runtime import utc_now

from .fakes import FakeClock

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TOKEN = "0123456789abcdef0123456789abcdef"
REST, SOAP = "/webservice/rest/server.php", "/webservice/soap/server.php"


class Watched:
    """A practice Moodle that remembers which of its servers were asked."""

    def __init__(self) -> None:
        self.site = PracticeMoodle.empty(mount="/moodle")
        self.course = practice_course(self.site, discussions=2, replies=1)
        self.asked: list[str] = []
        self.url = ""
        self.mount = "/moodle"

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"].removeprefix("/moodle"))
        return self.site(environ, start_response)

    def switch(self, **protocols: bool) -> None:
        self.site.site = replace(self.site.site, **protocols)  # type: ignore[arg-type]

    def moodle(self, protocol: ProtocolName = "auto") -> Moodle:
        clock = FakeClock()
        return Moodle.connect(
            Connection(site_url=self.url, protocol=protocol),
            self.site.token_for(self.course.bridge),
            clock=clock,
            sleep=clock.sleep,
            jitter=lambda: 0.0,
        )

    def add(self, moodle: Moodle) -> int:
        return moodle.forums.add_discussion(self.course.questions.id, "s", "m")


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    with running(watched) as watched.url:
        yield watched


def transport(protocol: ProtocolName, token: str = TOKEN) -> ITransport:
    return transport_of(
        protocol,
        "https://moodle.example.org",
        token,
        settings=RestSettings(),
        clock=utc_now,
    )


@pytest.mark.parametrize("protocol", ["rest", "soap", "auto"])
def test_each_keeps_the_contract_and_hides_the_token(protocol: ProtocolName) -> None:
    one = transport(protocol)
    assert verifyObject(ITransport, one)
    assert TOKEN not in repr(one)
    one.close()
    one.close()
    with pytest.raises(ConfigError):
        transport(protocol, token="no token")


def test_rest_is_taken_where_it_is_switched_on(watched: Watched) -> None:
    with watched.moodle() as moodle:
        moodle.site.info()
        watched.add(moodle)
    assert set(watched.asked) == {REST}


def test_soap_is_taken_where_rest_is_switched_off(watched: Watched) -> None:
    watched.switch(rest=False)
    with watched.moodle() as moodle:
        assert moodle.site.info().username == "bridge"
        first = len(watched.asked)
        watched.add(moodle)
    assert watched.asked[first:] == [SOAP]
    # One read that was refused, the question for the site, then never again.
    assert watched.asked.count(REST) == 2


def test_a_write_that_finds_rest_switched_off_is_made_once(watched: Watched) -> None:
    watched.switch(rest=False)
    before = len(watched.site.state.discussions)
    with watched.moodle() as moodle:
        watched.add(moodle)
    assert len(watched.site.state.discussions) == before + 1


def test_a_write_is_not_taken_over_in_its_middle(watched: Watched) -> None:
    watched.switch(rest=False)
    token = watched.site.token_for(watched.course.bridge)
    auto = transport_of(
        "auto", watched.url, token, settings=RestSettings(), clock=utc_now
    )
    with pytest.raises(Transient):
        auto.call("mod_forum_delete_post", {"postid": 1}, writes=True)
    auto.close()


def test_both_switched_off_is_told_as_rest_tells_it(watched: Watched) -> None:
    watched.switch(rest=False)
    watched.switch(soap=False)
    with watched.moodle() as moodle, pytest.raises(Permanent) as caught:
        moodle.site.info()
    assert caught.value.code == "403"
    assert "Enable the REST protocol" in caught.value.advice


def test_soap_alone_says_that_it_is_switched_off(watched: Watched) -> None:
    watched.switch(soap=False)
    with watched.moodle("soap") as moodle, pytest.raises(Permanent) as caught:
        watched.add(moodle)
    assert caught.value.code == "nosoap"
    assert REST not in watched.asked


def test_rest_alone_never_asks_for_soap(watched: Watched) -> None:
    watched.switch(rest=False)
    with watched.moodle("rest") as moodle, pytest.raises(Permanent) as caught:
        moodle.site.info()
    assert caught.value.code == "403"
    assert SOAP not in watched.asked


@pytest.mark.parametrize(
    "kind",
    [FaultKind.BAD_GATEWAY, FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.EMPTY,
     FaultKind.CUT, FaultKind.DROP_AFTER, FaultKind.MAINTENANCE, FaultKind.TOO_MANY],
)  # fmt: skip
@pytest.mark.parametrize("writes", [False, True])
def test_no_other_trouble_leads_to_soap(
    watched: Watched, kind: FaultKind, writes: bool
) -> None:
    watched.site.faults.plan(kind, count=99, retry_after=1)
    with watched.moodle() as moodle:
        ways = {True: lambda: watched.add(moodle), False: moodle.site.info}
        with pytest.raises(RemoteError):
            ways[writes]()
    assert SOAP not in watched.asked


def test_a_wrong_token_does_not_lead_to_soap(watched: Watched) -> None:
    with (
        Moodle.connect(Connection(site_url=watched.url), "0" * 32) as moodle,
        pytest.raises(Permanent) as caught,
    ):
        moodle.site.info()
    assert caught.value.code == "invalidtoken"
    assert SOAP not in watched.asked


def test_rest_that_spoke_once_is_not_left(watched: Watched) -> None:
    with watched.moodle() as moodle:
        moodle.site.info()
        watched.switch(rest=False)
        with pytest.raises(Permanent) as caught:
            watched.add(moodle)
    assert caught.value.code == "403"
    assert SOAP not in watched.asked


def test_a_firewall_that_stops_one_read_does_not_lead_to_soap(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched.moodle() as moodle:
        auto = moodle.client.transport
        assert isinstance(auto, AutoTransport)
        through = auto._rest.call

        def guarded(function: str, arguments: object, *, writes: bool) -> Answer:
            if function != SITE_INFO:
                raise Permanent("the web server refused (HTTP 403)", code="403")
            return through(function, {}, writes=writes)

        monkeypatch.setattr(auto._rest, "call", guarded)
        with pytest.raises(Permanent) as caught:
            moodle.courses.by_shortname("union select")
    assert caught.value.code == "403"
    assert SOAP not in watched.asked


def test_files_go_their_own_way_whatever_the_protocol(watched: Watched) -> None:
    watched.switch(rest=False)
    with watched.moodle() as moodle:
        answer = moodle.client.transport.upload(
            "a.txt", b"x", media_type="text/plain", item_id=0
        )
    assert answer.value[0]["filename"] == "a.txt"
    assert watched.asked == ["/webservice/upload.php"]


def test_zeep_is_imported_only_when_soap_is_spoken() -> None:
    script = (
        "import sys\n"
        "from moodle_bridge.moodle import Connection, Moodle\n"
        "for protocol in ('rest', 'auto', 'soap'):\n"
        "    Moodle.connect(Connection(site_url='https://moodle.example.org',"
        " protocol=protocol), 'a' * 32).close()\n"
        "    print(protocol, 'zeep' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["rest", "False", "auto", "False", "soap", "True"]
