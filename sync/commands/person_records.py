"""`moodle-bridge person export` and `person forget`: all that is held of somebody."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.addresses import folded
from mappings.number_words import number_of
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.enrol.files import write_private
from sync.jobs.mail_keys import addressee
from sync.ledger.forgetting import Forgetting
from sync.ledger.forgotten import hashed
from sync.ledger.holdings import Holdings, Whom
from sync.ledger.participants import new_participant_id

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction

_FORGET = "person forget"
_SHOWN = 10
_ABOUT = {
    "person": "how Moodle shows them in each course",
    "channel": "how they take part",
    "gathering": "since when posts wait for them",
    "issue": "digests and bundles that they got",
    "delivered": "which posts they had",
    "spent": "how many bytes they were mailed, by day",
    "token": "that their token is kept (sealed, not shown)",
    "told": "what they were told once",
    "presence": "when they were enrolled",
    "address": "further addresses",
    "question": "what they were asked by mail",
    "contact": "when the bridge wrote to an address of theirs",
    "bounce": "whether mail to them comes back",
    "inbound": "mails that they sent",
    "part": "parts of their answers to digests",
    "link": "their posts: number, subject, time",
    "wording": "the words of these posts that went out by mail",
    "utterance": "what they said, counted",
    "wait": "their questions, and how long they waited",
    "intent": "effects for them, or of what they wrote",
    "participant": "who they are to the bridge; consent",
    "entry": "their answers in forms",
    "former_address": "addresses that they had",
    "deed": "what was done for them in Moodle",
    "decision": "what was decided about their entries",
    "enrolment_plan": "plans that name them",
}
_STAYS = (
    ("posts in Moodle, and the account", "they are Moodle's; delete them there"),
    ("their answers in the form itself", "delete them there; they are read no more"),
    ("mails that went out", "they are with those who got them"),
    ("numbers of their posts, without a name", "so that no post goes out twice"),
    ("keys of their mails, without a word", "so that an old mail is not new again"),
    ("their number in counts and waiting times", "so that figures stay right"),
    ("what they agreed to, and when", "so that it can be shown that they did"),
    ("what others wrote about them", "it is theirs; [ledger] keep_raw ends it"),
    (
        "files beside plans (*.plan.json, *.undo.json, *.report.*), and backups",
        "the bridge does not know where they are; delete them",
    ),
)


def export(invocation: Invocation, *, name: str, out: Path | None) -> Result:
    """Return all that the ledger holds about somebody; with `out` as files there.

    The files are readable for their owner alone: records.json, records.txt, and the
    mails that they sent as mails/mail-NUMBER.eml.
    """
    with _bridge(invocation) as bridge, bridge.ledger.reading() as transaction:
        whom = whom_of(transaction, name)
        held = Holdings(transaction.connection).of(whom)
        mails = {
            f"mail-{row['id']}.eml": mail.raw
            for row in held.get("inbound", ())
            if (mail := transaction.inbound.get(row["id"])) and mail.raw is not None
        }
    data = {table: [_plain(row) for row in rows] for table, rows in held.items()}
    rows = [
        (_ABOUT.get(table, table), table, str(len(each)))
        for table, each in held.items()
    ]
    parts: list[str | Table] = [
        Table(columns=("what", "table", "rows"), rows=rows)
        if rows
        else "The ledger holds nothing about them."
    ]
    if out is not None:
        folder = invocation.folder / out
        _write(folder, data, mails)
        parts.append(f"Written to {folder}, with {number_of(len(mails), 'mail')}.")
    elif rows:
        parts.append(
            "`--out FOLDER` writes all of it, with the mails; --json shows it."
        )
    return Result(
        parts=parts,
        data={"person": _named(whom), "held": data, "mails": sorted(mails)},
    )


def forget(
    invocation: Invocation,
    *,
    name: str,
    dry_run: bool,
    confirm: Callable[[Result, str], bool],
) -> Result:
    """Erase somebody from the ledger, after `confirm` said so; see docs/data-protection.

    Raises ConfigError while they take part in a course of the bridge, or something of
    theirs is on its way.
    """
    with _bridge(invocation) as bridge:
        with bridge.ledger.reading() as transaction:
            whom = whom_of(transaction, name)
        courses = _still_in(bridge, whom)
        if courses and not dry_run:
            raise ConfigError(
                f"they still take part in {', '.join(courses)}, and the next run would"
                " read them again",
                item=name,
                advice="Unenrol them there, or delete the account in Moodle; then run"
                " this again. Nothing was changed.",
            )
        would = _erased(bridge, whom, dry_run=True)
        shown = _shown(would, dry_run=True)
        if dry_run:
            told = f"First: unenrol them from {', '.join(courses)}." if courses else ""
            return Result(
                parts=[*shown.parts, *filter(None, [told])],
                data={**shown.data, "still_in": courses, "person": _named(whom)},
            )
        if not would:
            return Result(parts=["The ledger holds nothing about them."], data={})
        number = str(whom.user_id or min(whom.addresses or whom.participant_ids))
        if not confirm(shown, number):
            return Result(parts=["Nothing was changed."], data={"forgotten": False})
        done = _erased(bridge, whom, dry_run=False)
        with bridge.ledger.writing() as transaction:
            run = transaction.runs.begin(
                f"{_FORGET} {whom.user_id or ''}".strip(), bridge.holder.name
            )
            transaction.runs.end(
                run, exit_code=int(ExitCode.DONE), counts=done, problem=""
            )
    result = _shown(done, dry_run=False)
    return Result(
        parts=[*result.parts, f"It stands as run {run} in `moodle-bridge runs`."],
        data={**result.data, "forgotten": True, "run": run},
    )


def whom_of(transaction: Transaction, name: str) -> Whom:
    """Return who is meant by a number, a username, an address, or a name in full.

    Who is in no course any more is found as well, and a stranger by their address.
    Raises ConfigError when it is nobody, or several people.
    """
    wanted, address = name.strip(), folded(name) if "@" in name else ""
    people = {
        person.user_id: person
        for course in transaction.people.courses()
        for person in transaction.people.of_course(course)
    }
    known = transaction.participants.everybody()
    users = {
        person.user_id
        for person in people.values()
        if wanted.casefold()
        in {str(person.user_id), person.username.casefold(), person.fullname.casefold()}
        or (address and address in {folded(one) for one in person.addresses})
    }
    ids = {
        one.person.id
        for one in known
        if wanted.casefold()
        in {
            one.person.id,
            (one.person.username or "").casefold(),
            str(one.person.user_id),
        }
    }
    if address:
        ids |= transaction.participants.with_addresses([address]).get(
            address, frozenset()
        )
        further = transaction.addresses.get(address)
        users |= {further.user_id} if further else set()
        if not ids | users:
            ids |= transaction.entries.with_address(address)
    users |= {
        one.person.user_id
        for one in known
        if one.person.id in ids and one.person.user_id is not None
    }
    if not users and wanted.isdecimal():
        # Of who was deleted in Moodle only the number is left.
        users = {int(wanted)}
    if len(users) > 1:
        found = ", ".join(str(one) for one in sorted(users)[:_SHOWN])
        raise ConfigError(
            "several people are called that",
            item=wanted,
            advice=f"Name one by the number: {found}.",
        )
    user_id = next(iter(users), None)
    ids |= {one.person.id for one in known if user_id and one.person.user_id == user_id}
    whom = _whole(transaction, user_id, ids, address, people)
    if not Holdings(transaction.connection).of(whom):
        raise ConfigError(
            "the ledger knows nobody of that name, and nothing about them",
            item=wanted,
            advice="Name them by Moodle's number, a username, an address they had, or"
            " the name in full.",
        )
    return whom


def _whole(
    transaction: Transaction,
    user_id: int | None,
    ids: set[str],
    address: str,
    people: Mapping[int, Any],
) -> Whom:
    addresses, names = {address} if address else set(), set()
    person = people.get(user_id) if user_id is not None else None
    if person is not None:
        addresses |= {folded(one) for one in person.addresses}
        names.add(person.fullname)
    if user_id is not None:
        addresses |= {one.address for one in transaction.addresses.of_user(user_id)}
    for one in ids:
        addresses |= {
            each.address for each in transaction.participants.addresses_of(one)
        }
        known = transaction.participants.get(one)
        if known is not None and known.person.email:
            addresses.add(known.person.email)
        applied = known.person.applied if known else {}
        full = f"{applied.get('first_name', '')} {applied.get('last_name', '')}".strip()
        names |= {full} if full else set()
    return Whom(
        user_id=user_id,
        participant_ids=frozenset(ids),
        addresses=frozenset(addresses),
        names=frozenset(names),
        streams=frozenset(map(addressee, addresses)),
    )


def _still_in(bridge: Bridge, whom: Whom) -> list[str]:
    if whom.user_id is None:
        return []
    return [
        pair.place.course.shortname
        for pair in bridge.pairs()
        if any(
            person.user_id == whom.user_id
            for person in bridge.participants.read_again(pair.place.course.id)
        )
    ]


def _erased(bridge: Bridge, whom: Whom, *, dry_run: bool) -> Counter[str]:
    """Erase somebody, or with `dry_run` do it and take it back; return what it was."""
    with bridge.ledger.writing() as transaction:
        forgetting = Forgetting(
            transaction.connection,
            bridge.clock,
            hashed=lambda address: hashed(bridge.secret, address),
        )
        waiting = forgetting.under_way(whom)
        if waiting and not dry_run:
            raise ConfigError(
                number_of(
                    waiting,
                    "mail of theirs, or to them, is on its way just now",
                    "mails of theirs, or to them, are on their way just now",
                ),
                item=str(whom.user_id or ""),
                advice="Run `moodle-bridge sync`, then this again. Nothing was"
                " changed.",
            )
        tombstone = new_participant_id(bridge.clock(), secrets.token_bytes(10))
        tried = transaction.connection.begin_nested()
        counts = forgetting.forget(whom, tombstone=tombstone)
        if dry_run:
            tried.rollback()
        else:
            tried.commit()
    return counts


def _shown(counts: Mapping[str, int], *, dry_run: bool) -> Result:
    rows = [(_ABOUT.get(table, table), table, str(n)) for table, n in counts.items()]
    title = "This would be erased" if dry_run else "Erased"
    return Result(
        parts=[
            Table(title=title, columns=("what", "table", "rows"), rows=rows)
            if rows
            else "The ledger holds nothing about them.",
            Table(title="This stays", columns=("what", "why"), rows=_STAYS),
        ],
        data={
            "dry_run": dry_run,
            "erased": dict(counts),
            "stays": [{"what": what, "why": why} for what, why in _STAYS],
        },
    )


def _write(folder: Path, data: Mapping[str, Any], mails: Mapping[str, bytes]) -> None:
    try:
        (folder / "mails").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        text = json.dumps(data, ensure_ascii=False, indent=2)
        write_private(folder / "records.json", f"{text}\n")
        write_private(folder / "records.txt", _readable(data))
        for name, raw in mails.items():
            write_private(folder / "mails" / name, raw.decode("latin-1"), "latin-1")
    except OSError as error:
        raise ConfigError(
            f"it cannot be written there ({error.strerror})",
            item=str(error.filename or folder),
            advice="Name another folder with --out.",
        ) from error


def _readable(data: Mapping[str, Any]) -> str:
    lines = []
    for table, rows in data.items():
        lines += [f"{_ABOUT.get(table, table)} ({table})", ""]
        for row in rows:
            lines += [
                f"  {name}: {value}"
                for name, value in row.items()
                if value not in (None, "", [], {})
            ]
            lines.append("")
    return "\n".join([*lines, ""])


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else value.hex()
        if isinstance(value, bytes)
        else value
        for name, value in row.items()
    }


def _named(whom: Whom) -> dict[str, Any]:
    return {
        "user_id": whom.user_id,
        "participants": sorted(whom.participant_ids),
        "addresses": sorted(whom.addresses),
    }


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)
