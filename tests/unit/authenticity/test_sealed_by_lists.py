"""What lists say of mails that they changed, and when their word is taken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from moodle_bridge.authenticity import verify
from moodle_bridge.model.authenticity import Authenticity, Finding
from tests.unit.authenticity.signed_mail import FakeDns, a_mail, sealed

LIST, OTHER = "lists.example.org", "relay.example.net"
PASSED = "dkim=pass header.d=sn.example; dmarc=pass (p=reject) header.from=sn.example"


@pytest.fixture
def dns() -> FakeDns:
    found = FakeDns()
    for domain in (LIST, OTHER):
        found.signs(domain)
    found.asks("sn.example")
    return found


def looked(raw: bytes, dns: FakeDns, trusted: Sequence[str] = (LIST,)) -> Authenticity:
    return verify(raw, f"bounces@{LIST}", None, dns, trusted_lists=trusted)


def test_the_word_of_a_named_list_is_taken(dns: FakeDns) -> None:
    found = looked(sealed(a_mail(), LIST, PASSED), dns)
    assert found.finding is Finding.PROVEN
    assert LIST in found.detail


def test_the_word_of_any_other_list_is_not(dns: FakeDns) -> None:
    for trusted in ((), (OTHER,), ("example.org",)):
        found = looked(sealed(a_mail(), LIST, PASSED), dns, trusted)
        assert found.finding is Finding.FORGED


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=fail (p=reject) header.from=sn.example",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass",
        "dkim=pass header.d=sn.example",
        "dmarc=fail (dmarc=pass header.from=sn.example)",
    ],
)
def test_a_list_that_did_not_see_it_pass_vouches_for_nothing(
    dns: FakeDns, results: str
) -> None:
    assert looked(sealed(a_mail(), LIST, results), dns).finding is Finding.FORGED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"How do I begin?", b"Send me money."),
        (b"aminata@sn.example", b"director@sn.example"),
        (b"dkim=pass", b"dkim=fail"),
    ],
)
def test_what_was_changed_after_the_seal_is_not_what_was_sealed(
    dns: FakeDns, old: bytes, new: bytes
) -> None:
    raw = sealed(a_mail(), LIST, PASSED)
    assert old in raw
    assert looked(raw.replace(old, new), dns).finding is not Finding.PROVEN


def test_all_who_sealed_it_later_have_to_be_trusted_as_well(dns: FakeDns) -> None:
    twice = sealed(sealed(a_mail(), LIST, PASSED), OTHER, "arc=pass")
    assert looked(twice, dns).finding is not Finding.PROVEN
    assert looked(twice, dns, (LIST, OTHER)).finding is Finding.PROVEN


def test_a_seal_whose_key_is_not_answered_for_is_not_known(dns: FakeDns) -> None:
    dns.silent.add(f"s1._domainkey.{LIST}")
    raw = sealed(a_mail(), LIST, PASSED)
    assert looked(raw, dns).finding is Finding.UNKNOWN


def test_a_flood_of_seals_is_not_looked_at(dns: FakeDns) -> None:
    raw = b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.org; s=s; b=aa\r\n" * 500
    assert looked(raw + a_mail(), dns).finding is Finding.FORGED
    assert not [name for name in dns.asked if "x.org" in name]
