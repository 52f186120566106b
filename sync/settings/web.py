"""The section [web]: the few pages that the bridge shows itself."""

from __future__ import annotations

from urllib.parse import urlunsplit

from pydantic import Field, field_validator

from sync.settings.base import Section
from sync.settings.values import is_loopback, web_address


class WebSettings(Section):
    """Where `moodle-bridge serve` listens, and how the world reaches it."""

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address to listen at. It speaks plain http: let a web server"
        " with TLS stand before it.",
    )
    port: int = Field(default=8025, ge=0, le=65535, description="The port.")
    public_url: str | None = Field(
        default=None,
        description="The address of these pages for the world, which that web server"
        " brings here. With it, mails to single readers offer to unsubscribe by one"
        " click; without it, by mail alone.",
        examples=["https://lists.example.org/bridge"],
    )
    metrics: bool = Field(
        default=False,
        description="Whether `/metrics` tells response times to a collector, in the"
        " OpenMetrics format. It names nobody, and asks nobody for a password: let that"
        " web server keep it from the world.",
    )

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = web_address(url)
        if not url.isascii():
            raise ValueError("must be a full address that begins with https://")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("must hold no login and no query")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("must be https (RFC 8058 section 3.1)")
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
