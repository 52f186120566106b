"""One classifier for what comes back: a value, or the error that it is.

Moodle answers errors with HTTP status 200; what stands before it (a proxy, a
firewall) answers in HTML with any status. Whatever is not known raises: nothing
falls through as success.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic_core import from_json

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.errorcodes import ERRORCODES, Meaning
from moodle_bridge.redact import secrets_masked

_CODE = re.compile(r"[A-Za-z0-9_:/.-]{1,100}")
_TAG = re.compile(r"<[^>]*>")
_NOTICE = re.compile(
    rb"\s*(?:<br\s*/?>\s*)?(?:<b>)?(?:PHP )?"
    rb"(?:Notice|Warning|Deprecated|Strict Standards)\b",
    re.IGNORECASE,
)
_JSON_AFTER_NOTICE = re.compile(rb"(?:\n|>|^)\s*(?=[\[{]|null\s*$)")
_ENDPOINT = re.compile(r"/(?:webservice|login|pluginfile\.php)(?:/.*)?$")
_XML = re.compile(rb"<\?xml|<[\w-]+:Envelope")
_SAID = 300
_FORMS = {"REST": "JSON", "SOAP": "SOAP"}

_OK = range(200, 300)
MOVED = range(300, 400)
_REFUSED = range(400, 500)
_NOT_RUN = {408, 425, 429, 503}
_STATUS_ADVICE = {
    401: "The web server asks for a login of its own; ask the host to free "
    "/webservice/ from it.",
    403: "Enable the {protocol} protocol on the site; if it is enabled, a firewall "
    "stands before it: ask the host to let this machine in.",
    404: "Look whether [moodle].url is the address of the site, with its sub-path.",
    413: "The site takes no request as large as this one; lower the limits.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back over HTTP; `headers` are looked up whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reply answers: the function, whether it writes, and of which site.

    `masked` takes secrets out of whatever text of the reply goes into an error;
    `protocol` is what an admin would have to enable on the site.
    """

    function: str
    writes: bool
    site_url: str
    masked: Callable[[str], str] = secrets_masked
    protocol: str = "REST"


def value_of(reply: Reply, asked: Asked) -> Any:
    """Return the decoded value of a reply.

    Raises Permanent when the call was refused (code = errorcode, empty if there was
    none, or the HTTP status), Transient when it surely did nothing, InDoubt when it
    writes and nobody can tell. Text that a badly configured site prints before the
    JSON (PHP notices) is passed over, because what follows it is the true answer.
    """
    if reply.status in MOVED:
        raise moved(reply, asked)
    try:
        value = _decoded(reply.body)
    except ValueError:
        raise unreadable(reply, asked) from None
    if isinstance(value, dict) and ("exception" in value or _is_script_error(value)):
        raise refusal(value, asked, retry_after=wait_asked(reply))
    if reply.status not in _OK:
        raise unreadable(reply, asked)
    return value


def refusal(
    said: Mapping[str, Any], asked: Asked, *, retry_after: float | None = None
) -> RemoteError:
    """Return the error for an error object of Moodle.

    Takes the forms of the REST server (`exception`, `errorcode`, `message`), of a
    batch (`errorcode`, `message`) and of the file scripts (`error`, `errorcode`). An
    errorcode that is no code but a text (a weak password) becomes part of what is
    said, and the code is empty.
    """
    written = str(said.get("errorcode") or "")
    code = written if _CODE.fullmatch(written) else ""
    texts = [
        said.get("message") or said.get("error") or said.get("exception"),
        written if written != code else "",
        said.get("debuginfo") if code == "invalidparameter" else "",
    ]
    text = "; ".join(_plain(str(part), asked) for part in texts if part)
    what = f"Moodle refused: {text or code}" + (f" ({code})" if code else "")
    known = ERRORCODES.get(code)
    advice = known.advice if known else ""
    meaning = known.meaning if known else Meaning.REFUSED
    if meaning is Meaning.LATER:
        return Transient(
            what,
            item=asked.function,
            advice=advice,
            code=code,
            concerns_all=known is not None and known.concerns_all,
            retry_after=retry_after,
        )
    if meaning is Meaning.UNKNOWN:
        return lost(what, asked, code=code, advice=advice)
    return Permanent(
        what,
        item=asked.function,
        advice=advice,
        code=code,
        concerns_all=known is not None and known.concerns_all,
    )


