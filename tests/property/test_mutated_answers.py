"""Whatever a site answers: a value or an error of ours, and no write twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

import pytest

from moodle_bridge.errors import BridgeError, Transient
from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import ADD_POST
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome
from tests.property.mutated_site import Answers, Endless, MutatedSite
from tests.property.mutated_steps import steps
from tests.unit.moodle.fakes import FakeClock

_SEED = 20261123


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


def _tried(answers: Answers, number: int, site: MutatedSite, protocol: str) -> str:
    """Take one step against a site; return what is wrong with that, or nothing."""
    clock = FakeClock()
    transport = site.rest() if protocol == "rest" else site.over_soap()
    moodle = Moodle(
        MoodleClient(transport, clock=clock, sleep=clock.sleep, jitter=lambda: 0.5)
    )
    every = list(steps(moodle))
    step = every[number % len(every)]
    came: object = None
    try:
        came = _taken(step)
    except Transient as error:
        if site.perhaps_done:
            return f"a write that may have been done may be repeated: {error!r}"
    except BridgeError:
        pass
    except Endless:
        pass
    except Exception as error:
        return f"{type(error).__name__} came through: {error!s:.200}"
    return "; ".join([*site.at_fault, *_never_tried(came, site)])


def _how_many(answers: Answers) -> int:
    clock = FakeClock()
    transport = MutatedSite(answers, Random(0), clock).rest()
    client = MoodleClient(transport, clock=clock, sleep=clock.sleep, jitter=lambda: 0.5)
    return len(list(steps(Moodle(client))))


def _taken(step: Callable[[], object]) -> object:
    came = step()
    return list(islice(came, 100_000)) if isinstance(came, Iterator) else came


def _never_tried(came: object, site: MutatedSite) -> Iterator[str]:
    if not isinstance(came, tuple):
        return
    outcomes = [one for one in came if isinstance(one, ItemOutcome)]
    untried = [one for one in outcomes if one.outcome is Outcome.NOT_TRIED]
    # An answer without a row for an item: PHP dropped what came in after a limit.
    untried = [one for one in untried if one.code != "dropped" or _tells_of_all(site)]
    if untried and len(outcomes) == 1 and site.perhaps_done:
        yield f"said to be not tried, and was: {untried[0].what}"


def _tells_of_all(site: MutatedSite) -> bool:
    body = site.last.body if site.last else b""
    return b'"id"' in body or b">id<" in body


def _run(answers: Answers, wanted: int) -> list[str]:
    mutated = number = 0
    wrong: list[str] = []
    while mutated < wanted:
        for protocol in ("rest", "soap"):
            chance = Random(f"{_SEED} {number} {protocol}")
            clock = FakeClock()
            site = MutatedSite(answers, chance, clock)
            problem = _tried(answers, number, site, protocol)
            mutated += site.mutated
            if problem:
                body = site.last.body[:300] if site.last else b""
                wrong.append(
                    f"{protocol} {number}, {site.sent[-3:]}: {problem}\n{body!r}"
                )
        number += 1
    return wrong


def _descriptions(answers: Answers, wanted: int) -> list[str]:
    wrong = []
    reply = {"postid": 1, "subject": "s", "message": "m", "messageformat": 1}
    for number in range(wanted):
        site = MutatedSite(answers, Random(f"{_SEED} {number}"), FakeClock())
        transport = site.over_soap(described=False)
        try:
            transport.call(ADD_POST, reply, writes=True)
        except BridgeError:
            pass
        except Exception as error:
            wrong.append(
                f"description {number}: {type(error).__name__}: {error!s:.200}"
            )
        wrong += site.at_fault
    return wrong


def test_a_site_whose_pages_never_end_is_not_read_for_ever(answers: Answers) -> None:
    wrong = []
    for protocol in ("rest", "soap"):
        for number in range(_how_many(answers)):
            site = MutatedSite(answers, Random(number), FakeClock())
            site.never_ends = True
            wrong.append(_tried(answers, number, site, protocol))

    assert not [*filter(None, wrong)]


def test_hundreds_of_mutated_answers_are_a_value_or_an_error_and_no_second_write(
    answers: Answers,
) -> None:
    wrong = _run(answers, 600)

    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.filterwarnings("ignore::UserWarning:zeep.*")
def test_a_mutated_description_of_the_service_is_one_or_an_error(
    answers: Answers,
) -> None:
    assert _descriptions(answers, 30) == []


@pytest.mark.soak
def test_twenty_thousand_mutated_answers_are_a_value_or_an_error_and_no_second_write(
    answers: Answers,
) -> None:
    wrong = _run(answers, 20_000)

    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong[:20])


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::UserWarning:zeep.*")
def test_a_thousand_mutated_descriptions_of_the_service_are_one_or_an_error(
    answers: Answers,
) -> None:
    assert _descriptions(answers, 1_000) == []
