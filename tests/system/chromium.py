"""A Chromium without a window, spoken to through two pipes; nothing else is needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 600

# Where Chromium looks for its pipes. Copies first: the numbers may be taken already.
_AS_THREE_AND_FOUR = """
import os, sys
first, second = (os.dup(int(number)) for number in sys.argv[1:3])
os.dup2(first, 3)
os.dup2(second, 4)
for number in (3, 4):
    os.set_inheritable(number, True)
os.execv(sys.argv[3], sys.argv[3:])
"""


def installed() -> str | None:
    """Return where Chromium is; None when it is not."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of a browser. What it complains of collects in `complaints`."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        self.complaints: list[str] = []

    def start(self) -> None:
        made = self.call("Target.createTarget", url="about:blank")
        target = made["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def open(self, url: str) -> None:
        self._events.clear()
        # The page that was open before may tell as late as now that it is loaded.
        loaded = {
            "name": "load",
            "loaderId": self.call("Page.navigate", url=url)["loaderId"],
        }
        while not any(
            one["method"] == "Page.lifecycleEvent"
            and loaded.items() <= one["params"].items()
            for one in self._events
        ):
            self._receive()
        # What is said while it is drawn comes before the answer to this.
        self.evaluate("document.readyState")

    def look(
        self, *, width: int, height: int = 900, dark: bool = False, phone: bool = False
    ) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = "dark" if dark else "light"
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def evaluate(self, expression: str) -> Any:
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self, path: Path) -> None:
        made = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True
        )
        path.write_bytes(base64.b64decode(made["data"]))

    def pdf(self, path: Path) -> None:
        made = self.call("Page.printToPDF", preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(made["data"]))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        asked: dict[str, Any] = {
            "id": self._number,
            "method": method,
            "params": parameters,
        }
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._receive()
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return dict(told["result"])

    def _receive(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            left = max(until - time.monotonic(), 0)
            ready, _, _ = select.select([self._read], [], [], left)
            piece = os.read(self._read, 1 << 20) if ready else b""
            assert piece, "the browser says nothing more"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        if "method" in told:
            self._events.append(told)
            self._note(told["method"], told["params"])
        return told

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Log.entryAdded":
            entry = told["entry"]
            self.complaints.append(f"{entry['level']}: {entry['text']}")
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(f"console: {told['args']}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(f"exception: {told['exceptionDetails']}")
        elif method == "Network.requestWillBeSent":
            url = told["request"]["url"]
            if not url.startswith(("file:", "data:", "about:")):
                self.complaints.append(f"request: {url}")


@contextmanager
def browser(program: str, home: Path) -> Iterator[Browser]:
    """Run Chromium with a home of its own until the end of the block."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()

    running = subprocess.Popen(
        [
            *(sys.executable, "-c", _AS_THREE_AND_FOUR),
            *(str(to_read), str(from_write), program),
            "--headless=new",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--hide-scrollbars",
            f"--user-data-dir={home}",
        ],
        pass_fds=(to_read, from_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    page = Browser(from_read, to_write)
    try:
        page.start()
        yield page
    finally:
        running.terminate()
        running.wait(PATIENCE)
        os.close(to_write)
        os.close(from_read)
