"""Alerts by whatever the library Apprise reaches."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from zope.interface import implementer

from moodle_bridge.errors import ConfigError, Permanent
from moodle_bridge.interfaces import IAlertChannel
from moodle_bridge.model.alerts import AlertNotice, AlertTarget

_LONGEST_SHORT = 300


class AppriseAlertsSettings(BaseModel):
    """Where to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(
        description="The Apprise address, ntfys://NAME or tgram://TOKEN/CHAT say; most"
        " hold a secret. See https://github.com/caronc/apprise/wiki.",
    )
    short: bool = Field(
        default=False,
        description="Send at most 300 characters, for what charges by the message.",
    )
    timeout: float = Field(default=20, gt=0, description="Seconds to wait.")

    @field_validator("url")
    @classmethod
    def _has_a_scheme(cls, url: SecretStr) -> SecretStr:
        if "://" not in url.get_secret_value():
            raise ValueError("must begin with the name of a service, as ntfys://")
        return url


@implementer(IAlertChannel)
class AppriseAlerts:
    """See `IAlertChannel`; its own settings hold the address, the target's is not used.

    Apprise does not tell a message that was refused from one whose answer was lost:
    either way another channel is tried, and it is not repeated.
    """

    by_mail = False

    def __init__(self, settings: AppriseAlertsSettings) -> None:
        self._settings = settings
        scheme = settings.url.get_secret_value().partition("://")[0]
        self.name = f"apprise {scheme}"
        self._apprise: Any = None

    def problem_with(self, address: str) -> str | None:
        """See `IAlertChannel`."""
        del address
        if self._service() is None:
            return f"{self.name}: Apprise does not understand this address"
        return None

    def send(self, notice: AlertNotice, target: AlertTarget) -> str:
        """See `IAlertChannel`."""
        service = self._service()
        if service is None:
            raise Permanent(
                "Apprise does not understand the address",
                item=f"{target.name} by {self.name}",
                advice="Look it up in Apprise's wiki; every service has its own form.",
            )
        body = notice.short if self._settings.short else notice.text
        sent = service.notify(
            title="" if self._settings.short else notice.subject,
            body=body[:_LONGEST_SHORT] if self._settings.short else body,
            timeout=self._settings.timeout,
        )
        if not sent:
            raise Permanent(
                "the service did not take it",
                item=f"{target.name} by {self.name}",
                advice="Try it with `moodle-bridge alerts test`; the address, a token"
                " or the service itself may be wrong.",
            )
        return ""

    def close(self) -> None:
        """See `IAlertChannel`."""
        self._apprise = None

    def _service(self) -> Any:
        """Return the service, None when the address is not understood."""
        if self._apprise is None:
            try:
                # An extra of its own: mail and Moodle messages work without it.
                from apprise import Apprise  # noqa: PLC0415
            except ImportError:
                raise ConfigError(
                    "the library apprise is not installed",
                    item=self.name,
                    advice="Install moodle-bridge[apprise].",
                ) from None
            service = Apprise()
            if not service.add(self._settings.url.get_secret_value()):
                return None
            self._apprise = service
        return self._apprise
