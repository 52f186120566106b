"""A token for somebody's own username and password, where the site gives one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import SecretStr

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle import form
from moodle_bridge.moodle.exchange import Exchange, HttpSettings, Sent
from moodle_bridge.moodle.wire import value_of
from moodle_bridge.redact import MASK
from moodle_bridge.runtime import Clock, utc_now

MOBILE_SERVICE = "moodle_mobile_app"
"""The service that most sites have open: that of Moodle's own app."""

_LOGIN_SCRIPT = "/login/token.php"
_NO_TOKEN_YET = "none"  # noqa: S105 - it is none


def obtain_token(
    site_url: str,
    username: str,
    password: SecretStr,
    *,
    service: str = MOBILE_SERVICE,
    settings: HttpSettings | None = None,
    clock: Clock = utc_now,
) -> SecretStr:
    """Return a token of this account for a service, by its short name.

    Moodle gives the token that there is, or makes one: may be repeated. The password
    goes in the body of one request over the site's own connection, and is in no log
    and no error. Raises Permanent (`invalidlogin`; `cannotcreatetoken` where the site
    allows the account none; `servicenotavailable`), Transient when the site is away.
    `login/token.php`.
    """
    exchange = Exchange(
        site_url, _NO_TOKEN_YET, settings=settings or HttpSettings(), clock=clock
    )
    asked = exchange.asked("login/token.php", writes=False)
    asked = replace(asked, masked=_masked(exchange.masked, password))
    body = form.encoded(
        [
            ("username", username),
            ("password", password.get_secret_value()),
            ("service", service),
        ]
    )
    try:
        sent = Sent(url=exchange.site_url + _LOGIN_SCRIPT, body=body)
        answer = value_of(exchange.reply(sent, asked), asked)
    finally:
        exchange.close()
    token = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token.isalnum():
        raise Permanent("the site gave no token", item="login/token.php")
    return SecretStr(token)


def _masked(masked: Callable[[str], str], password: SecretStr) -> Callable[[str], str]:
    secret = password.get_secret_value()
    return lambda text: masked(text.replace(secret, MASK) if secret else text)
