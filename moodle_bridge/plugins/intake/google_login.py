"""A short-lived token for Google, in exchange for a service account's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moodle_bridge.errors import ConfigError, Permanent
from moodle_bridge.plugins.intake.web import FormHost, https_address
from moodle_bridge.runtime import Sleep

_NO_TOKEN = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def google_token(
    key: Mapping[str, Any],
    scopes: Sequence[str],
    subject: str | None,
    *,
    item: str,
    pause: Sleep,
) -> str:
    """Return a token that lets in for an hour.

    Raises ConfigError when the key is none or google-auth is not installed,
    Permanent when Google refuses the key, Transient when it cannot be reached.
    """
    try:
        # Imported late: only who reads Google forms needs it.
        from google.auth.exceptions import (  # noqa: PLC0415
            GoogleAuthError,
        )
        from google.auth.transport.requests import Request  # noqa: PLC0415
        from google.oauth2.service_account import Credentials  # noqa: PLC0415
    except ImportError:
        raise ConfigError(
            "Google forms need a library that is not installed",
            item=item,
            advice='Install it: pip install "moodle-bridge[google]".',
        ) from None
    try:
        # The key says where it is to be shown.
        https_address(str(key.get("token_uri")))
        credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            key, scopes=list(scopes), subject=subject
        )
    except (ValueError, TypeError, KeyError):
        # The error may hold the key.
        raise ConfigError(
            "key_file is no JSON key of a service account",
            item=item,
            advice="Make one in the Google Cloud console: IAM > Service accounts >"
            " Keys > Add key > JSON.",
        ) from None
    with FormHost(item, pause=pause) as host:
        try:
            credentials.refresh(Request(session=host))
        except (GoogleAuthError, Permanent, *_NO_TOKEN):
            # What is no answer of Google's, the library stumbles over.
            raise Permanent(
                "Google gives no token for this key",
                item=item,
                advice="Look whether the service account and its key are still there,"
                " and the clock of this machine is right.",
            ) from None
    return str(credentials.token)
