from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.settings import values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h", 3600),
        ("2 days", 172800),
        ("1 day", 86400),
        ("1h 30m", 5400),
        ("90 seconds", 90),
        ("15 min", 900),
        ("1W", 604800),
        ("0", 0),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert values.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "30", "m", "30 moons", "-3m", "1.5h", 30, True, None, "9999999d"]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"duration|ten years"):
        values.duration(text)


@given(st.integers(min_value=0, max_value=10**8))
def test_a_duration_that_is_written_is_read_the_same(seconds: int) -> None:
    duration = timedelta(seconds=seconds)

    assert values.duration(values.duration_text(duration)) == duration


@given(st.integers(min_value=0, max_value=10**8))
def test_a_size_that_is_written_is_read_the_same(number: int) -> None:
    assert values.size(values.size_text(number)) == number


@pytest.mark.parametrize("text", ["", "10", "MB", "10 elephants", -1, True, 1.5])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="size"):
        values.size(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b c",
        "A <a@b.org>",
        "a@b,c@d",
        "a@b\n",
        "a..b@c",
        "é@b.org",
    ],
)
def test_what_is_no_address_alone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        values.address(text)


def test_the_bridges_address_leaves_room_for_reply_keys() -> None:
    with pytest.raises(ValueError, match="no \\+"):
        values.bridge_address("bridge+x@example.org")


@pytest.mark.parametrize("domain", ["", "a b", "-a.org", "a..b", "a.org."])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        values.domain_name(domain)


@pytest.mark.parametrize(
    ("given_", "meant"), [(34, (34,)), ([34, 35], (34, 35)), ("all", "all")]
)
def test_forums_are_one_several_or_all(given_: object, meant: object) -> None:
    assert values.cmids(given_) == meant


@pytest.mark.parametrize("given_", ["al", [], [0], True, [1, 1], [1, "2"], None, -4])
def test_what_names_no_forum_is_refused(given_: object) -> None:
    with pytest.raises(ValueError, match=r"must be|twice"):
        values.cmids(given_)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("moodle.localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, here: bool) -> None:
    assert values.is_loopback(host) is here


@pytest.mark.parametrize("text", ["[SM]", "", "a\nb", "x" * 41])
def test_a_tag_fits_between_its_brackets(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 40"):
        values.subject_tag(text)


@pytest.mark.parametrize("text", ["Français", "FR", "f", "fr-FR"])
def test_a_language_is_named_as_moodle_does(text: str) -> None:
    with pytest.raises(ValueError, match="language code"):
        values.language(text)
