from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from moodle_bridge.errors import ConfigError
from sync.secrets import resolve


def secret(reference: object, folder: Path, **environ: str) -> str:
    return resolve(reference, folder=folder, environ=environ).get_secret_value()


def refused(reference: object, folder: Path, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        resolve(reference, folder=folder, environ=environ)
    return caught.value


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    assert secret({"env": "TOKEN"}, tmp_path, TOKEN="s3cret") == "s3cret"


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    error = refused({"env": "TOKEN"}, tmp_path, TOKEN="")

    assert error.what == "the environment variable TOKEN is not set"


def test_a_secret_comes_from_a_file_beside_bridge_toml(tmp_path: Path) -> None:
    private(tmp_path / "token", "s3cret \r\n")

    assert secret({"file": "token"}, tmp_path) == "s3cret "


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o606])
def test_a_file_that_others_can_read_or_change_is_refused(
    tmp_path: Path, mode: int
) -> None:
    path = private(tmp_path / "token", "s3cret", mode)

    error = refused({"file": "token"}, tmp_path)

    assert "open to other users" in error.what
    assert error.advice == f"Run: chmod 600 {path}"


def test_a_file_may_be_read_by_a_group(tmp_path: Path) -> None:
    private(tmp_path / "token", "s3cret", 0o640)

    assert secret({"file": "token"}, tmp_path) == "s3cret"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "token") in refused({"file": "token"}, tmp_path).what


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "token", "")
    path.write_bytes(b"\xff\xfe")

    assert "not text in UTF-8" in refused({"file": "token"}, tmp_path).what


def test_a_secret_comes_from_a_command_without_a_shell(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('s3cret; $HOME')"]

    assert secret({"command": command}, tmp_path) == "s3cret; $HOME"


def test_a_command_cannot_eat_the_mail_on_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; print(repr(sys.stdin.read()))"]

    assert secret({"command": command}, tmp_path) == "''"


def test_what_a_failing_command_says_is_not_shown(tmp_path: Path) -> None:
    script = (
        "import sys; print('s3cret'); print('s3cret', file=sys.stderr); sys.exit(3)"
    )

    error = refused({"command": [sys.executable, "-c", script]}, tmp_path)

    assert "exit code 3" in error.what
    assert "s3cret" not in f"{error} {error.advice}"


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no-such-program" in refused({"command": ["no-such-program"]}, tmp_path).what


@pytest.mark.parametrize("text", ["", "\n", "  \n"])
def test_an_empty_secret_is_none(tmp_path: Path, text: str) -> None:
    private(tmp_path / "token", text)

    assert refused({"file": "token"}, tmp_path).what == "the file gave an empty secret"


def test_a_secret_of_two_lines_could_break_into_headers(tmp_path: Path) -> None:
    private(tmp_path / "token", "s3cret\r\nX-Header: more\n")

    error = refused({"file": "token"}, tmp_path)

    assert error.what == "the file gave more than one line"
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "reference", ["s3cret", 12, None, ["s3cret"], {"pass": "s3cret"}, {}]
)
def test_a_secret_itself_is_never_taken_nor_repeated(
    tmp_path: Path, reference: Any
) -> None:
    error = refused(reference, tmp_path)

    assert "s3cret" not in f"{error} {error.advice}"
    assert "env" in error.advice


@pytest.mark.parametrize(
    "reference", [{"env": 3}, {"file": ""}, {"command": "pass"}, {"command": []}]
)
def test_a_place_of_the_wrong_kind_is_refused(tmp_path: Path, reference: Any) -> None:
    assert "must be" in refused(reference, tmp_path).what


def test_two_places_for_one_secret_are_refused(tmp_path: Path) -> None:
    assert "where the secret is" in refused({"env": "A", "file": "b"}, tmp_path).what
