"""Answers of yes and no, for consent and the like."""

from __future__ import annotations

from collections.abc import Collection

from mappings.intake.folding import folded_words
from mappings.yes_no import yes_or_no

_YES = frozenset(
    {
        "1", "true", "vrai", "waar", "checked", "selected", "agree", "agreed", "i agree",
        "i do", "i accept", "accept", "accepted", "i consent", "akkoord", "ik ga akkoord",
        "mee eens", "d accord", "j accepte", "je suis d accord", "j approuve", "accepte",
        "de acuerdo", "estoy de acuerdo", "acepto", "aceito", "concordo", "de acordo",
        "estou de acordo", "oui j accepte", "verdadero", "verdadeiro", "x", "ok",
    }
)  # fmt: skip
_NO = frozenset(
    {
        "0", "false", "faux", "onwaar", "i do not agree", "i disagree", "disagree",
        "i do not accept", "i do not consent", "niet akkoord", "je refuse", "pas d accord",
        "je n accepte pas", "no acepto", "no estoy de acuerdo", "nao aceito",
        "nao concordo", "falso", "unchecked",
    }
)  # fmt: skip
_DENYING = frozenset(
    {
        "not", "no", "don", "dont", "cannot", "without", "niet", "geen", "zonder", "nee",
        "pas", "non", "sans", "ne", "ni", "sin", "nao", "sem", "nunca", "never", "nooit",
        "jamais", "refuse", "disagree", "weiger",
    }
)  # fmt: skip


def agreed(
    answers: Collection[str],
    *,
    yes: Collection[str] = (),
    no: Collection[str] = (),
    only_choice: str | None = None,
) -> bool | None:
    """Return whether an answer means yes; None where that is not clear.

    `answers` is what was answered, in the source's words and in those that people
    read. `yes` and `no` are what means so in this form: with them nothing else does.
    `only_choice` is the one thing that could be ticked; who ticked it agreed. Else the
    plain words count, and a sentence that begins with one and denies nothing.
    """
    said = {folded_words(one) for one in answers} - {""}
    if not said:
        return None
    if said & {folded_words(one) for one in no}:
        return False
    if said & {folded_words(one) for one in yes}:
        return True
    if yes and no:
        return None
    if only_choice is not None and folded_words(only_choice) in said:
        return True
    found = {_plainly(one) for one in said} - {None}
    # Where the form has its own words for yes, a plain one may be another answer's.
    if len(found) != 1 or (yes and found == {True}):
        return None
    return found.pop()


def _plainly(said: str) -> bool | None:
    if said in _YES:
        return True
    if said in _NO:
        return False
    first, _, rest = said.partition(" ")
    word = yes_or_no(first)
    if word is True:
        return None if _DENYING & set(rest.split()) else True
    return word
