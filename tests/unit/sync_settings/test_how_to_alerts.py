"""What the page about alerts shows is what the bridge understands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mappings.alerts.replies import AlertReply, alert_reply
from sync.settings import open_settings

PAGE = (Path(__file__).parents[3] / "docs" / "how-to-alerts.md").read_text("utf-8")
BASE = """
[moodle]
url = "https://moodle.example.org"
token = { env = "TOKEN" }
[mail]
address = "bridge@lists.example.org"
reply_secret = { env = "SECRET" }
[mail.out]
plugin = "maildir"
path = "out"
[[pair]]
name = "fo26"
course = "FO26"
forum = 3
[pair.list]
plugin = "direct"
address = "bridge@lists.example.org"
name = "FO26"
"""
ENVIRON = {
    "TOKEN": "a" * 32,
    "SECRET": "s" * 40,
    "OUSMANE_TELEGRAM": "tgram://TOKEN/1",
    "ANA_NTFY": "ntfys://name",
}
# What somebody writes in the place of capitals.
FILLED_IN = {
    "BOT_TOKEN": f"123456789:{'A' * 35}",
    "CHAT_ID": "987654",
    "ACCOUNT_SID": f"AC{'0' * 32}",
    "AUTH_TOKEN": "0" * 32,
}


def shown() -> list[str]:
    """Return what stands indented on the page, one text for each heading of it."""
    parts = re.split(r"(?m)^## ", PAGE)
    found = []
    for part in parts:
        lines = re.findall(r"(?m)^(?:    |      )?(?:    .*|)$", part)
        text = "\n".join(line.strip() for line in lines)
        if text.strip().startswith("["):
            kept, _, _ = text.partition("\nmoodle-bridge ")
            found.append(kept)
    return found


def test_the_examples_are_read_as_they_stand(tmp_path: Path) -> None:
    needed, whole, ways = shown()
    path = tmp_path / "bridge.toml"
    path.write_text(BASE + needed + whole + ways, encoding="utf-8")
    settings, _ = open_settings(path, environ=ENVIRON)
    assert settings.alerts is not None
    assert [step.to.value for step in settings.alerts.steps] == [
        "duty",
        "backup",
        "all",
        "lead",
    ]
    assert [(one.person, one.by.plugin) for one in settings.alerts.channels] == [
        ("ousmane", "mail"),
        ("ousmane", "apprise"),
        ("ana", "moodle-message"),
        ("ana", "apprise"),
    ]


@pytest.mark.parametrize(
    "language", ["English", "Nederlands", "Français", "Español", "Português"]
)
def test_the_words_that_the_page_names_are_understood(language: str) -> None:
    (row,) = re.findall(rf"(?m)^\| {language} \| (.*) \|$", PAGE)
    mine, none, needs = row.split(" | ")
    assert alert_reply(mine) is AlertReply.MINE
    assert alert_reply(none) is AlertReply.NO_ANSWER_NEEDED
    assert alert_reply(needs) is AlertReply.NEEDS_ANSWER


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_addresses_that_the_page_names_are_understood() -> None:
    apprise = pytest.importorskip("apprise", reason="apprise is an extra")
    page = PAGE
    for name, value in FILLED_IN.items():
        page = page.replace(name, value)
    urls = re.findall(r"`ANA_NTFY=([^`]+)`", page)
    assert urls
    for url in urls:
        assert apprise.Apprise().add(url), url
