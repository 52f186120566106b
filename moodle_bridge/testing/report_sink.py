"""What every place for reports must do."""

# ruff: noqa: D102 - a test's name is its sentence

from __future__ import annotations

from collections.abc import Callable

from zope.interface.verify import verifyObject

from moodle_bridge.errors import InDoubt, RemoteError
from moodle_bridge.interfaces import IReportSink
from moodle_bridge.model.reports import ReportPage

FIGURE, CHANGED_FIGURE, OTHER_FIGURE = "5817", "6123", "4242"
"""What stands in every form of `PAGE`, of `CHANGED`, and in a row of both."""

SOMEBODY = "Amina Quietly"
"""Who is named in every form of `PRIVATE`, and in no other."""

Stands = Callable[[], list[str]]


def report_page(figure: str = FIGURE, *, public: bool = True) -> ReportPage:
    """Return a report of two weeks; `figure` stands in all its forms.

    Where it is not public it names `SOMEBODY`.
    """
    named = "" if public else f" {SOMEBODY}"
    cell = f'<td width="58%" style="background-color:#1b6ca8;">{figure}{named}</td>'
    return ReportPage(
        title="Response times",
        language="en",
        text=f"Asked: {figure} ██████▌{named}\n",
        moodle_html=f"<p>Asked [[so far]]</p><table><tr>{cell}</tr></table>",
        page_html=f"<!DOCTYPE html><title>Response times</title><p>{figure}{named}</p>",
        waits_csv=f"question,hours\n{figure},{named}\n",
        json=f'{{"asked": {figure}, "quiet": "{named}"}}\n',
        openmetrics=f"# {named}\nasked {figure}\n# EOF\n",
        weeks=(
            {"week": "2026-W46", "asked": int(OTHER_FIGURE), "median": None},
            {"week": "2026-W47", "asked": int(figure), "median": 0.75},
        ),
        pictures={"waits.png": b"\x89PNG\r\n\x1a\n" + figure.encode()},
        descriptions={"waits.png": 'How long "questions" waited'},
        public=public,
    )


PAGE, CHANGED = report_page(), report_page(CHANGED_FIGURE)
PRIVATE = report_page(public=False)


class ReportSinkContract:
    """Inherit it for every report sink.

    It needs these fixtures: `sink`, an `IReportSink` ready for use; `stands`, a
    function that returns what stands in the place: the text of each post, page, row,
    file or mail; `break_it`, a function after which the place takes nothing any more;
    and, by the attributes below, `delete_it`, a function that deletes what stands, and
    `lose_the_answer`, after which the next thing is made and its answer does not come.
    """

    interface = IReportSink

    plugin: str
    """The name that the plug-in is registered by."""

    parts = 1
    """How many things a report is there: two where each week is one."""

    edits = True
    """Whether a report is kept up to date in its place; a mail cannot be."""

    answers = True
    """Whether an answer can be lost; a file gives none."""

    def test_it_keeps_the_interface(self, sink: IReportSink) -> None:
        assert verifyObject(IReportSink, sink)
        assert sink.name
        assert isinstance(sink.public, bool)

    def test_the_same_report_is_written_once(
        self, sink: IReportSink, stands: Stands
    ) -> None:
        first = sink.write(PAGE, None)
        before = stands()
        again = sink.write(PAGE, first)
        assert again == first
        assert first.target
        assert first.fingerprints
        assert not first.problem
        assert stands() == before
        assert len(before) == self.parts
        assert FIGURE in "".join(before)

    def test_a_report_that_changed_takes_the_place_of_the_old_one(
        self, sink: IReportSink, stands: Stands
    ) -> None:
        first = sink.write(PAGE, None)
        second = sink.write(CHANGED, first)
        there = stands()
        assert second.fingerprints != first.fingerprints
        assert CHANGED_FIGURE in "".join(there)
        if self.edits:
            assert second.target == first.target
            assert len(there) == self.parts
            assert FIGURE not in "".join(there)
        else:
            assert len(there) == 2 * self.parts

    def test_what_was_deleted_is_made_again(
        self, sink: IReportSink, stands: Stands, request: object
    ) -> None:
        if not self.edits:
            return
        first = sink.write(PAGE, None)
        _fixture(request, "delete_it")()
        assert stands() == []
        second = sink.write(CHANGED, first)
        assert len(stands()) == self.parts
        assert sink.write(CHANGED, second) == second
        assert len(stands()) == self.parts

    def test_what_stands_is_found_by_who_has_forgotten_it(
        self, sink: IReportSink, stands: Stands
    ) -> None:
        if not self.edits:
            return
        first = sink.write(PAGE, None)
        second = sink.write(CHANGED, None)
        assert second.target == first.target
        assert len(stands()) == self.parts
        assert CHANGED_FIGURE in "".join(stands())

    def test_what_is_not_taken_is_told_and_nothing_is_half_written(
        self, sink: IReportSink, stands: Stands, break_it: Callable[[], None]
    ) -> None:
        first = sink.write(PAGE, None)
        before = stands()
        break_it()
        for last in (first, None):
            told: RemoteError | None = None
            try:
                sink.write(CHANGED, last)
            except RemoteError as error:
                told = error
            assert told is not None, "a report that was not taken counted as written"
            assert told.advice
        assert stands() == before

    def test_a_lost_answer_never_makes_two(
        self, sink: IReportSink, stands: Stands, request: object
    ) -> None:
        if not self.answers:
            return
        _fixture(request, "lose_the_answer")()
        last = None
        told = ""
        try:
            last = sink.write(PAGE, None)
            told = last.problem
        except InDoubt as error:
            told = error.advice
        assert told, "nobody was told of the lost answer"
        last = sink.write(PAGE, last)
        assert len(stands()) == self.parts
        sink.write(PAGE, last)
        assert len(stands()) == self.parts

    def test_where_participants_read_nobody_is_named(
        self, sink: IReportSink, stands: Stands
    ) -> None:
        told: RemoteError | None = None
        try:
            sink.write(PRIVATE, None)
        except RemoteError as error:
            told = error
        assert (told is not None) == bool(sink.public)
        if sink.public:
            assert stands() == []
            sink.write(PAGE, None)
            assert SOMEBODY not in "".join(stands())

    def test_closing_may_be_repeated(self, sink: IReportSink) -> None:
        sink.close()
        sink.close()


def _fixture(request: object, name: str) -> Callable[[], None]:
    found: Callable[[], None] = request.getfixturevalue(name)  # type: ignore[attr-defined]
    return found
