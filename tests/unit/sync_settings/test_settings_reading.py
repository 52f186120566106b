from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from moodle_bridge.errors import ConfigError
from moodle_bridge.interfaces import IMailbox, IMailer, IMailingList
from moodle_bridge.registry import Registry
from sync.settings import Settings, load_settings, open_settings

FIXTURES = Path(__file__).parent / "fixtures"
ENVIRON = {"MOODLE_TOKEN": "0123456789abcdef0123456789abcdef"}


class Inner(BaseModel, extra="forbid"):
    """A table in a list of a plug-in's table."""

    file: Path


SECRETS = (
    ENVIRON["MOODLE_TOKEN"],
    "a-secret-from-a-file",
    "a-password-from-a-command",
)


def opened(path: Path) -> Settings:
    return open_settings(path, environ=ENVIRON)[0]


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        opened(path)
    return [f"{p.where}: {p.what}" for p in caught.value.problems]


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "bridge.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_good_file_gives_settings(folder: Path) -> None:
    settings = opened(folder / "bridge.toml")

    assert settings.moodle.url == "https://learn.example.org/moodle"
    assert settings.moodle.token.get_secret_value() == ENVIRON["MOODLE_TOKEN"]
    assert settings.mail.address == "bridge@lists.example.org"
    assert settings.mail.domain == "lists.example.org"
    assert settings.mail.reply_secret.get_secret_value() == "a-secret-from-a-file"
    assert settings.path == folder / "bridge.toml"
    pair = settings.pair("sm25")
    assert pair is not None
    assert pair.forum == (34, 35)
    assert pair.hold == timedelta(minutes=90)
    assert settings.pair("another") is None


def test_a_plugins_table_becomes_its_own_settings(folder: Path) -> None:
    (imap,) = opened(folder / "bridge.toml").mail.incoming

    assert imap.plugin == "imap"
    password = dict(imap.settings)["password"]
    assert password.get_secret_value() == "a-password-from-a-command"


def test_relative_paths_belong_to_the_folder_of_the_file(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    settings = opened(folder / "bridge.toml")

    assert dict(settings.mail.out.settings)["path"] == folder / "outgoing"
    assert settings.ledger.url == f"sqlite:///{folder / 'ledger.db'}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///memory/l.db", "sqlite:///{folder}/memory/l.db"),
        ("sqlite:///l.db?timeout=3", "sqlite:///{folder}/l.db?timeout=3"),
        ("sqlite:////var/lib/l.db", "sqlite:////var/lib/l.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        (
            "postgresql+psycopg://bridge@db/bridge",
            "postgresql+psycopg://bridge@db/bridge",
        ),
    ],
)
def test_the_ledger_is_where_its_address_says(
    folder: Path, written: str, meant: str
) -> None:
    path = changed(folder, "[mail.out]", f'[ledger]\nurl = "{written}"\n[mail.out]')

    assert opened(path).ledger.url == meant.format(folder=folder)


def test_every_problem_of_a_broken_file_is_told_at_once() -> None:
    expected = (FIXTURES / "broken.expected.txt").read_text(encoding="utf-8")

    assert problems(FIXTURES / "broken.toml") == expected.splitlines()


def test_no_secret_of_a_broken_file_is_in_any_problem() -> None:
    with pytest.raises(ConfigError) as caught:
        opened(FIXTURES / "broken.toml")

    told = repr(caught.value.problems) + str(caught.value) + caught.value.advice
    assert "must-never-be-shown" not in told
    assert "this-password" not in told
    assert caught.value.__cause__ is None


def test_an_unknown_key_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigError) as caught:
        opened(FIXTURES / "broken.toml")

    advice = {p.where: p.advice for p in caught.value.problems}
    assert advice["[moodle] → read_timeuot"] == "Did you mean read_timeout?"
    assert advice["[[mail.in]] 2 → hots"] == "Did you mean host?"
    assert advice["[mail.out] → plugin"] == "Did you mean smtp?"
    assert advice["colour"].startswith("Known: alerts, bounces, intake, ledger")


