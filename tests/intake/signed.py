"""Deliveries of Typeform's webhook, with their signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

from tests.intake.exporters import typeform_event
from tests.intake.plain_form import PlainForm


def typeform_files(folder: Path, form: PlainForm, secret: str) -> Path:
    """Write a delivery a person, and beside it the header that came with it."""
    for entry in form.entries:
        body = json.dumps(typeform_event(form, entry)).encode()
        signed(folder / f"{entry.number}.json", body, secret)
    return folder


def signed(path: Path, body: bytes, secret: str) -> None:
    """Write a delivery with its signature."""
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    path.write_bytes(body)
    signature = f"sha256={b64encode(digest).decode()}\n"
    path.with_name(f"{path.name}.signature").write_text(signature)
