from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moodle_bridge.errors import Busy, GuardTripped, Permanent, Transient
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Outcome,
    Plan,
    Refused,
    Settlement,
    Withheld,
)
from sync.engine import LEASE_TERM, Engine
from sync.job import refuse_beyond
from sync.ledger import Ledger, Transaction
from sync.ledger.intents import Intent, IntentState
from sync.ledger.leases import Holder, this_run

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass
class Hands:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Errands:
    """A job whose effects are words that are said; what comes of each is scripted.

    `plans` are observed one after the other. `outcomes` and `settlements` are asked by
    key; what is not among them is done.
    """

    plans: list[Plan] = field(default_factory=list)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    settlements: dict[str, list[Settlement]] = field(default_factory=dict)
    limit: int = 100
    said: list[str] = field(default_factory=list)
    completions: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str], None] = lambda _key: None
    name: str = "errands"

    def settle(self, intent: Intent) -> Settlement:
        scripted = self.settlements.get(intent.key, [])
        return scripted.pop(0) if scripted else Done()

    def observe(self) -> Iterator[Plan]:
        yield from self.plans

    def plan(self, observation: Plan) -> Plan:
        return observation

    def guard(self, actions: int) -> None:
        refuse_beyond(self.limit, actions, what="errands", key="[safety].errands")

    def carry_out(self, action: Action) -> Outcome:
        self.before(action.key)
        scripted = self.outcomes.get(action.key, [])
        outcome = scripted.pop(0) if scripted else Done(result={"said": action.key})
        if isinstance(outcome, Done):
            self.said.append(action.key)
        return outcome

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        del transaction
        self.completions.append((intent.key, type(outcome).__name__))


def errand(key: str, stream: str = "") -> Action:
    return Action(
        key=key, kind="say", source=f"s:{key}", stream=stream or key, summary=key
    )


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def ledger(tmp_path: Path, clock: Hands) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    yield ledger
    ledger.close()


@pytest.fixture
def engine(ledger: Ledger) -> Engine:
    return Engine(ledger=ledger, holder=this_run("one"))


def states(ledger: Ledger) -> dict[str, str]:
    with ledger.reading() as transaction:
        found = [
            intent
            for state in IntentState
            for intent in transaction.intents.with_state(state)
        ]
    return {
        intent.key: intent.state.value
        for intent in sorted(found, key=lambda one: one.id)
    }


def intent_of(ledger: Ledger, key: str) -> Intent:
    with ledger.reading() as transaction:
        found = transaction.intents.get(key)
    assert found is not None
    return found


def leases(ledger: Ledger, *names: str) -> None:
    """Take leases as another run would; raises Busy when one is held."""
    other = Holder(name="other", host="elsewhere.example", pid=1)
    with ledger.writing() as transaction:
        for name in names:
            transaction.leases.take(name, other, LEASE_TERM)


def test_effects_are_written_down_before_and_after_they_happen(
    engine: Engine, ledger: Ledger
) -> None:
    seen: list[dict[str, str]] = []
    job = Errands(
        plans=[Plan(actions=(errand("a"), errand("b")))],
        before=lambda _: seen.append(states(ledger)),
    )
    engine.run(job)
    assert job.said == ["a", "b"]
    assert seen == [
        {"a": "sending", "b": "planned"},
        {"a": "done", "b": "sending"},
    ]
    assert states(ledger) == {"a": "done", "b": "done"}
    assert intent_of(ledger, "a").result == {"said": "a"}
    assert job.completions == [("a", "Done"), ("b", "Done")]
    assert engine.report.counts == {"planned": 2, "withheld": 0, "done": 2}


def test_cursors_change_with_what_is_meant_or_not_at_all(
    engine: Engine, ledger: Ledger
) -> None:
    def moved(transaction: Transaction) -> None:
        transaction.cursors.move("place", "7")

    def broken(_: Transaction) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        engine.run(
            Errands(plans=[Plan(actions=(errand("a"),), records=(moved, broken))])
        )
    assert states(ledger) == {}
    engine.run(Errands(plans=[Plan(actions=(errand("a"),), records=(moved,))]))
    with ledger.reading() as transaction:
        assert transaction.cursors.get("place") == "7"


def test_what_is_planned_again_is_done_once(engine: Engine) -> None:
    job = Errands(plans=[Plan(actions=(errand("a"),)), Plan(actions=(errand("a"),))])
    engine.run(job)
    engine.run(job)
    assert job.said == ["a"]


def test_a_dry_run_plans_and_guards_and_does_nothing(ledger: Ledger) -> None:
    engine = Engine(ledger=ledger, holder=this_run("dry"), dry_run=True)
    left = Withheld(source="s", reason="private", summary="a secret")
    job = Errands(plans=[Plan(actions=(errand("a"),), withheld=(left,))])
    engine.run(job)
    assert job.said == []
    assert states(ledger) == {}
    assert [action.key for action in engine.report.planned] == ["a"]
    assert engine.report.withheld == [left]
    with pytest.raises(GuardTripped):
        engine.run(Errands(plans=job.plans, limit=1))


