"""The mails of tests/mail/in and the pair that they came in for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mappings.mail_reading import ReadMail, read_mail
from mappings.screening import ScreeningRules
from moodle_bridge.model.mail import ListAddress

FOLDER = Path(__file__).parents[2] / "mail" / "in"
LIST = ListAddress(
    address="sm25@lists.example.org", name="SM25", list_id="sm25.lists.example.org"
)
RULES = ScreeningRules(
    site_tag="abcdef",
    domain="bridge.example.org",
    mailing_list=LIST,
    own_addresses=frozenset({"bridge@bridge.example.org"}),
    authserv_id="mx.example.org",
)
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (FOLDER / "expected.json").read_text("utf-8")
)


def raw(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def mail(name: str) -> ReadMail:
    return read_mail(raw(name))


def written(headers: str, body: str = "Hello.\n") -> ReadMail:
    return read_mail(f"{headers.strip()}\n\n{body}".encode())
