"""A bridge whose every effect can be its last.

A blow falls before or after an effect on a remote end, the taking of a mail off its
mailbox, or a commit. The bridge itself knows nothing of it: what it calls is wrapped,
and the wrap counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

from zope.interface import implementer

from moodle_bridge.interfaces import Answer, IMailbox, IMailer, ITransport
from moodle_bridge.model.mail import IncomingMail, OutgoingMail, Sent
from sync.bridge import Bridge

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """When the end comes: before or after the effect with this number, from 1.

    Effects are counted as they succeed, so that one which is tried again keeps its
    number; the blow falls at its first try, whatever comes of it.
    """

    what: str
    when: str
    number: int


class Moments:
    """Counts what was done, by kind, and calls `strike` when the blow is due."""

    def __init__(self, *, blow: Blow | None, strike: Callable[[], None]) -> None:
        self.passed: Counter[str] = Counter()
        self._blow = blow
        self._strike = strike
        # Effects of several threads have their numbers one after the other.
        self._turn = RLock()

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """Count one effect, which is what the block does."""
        with self._turn:
            self.before(what)
            try:
                yield
            except Exception:
                self.after(what, succeeded=False)
                raise
            self.after(what)

    def before(self, what: str) -> None:
        self._fall(what, "before")

    def after(self, what: str, *, succeeded: bool = True) -> None:
        self._fall(what, "after")
        self.passed[what] += succeeded

    def _fall(self, what: str, when: str) -> None:
        if self._blow == Blow(what=what, when=when, number=self.passed[what] + 1):
            self._blow = None
            self._strike()


@implementer(ITransport)
class CountedTransport:
    """See `ITransport`."""

    def __init__(self, inner: ITransport, moments: Moments) -> None:
        self._inner = inner
        self._moments = moments
        self.site_url = inner.site_url

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        if not writes:
            return self._inner.call(function, arguments, writes=writes)
        with self._moments.around("effect"):
            return self._inner.call(function, arguments, writes=writes)

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        with self._moments.around("effect"):
            return self._inner.upload(
                filename, content, media_type=media_type, item_id=item_id
            )

    def download(self, url: str, *, limit: int) -> bytes:
        return self._inner.download(url, limit=limit)

    def close(self) -> None:
        self._inner.close()


@implementer(IMailer)
class CountedMailer:
    """See `IMailer`."""

    def __init__(self, inner: IMailer, moments: Moments) -> None:
        self._inner = inner
        self._moments = moments
        self.can_look = inner.can_look

    def send(self, mail: OutgoingMail) -> Sent:
        with self._moments.around("effect"):
            return self._inner.send(mail)

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        return self._inner.was_sent(mail)

    def close(self) -> None:
        self._inner.close()


@implementer(IMailbox)
class CountedMailbox:
    """See `IMailbox`."""

    def __init__(self, inner: IMailbox, moments: Moments) -> None:
        self._inner = inner
        self._moments = moments
        self.name = inner.name

    def fetch(self, after: str | None) -> Iterator[IncomingMail]:
        return self._inner.fetch(after)

    def cursor_after(self, mail: IncomingMail) -> str | None:
        return self._inner.cursor_after(mail)

    def acknowledge(self, keys: Iterable[str]) -> None:
        # One by one, so that the blow can fall between two of them.
        for key in keys:
            with self._moments.around("acknowledgement"):
                self._inner.acknowledge([key])

    def close(self) -> None:
        self._inner.close()


def bridge_with(moments: Moments, *, patience: float = 0.0) -> type[Bridge]:
    """Return a Bridge whose effects are counted.

    It waits `patience` times as long as it otherwise would before it asks again.
    """

    class CountedBridge(Bridge):
        @cached_property
        def ledger(self) -> Ledger:
            ledger = super().ledger
            writing = ledger.writing

            @contextmanager
            def counted() -> Iterator[Transaction]:
                with writing() as transaction:
                    yield transaction
                    moments.before("commit")
                moments.after("commit")

            ledger.writing = counted  # type: ignore[method-assign]
            return ledger

        @cached_property
        def moodle(self) -> Moodle:
            moodle = super().moodle
            client = moodle.client
            client.transport = CountedTransport(client.transport, moments)
            sleep = client.patience._sleep
            client.patience._sleep = lambda seconds: sleep(seconds * patience)
            return moodle

        @cached_property
        def mailer(self) -> IMailer:
            return CountedMailer(super().mailer, moments)

        @cached_property
        def mailboxes(self) -> tuple[IMailbox, ...]:
            return tuple(CountedMailbox(one, moments) for one in super().mailboxes)

    return CountedBridge
