"""The example of docs/plugin-authors.md keeps its contract."""

from __future__ import annotations

import importlib.util
import tomllib
from types import ModuleType

import pytest

from moodle_bridge.interfaces import IMailingList
from moodle_bridge.model.people import Person
from moodle_bridge.registry import ENTRY_POINT_GROUP, Registry
from moodle_bridge.testing import KnownMembersContract
from tests.meta.project_files import ROOT

FOLDER = ROOT / "examples" / "pilot-list"


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "moodle_bridge_pilot", FOLDER / "moodle_bridge_pilot.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.include(example().includeme, distribution="moodle-bridge-pilot")
    registry.freeze()
    return registry


@pytest.fixture
def mailing_list(registry: Registry) -> IMailingList:
    raw = {
        "address": "bridge@lists.example.org",
        "name": "Pilot",
        "usernames": [f"p{number}" for number in range(10)],
    }
    settings = registry.settings(IMailingList, "pilot", raw, "pair.list")
    return registry.build(IMailingList, "pilot", settings)


class TestPilotList(KnownMembersContract):
    plugin = "pilot"


def test_who_is_not_in_the_pilot_gets_no_mail(mailing_list: IMailingList) -> None:
    others = [
        Person(
            user_id=number,
            username=f"other{number}",
            fullname="Somebody else",
            addresses=(f"o{number}@learner.example.net",),
        )
        for number in range(3)
    ]

    assert list(mailing_list.deliveries(others)) == []


def test_its_entry_point_is_the_one_that_the_bridge_reads() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["project"]["entry-points"][ENTRY_POINT_GROUP] == {
        "pilot": "moodle_bridge_pilot:includeme"
    }


def test_the_page_for_authors_shows_the_example_as_it_is() -> None:
    code = (FOLDER / "moodle_bridge_pilot.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "plugin-authors.md").read_text(encoding="utf-8")

    assert f"```python\n{code}```" in page
