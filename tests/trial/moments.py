"""A bridge whose every effect can be its last.

What stands before and after an effect is a moment; a blow falls at one of them. The
bridge itself knows nothing of it: what it calls is wrapped, and the wrap counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zope.interface import implementer

from moodle_bridge.interfaces import Answer, IMailbox, IMailer, ITransport
from moodle_bridge.model.mail import IncomingMail, OutgoingMail, Sent
from sync.bridge import Bridge

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction


class Moments:
    """Counts moments, and calls `blow` at the one with the number `at` (from 1)."""

    def __init__(self, *, at: int | None, blow: Callable[[], None]) -> None:
        self.names: list[str] = []
        self._at = at
        self._blow = blow

    def here(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._at:
            self._blow()

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Mark the moment before and the moment after an effect that succeeds."""
        self.here(f"before {name}")
        yield
        self.here(f"after {name}")


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
        with self._moments.around(f"effect {function}"):
            return self._inner.call(function, arguments, writes=writes)

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        with self._moments.around("effect upload"):
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
        with self._moments.around("effect send"):
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
            with self._moments.around("effect acknowledge"):
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
                    moments.here("before commit")
                moments.here("after commit")

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
