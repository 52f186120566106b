from __future__ import annotations

import ssl
from typing import Any

import pytest
from pydantic import ValidationError

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.plugins.mailboxes.imap import ImapSettings
from moodle_bridge.plugins.mailers.smtp import SmtpSettings
from moodle_bridge.plugins.server import ServerSettings


def settings(**values: Any) -> ServerSettings:
    return ServerSettings.model_validate({"host": "mail.example.org", **values})


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1"]
)
def test_this_very_machine_may_be_reached_in_the_clear(host: str) -> None:
    assert settings(host=host, security="none").security == "none"


@pytest.mark.parametrize(
    "host", ["mail.example.org", "192.0.2.1", "localhost.example.org", "0.0.0.0"]
)
def test_another_machine_may_not_unless_the_admin_says_so(host: str) -> None:
    with pytest.raises(ValidationError, match="readable through the network"):
        settings(host=host, security="none")
    assert settings(host=host, security="none", allow_plain=True).allow_plain


def test_without_a_word_the_way_is_guarded() -> None:
    assert SmtpSettings(host="mail.example.org").security == "starttls"
    assert ImapSettings(host="mail.example.org").security == "tls"


@pytest.mark.parametrize("given", [{"username": "bridge"}, {"password": "sesame-17"}])
def test_username_and_password_go_together(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="go together"):
        settings(**given)


def test_the_password_shows_nowhere() -> None:
    made = settings(username="bridge", password="sesame-17")
    assert "sesame-17" not in f"{made!r} {made} {made.model_dump()}"
    assert "sesame-17" not in made.shown("535 sesame-17 is wrong for ben@x.org")
    assert "ben@" not in made.shown("535 sesame-17 is wrong for ben@x.org")


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"port": 0},
        {"port": 70000},
        {"timeout": 0},
        {"security": "ssl"},
        {"ca_file": "/nowhere/ca.pem"},
        {"hostname": "x"},
    ],
)
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_names_and_certificates_are_checked() -> None:
    context = settings().tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_broken_connection_is_worth_another_try_and_a_wrong_setting_is_not() -> None:
    made = settings()
    assert isinstance(made.connection_failed(TimeoutError("slow"), "x"), Transient)
    assert isinstance(made.connection_failed(ssl.SSLEOFError(), "x"), Transient)
    untrusted = ssl.SSLCertVerificationError()
    untrusted.verify_message = "expired"
    assert isinstance(made.connection_failed(untrusted, "x"), Permanent)
