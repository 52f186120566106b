"""Makes text of bytes whose charset is missing, unknown or a lie."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SAMPLE = 20_000
_WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüœÀÁÂÃÄÅÇÈÉÊËÍÎÓÔÕÖÚÜßªº°«»‘’“”–—…€¿¡·\xa0"
)
_LIKELY = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1258",
    "koi8_r",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "cp874",
]

# Names that mail programs use for something wider than what they name.
_WIDER = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "ks_c_5601-1987": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "cp-850": "cp850",
    "windows-874": "cp874",
}

# Text codecs of Python that are no charsets of mail; some take quadratic time.
_NEVER = frozenset(
    {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined"}
    | {"unicode-escape", "raw_unicode_escape", "palmos", "mbcs", "oem"}
)


def decoded_bytes(octets: bytes, charset: str | None) -> str:
    """Return text: by the charset that is declared, as UTF-8, by guess, as cp1252.

    `charset` is what the mail says, None when it says nothing. Never raises; what
    cannot be read becomes U+FFFD.
    """
    if not octets:
        return ""
    name = _codec(charset)
    if name:
        try:
            return octets.decode(name)
        except (UnicodeError, ValueError):
            pass
    try:
        return octets.decode("utf-8")
    except UnicodeError:
        pass
    # A character cut in two at some limit does not make the rest another charset.
    mended = octets.decode("utf-8", "replace")
    broken = mended.count("\ufffd")
    whole = sum(1 for character in mended[:_SAMPLE] if character > "\x7f") - broken
    if whole >= 4 * broken:
        return mended
    return octets.decode(_guessed(octets), "replace")


def without_controls(text: str) -> str:
    """Return text without control characters and lone surrogates; tabs and line ends stay."""
    return _CONTROLS.sub("", text)


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    asked = charset.strip().strip("\"'").lower()
    asked = _ALIASES.get(asked, asked)
    try:
        name = codecs.lookup(asked).name
    except (LookupError, ValueError, UnicodeError):
        return None
    if name in _NEVER or name.endswith("_codec") or name in _NOT_TEXT:
        return None
    return _WIDER.get(asked) or _WIDER.get(name, name)


_NOT_TEXT = frozenset(
    {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "zip", "rot-13"}
)


def _guessed(octets: bytes) -> str:
    # In a short text one accent looks like another to any guesser, so the charset of
    # Western Europe is taken wherever it makes nothing but plain words.
    western = octets[:_SAMPLE].decode("cp1252", "replace")
    high = [character for character in western if character > "\x7f"]
    if len(high) * 5 <= len(western) * 2 and _WESTERN.issuperset(high):
        return "cp1252"
    best = from_bytes(octets[:_SAMPLE], cp_isolation=_LIKELY, explain=False).best()
    return best.encoding if best else "cp1252"
