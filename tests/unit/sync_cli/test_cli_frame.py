"""Every end of a command: its words, its exit code, and nothing secret in either."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from moodle_bridge.errors import (
    Busy,
    ConfigError,
    GuardTripped,
    InDoubt,
    LedgerError,
    Permanent,
    PluginError,
    Problem,
    RemoteError,
    Transient,
)
from sync.cli import runs
from sync.cli.invocation import Invocation
from sync.cli.options import Command, pass_invocation
from sync.cli.result import ExitCode, Result, Table
from tests.unit.sync_cli.cli_calls import Body, Call

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def body(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[Invocation], object]], None]:
    """Puts a body into the command `runs`."""

    def put(does: Callable[[Invocation], object]) -> None:
        @click.command("runs", cls=Command)
        @pass_invocation
        def command(invocation: Invocation) -> object:
            return does(invocation)

        monkeypatch.setattr(runs, "command", command)

    return put


def raising(error: BaseException) -> Callable[[Invocation], object]:
    def does(_invocation: Invocation) -> object:
        raise error

    return does


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (PluginError("x"), 2),
        (LedgerError("x"), 2),
        (Permanent("x"), 2),
        (GuardTripped("x"), 4),
        (Transient("x"), 5),
        (InDoubt("x"), 5),
        (RemoteError("x"), 5),
        (Busy("x"), 0),
        (OSError(errno.ENOSPC, "No space left on device", "ledger.db"), 2),
        (RuntimeError("x"), 1),
        (OSError(errno.EIO, "x"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    call: Call, body: Body, error: BaseException, code: int
) -> None:
    body(raising(error))

    assert call("runs").code == code


@pytest.mark.parametrize("code", list(ExitCode))
def test_a_result_brings_its_own_exit_code(
    call: Call, body: Body, code: ExitCode
) -> None:
    body(lambda _invocation: Result(exit_code=code))

    assert call("runs").code == code


def test_an_error_says_what_to_which_item_and_what_to_do(
    call: Call, body: Body
) -> None:
    body(raising(Transient("no answer", item="discussion 204", advice="Wait.")))

    called = call("runs")

    assert called.err == "discussion 204: no answer\nWhat to do: Wait.\n"
    assert called.out == ""


def test_every_problem_of_a_configuration_is_shown(call: Call, body: Body) -> None:
    problems = [
        Problem(where="[[pair]] 2 → forum", what="is missing", advice="Name one."),
        Problem(where="[moodle] → token", what="a secret may not stand here"),
    ]
    body(raising(ConfigError("not right", item="b.toml", problems=problems)))

    assert call("runs").err == (
        "b.toml: not right\n"
        "  [[pair]] 2 → forum: is missing\n"
        "      Name one.\n"
        "  [moodle] → token: a secret may not stand here\n"
        "What to do: Mend bridge.toml as said above, then run the command again.\n"
    )


def test_json_is_one_object_for_an_error_too(call: Call, body: Body) -> None:
    body(raising(Permanent("refused", item="forum 3", code="nopermissions")))

    called = call("runs", "--json")

    assert called.err == ""
    assert called.data == {
        "ok": False,
        "exit_code": 2,
        "command": "runs",
        "error": {
            "kind": "Permanent",
            "what": "refused",
            "item": "forum 3",
            "advice": Permanent.advice_default,
            "code": "nopermissions",
        },
    }


def test_problems_are_in_the_json_object(call: Call, body: Body) -> None:
    problem = Problem(where="[moodle] → url", what="is missing", advice="Write it.")
    body(raising(ConfigError("not right", problems=[problem])))

    assert call("--json", "runs").data["error"]["problems"] == [
        {"where": "[moodle] → url", "what": "is missing", "advice": "Write it."}
    ]


@pytest.mark.parametrize(
    "arguments", [["runs", "--limt", "3"], ["frobnicate"], ["sync", "--only", "x"]]
)
def test_wrong_usage_is_2_and_points_to_help(call: Call, arguments: list[str]) -> None:
    called = call(*arguments)

    assert called.code == 2
    assert "--help" in called.err
    assert call(*arguments, "--json").data["exit_code"] == 2


def test_two_answers_to_the_first_run_exclude_each_other(call: Call) -> None:
    called = call("sync", "--from", "now", "--backfill", "3")

    assert called.code == 2
    assert "exclude each other" in called.err


def test_no_command_at_all_shows_the_help(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    called = call()

    assert called.code == 2
    assert "Exit codes:" in capsys.readouterr().out


@pytest.mark.parametrize("flag", ["--help", "-h", "--version"])
def test_help_and_version_are_no_error(
    call: Call, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    assert call(flag).code == 0
    assert "moodle-bridge" in capsys.readouterr().out


def test_a_fault_of_our_own_is_kept_in_a_file_without_secrets(
    call: Call, body: Body, tmp_path: Path
) -> None:
    body(raising(RuntimeError(f"wstoken={TOKEN} and {TOKEN}")))

    called = call("runs")

    (log,) = (tmp_path / "state" / "moodle-bridge").iterdir()
    text = log.read_text(encoding="utf-8")
    assert str(log) in called.err
    assert "report" in called.err
    assert "Traceback" in text
    assert "moodle-bridge runs" in text
    assert TOKEN not in text + called.err
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_fault_is_told_even_when_no_log_can_be_kept(
    call: Call,
    body: Body,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "state").write_text("a file, not a folder", encoding="utf-8")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "state"))
    body(raising(RuntimeError("x")))

    called = call("runs")

    assert called.code == 1
    assert "no log could be kept" in called.err


def test_what_was_read_as_a_secret_is_masked_everywhere(
    call: Call, body: Body, tmp_path: Path, environ: dict[str, str]
) -> None:
    secret = "correct horse battery staple"
    environ["SECRET"] = secret
    (tmp_path / "bridge.toml").write_text(
        '[moodle]\nurl = "https://a.example.org"\ntoken = { env = "SECRET" }\n'
        '[mail]\naddress = "b@example.org"\nreply_secret = { env = "SECRET" }\n'
        '[mail.out]\nplugin = "maildir"\npath = "out"\n'
        '[[pair]]\nname = "a"\ncourse = 2\nforum = 3\n'
        '[pair.list]\nplugin = "direct"\naddress = "b@example.org"\nname = "A"\n',
        encoding="utf-8",
    )

    def does(invocation: Invocation) -> object:
        assert invocation.settings().moodle.token.get_secret_value() == secret
        assert invocation.registry() is invocation.registry()
        invocation.progress(f"using {secret}")
        logging.getLogger("sync.somewhere").warning("also %s", secret)
        raise Permanent(f"refused {secret}", item=secret, advice=f"Not {secret}.")

    body(does)

    called = call("runs", "--verbose")

    assert called.code == 2
    assert "using ***" in called.err
    assert "also ***" in called.err
    assert secret not in called.err + call("runs", "--json").out


def test_our_log_is_told_with_verbose_and_that_of_others_is_not(
    call: Call, body: Body
) -> None:
    def does(_invocation: Invocation) -> object:
        logging.getLogger("sync.engine").debug("a step of ours")
        logging.getLogger("moodle_bridge.moodle").info("a call of ours")
        logging.getLogger("imapclient").debug("LOGIN name password")
        logging.getLogger("urllib3").warning("a warning of others")
        return Result()

    body(does)

    loud, calm = call("runs", "--verbose"), call("runs")

    assert "a step of ours" in loud.err
    assert "a call of ours" in loud.err
    assert "password" not in loud.err
    assert "a warning of others" in calm.err
    assert "of ours" not in calm.err


def test_progress_is_for_people_who_wait(call: Call, body: Body) -> None:
    def does(invocation: Invocation) -> object:
        invocation.progress("half way")
        return Result(parts=["all the way"])

    body(does)

    assert "half way" in call("runs").err
    for silent in ("--quiet", "--no-progress", "--json"):
        assert call("runs", silent).err == ""


def test_quiet_is_silent_when_all_is_well_and_only_then(call: Call, body: Body) -> None:
    body(lambda _invocation: Result(parts=["a line"]))
    assert call("--quiet", "runs").out == ""

    body(lambda _invocation: Result(exit_code=ExitCode.HELD, parts=["one is held"]))
    assert call("--quiet", "runs").out == "one is held\n"


def test_a_global_option_stands_before_or_after_the_command(
    call: Call, body: Body
) -> None:
    seen = []
    body(lambda invocation: seen.append(invocation.config))

    call("--config", "a.toml", "runs")
    call("runs", "--config", "b.toml")

    assert seen == [Path("a.toml"), Path("b.toml")]


def test_a_reader_who_has_seen_enough_is_no_error(call: Call, body: Body) -> None:
    body(raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))

    called = call("runs")

    assert called.code == 0
    assert called.err == ""


def test_what_strangers_wrote_cannot_steer_the_terminal(call: Call, body: Body) -> None:
    subject = "\x1b]0;gone\x07\x1b[2J\u202egnp.exe"
    body(
        lambda _invocation: Result(
            parts=[subject, Table(columns=("subject",), rows=[(subject,)])]
        )
    )

    out = call("runs").out

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "gnp.exe" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["receive"],
        ["receive", "--no-such-option"],
        ["--no-such-option", "receive"],
        ["--config", "/no/such/bridge.toml", "receive"],
    ],
)
def test_a_mail_that_cannot_be_taken_stays_with_the_mail_server(
    call: Call, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called = call(*arguments)

    assert called.code == 75
    assert called.out == ""
