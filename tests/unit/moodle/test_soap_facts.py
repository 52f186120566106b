"""SOAP as a real Moodle was recorded to speak it, and its own list of parameters."""

import json
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.forum_shapes import REPLIED
from moodle_bridge.moodle.functions import (
    ADD_POST,
    PURPOSES,
    USERS_BY_FIELD,
)
from moodle_bridge.moodle.parsing import parsed
from moodle_bridge.moodle.soap_answers import (
    content_of,
    fault_error,
    fault_of,
    returned,
)
from moodle_bridge.moodle.soap_parameters import known_parameters
from moodle_bridge.moodle.soap_wsdl import SoapService
from moodle_bridge.moodle.wire import Asked

SHARED = Path(__file__).parents[3].parent / "shared" / "moodle"
CUT = "SOAP: discussion posts"
"""A recording that was cut to 6,000 characters, and so is no answer."""
CODES = {
    "SOAP: site info, no parameters": "invalidparameter",
    "SOAP: unknown forum": "",
    "SOAP: function outside the service": "accessexception",
    "SOAP: invalid token": "",
}


def shared(name: str) -> Any:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the recordings of a real Moodle are not beside the project")
    return json.loads(path.read_text("utf-8"))


def recorded() -> dict[str, dict[str, Any]]:
    steps = shared("recorded-4.5.6.json")["steps"]
    return {step["step"]: step for step in steps if step["protocol"] == "soap"}


def body_of(step: dict[str, Any]) -> bytes:
    # A mask with brackets stands for the token, in attributes too.
    text: str = step["response_xml"]
    for who in ("bridge", "nobody"):
        text = text.replace(f"<token:{who}>", "masked")
    return text.encode()


def test_every_function_that_the_client_calls_has_its_parameters() -> None:
    known = known_parameters()
    assert [function for function in PURPOSES if function not in known] == []


@pytest.mark.facts
@pytest.mark.parametrize("release", ["4.5.6", "4.2.2"])
def test_the_table_of_parameters_is_that_of_moodle(release: str) -> None:
    functions = shared(f"functions-{release}.json")["functions"]
    compared = 0
    for function, parameters in known_parameters().items():
        if function not in functions:
            continue
        fields = functions[function]["parameters"]["fields"] or {}
        assert list(parameters) == list(fields), function
        for name, field in fields.items():
            ours = parameters[name]
            assert ours.kind == field["kind"], (function, name)
            assert ours.required == (field["required"] == "required")
            assert ours.default == field.get("default"), (function, name)
        compared += 1
    assert compared > 70


@pytest.mark.facts
def test_every_recorded_soap_answer_is_read_or_refused() -> None:
    read = refused = 0
    for name, step in recorded().items():
        if step["function"] == "?wsdl=1" or not step["response_xml"]:
            continue
        if name == CUT:
            with pytest.raises(ValueError, match="no XML"):
                content_of(body_of(step))
            continue
        content = content_of(body_of(step))
        fault = fault_of(content)
        if fault is None:
            value = returned(content, step["function"], void=False)
            assert value
            read += 1
            continue
        asked = Asked(
            function=step["function"],
            writes=False,
            site_url="https://moodle.example",
            protocol="SOAP",
        )
        error = fault_error(fault, asked)
        assert isinstance(error, Permanent), name
        assert error.code == CODES[name]
        assert fault.unnamed == (name == "SOAP: invalid token")
        refused += 1
    assert (read, refused) == (2, 4)


@pytest.mark.facts
def test_a_recorded_reply_and_a_person_have_the_shapes_of_rest() -> None:
    steps = recorded()
    value = returned(
        content_of(body_of(steps["SOAP: add a reply"])), ADD_POST, void=False
    )
    reply = parsed(REPLIED, value).post
    assert reply.author.fullname == "Course Bridge"
    assert (reply.isprivatereply, reply.isdeleted) == (False, False)
    assert reply.message == "via &lt;soap&gt; é"
    (person,) = returned(
        content_of(body_of(steps["SOAP: users by field"])), USERS_BY_FIELD, void=False
    )
    assert (person["username"], person["suspended"]) == ("part1", False)


@pytest.mark.facts
def test_the_recorded_service_is_understood() -> None:
    service = SoapService(
        body_of(recorded()["SOAP: the WSDL of a service of 43 functions"]),
        known_parameters(),
    )
    assert service.holds(ADD_POST)
    assert not service.is_void(ADD_POST)
    assert service.is_void("core_cohort_delete_cohort_members")
    asked = Asked(function=ADD_POST, writes=True, site_url="https://moodle.example")
    given = {"postid": 1, "subject": "s", "message": "m", "options": []}
    assert b"<messageformat>1</messageformat>" in service.request(given, asked)
