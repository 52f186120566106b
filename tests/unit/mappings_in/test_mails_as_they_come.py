from __future__ import annotations

import pytest

from mappings.screening import screen
from mappings.senders import author_of
from mappings.trimming import trim
from tests.unit.mappings_in.mails_in import EXPECTED, FOLDER, LIST, RULES, mail


def test_every_mail_of_the_folder_has_its_expected_verdict_beside_it() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_gets_the_verdict_and_the_author_that_are_expected(name: str) -> None:
    expected = EXPECTED[name]
    read = mail(name)
    verdict = screen(read, RULES)
    author = author_of(read, LIST)
    assert (verdict.kind, verdict.outcome, verdict.rule) == (
        expected["verdict"],
        expected["outcome"],
        expected["rule"],
    )
    told = f"{author.address} ({author.how})" if author else None
    assert told == expected["author"]
    assert [
        [failure.address, failure.action, failure.status, failure.hard]
        for failure in verdict.failures
    ] == expected.get("failures", [])


@pytest.mark.parametrize(
    "name", sorted(name for name, told in EXPECTED.items() if "kept" in told)
)
def test_of_an_accepted_mail_the_authors_words_and_files_are_kept(name: str) -> None:
    expected = EXPECTED[name]
    read = mail(name)
    assert trim(read.text).kept == expected["kept"]
    assert [file.filename for file in read.files] == expected["files"]
