"""Seals the secrets of participants, so that a ledger that gets out holds none."""

from __future__ import annotations

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from moodle_bridge.errors import ConfigError
from sync.secrets import keys_in

_SETTING = "[moodle] token_key"
_PURPOSE = b"moodle-bridge participants' tokens 1"


class Vault:
    """Seals and opens tokens with keys that are not in the ledger.

    `key` may hold several, with spaces or commas between them: the first seals, every
    one of them opens, so that a key can be replaced without a gap. `site` is the
    address of the Moodle: a token sealed for one site, or for one person, opens for
    no other, whoever moves rows about in the ledger.
    """

    def __init__(self, key: SecretStr, *, site: str) -> None:
        self._site = site
        self._fernet = MultiFernet([_fernet(text) for text in keys_in(key)])

    def __repr__(self) -> str:
        return "<Vault>"

    def seal(self, token: SecretStr, *, user_id: int) -> bytes:
        """Return a person's token as it may be kept; each time something else."""
        kept = {"site": self._site, "user": user_id, "token": token.get_secret_value()}
        return self._fernet.encrypt(json.dumps(kept).encode())

    def open(self, sealed: bytes, *, user_id: int) -> SecretStr:
        """Return the token of a person.

        Raises ConfigError when none of the keys opens it, or when it is that of
        somebody else or of another site.
        """
        try:
            kept = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ConfigError(
                "no key opens the token that is kept",
                item=_SETTING,
                advice="Put back the key that it was sealed with, beside the new one;"
                " or import the token again.",
            ) from None
        if kept["user"] != user_id or kept["site"] != self._site:
            raise ConfigError(
                "the token that is kept is that of somebody else, or of another site",
                item=_SETTING,
                advice="Import the token again.",
            )
        return SecretStr(kept["token"])

    def sealed_anew(self, sealed: bytes) -> bytes:
        """Return the same sealed with the first key; raises ConfigError as `open`."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise ConfigError("no key opens it", item=_SETTING) from None


def _fernet(text: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return Fernet(base64.urlsafe_b64encode(derived.derive(text.encode())))
