from __future__ import annotations

from collections import Counter

from tests.meta.project_files import ROOT


def test_no_two_test_files_that_stand_in_no_package_share_a_name() -> None:
    loose = [
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if not (path.parent / "__init__.py").exists()
    ]
    shared = sorted(name for name, times in Counter(loose).items() if times > 1)
    assert not shared, "pytest collects only one of the files that share a name"