def test_secrets_are_in_no_text_of_the_settings(folder: Path) -> None:
    settings = opened(folder / "bridge.toml")

    shown = repr(settings) + str(settings)
    shown += settings.model_dump_json(warnings=False, fallback=repr)
    shown += json.dumps(Settings.model_json_schema())
    for secret in SECRETS:
        assert secret not in shown


def test_a_mistake_in_toml_is_told_with_line_and_column(folder: Path) -> None:
    path = folder / "bridge.toml"
    path.write_text('[moodle]\nurl = "https://a.example.org\n', encoding="utf-8")

    with pytest.raises(ConfigError, match=r"line 2, column \d+") as caught:
        opened(path)

    assert caught.value.item == str(path)


def test_a_file_in_another_encoding_is_told_with_its_line(folder: Path) -> None:
    path = folder / "bridge.toml"
    path.write_bytes("[moodle]\n# Éric\nx = 'é'".encode("latin-1"))

    with pytest.raises(ConfigError, match=r"UTF-8 \(line 2\)"):
        opened(path)


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    path = folder / "bridge.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert opened(path).pair("sm25") is not None


def test_a_file_that_cannot_be_read_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(tmp_path / "bridge.toml")

    assert "moodle-bridge init" in caught.value.advice


def test_a_file_that_is_far_too_large_is_refused(folder: Path) -> None:
    path = folder / "bridge.toml"
    path.write_bytes(b"#" * 1_000_001)

    with pytest.raises(ConfigError, match="too large"):
        opened(path)


@pytest.mark.parametrize(
    "given",
    [
        "https://learn.example.org/moodle/",
        "https://learn.example.org/moodle/login/index.php",
        "https://LEARN.example.org/moodle/my/?lang=fr",
        "https://learn.example.org/moodle/index.php#top",
    ],
)
def test_the_address_of_a_page_becomes_the_address_of_the_site(
    folder: Path, given: str
) -> None:
    path = changed(folder, "https://learn.example.org/moodle", given)

    settings = opened(path)

    assert settings.moodle.url == "https://learn.example.org/moodle"
    if given.rstrip("/") != settings.moodle.url:
        (note,) = settings.notes
        assert note.where == "[moodle] → url"
        assert 'url = "https://learn.example.org/moodle"' in note.advice


def test_http_is_taken_on_this_machine_only(folder: Path) -> None:
    path = changed(folder, "https://learn.example.org/moodle", "http://127.0.0.1:8000")

    assert opened(path).moodle.url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://learn.example.org", "must be https"),
        ("https://me:pw@learn.example.org", "must hold no login"),
        ("learn.example.org", "must be a full address"),
        ("https://learn.example.org:port", "is not an address"),
        ("ftp://learn.example.org", "must be a full address"),
        ("https://[::1", "is not an address"),
    ],
)
def test_an_address_that_cannot_be_a_site_is_refused(
    folder: Path, url: str, reason: str
) -> None:
    path = changed(folder, "https://learn.example.org/moodle", url)

    (problem,) = problems(path)

    assert problem.startswith(f"[moodle] → url: {reason}")