def lost(what: str, asked: Asked, *, code: str = "", advice: str = "") -> RemoteError:
    """Return the error for a call whose answer was lost: in doubt when it writes."""
    kind = InDoubt if asked.writes else Transient
    return kind(what, item=asked.function, code=code, advice=advice)


def served_at(headers: Mapping[str, str]) -> datetime | None:
    """Return the server's own clock (HTTP `Date`), None when it does not tell."""
    return _http_date(headers.get("Date", ""))


def unescaped(name: str) -> str:
    """Return a name or subject as people read it.

    Moodle writes the `&` of names as `&amp;` (format_string); it is undone once.
    Never for a message: that is HTML and stays so.
    """
    return unescape(name)


def _decoded(body: bytes) -> Any:
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise ValueError("empty")
    if _NOTICE.match(body):
        return _after_notices(body)
    return from_json(body)


def without_notices(body: bytes) -> bytes:
    """Return XML without a byte order mark and PHP notices before it."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    start = _XML.search(body) if _NOTICE.match(body) else None
    return body[start.start() :] if start else body


def _after_notices(body: bytes) -> Any:
    for start in _JSON_AFTER_NOTICE.finditer(body):
        try:
            return from_json(body[start.end() :])
        except ValueError:
            continue
    raise ValueError("no JSON after the notices")


def _is_script_error(value: Mapping[str, Any]) -> bool:
    return "errorcode" in value and "error" in value


def unreadable(reply: Reply, asked: Asked) -> RemoteError:
    """Return the error for a reply that is no answer of Moodle, by its status.

    Transient when the site is away, Permanent when the web server refused; else the
    answer was lost.
    """
    status = str(reply.status)
    if reply.status in _OK:
        return lost(_garbled(reply, asked), asked)
    if reply.status in _NOT_RUN:
        return Transient(
            f"the site is not to be had now (HTTP {status})",
            item=asked.function,
            code=status,
            retry_after=wait_asked(reply),
        )
    if reply.status in _REFUSED:
        return Permanent(
            f"the web server refused (HTTP {status})",
            item=asked.function,
            code=status,
            advice=_STATUS_ADVICE.get(reply.status, _STATUS_ADVICE[404]).format(
                protocol=asked.protocol
            ),
        )
    return lost(f"the web server failed (HTTP {status})", asked, code=status)


def _garbled(reply: Reply, asked: Asked) -> str:
    body = reply.body.lstrip()
    if not body:
        return "the answer was empty"
    if body.startswith(b"<") and not _XML.match(body):
        return "a web page came instead of an answer"
    return f"the answer was cut off or is no {_FORMS[asked.protocol]}"


def moved(reply: Reply, asked: Asked) -> Permanent:
    """Return the error for a redirect, which a token does not follow."""
    advice = "Set [moodle].url to the address that the site itself uses."
    site = urlsplit(asked.site_url)
    try:
        target = urlsplit(reply.headers.get("Location", ""))
    except ValueError:
        # What came is no address, and tells nothing.
        target = urlsplit("")
    path = _ENDPOINT.sub("", target.path)
    if target.hostname and target.scheme in {"http", "https"}:
        host = target.netloc.rpartition("@")[2]
        address = urlunsplit((target.scheme, host, path, "", ""))
        advice = f"If you know that address, set [moodle].url to {address}"
    elif path.startswith("/"):
        address = urlunsplit((site.scheme, site.netloc, path, "", ""))
        advice = f"Set [moodle].url to {address}"
    return Permanent(
        f"the site sends us elsewhere (HTTP {reply.status}), and a token follows no "
        "redirect",
        item=asked.site_url,
        code="redirect",
        advice=asked.masked(advice),
    )


def _plain(text: str, asked: Asked) -> str:
    text = " ".join(_TAG.sub(" ", unescape(text)).split())
    text = asked.masked(text)
    return text if len(text) <= _SAID else text[:_SAID] + "…"


def wait_asked(reply: Reply) -> float | None:
    """Return how many seconds the site asks to wait, None when it does not say."""
    said = reply.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    until, now = _http_date(said), served_at(reply.headers)
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _http_date(said: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    # "-0000" says UTC without a zone, and comes back without one.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
