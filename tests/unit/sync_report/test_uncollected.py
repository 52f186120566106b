from __future__ import annotations

import gc

import pytest

from sync.report.uncollected import uncollected


def test_circles_are_searched_for_again_at_the_end_whatever_happens() -> None:
    def fails() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        fails()
    assert gc.isenabled()


def test_who_does_not_search_for_circles_is_left_so() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
