"""Runs each part of the contract over REST and over SOAP, and prints what came of it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle.protocols import ProtocolName
from tests.live.leftovers import take_away
from tests.live.places import URL, Place, place
from tests.live.site import REFUSALS, LiveSite, NotHere

_CELL = "live cell"
_CUT = 60
_REAL = pytest.StashKey[bool]()
PROTOCOLS: tuple[ProtocolName, ...] = ("rest", "soap")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "needs(*functions, removal): what the service must hold for this part of the"
        " contract, and what takes away again what it makes",
    )
    # All tests of the project never write on a real site, whatever the shell has set:
    # it must be this suite that was asked for.
    asked_for = any(Path(argument).name == "live" for argument in config.args)
    config.stash[_REAL] = asked_for and bool(os.environ.get(URL))


@pytest.fixture(scope="session")
def live_place(pytestconfig: pytest.Config) -> Iterator[Place]:
    with place(os.environ if pytestconfig.stash[_REAL] else {}) as found:
        yield found


@pytest.fixture(scope="session", params=PROTOCOLS)
def spoken(
    request: pytest.FixtureRequest, live_place: Place
) -> Iterator[LiveSite | str]:
    """Gives the site over a protocol, or why it does not speak it with this token."""
    protocol: ProtocolName = request.param
    connection = Connection(site_url=live_place.url, protocol=protocol)
    with Moodle.connect(connection, live_place.token) as moodle:
        try:
            info = moodle.site.info()
        except Permanent as error:
            if error.code not in {"403", "nosoap", "wsdl"}:
                raise
            yield f"{protocol.upper()} is not to be had: {error.what}"
            return
        site = LiveSite(
            moodle=moodle,
            info=info,
            course_name=live_place.course,
            thrown_away=live_place.practice is not None,
            url=live_place.url,
            protocol=protocol,
        )
        _swept(site)
        yield site
        _swept(site)


@pytest.fixture
def site(request: pytest.FixtureRequest, spoken: LiveSite | str) -> Iterator[LiveSite]:
    if isinstance(spoken, str):
        pytest.skip(spoken)
    for needs in request.node.iter_markers("needs"):
        lacking = spoken.lacking(needs.args, needs.kwargs.get("removal", ""))
        if lacking:
            pytest.skip(f"not in the service: {', '.join(lacking)}")
    yield spoken
    spoken.close()


def _swept(site: LiveSite) -> None:
    if site.thrown_away:
        return
    for line in take_away(site):
        print(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        return (yield)
    except NotHere as reason:
        if not item.config.stash[_REAL]:
            raise
        pytest.skip(f"not tried: {reason}")
    except RemoteError as error:
        # A site may well refuse; that it does so by a word we know is the contract.
        if not item.config.stash[_REAL] or error.code not in REFUSALS:
            raise
        pytest.skip(f"refused: {error.what}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    protocol = parameters.get("spoken")
    told = report.when == "call" or not report.passed
    if protocol is not None and told:
        name = getattr(item, "originalname", item.name).removeprefix("test_")
        report.user_properties.append(
            (_CELL, (name.replace("_", " "), protocol, _said(report)))
        )
    return report


def _said(report: pytest.TestReport) -> str:
    if report.passed:
        return "ok"
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return "FAILED" if report.when == "call" else f"FAILED in {report.when}"


def pytest_terminal_summary(
    terminalreporter: Any, exitstatus: int, config: pytest.Config
) -> None:
    if not config.stash[_REAL]:
        return
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for key, value in getattr(report, "user_properties", ()):
                if key == _CELL:
                    what, protocol, said = value
                    table[what][protocol] = said
    terminalreporter.section(f"the contract with {os.environ[URL]}")
    for line in _lines(table):
        terminalreporter.write_line(line)


def _lines(table: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("what", "REST", "SOAP")]
    rows += [
        (what, *(row.get(protocol, "") for protocol in PROTOCOLS))
        for what, row in table.items()
    ]
    long = dict.fromkeys(said for row in rows for said in row[1:] if len(said) > _CUT)
    widths = [max(len(_cut(row[at])) for row in rows) for at in range(3)]
    for row in rows:
        cells = (
            _cut(said).ljust(width) for said, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
    if long:
        yield ""
        yield from long


def _cut(said: str) -> str:
    return said if len(said) <= _CUT else f"{said[:_CUT]}..."