def test_a_guard_stops_before_anything_is_recorded(
    engine: Engine, ledger: Ledger
) -> None:
    job = Errands(plans=[Plan(actions=(errand("a"), errand("b")))], limit=1)
    with pytest.raises(GuardTripped, match="2 errands, and the limit is 1") as caught:
        engine.run(job)
    assert "[safety].errands" in caught.value.advice
    assert states(ledger) == {}
    leases(ledger, "job:errands")


def test_a_guard_counts_what_the_whole_run_does(engine: Engine) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a"),)), Plan(actions=(errand("b"),))], limit=1
    )
    with pytest.raises(GuardTripped):
        engine.run(job)
    assert job.said == ["a"]


def test_what_waits_holds_up_its_own_stream_alone(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a", "s"), errand("b", "s"), errand("c", "t")))],
        outcomes={"a": [Later(reason="busy", wait=timedelta(minutes=5))]},
    )
    engine.run(job)
    assert job.said == ["c"]
    assert engine.report.counts["waiting"] == 1
    engine.run(job)
    assert job.said == ["c"]
    clock.now += timedelta(minutes=5)
    engine.run(job)
    assert job.said == ["c", "a", "b"]
    assert "later: a: busy" in engine.report.problems


def test_waiting_grows_and_has_a_limit(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a"),))],
        outcomes={"a": [Later(reason="busy")] * 12},
    )
    waits = []
    for _ in range(12):
        engine.run(job)
        due = intent_of(ledger, "a").not_before
        assert due is not None
        waits.append(due - clock.now)
        clock.now = due
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=2)


def test_what_is_put_off_for_days_is_held_and_blocks_nothing(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a", "s"), errand("b", "s")))],
        outcomes={"a": [Later(reason="busy")] * 2},
    )
    engine.run(job)
    clock.now += timedelta(days=6)
    engine.run(job)
    assert states(ledger)["a"] == "held"
    assert engine.report.counts["held"] == 1
    engine.run(job)
    assert job.said == ["b"]


@pytest.mark.parametrize(
    "cause", [Transient("away"), Permanent("wrong token", concerns_all=True)]
)
def test_a_remote_end_out_of_reach_ends_the_job_and_gives_up_nothing(
    engine: Engine, ledger: Ledger, clock: Hands, cause: Transient | Permanent
) -> None:
    away = Later(reason="away", cause=cause)
    job = Errands(
        plans=[Plan(actions=(errand("a"), errand("b")))], outcomes={"a": [away] * 2}
    )
    for _ in range(2):
        with pytest.raises(type(cause)):
            engine.run(job)
        clock.now += timedelta(days=9)
    assert states(ledger) == {"a": "planned", "b": "planned"}
    assert intent_of(ledger, "a").not_before is None
    engine.run(job)
    assert job.said == ["a", "b"]


def test_what_is_refused_is_dead_and_listed_and_does_not_block(
    engine: Engine, ledger: Ledger
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a", "s"), errand("b", "s")))],
        outcomes={"a": [Refused(reason="no such list", advice="Mend it.")]},
    )
    engine.run(job)
    assert job.said == ["b"]
    dead = intent_of(ledger, "a")
    assert (dead.state, dead.reason, dead.advice) == (
        IntentState.DEAD,
        "no such list",
        "Mend it.",
    )
    assert job.completions[0] == ("a", "Refused")
    assert "refused: a: no such list" in engine.report.problems
    engine.run(job)
    assert job.said == ["b"]


def test_a_doubt_that_is_settled_at_once_holds_up_nothing(
    engine: Engine, ledger: Ledger
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a", "s"), errand("b", "s")))],
        outcomes={"a": [Doubt(reason="the answer was lost")]},
        settlements={"a": [Done(result={"post_id": 4})]},
    )
    engine.run(job)
    assert job.said == ["b"]
    assert intent_of(ledger, "a").result == {"post_id": 4}
    assert engine.report.counts["found again"] == 1


def test_a_doubt_blocks_its_stream_until_it_is_settled(
    engine: Engine, ledger: Ledger
) -> None:
    plans = [Plan(actions=(errand("a", "s"), errand("b", "s"), errand("c", "t")))]
    lost = Doubt(reason="lost")
    job = Errands(
        plans=plans,
        outcomes={"a": [lost]},
        settlements={"a": [lost, lost, Absent()]},
    )
    engine.run(job)
    assert job.said == ["c"]
    assert states(ledger) == {"a": "sending", "b": "planned", "c": "done"}
    engine.run(job)
    assert job.said == ["c"]
    assert engine.report.counts["in doubt"] == 2
    engine.run(job)
    assert job.said == ["c", "a", "b"]
    assert engine.report.counts["to repeat"] == 1
    assert intent_of(ledger, "a").attempts == 2


