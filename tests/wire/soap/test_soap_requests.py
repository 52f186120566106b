"""What goes out over SOAP, and what stays here."""

import logging
import re
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from werkzeug.wrappers import Response
from zope.interface.verify import verifyObject

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces.transport import ITransport
from moodle_bridge.moodle.exchange import HttpSettings
from moodle_bridge.moodle.soap import SoapTransport
from moodle_bridge.moodle.soap_codec import array_items, decoded

from .scripted import HERE, TOKEN, ScriptedSite

REPLY = "mod_forum_add_discussion_post"
GIVEN: dict[str, Any] = {
    "postid": 1,
    "subject": "Ở Thiès & <3 😀",
    "message": "one\r\ntwo",
    "options": [{"name": "discussionsubscribe", "value": False}],
}


def sent(site: ScriptedSite) -> str:
    text = site.calls[-1].get_data().decode()
    root = etree.fromstring(text.encode())
    etree.indent(root)
    return etree.tostring(root, encoding="unicode") + "\n"


def test_it_keeps_the_contract_of_a_transport(transport: SoapTransport) -> None:
    assert verifyObject(ITransport, transport)


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [
        ("add_reply", REPLY, GIVEN),
        ("no_parameters", "core_files_get_unused_draft_itemid", {}),
        ("defaults", "core_webservice_get_site_info", {}),
        (
            "struct",
            "core_cohort_search_cohorts",
            {"query": "a", "context": {"contextid": 1}},
        ),
        ("null_by_default", "mod_wiki_new_page", {"title": "t", "content": "c"}),
    ],
)
def test_a_call_goes_out_as_recorded(
    site: ScriptedSite,
    transport: SoapTransport,
    name: str,
    function: str,
    arguments: dict[str, Any],
) -> None:
    site.will_answer("answer_of_another_function")
    with pytest.raises(RemoteError):
        transport.call(function, arguments, writes=False)
    assert sent(site) == (HERE / "requests" / f"{name}.xml").read_text("utf-8")


def test_the_head_of_a_request_says_what_soap_and_moodle_want(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    site.will_answer("value")
    transport.call(REPLY, GIVEN, writes=True)
    request = site.calls[-1]
    assert request.content_type == "text/xml; charset=utf-8"
    assert request.headers["SOAPAction"].endswith(f'#{REPLY}"')
    assert request.args.to_dict() == {
        "moodlewssettingraw": "0",
        "moodlewssettingfilter": "0",
        "moodlewssettingfileurl": "1",
        "wstoken": TOKEN,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        {"subject": "s", "message": "m"},
        {**GIVEN, "private": True},
        {**GIVEN, "postid": [1, 2]},
        {**GIVEN, "subject": {"a": 1}},
    ],
)
def test_arguments_that_the_function_has_not_are_refused_here(
    site: ScriptedSite, transport: SoapTransport, arguments: dict[str, Any]
) -> None:
    with pytest.raises((Permanent, TypeError)) as caught:
        transport.call(REPLY, arguments, writes=True)
    assert getattr(caught.value, "code", "invalidparameter") == "invalidparameter"
    assert site.calls == []


@pytest.mark.parametrize("value", [b"x", object(), float("nan")])
def test_what_has_no_form_is_a_mistake_of_the_caller(
    site: ScriptedSite, transport: SoapTransport, value: object
) -> None:
    for arguments in (
        {**GIVEN, "subject": value},
        {**GIVEN, "options": [{"name": "x", "value": value}]},
    ):
        with pytest.raises(TypeError, match="has no form"):
            transport.call(REPLY, arguments, writes=True)
    assert site.calls == []


def test_a_request_larger_than_the_site_reads_is_not_sent(
    site: ScriptedSite, url: str
) -> None:
    transport = SoapTransport(url, TOKEN, settings=HttpSettings(form_size=2_000))
    with pytest.raises(Permanent) as caught:
        transport.call(REPLY, {**GIVEN, "message": "x" * 3_000}, writes=True)
    assert caught.value.code == "toolarge"
    assert site.calls == []
    transport.close()


