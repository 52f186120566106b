from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mappings.trimming import trim

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "replies"
EXACT_LEAST = 31


@pytest.mark.facts
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of replies is not here")
def test_nearly_every_reply_is_cut_as_people_would_and_none_loses_a_word() -> None:
    exact: list[str] = []
    other: list[str] = []
    losing: list[str] = []
    for path in sorted((CORPUS / "emails").glob("*.txt")):
        text = path.read_bytes().decode("utf-8", "replace")
        answer = (
            (CORPUS / "trimmed" / path.name).read_bytes().decode("utf-8", "replace")
        )
        kept = trim(text).kept
        (exact if kept.split() == answer.split() else other).append(path.name)
        if Counter(answer.split()) - Counter(kept.split()):
            losing.append(path.name)
    total = len(exact) + len(other)
    print(f"\nreplies: {len(exact)} of {total} exact, {len(losing)} lose words", other)
    assert losing == []
    assert len(exact) >= min(EXACT_LEAST, total)
