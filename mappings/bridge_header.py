"""Our own header field: the mark by which a mail of the bridge is known again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

BRIDGE_HEADER = "X-Moodle-Bridge"

_WRITTEN_PLAIN = ":/.@+_,-"
_KEY_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeHeader:
    """What X-Moodle-Bridge says.

    `site` is the site tag of the bridge that wrote it; `post_id` None for a mail that
    mirrors no post; `key` the key of the OutgoingMail, by which a receipt copy is
    recognised; `hops` how many bridges the words went through before.
    """

    site: str
    post_id: int | None
    key: str
    hops: int


def bridge_header_value(mark: BridgeHeader) -> str:
    """Return the value of the field: `site=TAG; post=ID; key=KEY; hops=N`."""
    key = quote(mark.key, safe=_WRITTEN_PLAIN, errors="replace")
    if len(key) > _KEY_LONGEST:
        raise ValueError("the key of a mail is too long for its header")
    post = "" if mark.post_id is None else f" post={mark.post_id};"
    return f"site={mark.site};{post}\r\n key={key}; hops={mark.hops}"


def bridge_header(value: str) -> BridgeHeader | None:
    """Read the value of the field, folded or not; None when it makes no sense.

    A field that makes no sense and is there all the same still means that a bridge
    wrote the mail: treat it as an echo.
    """
    told: dict[str, str] = {}
    for part in value.split(";"):
        name, separator, said = part.strip().partition("=")
        if separator:
            told.setdefault(name.strip().lower(), said.strip())
    site = told.get("site", "")
    post = told.get("post")
    hops = told.get("hops", "")
    if not re.fullmatch(r"[a-z0-9]{1,32}", site) or "key" not in told:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", hops):
        return None
    if post is not None and not re.fullmatch(r"[0-9]{1,19}", post):
        return None
    return BridgeHeader(
        site=site,
        post_id=None if post is None else int(post),
        key=unquote(told["key"]),
        hops=int(hops),
    )
