"""`moodle-bridge serve`: the bridge's own pages."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler, make_server

from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.web.application import Pages
from sync.web.metrics import Metrics

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation


def run(invocation: Invocation, *, host: str | None, port: int | None) -> Result:
    """Answer requests until SIGTERM or SIGINT."""
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        wanted = bridge.settings.web
        metrics = Metrics(bridge) if wanted.metrics else None
        pages = Pages(bridge.leaving, ledger=bridge.ledger, metrics=metrics)
        try:
            server = make_server(
                host or wanted.host,
                wanted.port if port is None else port,
                pages,
                threaded=True,
                request_handler=_Quiet,
            )
        except (OSError, SystemExit) as error:
            raise ConfigError(
                f"cannot listen there: {error}",
                item="[web]",
                advice="Choose a port that is free.",
            ) from error
        stopped = threading.Event()
        before = {
            number: signal.signal(number, lambda *_: stopped.set())
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            invocation.progress(f"listening on {server.host}:{server.port}")
            stopped.wait()
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            for number, was in before.items():
                signal.signal(number, was)
    return Result(parts=["Stopped."])


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request: keys stand in their addresses."""

    @override
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""
