import socket
import threading
from collections.abc import Iterator

import pytest

from .answering import Connection, Server, Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Server(("127.0.0.1", 0), Connection) as server:
        server.site = Site(url=f"http://127.0.0.1:{server.server_address[1]}/moodle")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.site
        server.site.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def nobody_there() -> Iterator[str]:
    # It is taken, so that nobody else gets it, but nobody listens.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/moodle"
