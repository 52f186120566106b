from __future__ import annotations

import pytest

from moodle_bridge.authenticity import verify
from moodle_bridge.authenticity.received import client_of
from moodle_bridge.model.authenticity import Finding
from tests.unit.authenticity.signed_mail import FakeDns, a_mail, signed

HOST = ("203.0.113.7", "mail.sn.example")
SENDER = "aminata@sn.example"


@pytest.fixture
def dns() -> FakeDns:
    return FakeDns()


def test_a_signature_of_the_domain_in_from_proves_it(dns: FakeDns) -> None:
    dns.signs("sn.example")
    dns.asks("sn.example")
    found = verify(signed(a_mail(), "sn.example"), None, None, dns)
    assert (found.finding, found.dmarc) == (Finding.PROVEN, "pass")
    assert found.signed_by == ("sn.example",)
    assert found.domain == "sn.example"


def test_a_signature_proves_it_without_any_dmarc_record(dns: FakeDns) -> None:
    dns.signs("sn.example")
    found = verify(signed(a_mail(), "sn.example"), None, None, dns)
    assert (found.finding, found.dmarc) == (Finding.PROVEN, "")


def test_a_signature_of_the_same_house_proves_it_unless_it_wants_itself(
    dns: FakeDns,
) -> None:
    dns.signs("mail.sn.example")
    raw = signed(a_mail(), "mail.sn.example")
    dns.asks("sn.example", "v=DMARC1; p=reject")
    assert verify(raw, None, None, dns).finding is Finding.PROVEN
    dns.asks("sn.example", "v=DMARC1; p=reject; adkim=s")
    assert verify(raw, None, None, dns).finding is Finding.FORGED


def test_the_good_signature_among_bad_ones_counts(dns: FakeDns) -> None:
    dns.signs("sn.example")
    raw = signed(a_mail(), "sn.example")
    raw = signed(raw, "elsewhere.example")
    found = verify(raw, None, None, dns)
    assert found.signed_by == ("sn.example",)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace(b"begin?", b"begin!"),
        lambda raw: raw.replace(b"Subject: A question", b"Subject: Send money"),
        lambda raw: raw.replace(b"From: Aminata", b"From: Somebody"),
        lambda raw: b"From: grace@ug.example\r\n" + raw,
    ],
    ids=["text", "subject", "name", "second From"],
)
def test_a_mail_that_was_changed_is_not_proven(dns: FakeDns, spoil: object) -> None:
    dns.signs("sn.example")
    assert callable(spoil)
    found = verify(spoil(signed(a_mail(), "sn.example")), None, None, dns)
    assert found.finding is not Finding.PROVEN


def test_a_signature_over_a_part_of_the_text_counts_for_none(dns: FakeDns) -> None:
    dns.signs("sn.example")
    raw = signed(a_mail(), "sn.example", length=True) + b"And something more.\r\n"
    assert verify(raw, None, None, dns).finding is Finding.UNPROVEN


def test_a_signature_of_another_domain_proves_nothing(dns: FakeDns) -> None:
    dns.signs("evil.example")
    dns.asks("sn.example")
    found = verify(signed(a_mail(), "evil.example"), None, None, dns)
    assert (found.finding, found.dmarc) == (Finding.FORGED, "fail")


def test_the_name_of_a_domain_is_read_to_its_end(dns: FakeDns) -> None:
    """`sn-example.test` is not `sn`, whatever a library's pattern leaves of it."""
    dns.signs("sn.test")
    dns.asks("sn-bank.test")
    raw = signed(a_mail("Aminata <aminata@sn-bank.test>"), "sn.test")
    assert verify(raw, None, None, dns).finding is Finding.FORGED


def test_without_record_and_signature_nothing_is_known(dns: FakeDns) -> None:
    assert verify(a_mail(), None, None, dns).finding is Finding.UNPROVEN


def test_the_domain_that_enforces_and_did_not_sign_is_forged(dns: FakeDns) -> None:
    dns.asks("sn.example", "v=DMARC1; p=quarantine")
    assert verify(a_mail(), None, None, dns).finding is Finding.FORGED


