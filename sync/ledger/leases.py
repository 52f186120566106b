"""Who does which job just now, so that two runs do not collide."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from moodle_bridge.errors import Busy
from moodle_bridge.runtime import Clock
from sync.ledger import schema
from sync.ledger.rows import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A run, as others see it: a name of its own, its host and its process id."""

    name: str
    host: str
    pid: int


def this_run(number: str) -> Holder:
    """Return the holder for the run that is under way."""
    host = socket.gethostname()
    return Holder(name=f"{host}:{os.getpid()}:{number}", host=host, pid=os.getpid())


class Leases:
    """Leases by name; a lease runs out by itself when its holder dies."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def take(self, name: str, holder: Holder, term: timedelta) -> None:
        """Take a lease, or renew one's own; raises Busy when another run holds it.

        A lease of a process that is no longer there on this host is taken over at
        once; one of another host only when it has run out.
        """
        now = self._clock()
        values = {
            "holder": holder.name,
            "host": holder.host,
            "pid": holder.pid,
            "expires_at": now + term,
        }
        if insert_new(self._connection, schema.lease, name=name, **values):
            return
        table = schema.lease
        row = self._connection.execute(
            select(table).where(table.c.name == name).with_for_update()
        ).one()
        mine = row.holder == holder.name
        if not mine and row.expires_at > now and not _is_dead(row.host, row.pid):
            raise Busy(
                f"another run does this just now (process {row.pid} on {row.host})",
                item=name,
            )
        self._connection.execute(
            update(table).where(table.c.name == name).values(**values)
        )

    def release(self, name: str, holder: Holder) -> None:
        """Give a lease back; nothing happens if another has it by now."""
        table = schema.lease
        self._connection.execute(
            delete(table).where(table.c.name == name, table.c.holder == holder.name)
        )


def _is_dead(host: str, pid: int) -> bool:
    if host != socket.gethostname():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
