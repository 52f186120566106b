"""The lines of a mail, each with what it is: blank, text, a quote, or who is quoted."""

from __future__ import annotations

from collections.abc import Sequence

from mappings.attribution import Attribution, attributions_in
from mappings.our_foot import foot_places, foot_words, foots
from mappings.quoted_headers import is_forwarding, quoted_headers_in
from mappings.quoting import is_quote
from mappings.sent_words import SentWords

BLANK, TEXT, QUOTE, ATTRIBUTION = "etqa"

_PROOF_UNMARKED = 100
_PROOF_MARKED = 8
_ALL_OF_OURS = 0.7
_BEGINNING = 6


class MailLines:
    """The lines of one mail; what they are may be learned better while it is cut.

    `sent` are texts that it may quote. `ours` tells of each line whether we provably
    sent it.
    """

    def __init__(self, lines: Sequence[str], sent: Sequence[str]) -> None:
        self.lines = lines
        self.words = SentWords(sent, certain=foots()) if sent else foot_words()
        self.sent = bool(sent)
        self.attributions: tuple[Attribution, ...] = ()
        self.ours: list[bool] = []
        self.kinds = self._kinds()

    def has_own_text(self, end: int) -> bool:
        """Say whether anything up to `end` is neither quote nor attribution."""
        return TEXT in self.kinds[:end]

    def pass_on(self, end: int) -> bool:
        """Say whether those up to `end` pass another mail on: that is the matter.

        Not when it stands in a quote: then the mail that is answered passed it on.
        """
        above = BLANK
        for place, line in enumerate(self.lines[:end]):
            quoted = self.ours[place] or (
                self.kinds[place] == QUOTE and above in {QUOTE, ATTRIBUTION}
            )
            if not quoted and is_forwarding(line):
                return True
            if self.kinds[place] != BLANK:
                above = self.kinds[place]
        return False

    def covers(self, places: Sequence[int]) -> float:
        """Return how much of what was sent stands in these lines: from 0 to 1."""
        return self.words.share([self.lines[place] for place in places])

    def cover_most(self, lines: Sequence[str]) -> bool:
        """Say whether these are as many letters as nearly all that was sent."""
        return self.words.share(lines) >= _ALL_OF_OURS

    def all_ours(self, lines: Sequence[str]) -> bool:
        """Say whether each of these was sent by us."""
        return all(self.words.ours_among(lines, least=1, alone=1))

    def next_level(self, start: int) -> int | None:
        """Return how far below a further mail begins in the one that is answered."""
        headers = quoted_headers_in(self.lines[start:])
        found = [headers.start] if headers else []
        found += [one.start - start for one in self.attributions if one.start >= start]
        return min(found, default=None)

    def names_somebody(self, lines: Sequence[str]) -> bool:
        """Say whether somebody is named inside a quote, or a mail below is."""
        bare = [line.lstrip(" >|") for line in lines]
        return bool(attributions_in(bare)) or quoted_headers_in(bare) is not None

    def begins_with_name(self, start: int, end: int) -> bool:
        """Say whether the first thing in a quote is who wrote it, as in Apple's."""
        bare = [
            line.lstrip(" >|")
            for line in self.lines[start : min(end, start + _BEGINNING)]
        ]
        return any(not "".join(bare[: one.start]) for one in attributions_in(bare))

    def _kinds(self) -> list[str]:
        kinds = [
            BLANK if not line.strip() else QUOTE if is_quote(line) else TEXT
            for line in self.lines
        ]
        self.attributions = attributions_in(self.lines)
        for attribution in self.attributions:
            for place in range(attribution.start, attribution.end):
                kinds[place] = ATTRIBUTION
            self._mark_bars(kinds, attribution.end)
        self.ours = self._proven(kinds)
        for place in foot_places(self.lines):
            self.ours[place] = True
        for place, proven in enumerate(self.ours):
            if proven:
                kinds[place] = QUOTE
        return kinds

    def _proven(self, kinds: Sequence[str]) -> list[bool]:
        """Tell of each line whether we sent it.

        What is marked as a quote needs less proof. What is not has to prove itself
        without it, but for the ends of lines that were broken where marks were put:
        else a name under an answer would count with the quote above it.
        """
        if not self.sent:
            return self.words.ours_among(self.lines, least=_PROOF_UNMARKED)
        marked = [
            line if kinds[place] == QUOTE else ""
            for place, line in enumerate(self.lines)
        ]
        bare = [
            "" if kinds[place] == QUOTE else line
            for place, line in enumerate(self.lines)
        ]
        ours = self.words.ours_among(marked, least=1, alone=_PROOF_MARKED)
        alone = self.words.ours_among(bare, least=_PROOF_UNMARKED)
        if not any(ours):
            return alone
        together = self.words.ours_among(self.lines, least=_PROOF_UNMARKED)
        return [
            ours[place]
            or alone[place]
            or (together[place] and self._is_broken_off(ours, place))
            for place in range(len(self.lines))
        ]

    def _is_broken_off(self, ours: Sequence[bool], place: int) -> bool:
        return (
            0 < place < len(self.lines) - 1
            and ours[place - 1]
            and ours[place + 1]
            and len(self.lines[place]) < len(self.lines[place - 1])
        )

    def _mark_bars(self, kinds: list[str], place: int) -> None:
        # Some programs quote with bars; alone they would be a table.
        while place < len(self.lines) and (
            not self.lines[place].strip() or self.lines[place].lstrip().startswith("|")
        ):
            if self.lines[place].strip():
                kinds[place] = QUOTE
            place += 1
