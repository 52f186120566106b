from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moodle_bridge.errors import ConfigError
from sync.settings import beginning, open_settings, registry_of
from sync.settings.example import annotated, blocks
from sync.settings.keys import keys_of
from sync.settings.written import written

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
GIVEN = {
    "moodle.url": "https://learn.example.org",
    "moodle.token": '{ env = "TOKEN" }',
    "mail.address": "bridge@lists.example.org",
    "mail.out.plugin": "maildir",
    "mail.out.path": "out",
    "mail.in.plugin": "maildir",
    "mail.in.path": "in",
    "pair.name": "sm25",
    "pair.course": "SM25",
    "pair.forum": "[34, 35]",
    "pair.new_discussions_to": "34",
    "pair.list.plugin": "direct",
    "pair.list.address": "bridge@lists.example.org",
    "pair.list.name": 'The "list" \\ [SM25]',
}


def draft(**more: str) -> beginning.Draft:
    made = beginning.Draft(registry=registry_of(None))
    for path, value in {**GIVEN, **more}.items():
        made.put(path, value)
    return made


def begun(path: Path, *, force: bool = False, **secrets: str) -> beginning.Begun:
    return beginning.write(draft(), path, force=force, secrets=secrets, now=NOW)


def test_what_init_writes_can_be_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"

    done = begun(path)

    settings, _ = open_settings(path, environ={"TOKEN": "t" * 32})
    assert done.to_fill == ()
    assert settings.pairs[0].forum == (34, 35)
    assert dict(settings.pairs[0].list.settings)["name"] == 'The "list" \\ [SM25]'
    assert len(settings.mail.reply_secret.get_secret_value()) > 40


def test_secret_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    done = begun(tmp_path / "bridge.toml")

    assert done.written == (tmp_path / "bridge.toml", tmp_path / "reply-secret")
    assert (tmp_path / "reply-secret").stat().st_mode & 0o777 == 0o600


def test_a_bridge_toml_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError, match="one already"):
        begun(path)

    assert path.read_text(encoding="utf-8") == "mine"
    done = begun(path, force=True)
    assert done.backup is not None
    assert done.backup.read_text(encoding="utf-8") == "mine"


def test_the_secret_for_reply_addresses_outlives_a_new_file(tmp_path: Path) -> None:
    begun(tmp_path / "bridge.toml")
    before = (tmp_path / "reply-secret").read_text(encoding="utf-8")

    done = begun(tmp_path / "bridge.toml", force=True)

    assert done.kept == (tmp_path / "reply-secret",)
    assert (tmp_path / "reply-secret").read_text(encoding="utf-8") == before


def test_what_is_missing_is_named_and_stands_there_as_an_example(
    tmp_path: Path,
) -> None:
    empty = beginning.Draft(registry=registry_of(None))

    done = beginning.write(
        empty, tmp_path / "bridge.toml", force=False, secrets={}, now=NOW
    )

    assert "moodle.url" in done.to_fill
    assert "mail.out.host" in done.to_fill
    assert done.to_make == (tmp_path / "moodle-token",)
    document = tomllib.loads((tmp_path / "bridge.toml").read_text(encoding="utf-8"))
    assert document["moodle"]["url"] == "https://learn.example.org"


def test_a_secret_that_is_given_goes_into_its_own_file(tmp_path: Path) -> None:
    empty = beginning.Draft(registry=registry_of(None))

    beginning.write(
        empty,
        tmp_path / "bridge.toml",
        force=False,
        secrets={"moodle.token": "t0ken"},
        now=NOW,
    )

    assert (tmp_path / "moodle-token").read_text(encoding="utf-8") == "t0ken\n"
    assert "t0ken" not in (tmp_path / "bridge.toml").read_text(encoding="utf-8")


def test_a_secret_cannot_be_set_as_a_value() -> None:
    with pytest.raises(ConfigError) as caught:
        draft().put("moodle.token", "s3cret")

    assert "s3cret" not in f"{caught.value} {caught.value.advice}"


@pytest.mark.parametrize("path", ["moodle.tokn", "colour", "mail.out.hots", "a.b.c"])
def test_a_key_that_there_is_not_cannot_be_set(path: str) -> None:
    with pytest.raises(ConfigError, match="no such key"):
        draft().put(path, "x")


def test_every_key_of_our_own_has_its_comment() -> None:
    for block in blocks(registry_of(None), {}):
        for key in keys_of(block.model):
            if block.plugin is None:
                assert key.description.endswith("."), f"{block.header} {key.name}"


def test_every_key_stands_in_the_example() -> None:
    registry = registry_of(None)
    text = annotated(registry, {})

    for block in blocks(registry, {}):
        for key in keys_of(block.model):
            assert f"\n{key.name} = " in text or f"\n# {key.name} = " in text


def test_the_defaults_that_are_shown_are_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    begun(path)
    plain, _ = open_settings(path, environ={"TOKEN": "t" * 32})
    shown = {
        f"{block.header.strip('[]')}.{key.name}": key.default
        for block in blocks(registry_of(None), {})
        for key in keys_of(block.model)
        if key.default is not None
        and block.header in ("[safety]", "[sync]", "[moodle]")
    }

    for name, value in shown.items():
        path.unlink()
        made = draft(**{name: value})
        beginning.write(made, path, force=False, secrets={}, now=NOW)
        again, _ = open_settings(path, environ={"TOKEN": "t" * 32})
        assert again == plain, name


json_like = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(json_like)
def test_what_is_written_is_read_the_same(value: object) -> None:
    text = f"value = {written(value)}"

    assert tomllib.loads(text)["value"] == value


def test_what_toml_has_no_form_for_is_refused() -> None:
    with pytest.raises(TypeError, match="no form for a object"):
        written(object())
