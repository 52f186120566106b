"""People as an intake form tells of them, before Moodle knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moodle_bridge.model.channels import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody agreed to: the words that they read, and when they sent them."""

    given: bool
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """One entry of a form, understood.

    `source` is the name of the [[intake]] section and `entry` the entry's key there.
    Names are as written (NFC, one line). `email` is as written; compare by its folded
    key only. `country` is ISO 3166 alpha-2, `language` a Moodle language code,
    `timezone` an IANA name, `phone` E.164. `channel` is None when the form did not
    ask or they did not say. Text fields are None when not asked or not answered:
    None changes nothing in Moodle. `withdrawn` is true for who took part back.
    """

    source: str
    entry: str
    row: int | None = None
    first_name: str
    last_name: str
    email: str
    second_email: str | None = None
    phone: str | None = None
    organisation: str | None = None
    country: str | None = None
    language: str | None = None
    timezone: str | None = None
    bandwidth: str | None = None
    device: str | None = None
    channel: Channel | None = None
    group: str | None = None
    consent: Consent | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    submitted: datetime | None = None
    edited: datetime | None = None
    withdrawn: bool = False

    @property
    def fullname(self) -> str:
        """First and last name, as they would be read."""
        return f"{self.first_name} {self.last_name}".strip()
