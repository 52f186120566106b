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
def nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}/moodle"
