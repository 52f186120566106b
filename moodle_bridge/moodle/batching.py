"""Many reads in few requests: a batch that goes on after what stopped it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.moodle.calls import Call, Packing, Result, misshapen, packed
from moodle_bridge.moodle.errorcodes import ERRORCODES
from moodle_bridge.moodle.functions import BATCH, MISSING, missing_function
from moodle_bridge.moodle.patience import Patience
from moodle_bridge.moodle.wire import Asked, refusal

log = logging.getLogger(__name__)

MOST_PARALLEL = 4
_FAILURES_IN_A_ROW = 3
# A request that one of its calls alone may have broken (memory, time, a text that is
# no UTF-8); for anything else the site itself is away.
_BROKEN = frozenset({"", "500", "502", "504"})


class _Response(BaseModel):
    error: bool
    data: str | None = None
    exception: str | None = None


class Responses(BaseModel):
    """The answer of the batch function; shorter than what it was asked."""

    responses: list[_Response]


_RESPONSES = TypeAdapter(Responses)


class Batching:
    """Makes several reads at once.

    `ask` makes one call, once. Whether the service holds the batch function shows
    when it is first used; without it, each call is a request.
    """

    def __init__(
        self,
        ask: Callable[[Call], Answer],
        *,
        patience: Patience,
        packing: Packing,
        parallel: int,
        site_url: str,
    ) -> None:
        self._ask = ask
        self._patience = patience
        self._packing = packing
        self._parallel = max(1, min(parallel, MOST_PARALLEL))
        self._site_url = site_url
        self._can_batch = True

    def stream(self, calls: Iterable[Call]) -> Iterator[Result]:
        """Yield what came of each call, in order, as it comes.

        See `MoodleClient.stream`.
        """
        chunks = packed(calls, self._packing)
        first = tuple(islice(chunks, 2))
        chunks = chain(first, chunks)
        if len(first) == 1 or self._parallel == 1:
            for chunk in chunks:
                yield from self._chunk(chunk)
            return
        under_way: deque[Future[list[Result]]] = deque()
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="moodle") as pool:
            try:
                for chunk in chunks:
                    under_way.append(pool.submit(self._chunk, chunk))
                    if len(under_way) == self._parallel:
                        yield from under_way.popleft().result()
                while under_way:
                    yield from under_way.popleft().result()
            finally:
                for future in under_way:
                    future.cancel()

    @property
    def can_batch(self) -> bool:
        """Whether nothing has shown yet that the service lacks the batch function."""
        return self._can_batch

    def write(self, call: Call, ask: Callable[[Call], Answer]) -> Answer:
        """Make one write inside a batch of its own.

        Raises what a write raises; Permanent with code `missingfunction` and the
        batch function as its item when the service lacks that: nothing was done then.
        """
        try:
            came = ask(_batched([call]))
        except Permanent as error:
            if error.code == MISSING and error.item == BATCH:
                self._can_batch = False
            raise
        responses: list[_Response] = came.value.responses
        if len(responses) != 1:
            raise InDoubt("the batch did not answer for the write", item=call.function)
        if responses[0].error:
            raise self._refused(call, responses[0].exception or "{}", writes=True)
        result = _shaped(call, responses[0].data or b"null", came, writes=True)
        if isinstance(result, RemoteError):
            raise result
        return result

    def _chunk(self, calls: Sequence[Call]) -> list[Result]:
        if len(calls) == 1 or not self._can_batch:
            return self._singly(calls, attempt=self._patiently)
        try:
            return self._together(calls)
        except Permanent as error:
            if error.code != MISSING:
                raise
            log.info("%s; each call is a request of its own", error)
            self._can_batch = False
            return self._singly(calls, attempt=self._patiently)
        except Transient as error:
            if error.code not in _BROKEN:
                raise
            log.warning("%s; each of its %d calls goes alone", error, len(calls))
        return self._singly(calls, attempt=self._ask)

    def _together(self, calls: Sequence[Call]) -> list[Result]:
        results: list[Result] = []
        missing: set[str] = set()
        while len(results) < len(calls):
            rest = calls[len(results) :]
            if rest[0].function in missing:
                results.append(missing_function(rest[0].function))
                continue
            came = self._patiently(_batched(rest))
            answered = [
                self._result(call, response, came)
                for call, response in zip(rest, came.value.responses, strict=False)
            ]
            if not answered:
                raise Transient("the batch answered nothing", item=BATCH)
            last = answered[-1]
            if isinstance(last, RemoteError) and last.code == MISSING:
                missing.add(last.item)
            results += answered
        return results

    def _singly(
        self, calls: Sequence[Call], *, attempt: Callable[[Call], Answer]
    ) -> list[Result]:
        results: list[Result] = []
        in_a_row = 0
        for call in calls:
            try:
                results.append(attempt(call))
                in_a_row = 0
            except RemoteError as error:
                if _concerns_all(error):
                    raise
                in_a_row += isinstance(error, Transient)
                if in_a_row > _FAILURES_IN_A_ROW:
                    raise
                results.append(error)
        if in_a_row == len(calls) > 1:
            raise results[-1] if isinstance(results[-1], RemoteError) else Transient("")
        return results

    def _patiently(self, call: Call) -> Answer:
        return self._patience.tried(lambda: self._ask(call))

    def _result(self, call: Call, response: _Response, came: Answer) -> Result:
        if response.error:
            return self._refused(call, response.exception or "{}")
        if response.data is None:
            return _shaped(call, b"null", came)
        if not response.data:
            # Moodle could not write the answer down: a text that is no UTF-8.
            return Transient("the answer was empty", item=call.function)
        return _shaped(call, response.data, came)

    def _refused(
        self, call: Call, written: str, *, writes: bool = False
    ) -> RemoteError:
        try:
            said: Any = from_json(written)
        except ValueError:
            said = {}
        said = said if isinstance(said, dict) else {}
        if said.get("errorcode") == "accessexception" and "message" not in said:
            return missing_function(call.function)
        asked = Asked(function=call.function, writes=writes, site_url=self._site_url)
        return refusal(said, asked)


def _batched(calls: Sequence[Call]) -> Call:
    # The defaults of the batch (texts cleaned, filters off, addresses of files whole)
    # are those that the REST transport asks for.
    requests = [
        {"function": call.function, "arguments": call.json_arguments()}
        for call in calls
    ]
    return Call(function=BATCH, arguments={"requests": requests}, shape=_RESPONSES)


def _shaped(
    call: Call, data: str | bytes, came: Answer, *, writes: bool = False
) -> Result:
    try:
        value = (
            from_json(data) if call.shape is None else call.shape.validate_json(data)
        )
    except ValidationError as error:
        return misshapen(error, call, writes=writes)
    except ValueError:
        lost = InDoubt if writes else Transient
        return lost("the answer was cut off", item=call.function)
    return Answer(value=value, served_at=came.served_at)


def _concerns_all(error: RemoteError) -> bool:
    if isinstance(error, Transient):
        return error.code not in _BROKEN
    known = ERRORCODES.get(error.code)
    return (
        error.concerns_all
        or error.code in {"redirect", "certificate"}
        or bool(known and known.concerns_all)
    )
