"""No plug-in is registered without a suite that shows that it keeps its contract."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moodle_bridge.testing
from moodle_bridge.registry import Registry


def suites() -> dict[str, str]:
    """Return the interface's name of each contract suite there is."""
    found = {}
    for name in moodle_bridge.testing.__all__:
        suite: Any = getattr(moodle_bridge.testing, name)
        if hasattr(suite, "interface"):
            found[name] = str(suite.interface.__name__)
    return found


def covered(folder: Path) -> Iterator[tuple[str, str]]:
    """Give interface and name of each plug-in that a test class here speaks for."""
    known = suites()
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            for line in node.body:
                match line:
                    case ast.Assign(
                        targets=[ast.Name(id="plugin")],
                        value=ast.Constant(value=str(name)),
                    ):
                        for base in bases:
                            if base in known:
                                yield known[base], name


def test_every_registered_plugin_has_a_contract_test(registry: Registry) -> None:
    registered = {(str(each.interface.__name__), each.name) for each in registry}
    assert registered - set(covered(Path(__file__).parent)) == set()


def test_every_contract_test_speaks_for_a_registered_plugin(
    registry: Registry,
) -> None:
    registered = {(str(each.interface.__name__), each.name) for each in registry}
    assert set(covered(Path(__file__).parent)) - registered == set()
