"""Calls with patience: reads are repeated, writes never blindly, many go as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle.batching import Batching
from moodle_bridge.moodle.calls import Call, ItemPacking, Packing, Result, misshapen
from moodle_bridge.moodle.functions import BATCH, SITE_INFO, missing_function
from moodle_bridge.moodle.parsing import parsed
from moodle_bridge.moodle.patience import Jitter, Patience, RetrySettings
from moodle_bridge.runtime import Clock, Sleep

_PERHAPS_MISSING = frozenset({"accessexception", "invalidrecord"})


class _Function(BaseModel):
    name: str


class _Functions(BaseModel):
    functions: list[_Function] = []


_FUNCTIONS = TypeAdapter(_Functions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """How calls are repeated and packed; `parallel` requests at once, at most four.

    `packing` is for reads, `items` for writes of many items.
    """

    retry: RetrySettings = field(default_factory=RetrySettings)
    packing: Packing = field(default_factory=Packing)
    items: ItemPacking = field(default_factory=ItemPacking)
    parallel: int = 2


class MoodleClient:
    """Calls one site with one token; from several threads at once if need be.

    Its answers carry in `served_at` the server's clock moved back by the time that
    the call took: what was there at that moment was seen, so that a cursor made from
    it skips nothing.
    """

    def __init__(
        self,
        transport: ITransport,
        *,
        clock: Clock,
        sleep: Sleep,
        jitter: Jitter,
        settings: ClientSettings | None = None,
    ) -> None:
        settings = settings or ClientSettings()
        self.transport = transport
        self.site_url = str(transport.site_url)
        self.patience = Patience(
            settings.retry, clock=clock, sleep=sleep, jitter=jitter
        )
        self.clock = clock
        self.item_packing = settings.items
        self._batching = Batching(
            lambda call: self._once(call, writes=False),
            patience=self.patience,
            packing=settings.packing,
            parallel=settings.parallel,
            site_url=self.site_url,
        )
        self._functions: frozenset[str] | None = None

    def __repr__(self) -> str:
        return f"<MoodleClient of {self.site_url}>"

    def read(
        self,
        function: str,
        arguments: Mapping[str, Any] | None = None,
        shape: TypeAdapter[Any] | None = None,
    ) -> Answer:
        """Call a function that only reads; repeated while the error is Transient.

        `shape` parses the value. Raises Permanent (code `missingfunction` when the
        token's service lacks the function, `shape` when the answer has another form)
        or, when patience ends, Transient.
        """
        call = Call(function=function, arguments=arguments or {}, shape=shape)
        return self.patience.tried(lambda: self._once(call, writes=False))

    def write(
        self,
        function: str,
        arguments: Mapping[str, Any],
        shape: TypeAdapter[Any] | None = None,
    ) -> Answer:
        """Call a function that changes something.

        Repeated only when surely nothing was done (Transient). InDoubt goes through
        at once: the caller reads back before it does anything. An answer of another
        form than `shape` is InDoubt as well, since the function has run.
        """
        call = Call(function=function, arguments=arguments, shape=shape)
        return self.patience.tried(lambda: self._once(call, writes=True))

    @property
    def can_wrap(self) -> bool:
        """Whether `write_wrapped` may be tried: nothing has shown that it cannot."""
        return self._batching.can_batch

    def write_wrapped(
        self,
        function: str,
        arguments: Mapping[str, Any],
        shape: TypeAdapter[Any] | None = None,
    ) -> Answer:
        """Call a function that changes something, its arguments as JSON; see `write`.

        It goes alone in a call of the batch function, so that PHP's limit of form
        fields does not count. Raises Permanent with code `missingfunction` and the
        batch function as its item where the service lacks that: nothing was done.
        """
        call = Call(function=function, arguments=arguments, shape=shape)
        return self.patience.tried(
            lambda: self._batching.write(
                call, lambda outer: self._once(outer, writes=True)
            )
        )

    def batch(self, calls: Iterable[Call]) -> list[Result]:
        """Make several reads in as few requests as possible; see `stream`."""
        return list(self.stream(calls))

    def stream(self, calls: Iterable[Call]) -> Iterator[Result]:
        """Yield what came of each read, in order, as it comes.

        A call that Moodle refuses, or that alone makes the site fail, yields its
        error and does not stop the others. What would befall every call (a wrong
        token, a site that is away) is raised. Takes from `calls` no more than is
        under way, so an endless one is read a little at a time.
        """
        return self._batching.stream(calls)

    def functions(self) -> frozenset[str]:
        """Return the names of the functions in the token's service; asked once.

        Raises like `read`.
        """
        if self._functions is None:
            # Only the names are kept: the answer holds a private key of the account.
            found: _Functions = self.read(SITE_INFO, shape=_FUNCTIONS).value
            self._functions = frozenset(row.name for row in found.functions)
        return self._functions

    def close(self) -> None:
        """Let go of connections; may be repeated."""
        self.transport.close()

    def _once(self, call: Call, *, writes: bool) -> Answer:
        started = self.clock()
        try:
            answer = self.transport.call(call.function, call.arguments, writes=writes)
        except Permanent as error:
            if self._is_missing(call.function, error):
                raise missing_function(call.function) from error
            raise
        if answer.served_at is not None:
            took = max(timedelta(), self.clock() - started)
            answer = replace(answer, served_at=answer.served_at - took)
        return _shaped(answer, call, writes=writes)

    def _is_missing(self, function: str, error: Permanent) -> bool:
        # A function that is not installed and a record that is not there have the
        # same errorcode; only the site's own list of functions tells.
        if error.code not in _PERHAPS_MISSING or function == SITE_INFO:
            return False
        try:
            return function not in self.functions()
        except RemoteError:
            return function == BATCH


def _shaped(answer: Answer, call: Call, *, writes: bool) -> Answer:
    if call.shape is None:
        return answer
    try:
        value = parsed(call.shape, answer.value)
    except ValidationError as error:
        problem = misshapen(error, call, writes=writes)
    else:
        return replace(answer, value=value)
    raise problem
