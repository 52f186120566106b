"""A server that answers with what stands in `answers/*.resp`, byte for byte."""

import re
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"

DROP = "drop"
"""Reads the request, then closes the connection without a word."""
HANG = "hang"
"""Reads the request, then says nothing until the test is over."""


@dataclass
class Site:
    url: str
    answers: list[str] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def will_answer(self, *names: str) -> None:
        self.answers += names

    @property
    def last_request(self) -> bytes:
        return self.requests[-1]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False
    site: Site


class Connection(socketserver.BaseRequestHandler):
    server: Server
    request: socket.socket

    def handle(self) -> None:
        site = self.server.site
        site.requests.append(self._request())
        name = site.answers.pop(0)
        if name == HANG:
            site.over.wait(120)
        elif name != DROP:
            self.request.sendall((ANSWERS / f"{name}.resp").read_bytes())

    def _request(self) -> bytes:
        came = b""
        while b"\r\n\r\n" not in came:
            came += self.request.recv(65536)
        head, _, body = came.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self.request.recv(65536)
        return head + b"\r\n\r\n" + body
