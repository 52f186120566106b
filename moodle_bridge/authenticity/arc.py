"""What a list whose word is taken says of a mail that it handed on (ARC, RFC 8617)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from dkim import ARC, CV_Pass, DKIMException

from moodle_bridge.authenticity.resolver import Resolver, Unanswered
from moodle_bridge.authenticity.signatures import LARGEST, key_text

_SETS_MOST = 10
_FIELD = re.compile(
    rb"(?im)^arc-(?:seal|message-signature|authentication-results)[ \t]*:"
)
_COMMENT = re.compile(r"\([^()]*\)")
_PASSED = re.compile(r"(?i)^dmarc\s*=\s*pass\b")
_OF = re.compile(r"(?i)\bheader\.from\s*=\s*\"?([\w.-]+)")
_SIGNED = re.compile(rb"(?:^|;)\s*h\s*=\s*([^;]*)")


def vouched_for(
    raw: bytes, domain: str, trusted: Collection[str], resolver: Resolver
) -> str:
    """Return the trusted domain that saw DMARC pass for a domain; empty when none did.

    Every seal must be good, and the mail be as its last sealer left it. Whoever sealed
    after the one that saw it could have changed it, so all of these must be trusted.
    Raises Unanswered, and nothing else.
    """
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    fields = len(_FIELD.findall(head))
    if not trusted or not 0 < fields <= 3 * _SETS_MOST or len(raw) > LARGEST:
        return ""
    asked: list[Unanswered] = []

    def text_of(name: bytes, timeout: int = 0) -> bytes | None:
        del timeout
        try:
            return key_text(name, resolver)
        except Unanswered as error:
            # The library takes any error for a bad seal.
            asked.append(error)
            raise

    try:
        message = ARC(raw)
        verdict, sets, _ = message.verify(dnsfunc=text_of)
        whole = verdict == CV_Pass and _signs_from(message)
    except (Unanswered, DKIMException, ValueError, KeyError, IndexError, TypeError):
        whole, sets = False, []
    except Exception:  # noqa: BLE001 - a stranger's seal, read by a library
        whole, sets = False, []
    if asked:
        raise asked[0]
    return _witness(sets, domain, trusted) if whole else ""


def _witness(
    sets: Collection[Mapping[str, Any]], domain: str, trusted: Collection[str]
) -> str:
    for one in sets:
        sealer = bytes(one["as-domain"]).decode("ascii", "replace").strip().lower()
        if sealer not in trusted or one["ams-domain"] != one["as-domain"]:
            return ""
        said = _COMMENT.sub(" ", bytes(one["aar-value"]).decode("utf-8", "replace"))
        for result in said.split(";"):
            of = _OF.search(result)
            if _PASSED.match(result.strip()) and of and of[1].lower() == domain:
                return sealer
    return ""


def _signs_from(message: ARC) -> bool:
    """Say whether the newest message signature covers From, and the whole body."""
    newest, headers = message.sorted_arc_headers()
    for number, (name, value) in headers:
        if number == newest and name.lower() == b"arc-message-signature":
            signed = _SIGNED.search(value)
            named = re.split(rb"[\s:]+", signed[1].lower()) if signed else []
            return b"from" in named and not re.search(rb"(?:^|;)\s*l\s*=", value)
    return False