def test_pairs_that_contradict_each_other_are_refused(folder: Path) -> None:
    path = folder / "bridge.toml"
    second = (
        '[[pair]]\nname = "b"\ncourse = "SM25"\nforum = 35\n[pair.list]\n'
        'plugin = "remote"\naddress = "bridge@lists.example.org"\nname = "B"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + second, encoding="utf-8")

    assert problems(path) == [
        "[[pair]] 2 → forum: forum 35 is in [[pair]] 1 already",
        (
            "[[pair]] 2 → list.address: is the bridge's own address,"
            " so its mail would come back to it"
        ),
    ]


def test_a_forum_may_be_in_two_pairs_of_different_groups(folder: Path) -> None:
    path = folder / "bridge.toml"
    text = path.read_text(encoding="utf-8").replace(
        'course = "SM25"', 'course = "SM25"\ngroup = "One"'
    )
    second = (
        '[[pair]]\nname = "b"\ncourse = "SM25"\nforum = 35\ngroup = "Two"\n[pair.list]\n'
        'plugin = "remote"\naddress = "two@lists.example.org"\nname = "B"\n'
    )
    path.write_text(text + second, encoding="utf-8")

    assert len(opened(path).pairs) == 2


def test_mail_cannot_be_redirected_to_the_bridge_itself(folder: Path) -> None:
    path = changed(
        folder,
        "[mail.out]",
        '[safety]\nredirect_all_mail_to = "bridge@lists.example.org"\n[mail.out]',
    )

    (problem,) = problems(path)

    assert problem.startswith("[safety] → redirect_all_mail_to: is the bridge's own")


def test_a_file_with_no_pair_at_all_is_refused(folder: Path) -> None:
    path = folder / "bridge.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[pair]]")], encoding="utf-8")

    assert problems(path) == ["[[pair]]: is missing"]

    path.write_text("pair = []\n" + text[: text.index("[[pair]]")], encoding="utf-8")

    assert problems(path) == ["[[pair]]: is empty: nothing is joined to anything"]


def test_tables_in_the_place_of_other_things_are_problems_and_no_crash(
    folder: Path,
) -> None:
    path = folder / "bridge.toml"
    path.write_text(
        'moodle = 1\nledger = 2\nmail = "x"\npair = "y"\nsafety = []\nplugins = 3\n',
        encoding="utf-8",
    )

    told = problems(path)

    assert [re.sub(r":.*", "", line) for line in told] == [
        "[moodle]",
        "[ledger]",
        "[mail]",
        "[[pair]]",
        "[safety]",
        "[plugins]",
    ]


def test_a_registry_of_ones_own_may_be_used(folder: Path) -> None:
    path = folder / "bridge.toml"

    with pytest.raises(ConfigError) as caught:
        load_settings(path, Registry(), environ=ENVIRON)

    assert [p.where for p in caught.value.problems] == [
        "[mail.out] → plugin",
        "[[mail.in]] 1 → plugin",
        "[[pair]] 1 → list.plugin",
    ]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://db/bridge", "must begin with sqlite"),
        ("postgresql://a:b@db/bridge", "must hold no password"),
        ("postgresql://db/bridge?password=b", "must hold no password"),
        ("sqlite://[", "is not an SQLAlchemy address"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused(
    folder: Path, url: str, reason: str
) -> None:
    path = changed(folder, "[mail.out]", f'[ledger]\nurl = "{url}"\n[mail.out]')

    (problem,) = problems(path)

    assert problem.startswith(f"[ledger] → url: {reason}")


def test_a_secret_that_is_too_short_to_sign_with_is_refused(folder: Path) -> None:
    (folder / "reply-secret").write_text("short", encoding="utf-8")

    assert problems(folder / "bridge.toml") == [
        "[mail] → reply_secret: must have 16 letters or more"
    ]


def test_a_plugin_may_take_keys_that_its_model_does_not_name(folder: Path) -> None:
    class Open(BaseModel, extra="allow"):
        """The settings of a plug-in that takes any key."""

        inner: list[Inner] = []

    registry = Registry()
    for interface in (IMailer, IMailbox, IMailingList):
        for name in ("maildir", "imap", "remote"):
            registry.register(interface, name, build=dict, settings=Open)
    path = changed(folder, 'path = "outgoing"', 'path = "o"\ninner = [{ file = "f" }]')

    settings = load_settings(path, registry, environ=ENVIRON)

    out = settings.mail.out.settings
    assert isinstance(out, Open)
    assert out.model_extra == {"path": "o"}
    assert out.inner == [Inner(file=folder / "f")]
