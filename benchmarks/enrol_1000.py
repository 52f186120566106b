"""A thousand people out of a form: into Moodle, a cohort, a course, groups and a list."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from importlib import import_module
from pathlib import Path

from pydantic import SecretStr

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.enrol_site import LIST, PASSWORD
from benchmarks.part import Part
from moodle_bridge.moodle import Moodle
from moodle_bridge.plugins.lists.mailman3 import Mailman3List
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings
from sync.cli.frame import run
from sync.cli.invocation import Invocation

_DELAY_MS = 30
_COUNTRIES = ("Kenya", "Mozambique", "Senegal", "Vietnam", "Brazil", "Uganda")
_SETTINGS = """\
[moodle]
url = "{url}"
token = {{ file = "token" }}
[mail]
address = "bridge@lists.example"
reply_secret = {{ file = "secret" }}
[mail.out]
plugin = "maildir"
path = "out"
[[pair]]
name = "sm25"
course = "{course}"
forum = {cmid}
[pair.list]
plugin = "mailman3"
address = "{list}"
name = "SM25"
rest_url = "{mailman}"
rest_password = {{ file = "mailman" }}
[[intake]]
name = "sm25"
course = "{course}"
cohort = "{cohort}"
pair = "sm25"
groups_by = "country"
password = "link"
welcome = false
source = {{ plugin = "csv", path = "form.csv", key = ["No"] }}
[intake.questions]
first_name = "First"
last_name = "Last"
email = "Address"
country = "Country"
organisation = "Organisation"
[intake.limits]
create = 10000
"""


def measure(size: Size) -> Figures:
    """Plan and apply 1,000 new people, and plan 5,000 who are there already."""
    new, all_, singly = (1000, 5000, 60) if size is Size.FULL else (20, 40, 3)
    with (
        Part("benchmarks.enrol_site", f"--delay-ms={_DELAY_MS}") as site,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        _prepare(folder, site)
        one_by_one = _one_call_a_step(site, singly) / singly * new
        before = site.ask()
        # What a command takes to start is no part of what is compared.
        import_module("sync.commands.enrol_apply")
        _run(folder, "enrol", "list")
        _form(folder, new)
        plan_seconds = _run(folder, "enrol", "plan", "--name", "first")
        planned = site.ask()
        seconds = _run(folder, "enrol", "apply", "first.plan.json", "--yes")
        applied = site.ask()
        _all_there(before, applied, new)
        site.ask(delay_ms=0)
        _form(folder, all_)
        _run(folder, "enrol", "plan", "--name", "second")
        _run(folder, "enrol", "apply", "second.plan.json", "--yes")
        site.ask(delay_ms=_DELAY_MS)
        known = site.ask()
        _all_there(before, known, all_)
        unchanged_seconds = _run(folder, "enrol", "plan", "--name", "third")
        again = site.ask()
        if (folder / "third.plan.json").exists():
            msg = "a form that did not change made a plan"
            raise RuntimeError(msg)
    return {
        "requests": applied["requests"] - before["requests"],
        "plan_requests": planned["requests"] - before["requests"],
        "list_requests": applied["list_requests"] - before["list_requests"],
        "seconds": round(seconds, 3),
        "plan_seconds": round(plan_seconds, 3),
        "one_by_one_seconds": round(one_by_one, 1),
        "speedup": round(one_by_one / seconds, 1),
        "unchanged_requests": again["requests"] - known["requests"],
        "unchanged_seconds": round(unchanged_seconds, 3),
    }


def _prepare(folder: Path, site: Part) -> None:
    for part in ("tmp", "new", "cur"):
        (folder / "out" / part).mkdir(parents=True)
    secrets = {"token": site.about["token"], "secret": "s" * 40, "mailman": PASSWORD}
    for name, text in secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="ascii")
    told = {
        key: site.about[key] for key in ("url", "mailman", "course", "cmid", "cohort")
    }
    text = _SETTINGS.format(**told, list=LIST)
    (folder / "bridge.toml").write_text(text, encoding="utf-8")


def _form(folder: Path, people: int) -> None:
    with (folder / "form.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["No", "First", "Last", "Address", "Country", "Organisation"])
        for number in range(people):
            writer.writerow(
                [
                    str(number),
                    f"Awa{_letters(number)}",
                    f"Sow{_letters(number)}",
                    f"awa{number}@example.org",
                    _COUNTRIES[number % len(_COUNTRIES)],
                    f"Organisation {number % 14}",
                ]
            )


def _letters(number: int) -> str:
    """Return a number in letters, for names have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _one_call_a_step(site: Part, people: int) -> float:
    """Return the seconds that it takes to do each step by a call of its own."""
    single = site.about["single"]
    listed = Mailman3List(
        Mailman3Settings(
            address=LIST,
            name="SM25",
            rest_url=site.about["mailman"],
            rest_password=SecretStr(PASSWORD),
        )
    )
    with Moodle.connect(site.about["url"], site.about["token"]) as moodle:
        client = moodle.client
        started = time.perf_counter()
        for number in range(people):
            address = f"one{number}@example.org"
            made = client.write(
                "core_user_create_users",
                {
                    "users": [
                        {
                            "username": f"one{number}",
                            "firstname": "One",
                            "lastname": "By One",
                            "email": address,
                            "password": "Nobody-knows-7",
                        }
                    ]
                },
            ).value[0]["id"]
            client.write(
                "enrol_manual_enrol_users",
                {
                    "enrolments": [
                        {"roleid": 5, "userid": made, "courseid": single["course"]}
                    ]
                },
            )
            client.write(
                "core_cohort_add_cohort_members",
                {
                    "members": [
                        {
                            "cohorttype": {"type": "id", "value": single["cohort"]},
                            "usertype": {"type": "id", "value": made},
                        }
                    ]
                },
            )
            client.write(
                "core_group_add_group_members",
                {"members": [{"groupid": single["group"], "userid": made}]},
            )
            listed.subscribe(address, "One By One")
        return time.perf_counter() - started


def _all_there(before: dict[str, int], now: dict[str, int], people: int) -> None:
    for what in ("accounts", "cohort", "enrolled", "grouped", "members"):
        if now[what] - before[what] != people:
            msg = f"{now[what] - before[what]} {what} in place of {people}"
            raise RuntimeError(msg)


def _run(folder: Path, *arguments: str) -> float:
    """Run `moodle-bridge` here, where all is imported; return its seconds."""
    out, err = io.StringIO(), io.StringIO()
    invocation = Invocation(
        environ={"XDG_STATE_HOME": str(folder / "state")},
        folder=folder,
        home=folder,
        stdout=out,
        stderr=err,
    )
    started = time.perf_counter()
    code = run([*arguments, "--json", "--no-progress"], invocation)
    seconds = time.perf_counter() - started
    if code:
        msg = f"moodle-bridge {arguments[1]} ended with {code}:"
        raise RuntimeError(f"{msg} {out.getvalue()[:2000]}{err.getvalue()}")
    return seconds


BENCHMARK = Benchmark(
    name="enrol-1000",
    description="1,000 new people out of a form, and 5,000 who did not change, where"
    f" each request takes {_DELAY_MS} ms",
    measure=measure,
    aims=(
        Aim(figure="requests", most=60),
        Aim(figure="speedup", least=20),
        Aim(figure="unchanged_requests", most=30),
    ),
)
