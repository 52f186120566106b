"""One tree of errors; each says what happened, to which item, and what to do next.

A refused mail or a bad intake row is a value (`Rejection`), not an exception: it is
an ordinary outcome that is kept, counted and explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why something from outside was not taken, and what its sender can do.

    `reason` is a short stable code (`unknown-sender`); `advice` a sentence for a
    person; `detail` what was seen, already free of secrets.
    """

    reason: str
    advice: str
    detail: str = ""


class BridgeError(Exception):
    """What every error of the bridge is.

    `item` names what it happened to (`discussion 204`, `[mail].smtp`); empty when
    the whole run is meant. `advice` is the next step for an admin; never empty.
    """

    advice_default = "Run the command again with --verbose and read the log."

    def __init__(self, what: str, *, item: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.item = item
        self.advice = advice or self.advice_default

    def __str__(self) -> str:
        subject = f"{self.item}: " if self.item else ""
        return f"{subject}{self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a configuration: its key path, what is wrong, what to do."""

    where: str
    what: str
    advice: str = ""


class ConfigError(BridgeError):
    """The configuration cannot be used; `problems` holds every one of them."""

    advice_default = "Mend bridge.toml as said above, then run the command again."

    def __init__(
        self,
        what: str,
        *,
        item: str = "",
        advice: str = "",
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(what, item=item, advice=advice)
        self.problems = tuple(problems)


class PluginError(BridgeError):
    """A plug-in is unknown, named twice, or does not keep its contract."""

    advice_default = "See `moodle-bridge plugins` for what is installed."


class RemoteError(BridgeError):
    """Something went wrong at, or on the way to, a remote end.

    `code` is the remote end's own word for it (Moodle errorcode, SMTP reply code,
    HTTP status), empty when it gave none. `concerns_all` is true when everything
    else that is asked of that remote end would fare the same (a wrong password, no
    connection): then nothing may be given up because of it.
    """

    def __init__(
        self,
        what: str,
        *,
        item: str = "",
        advice: str = "",
        code: str = "",
        concerns_all: bool = False,
    ) -> None:
        super().__init__(what, item=item, advice=advice)
        self.code = code
        self.concerns_all = concerns_all


class Transient(RemoteError):
    """Nothing was done and trying later may help.

    `retry_after` is in seconds, None when the remote end named no time.
    """

    advice_default = "Nothing to do: the next run tries again."

    def __init__(
        self,
        what: str,
        *,
        item: str = "",
        advice: str = "",
        code: str = "",
        concerns_all: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            what, item=item, advice=advice, code=code, concerns_all=concerns_all
        )
        self.retry_after = retry_after


class Permanent(RemoteError):
    """The remote end understood and refused; the same call would be refused again."""

    advice_default = "Mend what the message names; repeating will not help."


class InDoubt(RemoteError):
    """A write was sent and its outcome is unknown: it may or may not have happened.

    Never repeat it blindly; read back first.
    """

    advice_default = "Nothing to do: the next run looks whether it happened."


class GuardTripped(BridgeError):
    """A limit stopped the run before it did something that looks absurd."""

    advice_default = (
        "Read the plan with --dry-run; raise the limit only if it is right."
    )


class LedgerError(BridgeError):
    """The ledger cannot be opened, is of a newer version, or cannot be written."""

    advice_default = "Check the path, the free disk space and the version installed."


class Stopped(BridgeError):
    """Somebody asked the run to stop; it did, between two effects."""

    advice_default = "Nothing to do: the next run goes on where this one ended."


class Busy(BridgeError):
    """Another run holds the lease on this job; it is not an error to wait."""

    advice_default = "Nothing to do: the run that is under way does the work."
