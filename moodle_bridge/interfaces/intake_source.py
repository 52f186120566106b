"""Where the answers of an intake form come from."""

from __future__ import annotations

from zope.interface import Attribute, Interface

from moodle_bridge.model.intake import Form


class IIntakeSource(Interface):
    """One intake form, wherever it is kept. It reads, and changes nothing there.

    Besides `read` a source may have `probe()`, for `moodle-bridge check`: it looks
    whether the form can be reached, and raises Permanent or Transient where it cannot.
    """

    name = Attribute("What an admin calls it; str, without secrets.")
    stable_keys = Attribute(
        "Whether questions keep their keys when their words change (bool)."
    )

    def read() -> Form:
        """Return the form as it is now, all entries, every page.

        May be repeated. Raises Transient when it cannot be reached, Permanent when it
        was refused, is not there, or is not what it should be (a login page, an
        answer cut short, two questions of one key): never a part of the entries.
        An entry that cannot be understood is given as it is, never dropped.
        """

    def close() -> None:
        """Let go of connections and files; may be repeated."""
