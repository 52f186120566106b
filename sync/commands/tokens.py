"""`moodle-bridge tokens`: whose mails are posted in their own name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from moodle_bridge.errors import BridgeError, ConfigError, Permanent, Transient
from moodle_bridge.moodle.login import obtain_token
from moodle_bridge.moodle.rest import RestSettings
from moodle_bridge.redact import masked
from sync.bridge import Bridge
from sync.cli.result import ExitCode, Result, Table
from sync.ledger.tokens import KeptToken, TokenState
from sync.own_names import Fault, concerns_token, fault_of
from sync.participants import named
from sync.token_rows import open_to_others, read_token_rows

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.cli.invocation import Invocation
    from sync.vault import Vault

Source = Literal["import", "login"]
_FEW = "Give the username, the address or the user id of one participant."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the site says of one token; `unreached` when it did not answer."""

    fault: Fault | None = None
    unreached: bool = False


def import_(invocation: Invocation, *, file: Path, dry_run: bool) -> Result:
    """Take tokens from a CSV, each asked of Moodle first; those that are good stay."""
    rows = read_token_rows(file)
    taken: list[tuple[int, str]] = []
    problems: list[tuple[int, str, str, str]] = []
    unreached = False
    with _bridge(invocation) as bridge:
        vault, people = _vault(bridge), _people(bridge)
        for row in rows:
            invocation.progress(f"line {row.line}: {row.person}")
            found = named(people, row.person)
            if len(found) != 1:
                fault: Fault | None = _not_one(found)
            else:
                tried = _tried(bridge, found[0].user_id, row.token)
                unreached = unreached or tried.unreached
                fault = tried.fault
            if fault is not None:
                what, advice = masked(fault.what), fault.advice
                problems.append((row.line, row.person, what, advice))
                continue
            taken.append((row.line, found[0].fullname))
            if not dry_run:
                _keep(bridge, vault, found[0], row.token, source="import")
    parts: list[str | Table] = [
        f"{'Would take' if dry_run else 'Taken'}: {len(taken)} of {len(rows)} tokens."
    ]
    if problems:
        lines = [(f"line {line}", who, what) for line, who, what, _ in problems]
        parts.append(Table(columns=("where", "person", "problem"), rows=lines))
        parts += dict.fromkeys(advice for *_, advice in problems)
    parts += _told_of_file(file, over=not dry_run)
    return Result(
        exit_code=_code(bool(problems), unreached=unreached),
        parts=parts,
        data={
            "dry_run": dry_run,
            "taken": [{"line": line, "person": who} for line, who in taken],
            "problems": [
                {"line": line, "person": who, "what": what, "advice": advice}
                for line, who, what, advice in problems
            ],
        },
    )


def overview(invocation: Invocation) -> Result:
    """List the tokens that are kept, and how each was found last."""
    with _bridge(invocation) as bridge, bridge.ledger.reading() as transaction:
        kept = transaction.tokens.all()
        people = {
            person.user_id: person.fullname
            for course in transaction.people.courses()
            for person in transaction.people.of_course(course)
        }
    return _shown(kept, people)


def check(invocation: Invocation) -> Result:
    """Ask Moodle of every token whether it is still good, and note it."""
    unreached = False
    with _bridge(invocation) as bridge:
        vault = _vault(bridge)
        names = {person.user_id: person.fullname for person in _people(bridge)}
        with bridge.ledger.reading() as transaction:
            kept = transaction.tokens.all()
        for one in kept:
            invocation.progress(names.get(one.user_id, f"user {one.user_id}"))
            try:
                token = vault.open(one.sealed, user_id=one.user_id)
                anew = vault.sealed_anew(one.sealed)
            except ConfigError as error:
                tried = Tried(fault=Fault(what=str(error), advice=error.advice))
                anew = one.sealed
            else:
                tried = _tried(bridge, one.user_id, token)
            unreached = unreached or tried.unreached
            if not tried.unreached:
                with bridge.ledger.writing() as transaction:
                    transaction.tokens.seal_anew(one.user_id, anew)
                    problem = masked(tried.fault.what) if tried.fault else ""
                    transaction.tokens.checked(one.user_id, problem=problem)
        with bridge.ledger.reading() as transaction:
            kept = transaction.tokens.all()
    bad = any(one.state is TokenState.BAD for one in kept)
    return _shown(kept, names, exit_code=_code(bad, unreached=unreached))


def remove(invocation: Invocation, *, person: str) -> Result:
    """Forget a token; it stays good at the site until it is taken back there."""
    with _bridge(invocation) as bridge:
        # A token may be left of somebody who is in no course any more.
        number = int(person) if person.isdigit() else _one(bridge, person).user_id
        with bridge.ledger.writing() as transaction:
            removed = transaction.tokens.remove(number)
    if not removed:
        raise ConfigError(
            "no token is kept for them",
            item=person,
            advice="`moodle-bridge tokens list` shows whose are.",
        )
    return Result(
        parts=[
            f"Removed the token of {person}. It is still good at the site:",
            "delete it there under Server > Web services > Manage tokens.",
        ],
        data={"removed": number},
    )


