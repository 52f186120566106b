from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.client import ClientSettings, MoodleClient
from moodle_bridge.moodle.functions import SITE_INFO
from moodle_bridge.moodle.patience import RetrySettings

from .fakes import SERVED, FakeClock, FakeTransport, refused

ClientOf = Callable[..., MoodleClient]


class Row(BaseModel):
    id: int


ROW = TypeAdapter(Row)


@pytest.fixture(autouse=True)
def one_function(transport: FakeTransport) -> None:
    transport.functions["f"] = lambda _: {"id": "7", "more": True}


def test_a_read_is_repeated_until_it_works(
    client: MoodleClient, transport: FakeTransport, clock: FakeClock
) -> None:
    transport.errors["f"] = [Transient("away"), Transient("away"), None]
    assert client.read("f", shape=ROW).value == Row(id=7)
    assert clock.slept == [0.5, 1.0]


def test_patience_ends(client: MoodleClient, transport: FakeTransport) -> None:
    transport.errors["f"] = [Transient(f"away {turn}") for turn in range(9)]
    with pytest.raises(Transient, match="away 3"):
        client.read("f")
    assert len(transport.calls) == 4


def test_a_named_wait_is_kept(
    client: MoodleClient, transport: FakeTransport, clock: FakeClock
) -> None:
    transport.errors["f"] = [Transient("slow down", retry_after=7.0), None]
    client.read("f")
    assert clock.slept == [7.0]


def test_a_wait_that_is_too_long_is_left_to_the_next_run(
    client: MoodleClient, transport: FakeTransport, clock: FakeClock
) -> None:
    transport.errors["f"] = [Transient("upgrade", retry_after=3600.0)]
    with pytest.raises(Transient, match="upgrade"):
        client.read("f")
    assert clock.slept == []


def test_the_budget_covers_all_attempts(
    client_of: ClientOf, transport: FakeTransport, clock: FakeClock
) -> None:
    retry = RetrySettings(attempts=99, first_wait=8.0, longest_wait=8.0, budget=20.0)
    client = client_of(transport, ClientSettings(retry=retry))
    transport.errors["f"] = [Transient("away") for _ in range(99)]
    with pytest.raises(Transient):
        client.read("f")
    assert sum(clock.slept) <= 20.0


@pytest.mark.parametrize("error", [InDoubt("lost"), Permanent("no")])
def test_a_write_is_not_repeated_blindly(
    client: MoodleClient, transport: FakeTransport, error: RemoteError
) -> None:
    transport.errors["f"] = [error]
    with pytest.raises(type(error)):
        client.write("f", {})
    assert len(transport.calls) == 1


def test_a_write_that_surely_did_nothing_is_repeated(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors["f"] = [Transient("unreachable"), None]
    assert client.write("f", {}).value["id"] == "7"


def test_a_misshapen_answer_leaves_a_write_in_doubt(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions["f"] = lambda _: {"id": "secret text"}
    with pytest.raises(InDoubt) as caught:
        client.write("f", {}, ROW)
    assert caught.value.code == "shape"
    assert "id: " in caught.value.what
    assert "secret" not in caught.value.what
    with pytest.raises(Permanent):
        client.read("f", shape=ROW)


def test_a_missing_function_is_named_with_its_purpose(client: MoodleClient) -> None:
    with pytest.raises(Permanent) as caught:
        client.read("mod_forum_get_discussion_posts")
    error = caught.value
    assert error.code == "missingfunction"
    assert error.item == "mod_forum_get_discussion_posts"
    assert "mirror a forum to the list" in error.what
    assert "Add mod_forum_get_discussion_posts to the service" in error.advice


def test_a_refusal_by_a_function_that_is_there_stays_what_it_is(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors["f"] = [refused("invalidrecord")]
    with pytest.raises(Permanent) as caught:
        client.write("f", {})
    assert caught.value.code == "invalidrecord"
    assert transport.asked == ["f", SITE_INFO]


def test_the_functions_are_asked_once(
    client: MoodleClient, transport: FakeTransport
) -> None:
    assert client.functions() == client.functions()
    assert transport.asked == [SITE_INFO]


def test_an_answer_counts_as_seen_from_before_it_was_asked(
    client: MoodleClient, clock: FakeClock
) -> None:
    clock.ticks = timedelta(seconds=3)
    served_at = client.read("f").served_at
    assert served_at is not None
    assert served_at <= SERVED - timedelta(seconds=3)


def test_closing_closes_the_transport(
    client: MoodleClient, transport: FakeTransport
) -> None:
    client.close()
    assert transport.closed
    assert "moodle.example.org" in repr(client)
