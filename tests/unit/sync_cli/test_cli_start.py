"""The start of the command: fast, because little is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("zeep", "sqlalchemy", "requests", "pydantic", "imapclient", "alembic", "lxml")

SCRIPT = """
import sys
sys.argv = ["moodle-bridge", *{arguments}]
try:
    from sync.cli import main
    main()
except SystemExit as ended:
    print("ended", ended.code)
print("heavy:", [name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["sync", "--help"], ["held", "drop", "-h"], ["nonsense"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = SCRIPT.format(arguments=arguments, heavy=HEAVY)

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "heavy: []"
    assert f"ended {2 if arguments == ['nonsense'] else 0}" in done.stdout
