"""What each SOAP answer becomes, for a read and for a write."""

from typing import Any

import pytest
from werkzeug.wrappers import Response

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.exchange import HttpSettings
from moodle_bridge.moodle.soap import SoapTransport

from .scripted import HERE, TOKEN, ScriptedSite, written

REPLY = "mod_forum_add_discussion_post"
GIVEN: dict[str, Any] = {"postid": 1, "subject": "s", "message": "m"}
VALUE = {
    "postid": 2022,
    "warnings": [],
    "post": {
        "subject": "Trả lời & <3",
        "unread": None,
        "isprivatereply": 0,
        "score": 0.5,
    },
    "messages": [{"type": "", "seen": True, "tags": ["x"]}],
}


def error_of(transport: SoapTransport, *, writes: bool) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        transport.call(REPLY, GIVEN, writes=writes)
    return caught.value


@pytest.mark.parametrize("answer", ["value", "value_after_php_notices"])
def test_maps_arrays_and_structs_become_values(
    site: ScriptedSite, transport: SoapTransport, answer: str
) -> None:
    site.will_answer(answer)
    given = transport.call(REPLY, GIVEN, writes=True)
    assert given.value == VALUE
    assert given.served_at
    assert given.served_at.isoformat() == "2026-11-23T00:36:45+00:00"


def test_a_void_function_answers_nothing(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    site.will_send(b"", 202)
    delete = "core_cohort_delete_cohort_members"
    assert transport.call(delete, {"members": []}, writes=True).value is None


def test_nothing_from_a_function_that_gives_something_is_a_lost_answer(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    for _ in range(2):
        site.will_send(b"", 202)
    assert isinstance(error_of(transport, writes=True), InDoubt)
    assert isinstance(error_of(transport, writes=False), Transient)


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("fault_refused", "nopostforum"),
        ("fault_refused_while_debugging", "invalidparameter"),
        ("fault_with_a_text_for_a_code", ""),
        ("fault_without_a_code", ""),
        ("fault_unnamed", ""),
        ("fault_missing_parameter", "invalidparameter"),
        ("fault_bad_request", "invalidparameter"),
        ("fault_no_such_function", "accessexception"),
        ("fault_no_description", "wsdl"),
    ],
)
def test_a_refusal_is_permanent_and_keeps_its_code(
    site: ScriptedSite, transport: SoapTransport, answer: str, code: str, writes: bool
) -> None:
    site.will_answer(answer, 200 if answer == "fault_unnamed" else 500)
    error = error_of(transport, writes=writes)
    assert isinstance(error, Permanent)
    assert error.code == code
    assert error.advice


def test_what_is_wrong_is_told_by_a_site_that_debugs(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    site.will_answer("fault_refused_while_debugging", 500)
    assert "forumid => Invalid value" in error_of(transport, writes=True).what


@pytest.mark.parametrize("writes", [False, True])
def test_a_throttled_post_is_tried_later(
    site: ScriptedSite, transport: SoapTransport, writes: bool
) -> None:
    site.will_answer("fault_throttled", 500)
    assert isinstance(error_of(transport, writes=writes), Transient)


def test_what_php_throws_refuses_a_read_and_leaves_a_write_in_doubt(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    for _ in range(2):
        site.will_answer("fault_thrown_by_php", 500)
    read = error_of(transport, writes=False)
    assert isinstance(read, Permanent)
    assert read.code == ""
    assert isinstance(error_of(transport, writes=True), InDoubt)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("fault_answer_not_described", 500),
        ("fault_out_of_memory", 500),
        ("fault_answer_not_written", 500),
        ("answer_of_another_function", 200),
        ("cut_off", 200),
        ("page", 200),
        ("page", 502),
        ("not_an_envelope", 200),
        ("entities", 200),
        ("reference", 200),
        ("reference_in_the_value", 200),
        ("not_of_its_type", 200),
        ("no_number", 200),
        ("half_a_pair", 200),
        ("member_twice", 200),
        ("two_values", 200),
        ("nothing", 200),
        ("value", 500),
    ],
)
def test_a_lost_answer_is_transient_for_a_read_and_in_doubt_for_a_write(
    site: ScriptedSite, transport: SoapTransport, answer: str, status: int
) -> None:
    for _ in range(2):
        site.will_answer(answer, status)
    assert isinstance(error_of(transport, writes=False), Transient)
    assert isinstance(error_of(transport, writes=True), InDoubt)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe<", b"  ", b"null"])
def test_an_answer_that_is_no_xml_is_lost(
    site: ScriptedSite, transport: SoapTransport, body: bytes
) -> None:
    site.will_send(body)
    assert isinstance(error_of(transport, writes=True), InDoubt)


