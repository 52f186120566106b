"""Which group of a course somebody belongs in, by what they answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from babel import Locale, UnknownLocaleError

from mappings.intake.folding import folded_words
from mappings.one_line import cut, one_line
from mappings.phrases import written_as
from moodle_bridge.model.applicants import Applicant

# `groups.name` and `groups.idnumber` of Moodle hold 254 and 100 characters.
_NAME_LONGEST = 254
_MARK = "mb-group"
_KEY_LETTERS = 16
_PLAIN = re.compile(r"[a-z0-9_]{1,20}")


class GroupBy(StrEnum):
    """The answer by which people are grouped; `GROUP` is a question for that alone."""

    COUNTRY = "country"
    ORGANISATION = "organisation"
    LANGUAGE = "language"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """A group as it is wanted.

    `idnumber` is the group's own key, which stays when somebody renames the group in
    Moodle or the course changes its language. `name` is what it is called when it is
    made.
    """

    idnumber: str
    name: str


def grouping_of(
    applicant: Applicant, by: GroupBy, *, language: str | None
) -> Grouping | None:
    """Return the group that an applicant belongs in, None where they did not answer.

    Countries and languages are called as in the `language` of the course (a Moodle
    code); organisations and groups as the applicant wrote them, on one line. Two
    spellings that differ in capitals, accents or punctuation are one group. However
    few are in a group, it is a group: whether that is wise is for the course to say.
    """
    code = {
        GroupBy.COUNTRY: applicant.country,
        GroupBy.LANGUAGE: applicant.language,
        GroupBy.ORGANISATION: applicant.organisation,
        GroupBy.GROUP: applicant.group,
    }[by]
    name = code
    if by is GroupBy.COUNTRY:
        name = _country(code, language)
    elif by is GroupBy.LANGUAGE:
        name = _language(code, language)
    plain = cut(one_line(name or ""), _NAME_LONGEST)
    if not code or not plain:
        return None
    return Grouping(idnumber=f"{_MARK}-{by}-{_key(code)}", name=plain)


def name_there(grouping: Grouping, there: Iterable[tuple[str, str]]) -> str | None:
    """Return what a group is called in the course, None where it is not there.

    `there` are the name and the idnumber of each group of the course. A group with our
    key is the one, whatever it is called by now; else one that has the name and no key
    of ours for another answer.
    """
    groups = list(there)
    for name, idnumber in groups:
        if idnumber == grouping.idnumber:
            return name
    wanted = folded_words(grouping.name)
    for name, idnumber in groups:
        if folded_words(name) == wanted and not idnumber.startswith(f"{_MARK}-"):
            return name
    return None


def _country(code: str | None, language: str | None) -> str | None:
    if not code:
        return None
    return str(_locale(language).territories.get(code.upper(), code))


def _language(code: str | None, language: str | None) -> str | None:
    if not code:
        return None
    base, _, region = code.partition("_")
    names, tried = _locale(language).languages, f"{base}_{region.upper()}"
    name = str(names.get(tried) or names.get(base) or code)
    return name[:1].upper() + name[1:]


def _locale(language: str | None) -> Locale:
    base, _, region = (language or "").partition("_")
    for tried in (f"{base}_{region.upper()}", base):
        try:
            return Locale.parse(tried)
        except (UnknownLocaleError, ValueError):
            continue
    return written_as(language)


def _key(code: str) -> str:
    plain = code.lower()
    if _PLAIN.fullmatch(plain):
        return plain
    folded = folded_words(code) or code
    return hashlib.sha256(folded.encode()).hexdigest()[:_KEY_LETTERS]
