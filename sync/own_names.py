"""The site as participants see it: with their own tokens, for posts in their name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from moodle_bridge.errors import BridgeError, ConfigError, Permanent
from moodle_bridge.moodle.errorcodes import OF_TOKEN
from moodle_bridge.moodle.functions import ADD_DISCUSSION, ADD_POST, MISSING
from moodle_bridge.redact import masked
from sync.ledger.tokens import TokenState

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from moodle_bridge.moodle.site import SiteInfo
    from sync.ledger import Ledger
    from sync.vault import Vault

log = logging.getLogger(__name__)

NEEDED = (ADD_DISCUSSION, ADD_POST)
"""What the service of a participant's token must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a token, in words for an admin, and what to do."""

    what: str
    advice: str


def fault_of(info: SiteInfo, user_id: int, *, account_id: int) -> Fault | None:
    """Say what keeps a token from being used for a person; None when it is good.

    `info` is what the site says of the token; `account_id` the service account.
    """
    if info.user_id != user_id:
        return Fault(
            what=f"it is the token of another account ({info.username})",
            advice="Look which line belongs to whom.",
        )
    if user_id == account_id:
        return Fault(
            what="it is the bridge's own account", advice="Leave that line out."
        )
    if info.is_site_admin:
        return Fault(
            what="it is a site administrator's, and could do anything on the site",
            advice="Give this person no token; their mails name them.",
        )
    lacking = [name for name in NEEDED if name not in info.functions]
    if lacking:
        return Fault(
            what=f"its service does not hold {' and '.join(lacking)}",
            advice="Make the token for a service that does; Moodle's mobile service"
            " is one.",
        )
    return None


def concerns_token(error: Permanent) -> bool:
    """Say whether an error is about the token or its account, not about the post."""
    return error.code in OF_TOKEN or error.code == MISSING


class OwnNames:
    """Connections with the tokens of participants, one a person, for one run.

    A token is asked whose it is before it is used first. One that Moodle does not
    take is marked in the ledger and not tried again until it is replaced or checked;
    `problems` says so, for the report of the run.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        vault: Callable[[], Vault | None],
        connect: Callable[[SecretStr], Moodle],
        account_id: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._vault = vault
        self._connect = connect
        self._account_id = account_id
        self._known: dict[int, Moodle | None] = {}
        self.problems: list[str] = []

    def of(self, user_id: int) -> Moodle | None:
        """Return the site with a person's token, None when there is no good one.

        Raises Transient when the site does not answer. The caller closes nothing.
        """
        if user_id not in self._known:
            self._known[user_id] = self._opened(user_id)
        return self._known[user_id]

    def refused(self, user_id: int, error: BridgeError) -> None:
        """Note that Moodle did not take a token; it is not used again."""
        moodle = self._known.pop(user_id, None)
        self._known[user_id] = None
        if moodle is not None:
            moodle.close()
        self._note(user_id, str(error))

    def close(self) -> None:
        """Let go of every connection; may be repeated."""
        while self._known:
            _, moodle = self._known.popitem()
            if moodle is not None:
                moodle.close()

    def _opened(self, user_id: int) -> Moodle | None:
        with self._ledger.reading() as transaction:
            kept = transaction.tokens.get(user_id)
        if kept is None or kept.state is not TokenState.GOOD:
            return None
        vault = self._vault()
        if vault is None:
            self.problems.append(
                "tokens of participants are kept, and [moodle] token_key is not set:"
                " their posts are made by the bridge's account"
            )
            return None
        try:
            token = vault.open(kept.sealed, user_id=user_id)
            moodle = self._connect(token)
        except ConfigError as error:
            # The key may come back; the token is not to blame.
            self.problems.append(f"the token of user {user_id}: {error}")
            return None
        try:
            fault = fault_of(moodle.site.info(), user_id, account_id=self._account_id())
        except Permanent as error:
            moodle.close()
            if not concerns_token(error):
                raise
            self._note(user_id, str(error))
            return None
        except BaseException:
            moodle.close()
            raise
        if fault is not None:
            moodle.close()
            self._note(user_id, fault.what)
            return None
        return moodle

    def _note(self, user_id: int, problem: str) -> None:
        problem = masked(problem)
        with self._ledger.writing() as transaction:
            transaction.tokens.checked(user_id, problem=problem)
        log.warning("the token of user %d is not good: %s", user_id, problem)
        self.problems.append(
            f"the token of user {user_id} is not good ({problem}); the bridge's account"
            " posts for them. See `moodle-bridge tokens list`."
        )
