"""A threaded HTTP/1.1 server for the practice Moodle, on a real socket.

It keeps connections open, and it can drop one in the middle of an answer, which no
ordinary WSGI server lets an application do.
"""

from __future__ import annotations

import io
import socket
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from typing_extensions import override

from moodle_bridge.practice.faults import ConnectionDropped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication

_BODILESS = (204, 304)


class _Server(ThreadingMixIn, TCPServer):
    """Holds the application and knows its open connections, to close them at the end."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: WSGIApplication) -> None:
        self.app = app
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._quiet = threading.Condition(self._guard)
        super().__init__(address, _Connection)

    def opened(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.discard(connection)
            self._quiet.notify_all()

    def hang_up(self) -> None:
        """Close every connection and wait until their threads have let go."""
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._quiet.wait_for(lambda: not self._open, timeout=5)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up is part of the practice, not an error.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """Reads the requests of one connection and lets the application answer them."""

    protocol_version = "HTTP/1.1"
    server_version = "PracticeMoodle"
    sys_version = ""
    disable_nagle_algorithm = True
    server: _Server

    @override
    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    @override
    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.closed(self.connection)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: tokens stand in requests."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self.send_error(411)
            return
        body = self.rfile.read(int(length))
        answer = _Answer(self)
        pieces = None
        try:
            pieces = self.server.app(self._environ(body), answer.start)
            for piece in pieces:
                answer.write(piece)
            answer.finish()
        except ConnectionDropped:
            answer.flush()
            self.close_connection = True
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    do_GET = do_POST = do_HEAD = do_DELETE = do_PUT = do_PATCH = _serve  # noqa: N815 - http.server's

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "iso-8859-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, text in self.headers.items():
            key = f"HTTP_{name.upper().replace('-', '_')}"
            if key not in {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}:
                environ[key] = text
        return environ


class _Answer:
    """Collects an answer and sends it in one piece, as far as there is one."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._head: list[str] = []
        self._body = bytearray()
        self._sized = False
        self._status = 200

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Any:
        """Take the status and the headers (WSGI's start_response)."""
        del exc_info
        self._status = int(status.split(" ", 1)[0])
        self._head = [f"HTTP/1.1 {status}", "Server: PracticeMoodle"]
        self._head += [f"{name}: {text}" for name, text in headers]
        self._sized = any(name.lower() == "content-length" for name, _ in headers)
        return self.write

    def write(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._body += piece

    def finish(self) -> None:
        """Send the whole answer."""
        if not self._sized and self._status not in _BODILESS:
            self._head.append(f"Content-Length: {len(self._body)}")
        self.flush()

    def flush(self) -> None:
        """Send what there is; nothing when the application has not begun."""
        if not self._head:
            return
        if self._connection.close_connection:
            self._head.append("Connection: close")
        head = "\r\n".join([*self._head, "", ""]).encode("latin-1")
        bodiless = self._connection.command == "HEAD"
        # One write is one packet for most answers.
        self._connection.wfile.write(head if bodiless else head + self._body)


def serve(
    app: WSGIApplication,
    host: str = "127.0.0.1",
    port: int = 8090,
    *,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; `ready` is told the URL once the door is open.

    Port 0 takes one that is free. A site with a mount has it in its URL.
    """
    with _Server((host, port), app) as server:
        try:
            if ready is not None:
                ready(_url(server, host, app))
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            pass
        finally:
            server.hang_up()


def _url(server: _Server, host: str, app: WSGIApplication) -> str:
    return f"http://{host}:{server.server_address[1]}{getattr(app, 'mount', '')}"


@contextmanager
def running(
    app: WSGIApplication, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Serve in threads while the block runs; gives the URL, without a slash.

    Port and mount are as with `serve`.
    """
    with _Server((host, port), app) as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield _url(server, host, app)
        finally:
            server.shutdown()
            server.hang_up()
            thread.join()
