"""The sign on a post that the bridge made with its author's own token."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode

from mappings.identity import marker_in

_SIGN_BYTES = 10
_SIGNED_FOR = b"moodle-bridge own name 1\0"


def own_name_sign(secret: bytes, marker: str, user_id: int) -> str:
    """Return the class name `as-` and 16 characters that stands beside the marker.

    It holds for this marker and this author alone: somebody else who copies the post
    with its classes cannot make it pass for one of the bridge's.
    """
    said = _SIGNED_FOR + f"{marker} {user_id}".encode()
    digest = hmac.digest(secret, said, hashlib.sha256)[:_SIGN_BYTES]
    return f"as-{b32encode(digest).decode('ascii').lower()}"


def signed_as(html: str, *, secret: bytes, marker: str, user_id: int) -> str:
    """Return the HTML of a marked post with the sign of its author."""
    sign = own_name_sign(secret, marker, user_id)
    return html.replace(marker, f"{marker} {sign}", 1)


def is_signed_as(html: str, *, secret: bytes, user_id: int) -> bool:
    """Say whether the bridge made this post with the token of this person."""
    return "as-" in html and any(
        own_name_sign(secret, marker, user_id) in html for marker in marker_in(html)
    )
