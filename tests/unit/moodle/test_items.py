from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.moodle.calls import ItemPacking
from moodle_bridge.moodle.client import ClientSettings, MoodleClient
from moodle_bridge.moodle.items import write_items
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, done

from .fakes import FakeClock, FakeTransport, refused
from .item_fake import AWAY, LOST, NO_TOKEN, AllOrNothing, numbers_write

ClientOf = Callable[..., MoodleClient]


def outcomes_of(found: Sequence[ItemOutcome[int]]) -> list[Outcome]:
    return [one.outcome for one in found]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    count=st.integers(0, 40),
    bad=st.frozensets(st.integers(0, 39), max_size=12),
    size=st.integers(1, 15),
)
def test_bad_items_are_refused_and_the_others_written_once(
    client_of: ClientOf, count: int, bad: frozenset[int], size: int
) -> None:
    transport = FakeTransport()
    function = AllOrNothing(transport, bad=bad)
    client = client_of(transport, ClientSettings(items=ItemPacking(items=size)))

    found = write_items(client, numbers_write(), list(range(count)))

    assert [one.item for one in found] == list(range(count))
    assert sorted(function.written) == sorted(set(range(count)) - bad)
    for one in found:
        wanted = Outcome.REFUSED if one.item in bad else Outcome.DONE
        assert one.outcome is wanted
        assert bool(one.advice) == (one.item in bad)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    bad=st.frozensets(st.integers(0, 29), max_size=5),
    breaks=st.integers(0, 29),
    error=st.sampled_from([LOST, Transient("away", code="503"), NO_TOKEN]),
    size=st.integers(1, 12),
)
def test_whatever_breaks_no_item_is_written_twice_or_told_wrongly(
    client_of: ClientOf,
    bad: frozenset[int],
    breaks: int,
    error: RemoteError,
    size: int,
) -> None:
    transport = FakeTransport()
    function = AllOrNothing(transport, bad=bad, raises={breaks: error})
    client = client_of(transport, ClientSettings(items=ItemPacking(items=size)))

    found = write_items(client, numbers_write(), list(range(30)))

    assert len(found) == 30
    assert len(function.written) == len(set(function.written))
    said_done = {one.item for one in found if one.outcome is Outcome.DONE}
    assert said_done == set(function.written)
    doubtful = {one.item for one in found if one.outcome is Outcome.IN_DOUBT}
    assert (breaks in doubtful) == (error is LOST)
    assert {one.item for one in found if one.outcome is Outcome.REFUSED} <= bad


def test_a_call_in_doubt_stops_and_is_read_back(
    client_of: ClientOf, transport: FakeTransport
) -> None:
    function = AllOrNothing(transport, raises={3: LOST})
    client = client_of(transport, ClientSettings(items=ItemPacking(items=2)))
    write = numbers_write(
        settled=lambda items: [done(n) if n == 2 else None for n in items]
    )

    found = write_items(client, write, range(6))

    assert outcomes_of(found) == [
        Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.IN_DOUBT,
        Outcome.NOT_TRIED, Outcome.NOT_TRIED,
    ]  # fmt: skip
    assert function.sizes == [2, 2]


def test_what_cannot_be_read_back_stays_in_doubt(
    client: MoodleClient, transport: FakeTransport
) -> None:
    AllOrNothing(transport, raises={0: LOST})

    def unreadable(items: Sequence[int]) -> list[ItemOutcome[int] | None]:
        raise AWAY

    found = write_items(client, numbers_write(settled=unreadable), [0, 1])

    assert outcomes_of(found) == [Outcome.IN_DOUBT, Outcome.IN_DOUBT]


def test_a_wrong_token_refuses_no_item(
    client: MoodleClient, transport: FakeTransport
) -> None:
    AllOrNothing(transport, raises={0: NO_TOKEN})

    found = write_items(client, numbers_write(), [0, 1])

    assert outcomes_of(found) == [Outcome.NOT_TRIED, Outcome.NOT_TRIED]
    assert {one.code for one in found} == {"invalidtoken"}
    assert len(transport.calls) == 1


def test_a_missing_function_is_named_for_every_item(
    client: MoodleClient, transport: FakeTransport
) -> None:
    found = write_items(client, numbers_write(), [0, 1, 2])

    assert {(one.outcome, one.code) for one in found} == {
        (Outcome.NOT_TRIED, "missingfunction")
    }
    assert "Add core_group_add_group_members" in found[0].advice


def test_who_may_not_write_in_a_course_is_asked_about_it_once(
    client_of: ClientOf, transport: FakeTransport
) -> None:
    function = AllOrNothing(
        transport, raises={n: refused("nopermissions") for n in range(10)}
    )
    client = client_of(transport, ClientSettings(items=ItemPacking(items=4)))
    write = numbers_write(
        shared=frozenset({"nopermissions"}), scope=lambda number: number // 10
    )

    found = write_items(client, write, range(20))

    assert [one.item for one in found if one.is_so] == list(range(10, 20))
    assert {one.code for one in found if not one.is_so} == {"nopermissions"}
    # Of ten closed ones four are asked about together, and the others not at all.
    assert function.sizes[0] == 4
    assert len(function.sizes) < 8


def test_a_web_server_that_says_no_to_everything_is_not_asked_for_each(
    client: MoodleClient, transport: FakeTransport
) -> None:
    blocked = Permanent("the web server refused (HTTP 403)", code="403")
    AllOrNothing(transport, raises=dict.fromkeys(range(64), blocked))

    found = write_items(client, numbers_write(), range(64))

    assert len(transport.calls) < 12
    assert outcomes_of(found).count(Outcome.NOT_TRIED) > 50


def test_a_request_holds_no_more_fields_than_php_reads(
    client_of: ClientOf, transport: FakeTransport
) -> None:
    function = AllOrNothing(transport)
    packing = ItemPacking(items=1_000, form_fields=900)
    client = client_of(transport, ClientSettings(items=packing))
    write = numbers_write()

    write_items(client, write, range(2_000))

    assert function.sizes == [900, 900, 200]


def test_a_request_holds_no_more_bytes_than_the_site_reads(
    client_of: ClientOf, transport: FakeTransport
) -> None:
    function = AllOrNothing(transport)
    client = client_of(transport, ClientSettings(items=ItemPacking(size=100)))

    write_items(client, numbers_write(), range(100, 110))

    assert max(function.sizes) == 3
    assert function.written == list(range(100, 110))


def test_a_slow_site_is_sent_fewer_items_at_a_time(
    client_of: ClientOf, transport: FakeTransport, clock: FakeClock
) -> None:
    function = AllOrNothing(transport)
    clock.ticks = timedelta(seconds=20)
    packing = ItemPacking(items=40, seconds=25.0)
    client = client_of(transport, ClientSettings(items=packing))

    write_items(client, numbers_write(), range(100))

    assert function.sizes[0] == 40
    assert max(function.sizes[1:]) < 40
    assert sum(function.sizes) == 100


def test_no_items_make_no_call(client: MoodleClient, transport: FakeTransport) -> None:
    assert write_items(client, numbers_write(), []) == ()
    assert transport.calls == []


@pytest.mark.parametrize("error", [AWAY, LOST])
def test_a_write_of_items_raises_nothing_that_a_site_causes(
    client: MoodleClient, transport: FakeTransport, error: RemoteError
) -> None:
    AllOrNothing(transport, raises={0: error})

    assert not write_items(client, numbers_write(), [0])[0].is_so
