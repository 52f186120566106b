"""Looks at what is on this side: settings and ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sync.cli.checks.finding import Finding, ok, warning

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.settings import Settings


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """Say which file was read, and what in it is unusual."""
    yield ok("settings", f"{settings.path}: {len(settings.pairs)} pair(s)")
    for note in settings.notes:
        yield warning(note.where, note.what, note.advice)
    if settings.safety.dry_run:
        yield warning(
            "[safety] → dry_run",
            "every run only shows what it would do",
            "Take the line out when the bridge is to work.",
        )
    if settings.safety.redirect_all_mail_to:
        yield warning(
            "[safety] → redirect_all_mail_to",
            f"every mail goes to {settings.safety.redirect_all_mail_to} only",
            "Take the line out when participants are to get mail.",
        )


def look_at_welcomes(settings: Settings) -> Iterator[Finding]:
    """Read an organisation's own words of welcome. Raises ConfigError."""
    from sync.enrol.greeting import templates_in  # noqa: PLC0415 - few have them

    folder = settings.welcome.templates
    if folder is None:
        return
    found = templates_in(folder)
    if not found:
        yield warning(
            "[welcome] → templates",
            f"there is no welcome-LANGUAGE.txt in {folder}",
            "Put one there, such as welcome-fr.txt, or take the line out.",
        )
        return
    yield ok("[welcome] → templates", f"own words in {', '.join(found)}")


def look_at_ledger(bridge: Bridge) -> Iterator[Finding]:
    """Open the ledger; it is made or brought up to date. Raises LedgerError."""
    with bridge.ledger.reading() as transaction:
        runs = transaction.runs.latest(1)
    last = f"the last run began {runs[0].started_at:%Y-%m-%d %H:%M} UTC" if runs else ""
    yield ok("ledger", f"{bridge.settings.ledger.url}: {last or 'no run yet'}")
