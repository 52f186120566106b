"""What all tables share: inserting what is new, in both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless its key is taken; say whether it was inserted."""
    insert = (
        postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    )
    statement = insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


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
