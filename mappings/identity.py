"""The names by which the bridge knows its mails again: derived, never random.

The same post always gives the same names, on every machine and after every restart,
so what was sent before can be recognised even when the ledger is not at hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mappings.html_tree import html_tree
from mappings.mail_key import mail_key

__all__ = [
    "IssueKey",
    "ReplyKey",
    "correction_message_id",
    "forum_list_id",
    "is_ours",
    "issue_key",
    "issue_message_id",
    "issue_of_message_id",
    "key_of_address",
    "key_of_reference",
    "mail_key",
    "marker",
    "marker_in",
    "native_message_id",
    "notice_message_id",
    "plus_address",
    "post_id_of",
    "post_message_id",
    "read_issue_key",
    "read_reply_key",
    "reply_key",
    "reply_reference",
    "site_tag",
]

_TAG_LENGTH = 6
_MARKER_LENGTH = 16
_MARKER = re.compile(r"ref-[a-z2-7]{16}")
_KEY_TEXT = re.compile(r"[a-z2-7]{20,64}")
_SIGNATURE_BYTES = 10
_SECRET_BYTES_LEAST = 16
_LARGEST_ID = 2**63 - 1
_SIGNED_FOR = b"moodle-bridge reply key 1\0"
_SIGNED_FOR_ISSUE = b"moodle-bridge issue key 1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyKey:
    """What a reply key says: who was written to, about which post."""

    post_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueKey:
    """What the key of a digest or bundle says: which issue went to whom."""

    issue_id: int
    user_id: int


def site_tag(site_url: str) -> str:
    """Return six lower-case base32 characters that stand for a Moodle site.

    Scheme, case of the host, default port and a slash at the end make no
    difference: a site that moves to https keeps its tag.
    """
    host, path = _host_and_path(site_url)
    return _base32(hashlib.sha256(f"{host}{path}".encode()).digest())[:_TAG_LENGTH]


def post_message_id(post_id: int, *, site_tag: str, domain: str) -> str:
    """Return the Message-ID of the mail that a post becomes: `<post.ID.TAG@domain>`."""
    return f"<post.{post_id}.{site_tag}@{_plain_domain(domain)}>"


def correction_message_id(
    post_id: int, revision: int, *, site_tag: str, domain: str
) -> str:
    """Return the Message-ID of the mail that tells of a later edit.

    `revision` sets one edit apart from another: the unix time of the change.
    """
    return f"<post.{post_id}.r{revision}.{site_tag}@{_plain_domain(domain)}>"


def post_id_of(message_id: str, *, site_tag: str, domain: str) -> int | None:
    """Return the post that a Message-ID of ours stands for, None when it is not ours.

    The id of a correction stands for the post that was corrected. Case, space
    around it and missing angle brackets are borne: mail programs change them.
    """
    ours = re.escape(f".{site_tag}@{_plain_domain(domain)}".lower())
    found = re.fullmatch(
        rf"post\.([0-9]{{1,19}})(?:\.r[0-9]+)?{ours}", _bare(message_id)
    )
    if not found or int(found[1]) > _LARGEST_ID:
        return None
    return int(found[1])


def issue_message_id(issue_id: int, *, site_tag: str, domain: str) -> str:
    """Return the Message-ID of a digest or bundle: `<digest.ISSUE.TAG@domain>`."""
    return f"<digest.{issue_id}.{site_tag}@{_plain_domain(domain)}>"


def issue_of_message_id(message_id: str, *, site_tag: str, domain: str) -> int | None:
    """Return the issue that a Message-ID of ours stands for, None when for none.

    As forgiving as `post_id_of`.
    """
    ours = re.escape(f".{site_tag}@{_plain_domain(domain)}".lower())
    found = re.fullmatch(rf"digest\.([0-9]{{1,19}}){ours}", _bare(message_id))
    if not found or int(found[1]) > _LARGEST_ID:
        return None
    return int(found[1])


def notice_message_id(*key: str, site_tag: str, domain: str) -> str:
    """Return the Message-ID of a mail that mirrors no post, from what it is about."""
    return f"<note.{_digest(*key)[:20]}.{site_tag}@{_plain_domain(domain)}>"


def note_of_message_id(message_id: str, *, site_tag: str, domain: str) -> str | None:
    """Return what names a mail of ours that mirrors no post, None when it is none.

    It is 20 characters, the same for the same key of `notice_message_id`. As forgiving
    as `post_id_of`.
    """
    ours = re.escape(f".{site_tag}@{_plain_domain(domain)}".lower())
    found = re.fullmatch(rf"note\.([a-z2-7]{{20}}){ours}", _bare(message_id))
    return found[1] if found else None


def is_ours(message_id: str, *, site_tag: str, domain: str) -> bool:
    """Say whether a mail with this Message-ID was written by this bridge.

    True for posts, corrections, digests and notices. A mail of the bridge that comes back is
    an echo, whatever else stands in it.
    """
    ours = re.escape(f".{site_tag}@{_plain_domain(domain)}".lower())
    kinds = r"post\.[0-9]+(?:\.r[0-9]+)?|digest\.[0-9]+|note\.[a-z2-7]{20}"
    pattern = rf"(?:{kinds}){ours}"
    return re.fullmatch(pattern, _bare(message_id)) is not None


def forum_list_id(forum_id: int, *, site_tag: str, domain: str) -> str:
    """Return the bridge's own List-Id for a forum (RFC 2919), without brackets.

    Every mirrored mail carries it until a list puts its own in its place.
    """
    return f"forum-{forum_id}.{site_tag}.{_plain_domain(domain)}"


def native_message_id(post_id: int, user_id: int, site_url: str) -> str:
    """Return the Message-ID of Moodle's own notification of a post to a person.

    `site_url` is the address of the site (wwwroot); a bare host is taken as well.
    Source: Moodle `forum_get_email_message_id` and `generate_email_messageid`, which
    puts the path of the site before the `@`.
    """
    parts = urlsplit(site_url if "://" in site_url else f"https://{site_url}")
    local = hashlib.sha256(f"{post_id}to{user_id}".encode()).hexdigest()
    return f"<{local}{parts.path.rstrip('/')}@{parts.hostname or ''}>"


def marker(*parts: str) -> str:
    """Return the class name that marks a mirrored body: `ref-` and 16 characters.

    Whoever knows the parts can make the marker; put something secret among them
    where a participant must not be able to.
    """
    return f"ref-{_digest(*parts)[:_MARKER_LENGTH]}"


def marker_in(html: str) -> set[str]:
    """Return the markers that stand in class attributes; never raises.

    A marker that is only written about, in the text, does not count.
    """
    if "ref-" not in html:
        return set()
    tree = html_tree(html)
    if tree is None:
        return set()
    return {
        name
        for element in tree.iter()
        for name in (element.get("class") or "").split()
        if _MARKER.fullmatch(name)
    }


def reply_key(secret: bytes, post_id: int, user_id: int) -> str:
    """Return the signed key for answering a post as a person, in lower-case base32.

    Stateless: the key itself holds both ids and an HMAC-SHA256 cut to 10 bytes. 23
    characters for small ids, never over 45, so that `bridge+KEY` is a valid local
    part (64 octets, RFC 5321 4.5.3.1.1). Raises ValueError for a secret under 16
    bytes or an id that is not a positive 63-bit number.
    """
    return _signed(secret, _SIGNED_FOR, post_id, user_id)


def read_reply_key(secret: bytes, text: str) -> ReplyKey | None:
    """Return what a reply key says, None when it is not one of ours.

    Case and space around it are borne. The comparison takes the same time whatever
    is wrong. Raises ValueError for a secret under 16 bytes.
    """
    told = _read_signed(secret, _SIGNED_FOR, text)
    return None if told is None else ReplyKey(post_id=told[0], user_id=told[1])


def issue_key(secret: bytes, issue_id: int, user_id: int) -> str:
    """Return the signed key for answering a digest or bundle as a person.

    Made as `reply_key` is, and never taken for one.
    """
    return _signed(secret, _SIGNED_FOR_ISSUE, issue_id, user_id)


def read_issue_key(secret: bytes, text: str) -> IssueKey | None:
    """Return what the key of an issue says, None when it is not one of ours.

    Otherwise as `read_reply_key`.
    """
    told = _read_signed(secret, _SIGNED_FOR_ISSUE, text)
    return None if told is None else IssueKey(issue_id=told[0], user_id=told[1])


def reply_reference(key: str, *, domain: str) -> str:
    """Return the id that carries a reply key in References: `<reply.KEY@domain>`.

    The second carrier, for mail systems that do not deliver plus addresses.
    """
    return f"<reply.{key}@{_plain_domain(domain)}>"


def key_of_reference(message_id: str, *, domain: str) -> str | None:
    """Return the reply key that an id of References carries, None when none."""
    ours = re.escape(f"@{_plain_domain(domain)}")
    found = re.fullmatch(rf"reply\.([a-z2-7]{{20,64}}){ours}", _bare(message_id))
    return found[1] if found else None


def plus_address(address: str, key: str) -> str:
    """Return an address with a key as its detail: `local+KEY@domain` (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{key}@{domain}"


def key_of_address(address: str, base_address: str) -> str | None:
    """Return the key that an address carries, None when it is not of the base address.

    `+` and `-` are both taken as the separator, and case is not looked at: mail
    systems differ in both.
    """
    local, _, domain = address.strip().strip("<>").strip().lower().rpartition("@")
    base_local, _, base_domain = base_address.strip().lower().rpartition("@")
    if domain != base_domain or not local.startswith(base_local):
        return None
    detail = local[len(base_local) :]
    key = detail[1:]
    return key if detail[:1] in {"+", "-"} and _KEY_TEXT.fullmatch(key) else None


def _read_signed(secret: bytes, purpose: bytes, text: str) -> tuple[int, int] | None:
    _check_secret(secret)
    plain = text.strip().lower()
    if not _KEY_TEXT.fullmatch(plain):
        return None
    try:
        told = base64.b32decode(plain.upper() + "=" * (-len(plain) % 8))
        first, rest = _number(told[:-_SIGNATURE_BYTES])
        second, rest = _number(rest)
    except ValueError:
        return None
    if rest or max(first, second) > _LARGEST_ID:
        return None
    if not hmac.compare_digest(plain, _signed(secret, purpose, first, second)):
        return None
    return first, second


def _signed(secret: bytes, purpose: bytes, first: int, second: int) -> str:
    _check_secret(secret)
    for number in (first, second):
        if not 0 <= number <= _LARGEST_ID:
            raise ValueError(f"{number} is no Moodle id")
    told = _varint(first) + _varint(second)
    signature = hmac.digest(secret, purpose + told, "sha256")[:_SIGNATURE_BYTES]
    return _base32(told + signature)


def _check_secret(secret: bytes) -> None:
    if len(secret) < _SECRET_BYTES_LEAST:
        raise ValueError(f"a reply secret has at least {_SECRET_BYTES_LEAST} bytes")


def _varint(number: int) -> bytes:
    octets = bytearray()
    while number >> 7:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def _number(octets: bytes) -> tuple[int, bytes]:
    number = 0
    for place, octet in enumerate(octets):
        number |= (octet & 0x7F) << 7 * place
        if not octet & 0x80:
            return number, octets[place + 1 :]
    raise ValueError("a number without an end")


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        digest.update(len(octets).to_bytes(8, "big") + octets)
    return _base32(digest.digest())


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()


def _bare(message_id: str) -> str:
    return message_id.strip().removeprefix("<").removesuffix(">").strip().lower()


def _plain_domain(domain: str) -> str:
    lowered = domain.strip().lower()
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode()
    except UnicodeError:
        return lowered.encode("punycode").decode()


def _host_and_path(site_url: str) -> tuple[str, str]:
    parts = urlsplit(site_url.strip())
    host = _plain_domain(parts.hostname or "")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    return f"{host}{port}", parts.path.rstrip("/")
