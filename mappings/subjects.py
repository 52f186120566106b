"""Subjects, both ways: what the mail says, what Moodle takes, what is the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from mappings.one_line import cut, one_line
from mappings.subject_prefixes import PREFIXES

MAIL_SUBJECT_LIMIT = 200
POST_SUBJECT_LIMIT = 255
"""Characters that fit the column `subject` of `mdl_forum_posts`."""

_ELLIPSIS = "…"


def _any_of(words: Iterable[str]) -> str:
    unique = {word.replace("&", " ") for text in words for word in text.split()}
    # The longest first, so that `rép.auto` is not read as `rép`.
    return "|".join(map(re.escape, sorted(unique, key=lambda word: (-len(word), word))))


_CERTAIN = _any_of(text for row in PREFIXES for text in (row.answers, row.forwards))
_PERHAPS = _any_of(
    text for row in PREFIXES for text in (row.perhaps_answers, row.perhaps_forwards)
)
_FORWARDS = _any_of(
    text for row in PREFIXES for text in (row.forwards, row.perhaps_forwards)
)
# A count may follow the word (`Re[2]:`, `RE^3:`) or, in old programs, the colon.
_END = (
    r"\.?\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]\d{1,3})?(?:\s?[:：])+"
    r"(?:\[\d{1,3}\]\s?[:：])?\s*"
)
_PREFIX = re.compile(
    rf"(?:(?P<certain>{_CERTAIN})|(?P<perhaps>{_PERHAPS})){_END}", re.IGNORECASE
)
_FORWARD = re.compile(
    rf"(?:\[[^\[\]]{{1,60}}\]\s*)*(?:{_FORWARDS}){_END}", re.IGNORECASE
)
_TAG = re.compile(r"\[([^\[\]]{1,60})\]\s*")
_MARKUP = re.compile(r"</?[a-zA-Z!?][^<>]*>")


def mail_subject(
    name: str, *, tag: str | None = None, reply: bool = False, prefix: str = ""
) -> str:
    """Return the subject of the mail for a post: `Re: [SM25] Name of the discussion`.

    The tag and the prefix stand there once, whatever the name begins with. `prefix`
    is another word in the place of `Re`. One line of at most 200 characters, without
    control characters; not yet encoded for a header.
    """
    clean_tag = cut(_tag_name(tag or ""), 40)
    plain = (
        plain_subject(name, tags=(clean_tag,), answer=False)
        or one_line(name)
        or _ELLIPSIS
    )
    first = prefix or ("Re" if reply else "")
    words = [f"{one_line(first)}:"] if first else []
    if clean_tag:
        words.append(f"[{clean_tag}]")
    return cut(" ".join([*words, plain]), MAIL_SUBJECT_LIMIT)


def plain_subject(
    text: str, *, tags: Sequence[str] | None = None, answer: bool = True
) -> str:
    """Return a subject without reply prefixes and list tags, on one line.

    Prefixes of some forty languages are taken off, repeated and mixed with tags.
    `tags` names the list tags to take off; None takes off whatever stands in square
    brackets at the front. Empty when nothing else is there.

    `answer` is false for what need not be an answer: the name of a discussion, the
    mail that begins one. There a prefix that may be a word of its own (`PD:`, `TR :`,
    `Vb:`) stays, unless it stands before a certain one or before a tag: a prefix too
    many does no harm, a word too few does.
    """
    line = unicodedata.normalize("NFC", one_line(text))
    known = None if tags is None else {_tag_name(tag).casefold() for tag in tags}
    place = kept_from = 0
    while True:
        found = _PREFIX.match(line, place) or _TAG.match(line, place)
        if found is None or not _is_litter(found, known):
            return line[kept_from:].strip()
        place = found.end()
        if answer or found.re is _TAG or found["certain"]:
            kept_from = place


def is_forward_subject(text: str) -> bool:
    """Say whether a subject is that of a mail that passes another on."""
    return _FORWARD.match(unicodedata.normalize("NFC", one_line(text))) is not None


def same_subject(one: str, other: str) -> bool:
    """Say whether two subjects name the same thing.

    Prefixes, tags, case, width and spacing make no difference; a subject that was
    cut, with an ellipsis, is the same as the longer one that begins like it.
    """
    first, second = _canonical(one), _canonical(other)
    for short, long in ((first, second), (second, first)):
        begin = short.removesuffix("...")
        if begin != short and begin.strip() and long.startswith(begin.strip()):
            return True
    return first == second


def post_subject(text: str, *, fallback: str = _ELLIPSIS) -> str:
    """Return a subject that Moodle takes, from whatever a mail says.

    On one line, 1 to 255 characters, without anything that Moodle would see as a tag
    (PARAM_TEXT refuses the whole call) and without control characters. `fallback` is
    taken when nothing is left; it is cleaned as well.
    """
    for candidate in (text, fallback):
        line = one_line(_MARKUP.sub(" ", one_line(candidate)))
        # PHP's strip_tags takes any "<" that no space follows for a tag.
        line = line.replace("<", "‹")
        if line:
            return cut(line, POST_SUBJECT_LIMIT)
    return _ELLIPSIS


def _is_litter(found: re.Match[str], known: set[str] | None) -> bool:
    if found.re is _PREFIX or known is None:
        return True
    return _tag_name(found[1]).casefold() in known


def _tag_name(tag: str) -> str:
    return one_line(tag.replace("[", " ").replace("]", " "))


def _canonical(text: str) -> str:
    wide = unicodedata.normalize("NFKC", plain_subject(text))
    return " ".join(wide.casefold().split())
