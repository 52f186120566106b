from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.letter import MailSite
from mappings.parentage import ReplyRoute
from mappings.personal_fields import (
    Purpose,
    bounce_address,
    person_of_address,
    purpose_address,
    purpose_key,
    purpose_key_in,
    read_purpose_key,
    unsubscribe_fields,
)

SECRET = b"a secret for keys of tests"
BRIDGE = "bridge@lists.example.org"
PEOPLE = st.integers(min_value=0, max_value=2**63 - 1)


def a_site(**changes: object) -> MailSite:
    known: dict[str, object] = {
        "bridge_address": BRIDGE,
        "domain": "lists.example.org",
        "site_tag": "abc234",
        "site_url": "https://moodle.example.org",
        "reply_secret": SECRET,
    }
    return MailSite(**{**known, **changes})  # type: ignore[arg-type]


@given(user_id=PEOPLE, purpose=st.sampled_from(Purpose))
def test_an_address_says_for_whom_it_is_whatever_is_done_to_its_case(
    user_id: int, purpose: Purpose
) -> None:
    key = purpose_key(SECRET, purpose, user_id)
    address = purpose_address(BRIDGE, purpose, key)
    assert address is not None
    assert len(address.partition("@")[0]) <= 64
    for written in (
        address,
        address.upper(),
        f"<{address}>",
        address.replace("+", "-"),
    ):
        assert person_of_address(written, BRIDGE, purpose, SECRET) == user_id


@given(user_id=PEOPLE, purpose=st.sampled_from(Purpose))
def test_a_key_is_for_one_purpose_and_one_secret(
    user_id: int, purpose: Purpose
) -> None:
    (other,) = set(Purpose) - {purpose}
    key = purpose_key(SECRET, purpose, user_id)
    assert read_purpose_key(SECRET, other, key) is None
    assert read_purpose_key(b"another secret, as long", purpose, key) is None


@given(text=st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", max_size=45))
def test_what_nobody_signed_is_nobodys_key(text: str) -> None:
    assert read_purpose_key(SECRET, Purpose.UNSUBSCRIBE, text) is None


@pytest.mark.parametrize("place", range(0, 23, 2))
def test_a_key_with_a_letter_changed_is_nobodys(place: int) -> None:
    key = purpose_key(SECRET, Purpose.UNSUBSCRIBE, 42)
    forged = key[:place] + ("b" if key[place] == "a" else "a") + key[place + 1 :]
    assert read_purpose_key(SECRET, Purpose.UNSUBSCRIBE, forged) is None


@pytest.mark.parametrize(
    "address",
    [
        BRIDGE,
        "other+u-aaaaaaaaaaaaaaaaaaaaaaa@lists.example.org",
        "bridge+u-@x",
        "",
        "u",
    ],
)
def test_an_address_without_a_key_has_none(address: str) -> None:
    assert purpose_key_in(address, BRIDGE, Purpose.UNSUBSCRIBE) is None


def test_a_number_below_zero_is_nobody() -> None:
    with pytest.raises(ValueError, match="no Moodle id"):
        purpose_key(SECRET, Purpose.BOUNCE, -1)


def test_a_mail_comes_back_to_an_address_that_names_its_reader() -> None:
    address = bounce_address(a_site(), 42)
    assert address.startswith("bridge+b-")
    assert person_of_address(address, BRIDGE, Purpose.BOUNCE, SECRET) == 42


@pytest.mark.parametrize(
    "changes", [{"reply_secret": None}, {"personal_senders": False}]
)
def test_without_keys_it_comes_back_to_the_bridge(changes: dict[str, object]) -> None:
    assert bounce_address(a_site(**changes), 42) == BRIDGE


def test_an_address_too_long_for_mail_is_not_made() -> None:
    long = f"{'b' * 60}@lists.example.org"
    site = a_site(bridge_address=long)
    assert bounce_address(site, 42) == long
    assert unsubscribe_fields(site, 42) == []


def test_without_a_page_one_leaves_by_mail_alone() -> None:
    (field,) = unsubscribe_fields(a_site(), 42)
    assert field.startswith("List-Unsubscribe: <mailto:bridge+u-")


def test_with_a_page_one_click_is_enough() -> None:
    site = a_site(web_url="https://lists.example.org/bridge/")
    ways, post = unsubscribe_fields(site, 42)
    key = purpose_key(SECRET, Purpose.UNSUBSCRIBE, 42)
    assert f"<https://lists.example.org/bridge/u/{key}>" in ways
    assert "<mailto:" in ways
    assert post == "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def test_a_key_for_leaving_is_no_reply_key() -> None:
    from mappings.identity import key_of_address

    route = ReplyRoute(address=BRIDGE, domain="lists.example.org", secret=SECRET)
    address = purpose_address(
        BRIDGE, Purpose.UNSUBSCRIBE, purpose_key(SECRET, Purpose.UNSUBSCRIBE, 42)
    )
    assert key_of_address(str(address), route.address) is None