def test_what_surely_did_not_happen_is_repeated_by_the_next_run(
    engine: Engine, ledger: Ledger
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a", "s"), errand("b", "s")))],
        outcomes={"a": [Doubt(reason="lost")]},
        settlements={"a": [Absent()]},
    )
    engine.run(job)
    assert job.said == []
    engine.run(job)
    assert job.said == ["a", "b"]


def test_a_remote_end_that_cannot_be_asked_leaves_the_doubt(
    engine: Engine, ledger: Ledger
) -> None:
    class Deaf(Errands):
        def settle(self, intent: Intent) -> Settlement:
            raise Transient("no connection")

    job = Deaf(
        plans=[Plan(actions=(errand("a"),))], outcomes={"a": [Doubt(reason="lost")]}
    )
    engine.run(job)
    assert states(ledger) == {"a": "sending"}
    assert "no connection" in engine.report.problems[-1]


def test_what_is_lost_again_and_again_is_held(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a"),))],
        outcomes={"a": [Doubt(reason="lost")] * 9},
        settlements={"a": [Absent()] * 9},
    )
    for _ in range(6):
        engine.run(job)
        clock.now += timedelta(days=1)
    assert states(ledger) == {"a": "planned"}
    engine.run(job)
    assert states(ledger) == {"a": "held"}
    assert "drop it" in intent_of(ledger, "a").advice


def test_an_effect_that_broke_off_is_settled_by_the_next_run(
    engine: Engine, ledger: Ledger
) -> None:
    def killed(_: str) -> None:
        raise KeyboardInterrupt

    job = Errands(plans=[Plan(actions=(errand("a"),))], before=killed)
    with pytest.raises(KeyboardInterrupt):
        engine.run(job)
    assert states(ledger) == {"a": "sending"}
    job = Errands(plans=job.plans)
    engine.run(job)
    assert job.said == []
    assert job.completions == [("a", "Done")]


def test_an_effect_that_another_run_has_begun_is_left_to_it(
    engine: Engine, ledger: Ledger
) -> None:
    def stolen(key: str) -> None:
        with ledger.writing() as transaction:
            intent = transaction.intents.get("b")
            if key == "a" and intent is not None:
                transaction.intents.begin(intent.id)

    job = Errands(
        plans=[Plan(actions=(errand("a"), errand("b", "s"), errand("c", "s")))],
        before=stolen,
    )
    engine.run(job)
    assert job.said == ["a"]
    assert states(ledger) == {"a": "done", "b": "sending", "c": "planned"}


def test_two_runs_do_not_collide(engine: Engine, ledger: Ledger) -> None:
    engine.begin()
    with pytest.raises(Busy, match="another run"):
        leases(ledger, "sync")
    engine.end()
    leases(ledger, "sync")
    with pytest.raises(Busy):
        engine.begin()
    with pytest.raises(Busy):
        engine.run(Errands())


def test_a_long_run_renews_its_lease(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    def slow(_: str) -> None:
        clock.now += LEASE_TERM * 0.4
        with pytest.raises(Busy):
            leases(ledger, "sync")

    engine.begin()
    job = Errands(
        plans=[Plan(actions=tuple(errand(key) for key in "abcdef"))], before=slow
    )
    engine.run(job)
    assert job.said == list("abcdef")


def test_a_run_that_lost_its_lease_stops(
    engine: Engine, ledger: Ledger, clock: Hands
) -> None:
    def asleep(_: str) -> None:
        clock.now += LEASE_TERM * 2
        leases(ledger, "job:errands", "sync")

    job = Errands(plans=[Plan(actions=(errand("a"), errand("b")))], before=asleep)
    with pytest.raises(Busy):
        engine.run(job)
    assert job.said == ["a"]


def test_progress_is_told_line_by_line(ledger: Ledger) -> None:
    lines: list[str] = []
    engine = Engine(ledger=ledger, holder=this_run("x"), progress=lines.append)
    job = Errands(
        plans=[Plan(actions=(errand("a"), errand("b")))],
        outcomes={"b": [Doubt(reason="lost")]},
    )
    engine.run(job)
    assert lines == ["a", "b", "found again: b"]


def test_no_address_stands_in_a_problem(engine: Engine) -> None:
    job = Errands(
        plans=[Plan(actions=(errand("a"),))],
        outcomes={"a": [Refused(reason="550 grace@ug.example unknown")]},
    )
    engine.run(job)
    assert "grace@" not in "".join(engine.report.problems)
