"""Where a report goes."""

from __future__ import annotations

from zope.interface import Attribute, Interface

from moodle_bridge.model.reports import ReportPage, Written


class IReportSink(Interface):
    """One place for reports.

    A sink may also have `probe()`, for `moodle-bridge check`: it looks whether the
    place is there, writes nothing, and raises Permanent or Transient where it is not.
    """

    name = Attribute("What an admin calls it; str, without secrets.")
    public = Attribute(
        "Whether participants may read there (bool): then nothing that names people"
        " in private may go to it."
    )

    def write(page: ReportPage, last: Written | None) -> Written:
        """Bring the place up to date; returns what stands there now.

        `last` is what the last call returned, None at first. Writes nothing when the
        content is the same. Where the target of `last` is gone it is made again. May
        be repeated. Raises Transient, Permanent, or InDoubt when a creation's answer
        was lost: the next call looks for it before it makes another. What cannot be
        looked for (a mail) is not repeated: it counts as written, and `problem` of
        what is returned says so; as it does when a part only came about. Raises
        Permanent, before anything is written, for a page that names people where
        participants may read.
        """

    def close() -> None:
        """Let go of connections; may be repeated."""
