"""Cohorts, groups and enrolments as Moodle keeps them: all-or-nothing, or dumb."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moodle_bridge.moodle.functions import (
    ADD_COHORT_MEMBERS,
    ADD_GROUP_MEMBERS,
    COHORT_MEMBERS,
    COURSE_GROUPS,
    CREATE_COHORTS,
    CREATE_GROUPS,
    DELETE_COHORT_MEMBERS,
    DELETE_GROUP_MEMBERS,
    ENROL_USERS,
    ENROLLED_USERS,
    GET_COHORTS,
    GROUP_MEMBERS,
    SEARCH_COHORTS,
    UNENROL_USERS,
)

from .fakes import FakeTransport, refused

KNOWN = range(1, 900)
"""The user ids that there are."""


@dataclass
class FakeCohorts:
    """Warns of whom it did not add, and says not of whom."""

    transport: FakeTransport
    cohorts: list[dict[str, Any]] = field(default_factory=list)
    members: dict[int, set[int]] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.transport.functions |= {
            SEARCH_COHORTS: self.search,
            CREATE_COHORTS: self.create,
            GET_COHORTS: lambda given: [
                row for row in self.cohorts if row["id"] in given["cohortids"]
            ],
            COHORT_MEMBERS: self.get_members,
            ADD_COHORT_MEMBERS: self.add,
            DELETE_COHORT_MEMBERS: self.delete,
        }

    def has(self, idnumber: str, *members: int, name: str = "") -> int:
        number = len(self.cohorts) + 1
        self.cohorts.append(
            {"id": number, "idnumber": idnumber, "name": name or idnumber}
        )
        self.members[number] = set(members)
        return number

    def search(self, given: Mapping[str, Any]) -> object:
        found = [row for row in self.cohorts if given["query"] in row["idnumber"]]
        first = given["limitfrom"] * given["limitnum"]
        return {"cohorts": found[first : first + given["limitnum"]]}

    def create(self, given: Mapping[str, Any]) -> object:
        taken = {row["idnumber"] for row in self.cohorts}
        rows = []
        for cohort in given["cohorts"]:
            if cohort["idnumber"] in taken:
                raise refused("invalidparameter")
            taken.add(cohort["idnumber"])
            rows.append(cohort)
        made = [self.has(row["idnumber"], name=row["name"]) for row in rows]
        return [row for row in self.cohorts if row["id"] in made]

    def get_members(self, given: Mapping[str, Any]) -> object:
        (cohort,) = given["cohortids"]
        if cohort in self.closed or cohort not in self.members:
            raise refused("nopermissions")
        return [{"cohortid": cohort, "userids": sorted(self.members[cohort])}]

    def add(self, given: Mapping[str, Any]) -> object:
        warnings = []
        for row in given["members"]:
            cohort = int(row["cohorttype"]["value"])
            user = int(row["usertype"]["value"])
            if cohort not in self.members or user not in KNOWN:
                warnings.append({"warningcode": "2", "message": "not exists"})
            elif user in self.members[cohort]:
                warnings.append({"warningcode": "3", "message": "already exists"})
            else:
                self.members[cohort].add(user)
        return {"warnings": warnings}

    def delete(self, given: Mapping[str, Any]) -> None:
        if any(row["userid"] not in KNOWN for row in given["members"]):
            raise refused("invalidrecord")
        for row in given["members"]:
            if row["userid"] not in self.stuck:
                self.members[row["cohortid"]].discard(row["userid"])


@dataclass
class FakeCourse:
    """Course 2: manual enrolments, and people whom a cohort keeps in."""

    transport: FakeTransport
    enrolled: dict[int, dict[str, Any]] = field(default_factory=dict)
    by_cohort: set[int] = field(default_factory=set)
    unseen: set[int] = field(default_factory=set)
    groups: dict[int, dict[str, Any]] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.transport.functions |= {
            ENROL_USERS: self.enrol,
            UNENROL_USERS: self.unenrol,
            ENROLLED_USERS: self.participants,
            COURSE_GROUPS: self.course_groups,
            CREATE_GROUPS: self.create_groups,
            GROUP_MEMBERS: lambda given: [
                {"groupid": group, "userids": sorted(self.members[group])}
                for group in given["groupids"]
            ],
            ADD_GROUP_MEMBERS: self.add_members,
            DELETE_GROUP_MEMBERS: self.delete_members,
        }

    def enrol(self, given: Mapping[str, Any]) -> None:
        for row in given["enrolments"]:
            if row["courseid"] != 2:
                raise refused("wsnoinstance")
            if row["userid"] not in KNOWN:
                raise refused("invaliduser")
        for row in given["enrolments"]:
            # What is not said is reset.
            start, end = row.get("timestart", 0), row.get("timeend", 0)
            self.enrolled[row["userid"]] = {
                "start": start, "end": end, "suspend": row.get("suspend", 0),
                "role": row["roleid"],
            }  # fmt: skip

    def unenrol(self, given: Mapping[str, Any]) -> None:
        for row in given["enrolments"]:
            if "roleid" in row:
                raise refused("invalidparameter")
            self.enrolled.pop(row["userid"], None)

    def participants(self, given: Mapping[str, Any]) -> object:
        if given["courseid"] != 2:
            raise refused("invalidrecord")
        options = {row["name"]: row["value"] for row in given["options"]}
        people = sorted(self.enrolled.keys() | self.by_cohort)
        if options.get("onlyactive"):
            people = [one for one in people if self._is_active(one)]
        first = options["limitfrom"]
        page = people[first : first + options["limitnumber"]]
        return [
            {"id": one, "fullname": "P", "roles": [{"roleid": self._role(one)}]}
            for one in page
            if one not in self.unseen
        ]

    def course_groups(self, given: Mapping[str, Any]) -> object:
        if given["courseid"] != 2:
            raise refused("errorcoursecontextnotvalid")
        return list(self.groups.values())

    def create_groups(self, given: Mapping[str, Any]) -> object:
        taken = {group["name"] for group in self.groups.values()}
        for row in given["groups"]:
            if row["courseid"] != 2:
                raise refused("errorcoursecontextnotvalid")
            if row["name"] in taken:
                raise refused("invalidparameter")
            taken.add(row["name"])
        rows = []
        for row in given["groups"]:
            number = len(self.groups) + 1
            self.groups[number] = {"id": number, **row}
            self.members[number] = set()
            rows.append(self.groups[number])
        return rows

    def add_members(self, given: Mapping[str, Any]) -> None:
        if any(row["userid"] not in self.enrolled for row in given["members"]):
            raise refused("invalidparameter")
        for row in given["members"]:
            self.members[row["groupid"]].add(row["userid"])

    def delete_members(self, given: Mapping[str, Any]) -> None:
        for row in given["members"]:
            self.members[row["groupid"]].discard(row["userid"])

    def _is_active(self, user: int) -> bool:
        return user in self.by_cohort or not self.enrolled[user]["suspend"]

    def _role(self, user: int) -> int:
        return int(self.enrolled[user]["role"]) if user in self.enrolled else 5
