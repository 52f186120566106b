"""Makes the reports of one bridge: gathers, reckons, and puts the forms together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from sync.report.figuring import figures
from sync.report.mails import ReportMails
from sync.report.pages import page_of, pseudonyms
from sync.report.periods import Days
from sync.report.plots import plots_of
from sync.report.writing import Writing

if TYPE_CHECKING:
    from mappings.report.facts import ReportFacts
    from mappings.report.figures import Figures
    from mappings.report.plot import Plot
    from moodle_bridge.model.reports import ReportPage
    from sync.bridge import Bridge
    from sync.report.shown import Shown
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
        self._plots: dict[tuple[tuple[str, ...], str], tuple[Plot, ...]] = {}
        self._pages: dict[
            tuple[tuple[str, ...], str, bool, str], tuple[ReportPage, Shown]
        ] = {}

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

    def page(self) -> ReportPage:
        """Return the report of all pairs in all forms, for the admin."""
        return self._page(None, public=False, last=None)[0]

    def writing(self) -> Writing:
        """Return what writes these reports to sinks."""
        bridge = self._bridge
        mails = ReportMails(site_tag=bridge.site_tag, secret=bridge.secret)
        return Writing(
            bridge.ledger,
            build=lambda sink: bridge.report_sink(sink.to, mails),
            page=lambda sink, public, last: self._page(sink, public=public, last=last),
            mails=mails,
        )

    def _page(
        self, sink: ReportSinkSettings | None, *, public: bool, last: Shown | None
    ) -> tuple[ReportPage, Shown]:
        pairs = self._of(sink.pairs if sink else ())
        key = (pairs, self.language(sink), public, str(last or ""))
        if key not in self._pages:
            known, figures = self._work_out(pairs)
            self._pages[key] = page_of(
                figures,
                known,
                language=key[1],
                public=public,
                pseudonym=pseudonyms(self._bridge.secret),
                plots=self._plots_of(pairs, figures, key[1]),
                last=last,
            )
        return self._pages[key]

    def _plots_of(
        self, pairs: tuple[str, ...], figures: Figures, language: str
    ) -> tuple[Plot, ...]:
        if (pairs, language) not in self._plots:
            self._plots[pairs, language] = plots_of(figures, language=language)
        return self._plots[pairs, language]

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
            self._worked_out[pairs] = figures(
                self._bridge.ledger,
                self._bridge.settings,
                pairs=pairs,
                first=self._days.first,
                last=self._days.last,
            )
        return self._worked_out[pairs]
