"""Mail addresses as people write them; nothing is asked of the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from email_validator import EmailNotValidError, validate_email

from mappings.intake.problems import Code, Flaw
from mappings.one_line import one_line

LONGEST = 100
"""What Moodle keeps of an address."""

_IN_BRACKETS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_MARKS = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufeff]")
_BETWEEN = re.compile(r"[;,/|\s]+")
_AROUND = "\"'<>()[]«»“”‘’.,;: "
_PROVIDERS = (
    "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "rocketmail.com",
    "yahoo.fr", "yahoo.co.uk", "yahoo.es", "yahoo.com.br", "yahoo.co.in", "yahoo.in",
    "hotmail.com", "hotmail.fr", "hotmail.es", "hotmail.co.uk", "hotmail.nl",
    "outlook.com", "outlook.fr", "outlook.es", "outlook.pt", "live.com", "live.fr",
    "live.nl", "msn.com", "icloud.com", "me.com", "mac.com", "aol.com", "mail.com",
    "email.com", "protonmail.com", "proton.me", "gmx.com", "gmx.net", "gmx.de", "gmx.fr",
    "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "ziggo.nl", "kpnmail.nl",
    "xs4all.nl", "sapo.pt", "terra.com.br", "uol.com.br", "bol.com.br", "hotmail.com.br",
    "rediffmail.com", "mail.ru", "yandex.ru", "yandex.com", "qq.com", "163.com",
    "126.com", "zoho.com", "web.de", "t-online.de", "libero.it", "yahoo.it", "hotmail.it",
)  # fmt: skip
_OFTEN_MISSPELT = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.fr", "yahoo.co.uk", "hotmail.com",
    "hotmail.fr", "outlook.com", "outlook.fr", "icloud.com", "protonmail.com",
    "rediffmail.com", "laposte.net", "wanadoo.fr",
)  # fmt: skip
# Names of providers that are also real in other countries: `yahoo.de` is no mistake.
_IN_COUNTRIES = re.compile(
    r"(?:yahoo|hotmail|outlook|live)(?:\.co|\.com)?\.(?!co$|cm$|om$)[a-z]{2}"
)
_ENDINGS = {
    "con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com",
    "cpm": "com", "coom": "com", "om": None, "ogr": "org", "orgg": "org", "rog": "org",
    "nte": "net", "bet": "net",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFound:
    """The address that was meant, None where it cannot be used, and what is wrong."""

    address: str | None = None
    flaws: tuple[Flaw, ...] = ()


def address_in(text: str, *, confirmed: bool = False) -> AddressFound:
    """Return the one mail address in an answer.

    Blanks, brackets, `mailto:` and a name before it are taken away; the letters stay as
    they were written. With `confirmed` a domain that looks mistyped is taken as it is.
    """
    plain = _plain(text)
    several = [part.strip(_AROUND) for part in _BETWEEN.split(plain) if "@" in part]
    if len(set(map(str.casefold, several))) > 1:
        return _wrong(Code.EMAIL_SEVERAL, proposed=one_line(several[0]))
    if several and len(several) > 1:
        plain = several[0]
    try:
        valid = validate_email(plain, check_deliverability=False)
    except EmailNotValidError:
        # A mistyped ending may be no domain at all; what was meant is said then too.
        near = _meant_by(plain)
        return (
            _wrong(Code.EMAIL_TYPO, proposed=near)
            if near
            else _wrong(Code.EMAIL_INVALID)
        )
    if not valid.local_part.isascii():
        return _wrong(Code.EMAIL_NOT_ASCII)
    if len(valid.normalized) > LONGEST:
        return _wrong(Code.TOO_LONG, limit=str(LONGEST))
    if not confirmed and (near := _meant_by(valid.normalized)):
        return _wrong(Code.EMAIL_TYPO, proposed=near)
    return AddressFound(address=valid.normalized)


def _plain(text: str) -> str:
    line = one_line(_MARKS.sub("", text)).strip()
    if found := _IN_BRACKETS.search(line):
        return found[1]
    line = re.sub(r"^mailto:\s*", "", line, flags=re.IGNORECASE).strip(_AROUND)
    return re.sub(r"\s*@\s*", "@", line)


def _meant_by(address: str) -> str | None:
    """Return the address that was likely meant, None where it looks right."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    if not local or not domain or domain in _PROVIDERS:
        return None
    if domain.startswith("gmail.") or not _IN_COUNTRIES.fullmatch(domain):
        for provider in _OFTEN_MISSPELT:
            if domain in _one_slip_from(provider):
                return f"{local}@{provider}"
    name, _, ending = domain.rpartition(".")
    meant = _ENDINGS.get(ending)
    if meant is None:
        return None
    whole = f"{name}.{meant}"
    slipped = next(
        (one for one in _OFTEN_MISSPELT if whole in _one_slip_from(one)), None
    )
    return f"{local}@{slipped or whole}"


@cache
def _one_slip_from(domain: str) -> frozenset[str]:
    return frozenset(_slips(domain))


def _slips(domain: str) -> Iterator[str]:
    """Give the domain with one letter left out, put in, changed or swapped."""
    letters = "abcdefghijklmnopqrstuvwxyz0."
    for at in range(len(domain)):
        before, after = domain[:at], domain[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in letters:
            yield before + letter + after
            yield before + letter + after[1:]
    for letter in letters:
        yield domain + letter


def _wrong(code: Code, **values: str) -> AddressFound:
    return AddressFound(flaws=(Flaw(code=code, values=values),))
