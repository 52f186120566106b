import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.moodle.calls import Call, Packing, Result, packed
from moodle_bridge.moodle.client import ClientSettings, MoodleClient
from moodle_bridge.moodle.functions import BATCH, SITE_INFO

from .fakes import FakeTransport, refused

ClientOf = Callable[..., MoodleClient]

BROKEN = 13
GONE = 99


def echo(arguments: Mapping[str, Any]) -> object:
    number = arguments["n"]
    if number == GONE:
        raise refused("")
    return {"n": number}


@pytest.fixture(autouse=True)
def an_echo(transport: FakeTransport) -> None:
    transport.functions["echo"] = echo


def calls(*numbers: int) -> list[Call]:
    return [Call(function="echo", arguments={"n": number}) for number in numbers]


def values(results: list[Result]) -> list[object]:
    return [
        result.value["n"] if isinstance(result, Answer) else result.code
        for result in results
    ]


def test_many_reads_are_one_request(
    client: MoodleClient, transport: FakeTransport
) -> None:
    assert values(client.batch(calls(*range(25)))) == list(range(25))
    assert transport.asked == [BATCH]


def test_one_read_needs_no_batch(
    client: MoodleClient, transport: FakeTransport
) -> None:
    assert values(client.batch(calls(1))) == [1]
    assert transport.asked == ["echo"]
    assert client.batch([]) == []


@pytest.mark.parametrize("parallel", [1, 2, 4, 99])
def test_the_order_is_kept_over_several_requests(
    client_of: ClientOf, transport: FakeTransport, parallel: int
) -> None:
    client = client_of(transport, ClientSettings(parallel=parallel))
    assert values(client.batch(calls(*range(90)))) == list(range(90))
    assert transport.asked == [BATCH] * 4


def test_a_batch_goes_on_after_what_stopped_it(
    client: MoodleClient, transport: FakeTransport
) -> None:
    results = client.batch(calls(1, GONE, 2, 3, GONE))
    assert values(results) == [
        1, "generalexceptionmessage", 2, 3, "generalexceptionmessage",
    ]  # fmt: skip
    assert transport.asked == [BATCH, BATCH]
    assert isinstance(results[1], Permanent)
    assert results[1].item == "echo"


def test_a_whole_batch_is_repeated_while_the_site_is_away(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors[BATCH] = [Transient("away", code="503"), None]
    assert values(client.batch(calls(1, 2))) == [1, 2]


def test_a_site_that_is_away_stops_everything(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors[BATCH] = [Transient("away", code="503") for _ in range(9)]
    with pytest.raises(Transient, match="away"):
        client.batch(calls(1, 2))
    assert transport.asked == [BATCH] * 4


def test_a_wrong_token_stops_everything(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors[BATCH] = [refused("invalidtoken")]
    with pytest.raises(Permanent):
        client.batch(calls(1, 2))
    transport.errors["echo"] = [refused("invalidtoken")]
    with pytest.raises(Permanent):
        client.batch(calls(1))


def test_without_the_batch_function_each_read_is_a_request(
    client_of: ClientOf,
) -> None:
    transport = FakeTransport(can_batch=False)
    transport.functions["echo"] = echo
    client = client_of(transport)
    assert values(client.batch(calls(1, GONE, 2))) == [1, "", 2]
    assert values(client.batch(calls(3, 4))) == [3, 4]
    assert transport.asked == [BATCH, SITE_INFO, *["echo"] * 5]


def test_one_read_that_breaks_the_site_does_not_take_the_others_along(
    client: MoodleClient, transport: FakeTransport
) -> None:
    def fragile(arguments: Mapping[str, Any]) -> object:
        if arguments["n"] == BROKEN:
            raise Transient("out of memory", code="500")
        return echo(arguments)

    transport.functions["echo"] = fragile
    assert values(client.batch(calls(1, BROKEN, 2))) == [1, "500", 2]


def test_a_site_that_breaks_on_everything_is_away(
    client: MoodleClient, transport: FakeTransport
) -> None:
    def broken(_: Mapping[str, Any]) -> object:
        raise Transient("out of memory", code="500")

    transport.functions["echo"] = broken
    with pytest.raises(Transient):
        client.batch(calls(*range(25)))
    assert len(transport.calls) == 8
    with pytest.raises(Transient):
        client.batch(calls(1, 2))


def test_one_read_alone_that_breaks_the_site_is_its_own_error(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors["echo"] = [Transient("empty") for _ in range(4)]
    assert values(client.batch(calls(1))) == [""]


def test_a_missing_function_is_asked_for_once(
    client: MoodleClient, transport: FakeTransport
) -> None:
    missing = [Call(function="no_such", arguments={"n": n}) for n in range(5)]
    results = client.batch([*missing, *calls(1)])
    assert values(results) == ["missingfunction"] * 5 + [1]
    assert transport.asked == [BATCH, BATCH]


def test_an_empty_inner_answer_is_that_calls_own_error(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[BATCH] = lambda _: {
        "responses": [
            {"error": False, "data": ""},
            {"error": False},
            {"error": False, "data": '{"n": 1'},
            {"error": True, "exception": "no JSON"},
        ]
    }
    empty, void, cut, refusal = client.batch(calls(1, 2, 3, 4))
    assert isinstance(empty, Transient)
    assert isinstance(void, Answer)
    assert void.value is None
    assert isinstance(cut, Transient)
    assert isinstance(refusal, Permanent)


def test_a_batch_that_answers_nothing_is_no_success(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[BATCH] = lambda _: {"responses": []}
    assert values(client.batch(calls(1, 2))) == [1, 2]
    transport.functions[BATCH] = lambda _: {"nothing": 1}
    with pytest.raises(RemoteError):
        client.batch(calls(1, 2))


def test_an_endless_stream_is_read_a_little_at_a_time(
    client: MoodleClient, transport: FakeTransport
) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Call]:
        for number in itertools.count():
            taken.append(number)
            yield from calls(number)

    stream = client.stream(endless())
    assert values(list(itertools.islice(stream, 30))) == list(range(30))
    stream.close()  # type: ignore[attr-defined]
    assert len(taken) <= 4 * 25


@given(
    st.lists(st.integers(1, 3000), max_size=60),
    st.integers(1, 40),
    st.integers(1, 100),
)
def test_packing_keeps_order_and_limits(
    rows: list[int], most: int, form_fields: int
) -> None:
    given_ = [
        Call(function="f", arguments={"n": index}, rows=row)
        for index, row in enumerate(rows)
    ]
    packing = Packing(calls=most, rows=2000, form_fields=form_fields, size=200)
    chunks = list(packed(given_, packing))
    assert [call for chunk in chunks for call in chunk] == given_
    for chunk in chunks:
        assert len(chunk) <= most
        assert len(chunk) == 1 or 2 * len(chunk) <= form_fields
        assert len(chunk) == 1 or sum(call.rows for call in chunk) <= 2000
        assert len(chunk) == 1 or sum(len(c.json_arguments()) for c in chunk) <= 200
