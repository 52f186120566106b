"""The Moodle client: transports, batching, paging, and one file a noun."""

from moodle_bridge.moodle.facade import Connection, Moodle

__all__ = ["Connection", "Moodle"]