def obtain(
    invocation: Invocation, *, person: str, password: SecretStr, service: str
) -> Result:
    """Get a token from the site with a person's own password, which is not kept."""
    with _bridge(invocation) as bridge:
        vault, one = _vault(bridge), _one(bridge, person)
        wanted = bridge.settings.moodle
        token = obtain_token(
            wanted.url,
            one.username,
            password,
            service=service,
            settings=RestSettings(
                connect_timeout=wanted.connect_timeout.total_seconds(),
                read_timeout=wanted.read_timeout.total_seconds(),
            ),
            clock=bridge.clock,
        )
        tried = _tried(bridge, one.user_id, token)
        if tried.fault is not None:
            kind = Transient if tried.unreached else Permanent
            raise kind(
                masked(tried.fault.what),
                item=f"the token of {one.fullname}",
                advice=tried.fault.advice,
            )
        _keep(bridge, vault, one, token, source="login")
    return Result(
        parts=[f"What {one.fullname} mails is posted in their own name from now on."],
        data={"user_id": one.user_id, "person": one.fullname},
    )


def _bridge(invocation: Invocation) -> Bridge:
    return Bridge(invocation.settings(), invocation.registry(), clock=invocation.clock)


def _vault(bridge: Bridge) -> Vault:
    if bridge.vault is None:
        raise ConfigError(
            "there is no key to seal tokens with, so none can be kept",
            item="[moodle] token_key",
            advice="Make one: `openssl rand -hex 32 > token-key; chmod 600 token-key`,"
            ' and write token_key = { file = "token-key" } under [moodle]. Keep it'
            " apart from the backup of the ledger.",
        )
    return bridge.vault


def _people(bridge: Bridge) -> list[Person]:
    courses = {pair.place.course.id for pair in bridge.pairs()}
    everybody = {
        person.user_id: person
        for course_id in sorted(courses)
        for person in bridge.participants.read_again(course_id)
    }
    return list(everybody.values())


def _one(bridge: Bridge, name: str) -> Person:
    found = named(_people(bridge), name)
    fault = _not_one(found)
    if len(found) != 1:
        raise ConfigError(fault.what, item=name, advice=fault.advice)
    return found[0]


def _not_one(found: list[Person]) -> Fault:
    if not found:
        return Fault(what="nobody in the courses has this name", advice=_FEW)
    return Fault(what="it could mean several participants", advice=_FEW)


def _tried(bridge: Bridge, user_id: int, token: SecretStr) -> Tried:
    try:
        with bridge.moodle_with(token) as moodle:
            info = moodle.site.info()
    except Permanent as error:
        advice = error.advice
        if concerns_token(error):
            advice = "Let the site's admin look at the token, or make a new one."
        return Tried(fault=Fault(what=str(error), advice=advice))
    except BridgeError as error:
        unreached = not isinstance(error, ConfigError)
        what = str(error) if unreached else error.what
        return Tried(fault=Fault(what=what, advice=error.advice), unreached=unreached)
    return Tried(fault=fault_of(info, user_id, account_id=bridge.account_id))


def _keep(
    bridge: Bridge, vault: Vault, person: Person, token: SecretStr, *, source: Source
) -> None:
    sealed = vault.seal(token, user_id=person.user_id)
    with bridge.ledger.writing() as transaction:
        transaction.tokens.keep(person.user_id, sealed, source=source)


def _shown(
    kept: list[KeptToken],
    names: dict[int, str],
    *,
    exit_code: ExitCode = ExitCode.DONE,
) -> Result:
    data = {
        "tokens": [
            {
                "user_id": one.user_id,
                "person": names.get(one.user_id, ""),
                "state": one.state.value,
                "problem": one.problem,
                "source": one.source,
                "checked_at": one.checked_at.isoformat() if one.checked_at else None,
            }
            for one in kept
        ]
    }
    if not kept:
        said = "No tokens are kept: the bridge's account posts, and names the author."
        return Result(parts=[said], data=data)
    rows = [
        (
            names.get(one.user_id, "(in no course)"),
            str(one.user_id),
            one.state.value,
            f"{one.checked_at:%Y-%m-%d}" if one.checked_at else "never",
            one.problem,
        )
        for one in kept
    ]
    columns = ("person", "user id", "state", "checked", "problem")
    return Result(
        exit_code=exit_code, parts=[Table(columns=columns, rows=rows)], data=data
    )


def _told_of_file(file: Path, *, over: bool) -> Iterator[str]:
    if open_to_others(file):
        yield f"{file} is open to other users of this machine: chmod 600 it."
    when = "now" if over else "when they are taken"
    yield f"Delete {file} {when}: what stands in it lets anybody write as its owners."


def _code(bad: bool, *, unreached: bool) -> ExitCode:  # noqa: FBT001 - plain enough
    if unreached:
        return ExitCode.UNREACHABLE
    return ExitCode.CONFIGURATION if bad else ExitCode.DONE
