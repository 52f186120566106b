"""Whatever comes as mail gets a verdict, soon, and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.property.mail_mutations import EVERY, HEAVY, LIGHT, mutated, seeds
from tests.property.mail_road import MEGABYTES_MOST, SECONDS_MOST

_ROOT = Path(__file__).parents[2]
_ALL = 50_000
_AT_ONCE = 5_000
_SHORT = 240


def _run(*numbers: int) -> dict[str, Any]:
    # In a process of its own, so that its memory is that of these mails alone.
    how_many = numbers[1]
    done = subprocess.run(
        [sys.executable, "-m", "tests.property.mail_road", *map(str, numbers)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["mails"] == how_many
    assert sum(told["verdicts"].values()) + len(told["wrong"]) >= how_many
    return told


def _assert_borne(told: dict[str, Any]) -> None:
    assert told["wrong"] == []
    assert told["slowest"] <= SECONDS_MOST
    assert told["megabytes"] <= MEGABYTES_MOST


def test_some_hundred_mutated_mails_all_get_a_verdict() -> None:
    told = _run(1, _SHORT)
    _assert_borne(told)
    assert told["posts"] > _SHORT // 4
    assert len(told["verdicts"]) > 8


def test_every_kind_of_bomb_is_borne() -> None:
    _assert_borne(_run(EVERY, len(HEAVY), EVERY))


@pytest.mark.soak
def test_fifty_thousand_mutated_mails_all_get_a_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdicts: Counter[str] = Counter()
    slowest, most, posts = 0.0, 0, 0
    for first in range(1, _ALL, _AT_ONCE):
        told = _run(first, _AT_ONCE)
        assert told["wrong"] == []
        verdicts.update(told["verdicts"])
        slowest, most = max(slowest, told["slowest"]), max(most, told["megabytes"])
        posts += told["posts"]
    with capsys.disabled():
        print(
            f"\nmutated mails: {sum(verdicts.values())}, posts {posts}, slowest"
            f" {slowest:.2f} s, most memory {most} MB, verdicts {dict(verdicts)}"
        )
    assert sum(verdicts.values()) == _ALL
    assert slowest <= SECONDS_MOST
    assert most <= MEGABYTES_MOST


def test_a_mail_is_mutated_the_same_way_each_time() -> None:
    known = seeds()
    for number in range(1, 60):
        assert mutated(known, number) == mutated(known, number)


def test_every_kind_of_fault_is_tried_by_the_short_form() -> None:
    known = seeds()
    tried = {
        name
        for number in range(1, _SHORT)
        for name in mutated(known, number)[0].rpartition(" ")[2].split("+")
    }
    assert {step.__name__ for step in LIGHT} <= tried
