"""Makes the reports of one bridge: gathers, reckons, and puts the forms together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.report.reckoning import figures_of
from moodle_bridge.errors import ConfigError
from sync.report.gathering import facts
from sync.report.mails import ReportMails
from sync.report.pages import page_of, pseudonyms
from sync.report.periods import Days
from sync.report.writing import Writing

if TYPE_CHECKING:
    from mappings.report.facts import ReportFacts
    from mappings.report.figures import Figures
    from moodle_bridge.model.reports import ReportPage
    from sync.bridge import Bridge
    from sync.settings.report import ReportSinkSettings


class Making:
    """The reports of a bridge over some days; what was worked out is not again.

    `pair` narrows every report to one pair, None to those that each sink tells of.
    `language` is that of everything, None leaves it to the settings.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        days: Days | None = None,
        pair: str | None = None,
        language: str | None = None,
    ) -> None:
        self._bridge = bridge
        self._days = days or Days()
        self._pair = pair
        self._language = language
        self._worked_out: dict[tuple[str, ...], tuple[ReportFacts, Figures]] = {}
        self._pages: dict[tuple[tuple[str, ...], str, bool], ReportPage] = {}

    def figures(self, pairs: Sequence[str] = ()) -> Figures:
        """Return the numbers of these pairs; none = of all."""
        return self._work_out(self._of(pairs))[1]

    def facts(self, pairs: Sequence[str] = ()) -> ReportFacts:
        """Return what the numbers of these pairs are worked out from; none = of all."""
        return self._work_out(self._of(pairs))[0]

    def language(self, sink: ReportSinkSettings | None = None) -> str:
        """Return the language of a sink's report, None: of one that is printed."""
        settings = self._bridge.settings.report
        own = sink.language if sink else None
        return self._language or own or settings.language

    def page(self, sink: ReportSinkSettings | None, *, public: bool) -> ReportPage:
        """Return the report in all forms; `sink` None: of all pairs, for the admin."""
        pairs = self._of(sink.pairs if sink else ())
        key = (pairs, self.language(sink), public)
        if key not in self._pages:
            known, figures = self._work_out(pairs)
            self._pages[key] = page_of(
                figures,
                known,
                language=key[1],
                public=public,
                pseudonym=pseudonyms(self._bridge.secret),
            )
        return self._pages[key]

    def writing(self) -> Writing:
        """Return what writes these reports to sinks."""
        bridge = self._bridge
        mails = ReportMails(site_tag=bridge.site_tag, secret=bridge.secret)
        return Writing(
            bridge.ledger,
            build=lambda sink: bridge.report_sink(sink.to, mails),
            page=lambda sink, public: self.page(sink, public=public),
            mails=mails,
        )

    def _of(self, pairs: Sequence[str]) -> tuple[str, ...]:
        """Return the pairs that a report tells of, by name."""
        known = [pair.name for pair in self._bridge.settings.pairs]
        unknown = [name for name in (*pairs, self._pair) if name and name not in known]
        if unknown:
            raise ConfigError(
                "no pair has this name",
                item=", ".join(unknown),
                advice=f"There is: {', '.join(known)}.",
            )
        wanted = tuple(name for name in known if not pairs or name in pairs)
        if self._pair is None:
            return wanted
        if self._pair not in wanted:
            raise ConfigError(
                "this sink does not tell of the pair",
                item=self._pair,
                advice="Add it to `pairs` of the [[report.sink]], or leave --pair out.",
            )
        return (self._pair,)

    def _work_out(self, pairs: tuple[str, ...]) -> tuple[ReportFacts, Figures]:
        if pairs not in self._worked_out:
            with self._bridge.ledger.reading() as transaction:
                known = facts(
                    transaction,
                    self._bridge.settings,
                    pairs=pairs,
                    first=self._days.first,
                    last=self._days.last,
                )
            self._worked_out[pairs] = (known, figures_of(known))
        return self._worked_out[pairs]
