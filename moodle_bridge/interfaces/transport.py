"""How a call reaches Moodle and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zope.interface import Attribute, Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The value that a function gave, and when the server says it gave it.

    `value` is what JSON decoded to: dict, list, str, int, float, bool or None (a void
    function). `served_at` is the server's own clock (HTTP `Date`), None if not told;
    cursors are made from it, never from the local clock.
    """

    value: Any
    served_at: datetime | None = None


class ITransport(Interface):
    """One way to call the external functions of one Moodle site with one token.

    The token never stands in a log or an error, nor in a URL where the protocol has
    another place for it (SOAP has none). A transport repeats nothing:
    retrying reads is the client's business, because only it knows what is a read.
    """

    site_url = Attribute("Address of the site without a slash at its end: str.")

    def call(function: str, arguments: Mapping[str, Any], *, writes: bool) -> Answer:
        """Call one external function.

        `arguments` are nested dicts, lists, strings, numbers, booleans; None is left
        out. `writes` says whether the call may change something.

        Raises Permanent when Moodle refused (code = errorcode, empty if Moodle gave
        none), Transient when the call surely did nothing and may be repeated,
        InDoubt when `writes` and the answer was lost, cut off or empty. A read whose
        answer was lost is Transient.
        """

    def upload(
        filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """Put a file into a draft area of the token's user.

        `item_id` 0 asks for a new draft area. The answer is upload.php's list of
        rows, or its error object turned into Permanent. May be repeated: a draft
        area that nobody uses is purged by Moodle.
        """

    def download(url: str, *, limit: int) -> bytes:
        """Return the content of a file of this site.

        `url` is a pluginfile address as Moodle gave it. Raises Permanent with code
        `toolarge` over `limit` bytes, and with code `foreign` for an address that is
        not of this site: the token is sent to no other host.
        """

    def close() -> None:
        """Let go of connections; may be repeated."""
