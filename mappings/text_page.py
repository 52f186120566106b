"""A page of plain text that is written from the top: lines, blocks, indents."""

from __future__ import annotations

_DEEPEST = 8
"""Indents beyond this depth are not shown: a line is not to be all margin."""


class TextPage:
    """Collects text into lines; knows when a line or an empty line is due.

    While `flat` is over zero everything stays on one line.
    """

    def __init__(self) -> None:
        self.flat = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._has_text = False
        self._ends_in_space = False
        self._apart = False
        self._indents: list[list[str]] = []
        self._quotes_above = 0

    def write(self, text: str) -> None:
        """Write text whose white space is collapsed already."""
        if not text:
            return
        if self._ends_in_space or not self._has_text:
            text = text.lstrip(" ")
        if text:
            self._add(text)

    def write_as_is(self, text: str) -> None:
        """Write preformatted text: its line ends and its spaces stay."""
        if self.flat:
            self.write(" ".join(text.split()))
            return
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for place, line in enumerate(lines):
            if place:
                self.break_line()
            if line:
                self._add(line)

    def break_line(self) -> None:
        """Begin a new line; an empty one when nothing is on this one."""
        if self.flat:
            self.write(" ")
        else:
            self._end_line(empty_too=True)

    def end_block(self, *, apart: bool) -> None:
        """End the line if something is on it; `apart` asks for an empty line after."""
        if self.flat:
            self.write(" ")
            return
        self._end_line(empty_too=False)
        self._apart = self._apart or apart

    def indent(self, first: str, rest: str) -> None:
        """Put `first` before the next line and `rest` before those that follow."""
        self._indents.append([first, rest])

    def outdent(self) -> None:
        """End the innermost indent."""
        self._indents.pop()

    def text(self) -> str:
        """Return the page; not more than one empty line between two blocks."""
        self._end_line(empty_too=False)
        return "\n".join(self._lines).strip("\n")

    def _add(self, text: str) -> None:
        if not self._has_text:
            self._open_line()
        self._line.append(text)
        self._has_text = True
        self._ends_in_space = text[-1] == " "

    def _open_line(self) -> None:
        margin = self._margin()
        if self._apart and self._lines:
            self._add_empty()
        self._apart = False
        self._line.append(margin)

    def _margin(self) -> str:
        margin = []
        for level, indent in enumerate(self._indents):
            if level < _DEEPEST:
                margin.append(indent[0])
            indent[0] = indent[1]
        return "".join(margin)

    def _end_line(self, *, empty_too: bool) -> None:
        if self._has_text:
            line = "".join(self._line).replace("\xa0", " ").rstrip()
            if line.strip("> "):
                self._lines.append(line)
                self._quotes_above = self._quotes()
            else:
                self._add_empty()
        elif empty_too:
            self._add_empty()
        self._line.clear()
        self._has_text = self._ends_in_space = False

    def _add_empty(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            quotes = min(self._quotes(), self._quotes_above)
            self._lines.append(("> " * quotes).rstrip())

    def _quotes(self) -> int:
        return sum(indent[1] == "> " for indent in self._indents[:_DEEPEST])
