"""Looks, when a mail comes in, whether its From is true, as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from email import policy
from email.parser import BytesHeaderParser
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from mappings.authentication import authenticity_told
from mappings.mail_headers import headers_from
from moodle_bridge.model.authenticity import Authenticity, Finding

if TYPE_CHECKING:
    from moodle_bridge.authenticity import Resolver
    from moodle_bridge.model.mail import IncomingMail
    from sync.ledger.inbound import Inbound

_HEAD = 256_000

By = Literal["server", "library", "none"]


def authenticity_kept(found: Authenticity | None) -> dict[str, Any]:
    """Return what was found out as the ledger keeps it; empty when nobody looked."""
    return {} if found is None else asdict(found)


def authenticity_of(kept: Mapping[str, Any]) -> Authenticity | None:
    """Return what the ledger kept, None when nobody looked."""
    if not kept:
        return None
    values = dict(kept)
    values["finding"] = Finding(values["finding"])
    values["signed_by"] = tuple(values.get("signed_by", ()))
    return Authenticity(**values)


class Looking:
    """Looks at mails, one after the other.

    `resolver` is called once, when the DNS is first asked. `received_by` and
    `trusted_lists` are as in the settings.
    """

    def __init__(
        self,
        *,
        by: By,
        authserv_id: str | None,
        received_by: str | None,
        trusted_lists: Collection[str] = (),
        resolver: Callable[[], Resolver],
    ) -> None:
        self.by = by
        self._authserv_id = authserv_id
        self._received_by = received_by
        self._trusted_lists = frozenset(trusted_lists)
        self._make_resolver = resolver

    @cached_property
    def _resolver(self) -> Resolver:
        return self._make_resolver()

    def look(self, mail: IncomingMail) -> Authenticity | None:
        """Return what is found out about a mail, None when nobody is to look."""
        return self._look(mail.raw, mail.envelope_sender)

    def look_again(self, inbound: Inbound) -> Authenticity | None:
        """Look once more at a mail that could not be looked up when it came."""
        before = authenticity_of(inbound.authenticity)
        found = self._look(inbound.raw or b"", inbound.envelope_sender)
        if found is None or before is None:
            return found
        return replace(found, tries=before.tries + 1)

    def _look(self, raw: bytes, envelope_sender: str | None) -> Authenticity | None:
        if self.by == "server" and self._authserv_id:
            parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:_HEAD])
            headers = headers_from(
                (name, str(value)) for name, value in parsed.raw_items()
            )
            return authenticity_told(headers, self._authserv_id)
        if self.by != "library":
            return None
        # Imported when it is wanted: it brings a list of all public suffixes along.
        from moodle_bridge.authenticity import verify  # noqa: PLC0415
        from moodle_bridge.authenticity.received import client_of  # noqa: PLC0415

        client = client_of(raw, self._received_by) if self._received_by else None
        return verify(
            raw,
            envelope_sender,
            client,
            self._resolver,
            trusted_lists=self._trusted_lists,
        )
