"""What a broken connection means: whether anything can have been done."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.moodle.wire import Asked, lost

# Raised before the request goes out; name resolution is a NewConnectionError too.
_NOT_SENT = (NewConnectionError, ConnectTimeoutError)


def connection_error(error: Exception, asked: Asked) -> RemoteError:
    """Return our error for one of requests or urllib3; it keeps nothing of theirs.

    Transient when the request surely never left, or for a read; InDoubt for a write
    that may have arrived; Permanent when the site's certificate is not to be trusted.
    """
    causes = list(_causes(error))
    certificate = next(
        (cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)),
        None,
    )
    if certificate is not None:
        return Permanent(
            f"the site's certificate does not hold: {certificate.verify_message}",
            item=asked.site_url,
            code="certificate",
            advice="Ask the host to mend the certificate; the token is not sent "
            "before it holds.",
        )
    if any(isinstance(cause, _NOT_SENT) for cause in causes):
        return Transient(
            "no connection could be made", item=asked.site_url, code="unreachable"
        )
    kind = type(causes[-1]).__name__
    return lost(f"the connection broke before the answer was whole ({kind})", asked)


def _causes(error: BaseException) -> Iterator[BaseException]:
    # What wraps what differs by layer: a reason, an argument, a cause or a context.
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [
            getattr(cause, "reason", None),
            *cause.args,
            cause.__cause__,
            cause.__context__,
        ]
