"""What `check` says of the places where reports go."""

from __future__ import annotations

from pathlib import Path

import pytest

from moodle_bridge.moodle.functions import PURPOSES_OF, REPORT_PURPOSES_OF, Job
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.seed import PracticeCourse
from tests.unit.sync_cli.cli_calls import Call, Configured, checked


@pytest.fixture
def reporting(configured: Configured, tmp_path: Path) -> Configured:
    """Writes a bridge.toml with one report sink."""

    def write(**place: str) -> None:
        configured()
        path = tmp_path / "bridge.toml"
        lines = "".join(f"{key} = {value}\n" for key, value in place.items())
        table = f'\n[[report.sink]]\nname = "all"\n[report.sink.to]\n{lines}'
        path.write_text(path.read_text("utf-8") + table, "utf-8")

    return write


def only(plugin: str, *, without: str = "") -> list[str]:
    held = {
        **PURPOSES_OF[Job.MIRROR],
        **REPORT_PURPOSES_OF[""],
        **REPORT_PURPOSES_OF[plugin],
    }
    return [name for name in held if name != without]


@pytest.mark.parametrize("plugin", ["moodle-forum", "moodle-wiki", "moodle-database"])
def test_what_a_sink_calls_is_enough_and_what_others_call_is_not_missed(  # noqa: PLR0917
    reporting: Configured,
    call: Call,
    environ: dict[str, str],
    moodle: PracticeMoodle,
    course: PracticeCourse,
    plugin: str,
) -> None:
    key, cmid = {
        "moodle-forum": ("forum", course.news.cmid),
        "moodle-wiki": ("wiki", course.wiki.cmid),
        "moodle-database": ("database", course.database.cmid),
    }[plugin]
    some = {"fields": '["asked"]'} if plugin == "moodle-database" else {}
    reporting(plugin=f'"{plugin}"', **{key: str(cmid)}, **some)
    environ["TOKEN"] = moodle.token_for(course.bridge, only(plugin))

    _, findings = checked(call)

    assert findings["job report"][0] == "ok"
    assert findings["report all"][0] == "ok"
    assert "participants read it" in findings["report all"][1]
    assert "no function that is not needed" in findings["least rights"][1]


@pytest.mark.parametrize(
    "lacking", ["mod_forum_update_discussion_post", "core_course_get_course_module"]
)
def test_a_function_that_the_sink_needs_is_named(  # noqa: PLR0917
    reporting: Configured,
    call: Call,
    environ: dict[str, str],
    moodle: PracticeMoodle,
    course: PracticeCourse,
    lacking: str,
) -> None:
    reporting(plugin='"moodle-forum"', forum=str(course.news.cmid))
    environ["TOKEN"] = moodle.token_for(
        course.bridge, only("moodle-forum", without=lacking)
    )

    code, findings = checked(call)

    assert (code, findings[lacking][0]) == (2, "missing")


def test_a_place_that_is_not_there_is_told_with_what_to_do(
    reporting: Configured, call: Call, course: PracticeCourse
) -> None:
    reporting(plugin='"moodle-forum"', forum=str(course.wiki.cmid))
    code, findings = checked(call)
    assert (code, findings["report all"][0]) == (2, "missing")
    assert "is no forum" in findings["report all"][1]


def test_a_field_that_was_chosen_and_is_not_there_is_told(
    reporting: Configured, call: Call, course: PracticeCourse
) -> None:
    cmid = str(course.database.cmid)
    reporting(plugin='"moodle-database"', database=cmid, fields='["shared"]')
    code, findings = checked(call)
    assert (code, findings["report all"][0]) == (2, "missing")
    assert "shared" in findings["report all"][1]


def test_where_all_figures_are_meant_each_is_looked_for(
    reporting: Configured, call: Call, course: PracticeCourse
) -> None:
    cmid = str(course.database.cmid)
    reporting(plugin='"moodle-database"', database=cmid)
    _, findings = checked(call)
    state, seen = findings["report all"]
    assert state == "missing"
    assert "no field begins, provisional, withdrawn" in seen


def test_the_practice_site_has_a_database_for_these_figures(
    reporting: Configured, call: Call, course: PracticeCourse
) -> None:
    figures = '["asked", "within_percent", "median_minutes"]'
    cmid = str(course.database.cmid)
    reporting(plugin='"moodle-database"', database=cmid, fields=figures)
    _, findings = checked(call)
    assert findings["report all"][0] == "ok"


def test_a_mail_to_facilitators_is_for_them_alone(
    reporting: Configured, call: Call
) -> None:
    reporting(plugin='"mail"', to='["ana@example.org"]')
    _, findings = checked(call)
    assert "only facilitators read it" in findings["report all"][1]


def test_a_forum_whose_posts_are_mailed_is_no_place_for_a_report(
    configured: Configured, call: Call, tmp_path: Path, course: PracticeCourse
) -> None:
    questions = str(course.questions.cmid)
    configured(**{"pair.forum": "all", "pair.new_discussions_to": questions})
    path = tmp_path / "bridge.toml"
    table = '\n[[report.sink]]\nname = "all"\n[report.sink.to]\nplugin = "moodle-forum"'
    path.write_text(
        f"{path.read_text('utf-8')}{table}\nforum = {course.questions.cmid}\n", "utf-8"
    )
    _, findings = checked(call)
    assert "whose list would get each report" in findings["report all"][1]


def test_phases_over_each_other_and_of_one_name_are_told_of(
    configured: Configured, call: Call, tmp_path: Path
) -> None:
    configured()
    path = tmp_path / "bridge.toml"
    phases = (
        ("intake", "2026-03-01", "2026-03-07"),
        ("online", "2026-03-07", "2026-03-20"),
        ("coaching", "2026-03-18", "2026-04-30"),
        ("online", "2026-05-01", "2026-05-10"),
    )
    tables = "".join(
        f'\n[[phase]]\nname = "{name}"\nfirst = {first}\nlast = {last}\n'
        for name, first, last in phases
    )
    path.write_text(path.read_text("utf-8") + tables, "utf-8")

    _, findings = checked(call)

    told = {
        what: (state, seen.partition(" | ")[0])
        for what, (state, seen) in findings.items()
        if "[[phase]]" in what
    }
    assert told == {
        "[[phase]] 1 and 2": (
            "warning",
            (
                "intake and online overlap on 2026-03-07; what was said then counts for"
                " intake"
            ),
        ),
        "[[phase]] 2 and 3": (
            "warning",
            (
                "online and coaching overlap from 2026-03-18 to 2026-03-20; what was said"
                " then counts for online"
            ),
        ),
        "[[phase]] 2 and 4": (
            "warning",
            (
                "both are called online: reports count them as one, and"
                " `report --phase online` shows the first alone"
            ),
        ),
    }


def test_a_language_that_reports_are_not_written_in_is_told(
    configured: Configured, call: Call, tmp_path: Path
) -> None:
    configured()
    path = tmp_path / "bridge.toml"
    sinks = "".join(
        f'\n[[report.sink]]\nname = "{name}"\nlanguage = "{code}"\n'
        f'[report.sink.to]\nplugin = "html-file"\npath = "{name}.html"\n'
        for name, code in (("hanoi", "vi"), ("dakar", "fr"), ("york", "en_us"))
    )
    text = path.read_text("utf-8").replace("[report]\n", '[report]\nlanguage = "sw"\n')
    path.write_text(text + sinks, "utf-8")

    _, findings = checked(call)

    told = {what: seen for what, (_, seen) in findings.items() if "language" in what}
    assert told.keys() == {"[report], language", "report hanoi, language"}
    assert "not written in sw; it gets en" in told["[report], language"]