def test_a_document_in_another_encoding_hides_no_entities(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    hidden = written("entities").decode().replace("UTF-8", "UTF-16").encode("utf-16")
    site.will_send(hidden)
    assert isinstance(error_of(transport, writes=True), InDoubt)


@pytest.mark.parametrize("depth", [200, 1_000, 100_000])
def test_an_answer_nested_beyond_reason_is_lost(
    site: ScriptedSite, transport: SoapTransport, depth: int
) -> None:
    start, end = written("answer_of_another_function").split(b"<return")[0], b""
    start = start.replace(b"core_other_function", REPLY.encode())
    body = start + b"<a>" * depth + b"</a>" * depth
    end = f"</ns1:{REPLY}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>".encode()
    site.will_send(body + end)
    assert isinstance(error_of(transport, writes=True), InDoubt)


def test_an_endless_answer_is_not_read_to_its_end(site: ScriptedSite, url: str) -> None:
    transport = SoapTransport(url, TOKEN, settings=HttpSettings(answer_size=20_000))
    site.will_send(b" " * 30_000)
    assert isinstance(error_of(transport, writes=True), InDoubt)
    transport.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Permanent), (404, Permanent), (503, Transient)]
)
def test_the_web_server_speaks_for_itself(
    site: ScriptedSite, transport: SoapTransport, status: int, kind: type
) -> None:
    site.will_answer("page", status)
    error = error_of(transport, writes=True)
    assert isinstance(error, kind)
    assert error.code == str(status)
    if status == 403:
        assert "SOAP" in error.advice


def test_a_redirect_is_not_followed(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    to = f"https://learn.example.org/moodle/webservice/soap/server.php?wstoken={TOKEN}"
    site.will_send(b"", 302, Location=to)
    error = error_of(transport, writes=True)
    assert isinstance(error, Permanent)
    assert error.code == "redirect"
    assert error.advice.endswith("set [moodle].url to https://learn.example.org/moodle")
    assert TOKEN not in str(error)


class TestARefusalThatSoapDoesNotName:
    def test_a_wrong_token_is_named_by_the_upload_script(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        site.upload = b'{"error":"Jeton non valide","errorcode":"invalidtoken"}'
        site.will_answer("fault_unnamed")
        error = error_of(transport, writes=True)
        assert isinstance(error, Permanent)
        assert (error.code, error.item) == ("invalidtoken", REPLY)
        assert error.concerns_all

    def test_maintenance_did_nothing_when_both_say_the_same(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        site.upload = b'{"error":"Jeton non valide","errorcode":"sitemaintenance"}'
        site.will_answer("fault_unnamed")
        assert isinstance(error_of(transport, writes=True), Transient)

    def test_maintenance_that_began_meanwhile_leaves_a_write_in_doubt(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        site.upload = b'{"error":"Maintenance","errorcode":"sitemaintenance"}'
        site.will_answer("fault_unnamed")
        site.will_answer("fault_unnamed")
        assert isinstance(error_of(transport, writes=True), InDoubt)
        assert isinstance(error_of(transport, writes=False), Transient)


class TestTheDescriptionOfTheService:
    def test_it_is_read_once(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        for _ in range(2):
            site.will_answer("value")
            transport.call(REPLY, GIVEN, writes=True)
        assert site.others == ["wsdl"]

    @pytest.mark.parametrize("writes", [False, True])
    @pytest.mark.parametrize(
        ("described", "code", "kind"),
        [
            (Response(b""), "nosoap", Permanent),
            (Response(written("fault_unnamed")), "wsdl", Permanent),
            (Response(b"<definitions/>"), "wsdl", Permanent),
            (Response(written("not_an_envelope")), "wsdl", Permanent),
            (Response(status=403), "403", Permanent),
            (Response(status=302, headers={"Location": "/x"}), "redirect", Permanent),
            (Response(written("page")), "", Transient),
            (Response(written("value")), "", Transient),
            (Response(written("entities")), "", Transient),
            (Response(b"<a>" * 5000 + b"</a>" * 5000), "", Transient),
            (Response(status=503), "503", Transient),
        ],
    )
    def test_a_site_that_gives_none_did_nothing(
        self,
        *,
        site: ScriptedSite,
        transport: SoapTransport,
        described: Response,
        code: str,
        kind: type,
        writes: bool,
    ) -> None:
        site.wsdl = described
        error = error_of(transport, writes=writes)
        assert isinstance(error, kind)
        assert error.code == code
        assert site.calls == []

    def test_half_of_it_is_no_service_that_lacks_functions(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        whole = _wsdl()
        site.wsdl = Response(whole[: len(whole) * 2 // 3])
        assert isinstance(error_of(transport, writes=True), Transient)

    @pytest.mark.parametrize("where", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
    def test_what_it_names_elsewhere_is_not_fetched(
        self, site: ScriptedSite, transport: SoapTransport, where: str
    ) -> None:
        importing = f'<import namespace="urn:x" location="{where}"/><types>'
        site.wsdl = Response(_wsdl().replace(b"<types>", importing.encode()))
        error = error_of(transport, writes=True)
        assert (error.code, type(error)) == ("wsdl", Permanent)

    def test_calls_go_to_the_site_wherever_it_points(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        site.wsdl = Response(_wsdl().replace(b"moodle.example.org", b"127.0.0.1:9"))
        site.will_answer("value")
        assert transport.call(REPLY, GIVEN, writes=True).value == VALUE

    def test_a_function_outside_the_service_is_not_called(
        self, site: ScriptedSite, transport: SoapTransport
    ) -> None:
        with pytest.raises(Permanent) as caught:
            transport.call("mod_forum_delete_post", {"postid": 1}, writes=True)
        assert caught.value.code == "accessexception"
        assert site.calls == []


def _wsdl() -> bytes:
    return (HERE / "service.wsdl").read_bytes()
