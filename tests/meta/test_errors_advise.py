from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import mappings
import moodle_bridge
import sync
from moodle_bridge.errors import BridgeError
from sync.cli.frame import exit_code_of
from sync.cli.result import ExitCode


def every_error() -> Iterator[type[BridgeError]]:
    for package in (moodle_bridge, mappings, sync):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # The migrations run only inside Alembic; a `__main__` would start.
            if ".migrations" not in module.name and "__main__" not in module.name:
                importlib.import_module(module.name)
    waiting = [BridgeError]
    while waiting:
        error = waiting.pop()
        yield error
        waiting.extend(error.__subclasses__())


ERRORS = list(every_error())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_says_what_to_do_next(error: type[BridgeError]) -> None:
    assert error.advice_default.endswith(".")
    assert error("something").advice


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_an_exit_code_that_is_not_a_fault(
    error: type[BridgeError],
) -> None:
    assert exit_code_of(error("something")) is not ExitCode.BUG


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_says_in_its_docstring_what_it_means(
    error: type[BridgeError],
) -> None:
    assert error.__doc__
