"""The mark by which a mail of the bridge is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.bridge_header import (
    BRIDGE_HEADER,
    BridgeHeader,
    bridge_header,
    bridge_header_value,
)
from mappings.header_lines import header_field


@given(
    st.one_of(st.none(), st.integers(0, 2**63 - 1)),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers(0, 99),
)
def test_what_is_written_is_read(post_id: int | None, key: str, hops: int) -> None:
    mark = BridgeHeader(site="kz7knw", post_id=post_id, key=key, hops=hops)
    value = bridge_header_value(mark)
    header_field(BRIDGE_HEADER, value)
    assert bridge_header(value) == mark
    assert bridge_header(value.replace("\r\n", "")) == mark


def test_an_ordinary_mark_can_be_read_by_people() -> None:
    mark = BridgeHeader(site="kz7knw", post_id=417, key="post:417:list", hops=1)
    assert bridge_header_value(mark).replace("\r\n", "") == (
        "site=kz7knw; post=417; key=post:417:list; hops=1"
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "site=kz7knw",
        "site=kz7knw; key=a",
        "site=K!; key=a; hops=1",
        "site=kz7knw; key=a; hops=-1",
        "site=kz7knw; key=a; hops=1; post=x",
    ],
)
def test_a_mark_that_makes_no_sense_is_none(value: str) -> None:
    assert bridge_header(value) is None


@given(st.text())
def test_any_value_can_be_read(value: str) -> None:
    bridge_header(value)


def test_a_key_that_is_too_long_is_refused() -> None:
    mark = BridgeHeader(site="kz7knw", post_id=1, key="k" * 601, hops=0)
    with pytest.raises(ValueError, match="too long"):
        bridge_header_value(mark)
