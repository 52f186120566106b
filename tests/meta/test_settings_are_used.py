from __future__ import annotations

import pytest

from sync.settings import registry_of
from sync.settings.example import blocks
from sync.settings.keys import keys_of
from tests.meta.project_files import files

# Used where the settings themselves are read.
USED_WHILE_READING = {"[plugins] enabled"}
OWN_KEYS = [
    (block.header, key.name)
    for block in blocks(registry_of(None), {})
    if block.plugin is None
    for key in keys_of(block.model)
]


@pytest.mark.parametrize(("header", "key"), OWN_KEYS)
def test_a_key_of_bridge_toml_is_used_somewhere(header: str, key: str) -> None:
    if f"{header} {key}" in USED_WHILE_READING:
        return
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in files("sync", suffixes=frozenset({".py"}))
        if "settings" not in path.parts and "cli" not in path.parts
    )

    assert f".{key}" in code