def test_files_go_over_the_scripts_that_rest_uses(
    site: ScriptedSite, transport: SoapTransport, url: str
) -> None:
    site.upload = b'[{"filename":"a","itemid":77}]'
    answer = transport.upload("a", b"x", media_type="a/b", item_id=0)
    assert answer.value[0]["itemid"] == 77
    with pytest.raises(Permanent) as caught:
        transport.download("https://elsewhere.example/pluginfile.php/1/x", limit=9)
    assert caught.value.code == "foreign"


LEAKS: list[tuple[str, int]] = [
    ("fault_refused", 500),
    ("fault_unnamed", 200),
    ("fault_no_description", 500),
    ("page", 200),
    ("cut_off", 200),
    ("answer_of_another_function", 200),
    ("nothing", 302),
]


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(("answer", "status"), LEAKS)
def test_the_token_leaks_nowhere(
    *,
    site: ScriptedSite,
    transport: SoapTransport,
    answer: str,
    status: int,
    writes: bool,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    site.will_answer(answer, status, Location=f"https://x.example/?wstoken={TOKEN}")
    with caplog.at_level(logging.DEBUG), pytest.raises(RemoteError) as caught:
        transport.call(REPLY, GIVEN, writes=writes)
    seen = [*told(caught.value), repr(transport), repr(transport.open())]
    out, err = capfd.readouterr()
    assert "urllib3" in caplog.text
    assert TOKEN not in "\n".join([*seen, caplog.text, out, err])


@pytest.mark.parametrize("place", ["https://127.0.0.1:9", "http://127.0.0.1:9"])
def test_the_token_leaks_not_when_nobody_is_there(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    transport = SoapTransport(place, TOKEN)
    with caplog.at_level(logging.DEBUG), pytest.raises(RemoteError) as caught:
        transport.call(REPLY, GIVEN, writes=True)
    assert caught.value.code == "unreachable"
    assert TOKEN not in "\n".join([*told(caught.value), caplog.text])
    transport.close()


def test_a_description_that_breaks_zeep_tells_no_token(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    broken = (HERE / "service.wsdl").read_bytes().replace(b"xsd:all>", b"xsd:none>")
    site.wsdl = Response(broken)
    with pytest.raises(Permanent) as caught:
        transport.call(REPLY, GIVEN, writes=True)
    assert caught.value.code == "wsdl"
    assert TOKEN not in "\n".join(told(caught.value))


def test_zeep_never_holds_the_token(
    site: ScriptedSite, transport: SoapTransport
) -> None:
    site.will_answer("value")
    transport.call(REPLY, GIVEN, writes=True)
    assert TOKEN not in site.calls[-1].get_data().decode()
    assert TOKEN not in site.calls[-1].headers["SOAPAction"]


def test_nothing_is_written_to_disk(
    site: ScriptedSite,
    transport: SoapTransport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    site.will_answer("value")
    transport.call(REPLY, GIVEN, writes=True)
    assert list(tmp_path.rglob("*")) == []


WRITTEN = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.booleans() | st.integers() | WRITTEN
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WRITTEN, inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=VALUES)
def test_what_is_encoded_is_decoded_to_the_same(value: object) -> None:
    (item,) = array_items("x", [value])
    assert decoded(etree.fromstring(etree.tostring(item))) == as_xml_has_it(value)


@given(text=st.text())
def test_any_text_has_a_form(text: str) -> None:
    (item,) = array_items("x", [{"value": text}])
    back = decoded(etree.fromstring(etree.tostring(item)))["value"]
    assert back == fit_for_xml(text)


def fit_for_xml(text: str) -> str:
    unfit = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    return re.sub(unfit, "\ufffd", text)


def as_xml_has_it(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return fit_for_xml(value)
    if isinstance(value, list):
        return [as_xml_has_it(item) for item in value]
    if isinstance(value, dict):
        return {fit_for_xml(key): as_xml_has_it(item) for key, item in value.items()}
    return value


def told(error: BaseException | None) -> list[str]:
    found = []
    while error is not None:
        found += ["".join(traceback.format_exception(error)), repr(vars(error))]
        error = error.__context__ or error.__cause__
    return found
