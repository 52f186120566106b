"""What all tables share: inserting what is new and changing a row, in both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless its key is taken; say whether it was inserted."""
    insert = (
        postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    )
    # Values that go along as parameters are no part of the statement, which is then
    # the same every time: a tenth of the work.
    statement = insert(table).on_conflict_do_nothing()
    # Asked for by name: with PostgreSQL the count of an INSERT is not kept otherwise.
    kept = {"preserve_rowcount": True}
    done = connection.execute(statement, values, execution_options=kept)
    return done.rowcount == 1


def change_row(
    connection: Connection, table: Table, keys: Mapping[str, Any], **values: Any
) -> None:
    """Set columns of the row with these keys; plain values only, no expressions."""
    statement = update(table).where(
        *(table.c[name] == bindparam(f"key_{name}") for name in keys)
    )
    named = {f"key_{name}": value for name, value in keys.items()}
    connection.execute(statement, {**named, **values})


def upsert(
    connection: Connection,
    table: Table,
    **values: Any,
) -> None:
    """Insert a row, or bring the row with the same primary key up to date."""
    insert = (
        postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    )
    keys = [column.name for column in table.primary_key]
    connection.execute(
        insert(table)
        .values(**values)
        .on_conflict_do_update(
            index_elements=keys,
            set_={name: value for name, value in values.items() if name not in keys},
        )
    )
