"""A Moodle of a few functions, without HTTP: what it is asked stands in `calls`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from zope.interface import implementer

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle.functions import BATCH, SITE_INFO

SERVED = datetime(2026, 11, 23, 0, 36, 45, tzinfo=UTC)
SITE = "https://moodle.example.org/campus"


def refused(code: str) -> Permanent:
    return Permanent("Moodle refused", code=code)


@dataclass
class FakeClock:
    """Time passes only by sleeping, or by what `ticks` every look costs."""

    now: datetime = SERVED
    slept: list[float] = field(default_factory=list)
    ticks: timedelta = timedelta()

    def __call__(self) -> datetime:
        self.now += self.ticks
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@implementer(ITransport)
class FakeTransport:
    """Answers by its functions; raises the errors planned for a function first."""

    site_url = SITE

    def __init__(self, *, can_batch: bool = True) -> None:
        self.functions: dict[str, Callable[[Mapping[str, Any]], object]] = {}
        self.errors: dict[str, list[RemoteError | None]] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.uploads: list[tuple[str, int]] = []
        self.upload_answers: list[object] = []
        self.closed = False
        self.functions[SITE_INFO] = self._site_info
        if can_batch:
            self.functions[BATCH] = self._batch

    @property
    def asked(self) -> list[str]:
        return [function for function, _ in self.calls]

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        self.calls.append((function, arguments))
        self._fail(function)
        return Answer(value=self._run(function, arguments), served_at=SERVED)

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        self.uploads.append((filename, item_id))
        answer = self.upload_answers.pop(0)
        if isinstance(answer, RemoteError):
            raise answer
        return Answer(value=answer)

    def download(self, url: str, *, limit: int) -> bytes:
        self._fail("download")
        return url.encode()

    def close(self) -> None:
        self.closed = True

    def _fail(self, function: str) -> None:
        planned = self.errors.get(function, [])
        if planned and (error := planned.pop(0)):
            raise error

    def _run(self, function: str, arguments: Mapping[str, Any]) -> object:
        if function not in self.functions:
            raise refused("accessexception")
        return self.functions[function](arguments)

    def _site_info(self, _: Mapping[str, Any]) -> object:
        return {"functions": [{"name": name} for name in self.functions]}

    def _batch(self, arguments: Mapping[str, Any]) -> object:
        responses: list[dict[str, object]] = []
        for request in arguments["requests"]:
            said: dict[str, str] = {}
            try:
                value = self._run(request["function"], json.loads(request["arguments"]))
            except Transient:
                raise
            except RemoteError as error:
                said = {"errorcode": error.code or "generalexceptionmessage"}
                if error.code == "accessexception":
                    said["module"] = "webservice"
                else:
                    said["message"] = "no"
                responses.append({"error": True, "exception": json.dumps(said)})
                break
            responses.append({"error": False, "data": json.dumps(value)})
        return {"responses": responses}
