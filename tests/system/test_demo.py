"""The demo, played as a person plays it: as a process, in a folder of its own."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DEMO = (sys.executable, "-c", "import sync.cli; sync.cli.main()", "demo")
PARTICIPANTS, FACILITATORS = 14, 3


def played(*arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        (*DEMO, *arguments), capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == expect, done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def day(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(played("--folder", str(folder), "--json").stdout)
    return told


def of(day: dict[str, Any], who: str) -> dict[str, Any]:
    """Return what somebody wrote first."""
    found = next(one for one in day["written"] if who in one["who"])
    assert isinstance(found, dict)
    return found


def mails(day: dict[str, Any], address: str) -> list[email.message.EmailMessage]:
    box = Path(day["mailboxes"][address])
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((box / "new").iterdir())
    ]


def text_of(mail: email.message.EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_post_goes_to_everybody_in_the_course_once(day: dict[str, Any]) -> None:
    asked = of(day, "Aminata")

    assert asked["state"] == "sent"
    assert len(asked["mailboxes"]) == PARTICIPANTS + FACILITATORS
    assert set(asked["mailboxes"].values()) == {1}


def test_nobody_has_any_mail_twice(day: dict[str, Any]) -> None:
    for address in day["mailboxes"]:
        counted = Counter(str(mail["Message-ID"]) for mail in mails(day, address))
        assert counted
        assert set(counted.values()) == {1}, address


def test_what_was_edited_within_the_hold_goes_out_edited(day: dict[str, Any]) -> None:
    texts = [text_of(mail) for mail in mails(day, "bao@ca-phe-sach.example")]

    assert any("400 euro" in text for text in texts)
    assert not any("4000 euro" in text for text in texts)
    assert of(day, "Sanne")["outcome"].endswith("as corrected")


@pytest.mark.parametrize(
    ("who", "state", "words"),
    [
        ("Maaike", "history", "Welcome, everybody"),
        ("Grace", "withheld", "about your budget"),
        ("Brian", "gone", "fed up"),
        ("Joseph", "withheld", "Thursday good"),
    ],
)
def test_what_is_not_for_the_list_reaches_no_mailbox(
    day: dict[str, Any], who: str, state: str, words: str
) -> None:
    written = of(day, who)

    assert written["state"] == state
    assert written["mailboxes"] == {}
    for address in day["mailboxes"]:
        assert not any(words in text_of(mail) for mail in mails(day, address))


def test_answers_by_mail_become_posts(day: dict[str, Any]) -> None:
    numbers = [
        of(day, who)["post_id"]
        for who in ("Moussa", "Nguyễn Thị Hà", "Peace", "Bram", "Minh")
    ]

    assert len(set(numbers)) == len(numbers)
    assert all(numbers)


def test_an_answer_to_a_question_and_answer_forum_goes_to_facilitators_only(
    day: dict[str, Any],
) -> None:
    assert set(of(day, "Minh")["mailboxes"]) == {
        "maaike@course.example",
        "ousmane@course.example",
        "grace@course.example",
    }


def test_an_auto_reply_is_ignored_and_a_stranger_is_told_once(
    day: dict[str, Any],
) -> None:
    assert of(day, "Florence")["reason"] == "auto-reply"
    offers = [one for one in day["written"] if one["who"] == "Rex Bargain"]
    assert [one["reason"] for one in offers] == ["unknown-sender"] * 3
    assert [one["sender_told"] for one in offers] == [True, False, False]


def test_an_answer_in_moodle_threads_under_the_mail_it_answers(
    day: dict[str, Any],
) -> None:
    asked, answered = of(day, "Moussa"), of(day, "Ousmane")
    mail = next(
        mail
        for mail in mails(day, "moussa@sahel-vert.example")
        if "Deux mots suffisent" in text_of(mail)
    )

    assert str(mail["In-Reply-To"]) == asked["message_id"]
    assert len(answered["mailboxes"]) == PARTICIPANTS + FACILITATORS


def test_the_arabic_question_comes_as_it_was_written(day: dict[str, Any]) -> None:
    mail = next(
        mail
        for mail in mails(day, "fatima@daara-salaam.example")
        if "مدونة" in str(mail["Subject"])
    )

    assert "بماذا نبدأ؟" in text_of(mail)


def test_one_mail_answers_two_items_of_a_digest(day: dict[str, Any]) -> None:
    asked, answered = [
        one
        for one in day["written"]
        if "Bram" in one["who"] and one["subject"] != of(day, "Bram")["subject"]
    ]
    assert asked["state"] == "answered"
    assert answered["state"] == "posted"
    assert answered["outcome"].startswith("2 posts: ")
    (receipt,) = [
        mail
        for mail in mails(day, "bram@waterverhalen.example")
        if str(mail["In-Reply-To"]).strip() == answered["message_id"]
    ]
    assert "[1] Filming with a phone" in text_of(receipt)
    assert "[2] Tomorrow" in text_of(receipt)


def test_a_bundle_comes_once_with_all_that_is_new(day: dict[str, Any]) -> None:
    (bundle,) = [
        mail
        for mail in mails(day, "joseph@nile-weavers.example")
        if mail["Auto-Submitted"] == "auto-generated"
    ]
    assert "what do you miss?" in text_of(bundle)
    assert "projector" in text_of(bundle)


def test_the_last_run_finds_nothing_to_do(day: dict[str, Any], folder: Path) -> None:
    config = ("--config", str(folder / "bridge.toml"))
    ran = subprocess.run(
        (*DEMO[:-1], *config, "runs", "--json"),
        capture_output=True,
        text=True,
        check=True,
    )

    latest = json.loads(ran.stdout)["runs"][0]
    assert latest["exit_code"] == 0
    assert not any(latest["counts"].values())


def test_at_the_end_the_course_has_its_report(
    day: dict[str, Any], folder: Path
) -> None:
    told = {one["command"]: one for one in day["commands"]}
    assert told["moodle-bridge report now"]["exit_code"] == 0
    assert told["moodle-bridge report --to page"]["exit_code"] == 0
    page = (folder / "report.html").read_text("utf-8")
    assert day["report"] == str(folder / "report.html")
    assert "Social media for networks" in page
    assert "facilitation-response v1" in page
    ran = subprocess.run(
        (*DEMO[:-1], "--config", str(folder / "bridge.toml"), "report", "--json"),
        capture_output=True,
        text=True,
        check=True,
    )
    whole = json.loads(ran.stdout)["report"]["whole"]
    # Aminata got her answer in private, Brian took his words back.
    assert (whole["asked"], whole["withdrawn"]) == (6, 1)


@pytest.mark.soak
def test_a_folder_of_a_former_demo_is_used_again_and_another_is_not(
    day: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    (again / "mine.txt").write_text("keep me", encoding="utf-8")
    story = played("--folder", str(again))
    assert (again / "mine.txt").read_text("utf-8") == "keep me"
    assert "What went where" in story.stdout
    assert "mailed to 17 people" in story.stdout
    assert "\x1b" not in story.stdout + story.stderr
    assert "Aminata Diop asks" in story.stderr

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years", encoding="utf-8")
    refused = played("--folder", str(tmp_path / "mine"), expect=2)
    assert "not empty" in refused.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    log = tmp_path / "story"
    with log.open("w", encoding="utf-8") as story:
        process = subprocess.Popen(
            (*DEMO, "--serve", "--folder", str(tmp_path / "demo")),
            stdout=subprocess.DEVNULL,
            stderr=story,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield process, log
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def waited_for(log: Path, pattern: str) -> re.Match[str]:
    """Return a match in what was told, as soon as there is one."""
    end = time.monotonic() + 600
    while True:
        # What is being written just now may end within a letter.
        told = log.read_text("utf-8", "replace")
        found = re.search(pattern, told)
        if found:
            return found
        assert time.monotonic() < end, f"never told: {pattern}\n{told}"
        time.sleep(0.2)


def test_served_it_carries_what_a_browser_and_a_mail_program_bring(
    served: tuple[subprocess.Popen[str], Path], tmp_path: Path
) -> None:
    process, log = served
    url = waited_for(log, r"In a browser: (http://127\.0\.0\.1:\S+)")[1]
    port = int(waited_for(log, r"smtp://127\.0\.0\.1:(\d+)")[1])
    user = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["as"][0]
    form = {"as": user, "subject": "From a browser", "message": "Who reads <this>?"}
    waited_for(log, "Ctrl-C ends all this")

    with urllib.request.urlopen(
        url, data=urllib.parse.urlencode(form).encode(), timeout=120
    ) as page:
        assert "Who reads &lt;this&gt;?" in page.read().decode()
    answer = (tmp_path / "demo" / "answer.eml").read_bytes()
    with smtplib.SMTP("127.0.0.1", port, timeout=120) as line:
        line.sendmail("aminata@jokko-ndar.example", ["sm25@lists.example"], answer)

    waited_for(log, r"Aminata Diop by mail: Re: Comment")
    waited_for(log, r"Aminata Diop: From a browser -> sm25@lists\.example")
    waited_for(log, r"\| Who reads <this>\?")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=300) == 0
    told = log.read_text("utf-8")
    assert "Traceback" not in told
    assert "refused" not in told
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)
