"""After the day: the practice Moodle stays open, and the bridge goes on."""

from __future__ import annotations

import re
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sync.demo import letters
from sync.demo.people import EVERYBODY, who
from sync.demo.stage import LIST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sync.demo.day import Day
    from sync.demo.stage import Stage

_READER = who("ha")
SECONDS_BETWEEN = 5
HOLD_SECONDS = 10
_HOLD = re.compile(r'^(?:# )?hold = "30m"$', re.MULTILINE)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def page_of(stage: Stage) -> str:
    """Return the address of the forum, as a participant looks at it."""
    poster = stage.users["aminata"].id
    return f"{stage.url}/mod/forum/view.php?id={stage.questions.cmid}&as={poster}"


def serve(day: Day, *, program: str) -> None:
    """Sync every few seconds until SIGINT or SIGTERM; a run is never cut short."""
    stage, telling, console = day.stage, day.telling, day.console
    stage.clock.let_go()
    text = console.config.read_text("utf-8")
    shorter = _HOLD.sub(f'hold = "{HOLD_SECONDS}s"', text)
    console.config.write_text(shorter, encoding="utf-8")
    letter = _answer(day, console.config.with_name("answer.eml"))
    # The clock has just jumped a day: what that brings is no part of the story.
    console.run("sync")
    telling.scene("The practice Moodle is open")
    telling.said(f"In a browser: {page_of(stage)}")
    telling.said(
        "There are no passwords: choose in 'Post as' who you are. The course has "
        + ", ".join(person.name for person in EVERYBODY)
        + "."
    )
    telling.said(
        f"What you post there goes out after {HOLD_SECONDS} seconds (not the usual 30"
        f" minutes). What then comes to {_READER.name} is shown here; the mailbox is"
        f" {stage.office.path(_READER.address) / 'new'}"
    )
    telling.said(
        f"A mail is waiting in {letter}: an answer of {who('aminata').name}. Change its"
        " text if you like, and send it:"
    )
    telling.command(
        f"curl smtp://{stage.office.host}:{stage.office.port} --mail-from"
        f" {who('aminata').address} --mail-rcpt {LIST} --upload-file {letter}"
    )
    telling.said("Or, without the list, straight to the bridge:")
    telling.command(f"{program} --config {console.config} receive < {letter}")
    telling.said(
        f"The bridge looks every {SECONDS_BETWEEN} seconds. Ctrl-C ends all this."
    )
    with _until_told() as stopped:
        before = len(stage.office.mails(_READER.address))
        while not stopped.wait(SECONDS_BETWEEN):
            before = _look(day, before)
    telling.scene("Closed. Mailboxes and ledger stay as they are.")


def _look(day: Day, before: int) -> int:
    """Run the bridge; show the reader's mails after the first `before`."""
    done = day.console.run("sync")
    if done.exit_code or "nothing new" not in done.out:
        day.telling.happens(done.time, "The bridge ran.")
        day.telling.answer(done.err)
        day.telling.answer(done.out)
    mails = day.stage.office.mails(_READER.address)
    for raw in mails[before:]:
        day.telling.said(f"In the mailbox of {_READER.name}:")
        day.telling.quoted(letters.shown(letters.parsed(raw)))
    return len(mails)


def _answer(day: Day, path: Path) -> Path:
    """Write an answer to the newest mail about the first question."""
    sender = who("aminata")
    asked = next(one for one in day.written if one.author == sender)
    mail = letters.answer(
        sender,
        letters.latest_mail(day.stage, sender, asked.subject),
        "Merci à tous ! J'essaie demain.",
        key="from-the-demo",
        date=day.stage.clock(),
    )
    # Without an id of its own it may be changed and sent again as another mail.
    del mail["Message-ID"]
    path.write_bytes(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
    return path


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """Give what is set by the first signal; a second one ends the program at once."""
    stopped = threading.Event()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def stop(_number: int, _frame: object) -> None:
        stopped.set()
        for number, was in before.items():
            signal.signal(number, was)

    for number in _SIGNALS:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, was in before.items():
            signal.signal(number, was)
