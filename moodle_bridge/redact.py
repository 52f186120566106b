"""Keeps secrets and addresses out of logs, errors and reports."""

from __future__ import annotations

import re

_TOKEN_PARAMETER = re.compile(
    r"(?i)\b(wstoken|token|password|privatekey|userprivateaccesskey|key|secret)"
    r"(=|\"?\s*:\s*\"?)([^\s&\"'<>,;]+)"
)
_HEX_SECRET = re.compile(r"\b[0-9a-fA-F]{32,}\b")
_TOKEN_FILE = re.compile(r"(tokenpluginfile\.php/)[^/\s]+")
_URL_LOGIN = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/@\s:]*:[^/@\s]*@")
_ADDRESS = re.compile(r"([A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]*@([A-Za-z0-9.-]+)")

MASK = "***"


def secrets_masked(text: str) -> str:
    """Return the text with tokens, passwords and long hex strings masked."""
    text = _URL_LOGIN.sub(rf"\g<1>{MASK}@", text)
    text = _TOKEN_FILE.sub(rf"\g<1>{MASK}", text)
    text = _TOKEN_PARAMETER.sub(rf"\g<1>\g<2>{MASK}", text)
    return _HEX_SECRET.sub(MASK, text)


def address_masked(address: str) -> str:
    """Return an e-mail address with all but its first letter and domain masked."""
    return _ADDRESS.sub(rf"\g<1>{MASK}@\g<2>", address)


def masked(text: str) -> str:
    """Return the text fit for a log: secrets and addresses masked."""
    return address_masked(secrets_masked(text))
