"""The kinds of columns, and where the tables are gathered."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime as ISO text, which sorts in time order everywhere."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> str | None:
        """Refuse naive datetimes: a ledger that guesses zones is worth nothing."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone cannot be kept: {value!r}"
            raise ValueError(msg)
        plain = value.astimezone(UTC).replace(tzinfo=None)
        return f"{plain.isoformat(timespec='microseconds')}Z"

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> datetime | None:
        """Give back the same moment."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Words(TypeDecorator[str]):
    """Text of any length by anybody, also where a stranger wrote it.

    NUL and half characters, which no database keeps, become U+FFFD: a mail must not
    stop a run by what stands in its subject.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it text that every database keeps."""
        del dialect
        return None if value is None else _UNKEEPABLE.sub("\ufffd", value)


class Json(TypeDecorator[Any]):
    """A JSON value as text, non-ASCII kept readable for whoever looks inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """Write JSON; half characters as in `Words`."""
        del dialect
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        return _UNKEEPABLE.sub("\ufffd", text)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Read JSON."""
        del dialect
        return None if value is None else json.loads(value)


class Packed(TypeDecorator[bytes]):
    """Bytes, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Compress."""
        del dialect
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> bytes | None:
        """Expand."""
        del dialect
        return None if value is None else zlib.decompress(value)


# 64 bits in PostgreSQL; SQLite counts up only in a column of type INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()
