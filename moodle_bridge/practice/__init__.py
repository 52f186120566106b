"""A practice Moodle: answers web service calls over HTTP as a real Moodle does.

The tests, the demo and a trainer who wants to try things use it. Everything it
knows lives in memory; nothing here talks to another machine.

    site = PracticeMoodle.empty()
    course = site.add_course("Climate talks")
    with running(site) as url:
        ...
"""

from __future__ import annotations

from moodle_bridge.practice.calls import SiteSettings
from moodle_bridge.practice.faults import ConnectionDropped, Fault, FaultKind, Faults
from moodle_bridge.practice.moodle import PracticeMoodle
from moodle_bridge.practice.refusals import Refusal
from moodle_bridge.practice.server import running, serve
from moodle_bridge.practice.state import PracticeState

__all__ = [
    "ConnectionDropped",
    "Fault",
    "FaultKind",
    "Faults",
    "PracticeMoodle",
    "PracticeState",
    "Refusal",
    "SiteSettings",
    "running",
    "serve",
]