def test_the_domain_that_only_watches_may_rest_on_spf(dns: FakeDns) -> None:
    dns.asks("sn.example", "v=DMARC1; p=none")
    assert verify(a_mail(), SENDER, None, dns).finding is Finding.UNPROVEN
    dns.texts["sn.example"] = ["v=spf1 ip4:203.0.113.7 -all"]
    assert verify(a_mail(), SENDER, HOST, dns).finding is Finding.PROVEN
    other = ("198.51.100.1", "evil.example")
    found = verify(a_mail(), SENDER, other, dns)
    assert (found.finding, found.spf) == (Finding.FORGED, "fail")


def test_spf_is_followed_through_includes_and_mx(dns: FakeDns) -> None:
    dns.texts["sn.example"] = ["v=spf1 include:host.example mx -all"]
    dns.texts["host.example"] = ["v=spf1 ip4:198.51.100.0/24 -all"]
    dns.others["sn.example", "MX"] = [(10, "mx.sn.example")]
    dns.others["mx.sn.example", "A"] = ["203.0.113.7"]
    for address in ("198.51.100.9", "203.0.113.7"):
        assert verify(a_mail(), SENDER, (address, "x"), dns).spf == "pass"


def test_spf_for_another_envelope_sender_proves_nothing(dns: FakeDns) -> None:
    dns.texts["evil.example"] = ["v=spf1 ip4:203.0.113.7 -all"]
    dns.asks("sn.example")
    found = verify(a_mail(), "x@evil.example", HOST, dns)
    assert (found.spf, found.finding) == ("pass", Finding.FORGED)


def test_spf_of_helo_alone_proves_nothing(dns: FakeDns) -> None:
    dns.texts["mail.sn.example"] = ["v=spf1 ip4:203.0.113.7 -all"]
    assert verify(a_mail(), "", HOST, dns).finding is Finding.UNPROVEN


def test_a_dns_that_is_silent_proves_nothing_and_refutes_nothing() -> None:
    dns = FakeDns(silent={"*"})
    found = verify(signed(a_mail(), "sn.example"), SENDER, HOST, dns)
    assert found.finding is Finding.UNKNOWN
    assert len(dns.asked) <= 3


def test_what_was_proven_needs_no_further_answer(dns: FakeDns) -> None:
    dns.signs("sn.example")
    dns.silent.add("sn.example")
    found = verify(signed(a_mail(), "sn.example"), SENDER, HOST, dns)
    assert found.finding is Finding.PROVEN


def test_several_authors_prove_nothing(dns: FakeDns) -> None:
    dns.signs("sn.example")
    raw = a_mail("aminata@sn.example, grace@ug.example")
    found = verify(signed(raw, "sn.example"), None, None, dns)
    assert (found.finding, found.domain) == (Finding.UNPROVEN, "")


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"DKIM-Signature: v=1; d=\xff\r\n\r\nx", b"From: @@@\n\nx"]
)
def test_no_mail_makes_it_fail(raw: bytes, dns: FakeDns) -> None:
    assert verify(raw, SENDER, HOST, dns).finding is not Finding.PROVEN


def test_a_sender_cannot_have_the_dns_asked_without_end(dns: FakeDns) -> None:
    head = "".join(
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=d{n}.example; s=s;"
        " h=from; bh=AAAA; b=AAAA\r\n"
        for n in range(500)
    )
    verify(head.encode() + a_mail(), SENDER, HOST, dns)
    assert len(dns.asked) < 60


TOP = (
    "Received: from mail.sn.example (rdns [203.0.113.7])\r\n by mx.ours.example; x\r\n"
)


def test_the_client_stands_in_the_uppermost_received_of_our_server() -> None:
    raw = (TOP + "Received: from a (b [192.0.2.1]) by mx.ours.example\r\n").encode()
    assert client_of(raw + a_mail(), "mx.ours.example") == (
        "203.0.113.7",
        "mail.sn.example",
    )


def test_what_our_server_handed_on_to_itself_is_passed_over() -> None:
    inside = "Received: from localhost (localhost [127.0.0.1]) by mx.ours.example\r\n"
    assert client_of((inside + TOP).encode(), "MX.ours.example") is not None


def test_below_a_foreign_received_nothing_counts() -> None:
    foreign = "Received: from x (y [192.0.2.9]) by mx.theirs.example\r\n"
    assert client_of((foreign + TOP).encode(), "mx.ours.example") is None


def test_ipv6_clients_are_read() -> None:
    raw = b"Received: from x (y [IPv6:2001:470::7]) by mx.ours.example\n\n"
    assert client_of(raw, "mx.ours.example") == ("2001:470::7", "x")
