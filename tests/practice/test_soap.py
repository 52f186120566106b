"""The SOAP server of the practice Moodle, as a client with nothing but XML sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from lxml import etree

from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.records import User
from tests.practice.course import Site

SERVER = "/webservice/soap/server.php"
SMALL = (
    "core_webservice_get_site_info",
    "core_group_get_group_members",
    "mod_forum_add_discussion_post",
    "mod_forum_get_discussion_posts",
    "mod_forum_get_forum_discussions",
    "tool_mobile_call_external_functions",
)
POSTS = (
    "<discussionid>{}</discussionid><sortby>created</sortby>"
    "<sortdirection>ASC</sortdirection>"
    "<includeinlineattachments>0</includeinlineattachments>"
)


@pytest.fixture
def token(site: Site) -> str:
    return site.moodle.token_for(site.bridge, SMALL)


def envelope(function: str, inner: str) -> bytes:
    spaces = {
        "SOAP-ENV": "http://schemas.xmlsoap.org/soap/envelope/",
        "SOAP-ENC": "http://schemas.xmlsoap.org/soap/encoding/",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsd": "http://www.w3.org/2001/XMLSchema",
        "ns1": "http://localhost/webservice/soap/server.php",
        "ns2": "http://xml.apache.org/xml-soap",
    }
    named = "".join(f" xmlns:{name}={quoteattr(uri)}" for name, uri in spaces.items())
    return (
        f"<SOAP-ENV:Envelope{named}><SOAP-ENV:Body><ns1:{function}>{inner}"
        f"</ns1:{function}></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


def send(site: Site, token: str, function: str, inner: str = "") -> Any:
    return site.client.post(
        f"{SERVER}?wstoken={token}",
        data=envelope(function, inner),
        content_type="text/xml; charset=utf-8",
    )


def fault(response: Any) -> tuple[str, str, str]:
    found = etree.fromstring(response.get_data()).find(".//{*}Fault")
    assert found is not None
    code, text, actor = (
        str(found.findtext(name, ""))
        for name in ("faultcode", "faultstring", "faultactor")
    )
    return code, text, actor


def described(site: Site, token: str) -> Any:
    return site.client.get(f"{SERVER}?wsdl=1&wstoken={token}")


def test_the_description_names_the_functions_of_the_token(
    site: Site, token: str
) -> None:
    response = described(site, token)
    assert response.content_type == "application/xml; charset=utf-8"
    found = etree.fromstring(response.get_data())
    operations = found.findall("{*}portType/{*}operation")
    assert [operation.get("name") for operation in operations] == sorted(SMALL)
    assert found.get("targetNamespace") == (f"http://localhost{SERVER}?wstoken={token}")


def test_a_function_that_may_miss_a_list_spoils_the_service(site: Site) -> None:
    spoilt = site.moodle.token_for(site.bridge, [*SMALL, "core_get_fragment"])
    for response in (
        described(site, spoilt),
        send(site, spoilt, "mod_forum_get_discussion_posts", POSTS.format(1)),
    ):
        assert response.status_code == 200
        code, text, _ = fault(response)
        assert code == "MOODLE:error"
        assert "cannot be set as VALUE_OPTIONAL" in text


def test_a_token_for_everything_leaves_out_what_would_spoil_it(site: Site) -> None:
    response = described(site, site.token(site.bridge))
    assert b"core_get_fragment" not in response.get_data()
    assert b"</definitions>" in response.get_data()


def test_lists_come_as_maps_and_structures_by_their_number(
    site: Site, token: str
) -> None:
    response = send(site, token, "mod_forum_get_discussion_posts", POSTS.format(1))
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    answer = etree.fromstring(response.get_data()).find(".//return")
    assert answer is not None
    xsi = "{http://www.w3.org/2001/XMLSchema-instance}"
    assert answer.get(f"{xsi}type", "").startswith("ns1:webservices_struct_class_")
    posts = answer.find("posts")
    assert posts is not None
    assert posts.get("{http://schemas.xmlsoap.org/soap/encoding/}arrayType", "")
    assert {item.get(f"{xsi}type") for item in posts} == {"ns2:Map"}


def test_what_may_be_absent_from_a_structure_is_nil(site: Site, token: str) -> None:
    response = send(
        site,
        token,
        "core_webservice_get_site_info",
        '<serviceshortnames xsi:type="SOAP-ENC:Array"/>',
    )
    absent = etree.fromstring(response.get_data()).find(".//userhomepageurl")
    assert absent is not None
    assert absent.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"


@pytest.mark.parametrize(
    ("inner", "code", "text"),
    [
        ("", "SOAP-ENV:Client", "Missing parameter"),
        (
            "<discussionid>x</discussionid>",
            "SOAP-ENV:Server",
            "SOAP-ERROR: Encoding: Violation of encoding rules",
        ),
        (
            POSTS.format(9999),
            "SOAP-ENV:Server",
            "Call to a member function get_forum_id() on null",
        ),
        (
            POSTS.format(1).replace("created", "never"),
            "Receiver",
            "Unknown error | ERRORCODE: invalidparameter",
        ),
        (
            "<discussionid>1</discussionid>",
            "SOAP-ENV:Server",
            (
                "mod_forum_get_discussion_posts(): Argument #4 "
                "($includeinlineattachments) must be of type bool, null given"
            ),
        ),
    ],
)
def test_a_call_that_fails_is_a_fault_of_http_500(
    site: Site, token: str, inner: str, code: str, text: str
) -> None:
    response = send(site, token, "mod_forum_get_discussion_posts", inner)
    assert response.status_code == 500
    assert fault(response)[:2] == (code, text)


def test_the_errorcode_is_the_one_to_blame(site: Site, token: str) -> None:
    response = send(
        site,
        token,
        "core_group_get_group_members",
        '<groupids xsi:type="SOAP-ENC:Array"><item>999</item></groupids>',
    )
    assert fault(response)[2] == "invalidrecord"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"rubbish", "SOAP-ENV:Client"),
        (b"<a/>", "SOAP-ENV:VersionMismatch"),
        (b"", "SOAP-ENV:Client"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><a xmlns="http://schemas.xmlsoap.org/"/>',
            "SOAP-ENV:Server",
        ),
    ],
)
def test_what_is_no_envelope_is_refused(
    site: Site, token: str, body: bytes, code: str
) -> None:
    response = site.client.post(f"{SERVER}?wstoken={token}", data=body)
    assert response.status_code == 500
    assert fault(response)[0] == code


def test_a_wrong_token_never_gets_as_far_as_the_function(site: Site) -> None:
    response = send(site, "0" * 32, "core_webservice_get_site_info")
    assert response.status_code == 200
    assert response.content_type == "application/xml; charset=utf-8"
    assert fault(response)[:2] == ("MOODLE:error", "Invalid token - token not found")


def test_a_function_outside_the_service_is_not_present(site: Site, token: str) -> None:
    response = send(site, token, "mod_forum_delete_post", "<postid>1</postid>")
    assert response.status_code == 500
    assert fault(response)[1] == "Procedure 'mod_forum_delete_post' not present"
    assert site.moodle.state.posts[1]


def test_lists_of_maps_arrive_with_all_that_is_in_them(site: Site, token: str) -> None:
    pairs = "".join(
        f'<item><key xsi:type="xsd:string">{key}</key>'
        f'<value xsi:type="xsd:{kind}">{value}</value></item>'
        for key, kind, value in [
            ("name", "string", "private"),
            ("value", "int", 1),
        ]
    )
    response = send(
        site,
        token,
        "mod_forum_add_discussion_post",
        "<postid>1</postid><subject>Re: é &amp; &lt;3</subject><message>x</message>"
        '<options SOAP-ENC:arrayType="ns2:Map[1]" xsi:type="SOAP-ENC:Array">'
        f'<item xsi:type="ns2:Map">{pairs}</item></options>'
        "<messageformat>2</messageformat>",
    )
    assert response.status_code == 200, response.get_data()
    post = list(site.moodle.state.posts.values())[-1]
    assert post.subject == "Re: é & <3"
    assert post.privatereplyto


@pytest.mark.parametrize(
    ("rest", "soap", "statuses"), [(False, True, (403, 200)), (True, False, (200, 200))]
)
def test_a_site_may_switch_a_protocol_off(
    site: Site, rest: bool, soap: bool, statuses: tuple[int, int]
) -> None:
    user: User = site.bridge
    token = site.token(user)
    site.moodle.site = replace(site.moodle.site, rest=rest, soap=soap)
    by_rest = site.send(user, "core_webservice_get_site_info")
    by_soap = described(site, token)
    assert (by_rest.status_code, by_soap.status_code) == statuses
    assert bool(by_rest.get_data()) is rest
    assert bool(by_soap.get_data()) is soap


def test_faults_strike_soap_as_well(site: Site, token: str) -> None:
    site.moodle.faults.plan(FaultKind.MAINTENANCE, "mod_forum_get_discussion_posts")
    site.moodle.faults.plan(FaultKind.UNAVAILABLE, "wsdl")
    response = send(site, token, "mod_forum_get_discussion_posts", POSTS.format(1))
    assert fault(response)[0] == "MOODLE:error"
    assert described(site, token).status_code == 503
    assert described(site, token).status_code == 200


def test_a_scalar_that_was_left_out_is_nothing_rather_than_its_default(
    site: Site, token: str
) -> None:
    function = "mod_forum_get_forum_discussions"
    some = f"<forumid>{site.seeded.questions.id}</forumid><perpage>1</perpage>"
    # Left out, the order is 0, which is none; its default would have been fine.
    assert fault(send(site, token, function, some))[2] == "invalidparameter"
    response = send(site, token, function, f"{some}<sortorder>1</sortorder>")
    assert response.status_code == 200
    found = etree.fromstring(response.get_data())
    assert len(found.findall(".//discussions/item")) == 1


def test_a_list_that_was_left_out_is_refused(site: Site) -> None:
    token = site.moodle.token_for(site.bridge, ["core_enrol_get_enrolled_users"])
    response = send(
        site, token, "core_enrol_get_enrolled_users", "<courseid>2</courseid>"
    )
    assert fault(response)[2] == "invalidparameter"


def test_each_struct_is_numbered_after_those_inside_it(site: Site, token: str) -> None:
    found = etree.fromstring(described(site, token).get_data())
    types = found.findall(".//{*}complexType")
    names = [kind.get("name") for kind in types]
    assert names == [
        f"webservices_struct_class_{number:06d}" for number in range(len(names))
    ]
    for number, kind in enumerate(types):
        for element in kind.iter("{*}element"):
            inner = str(element.get("type")).rpartition("_")[2]
            assert not inner.isdigit() or int(inner) < number


def test_a_batch_is_known_to_faults_by_what_is_inside_it(
    site: Site, token: str
) -> None:
    site.moodle.faults.plan(FaultKind.BAD_GATEWAY, "mod_forum_get_discussion_posts")
    pairs = (
        '<item><key xsi:type="xsd:string">function</key>'
        '<value xsi:type="xsd:string">mod_forum_get_discussion_posts</value></item>'
        '<item><key xsi:type="xsd:string">arguments</key>'
        '<value xsi:type="xsd:string">{"discussionid": 1}</value></item>'
    )
    requests = (
        '<requests SOAP-ENC:arrayType="ns2:Map[1]" xsi:type="SOAP-ENC:Array">'
        f'<item xsi:type="ns2:Map">{pairs}</item></requests>'
    )
    batch = "tool_mobile_call_external_functions"
    assert send(site, token, batch, requests).status_code == 502
    answered = send(site, token, batch, requests)
    assert answered.status_code == 200
    assert b'"posts":[' in answered.get_data().replace(b"&quot;", b'"')
