"""Subjects, both ways: what the mail says, what Moodle takes, what is the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from mappings.one_line import cut, one_line

MAIL_SUBJECT_LIMIT = 200
POST_SUBJECT_LIMIT = 255
"""Characters that fit the column `subject` of `mdl_forum_posts`."""

_ELLIPSIS = "…"

# What mail programs put before the subject of an answer or of a forwarded mail.
_PREFIXES = (
    # English, and all who kept it
    "re fwd fw forward "
    # German, Dutch
    "aw wg antwort weitergeleitet antw betr betreft doorst doorgestuurd "
    # Danish, Norwegian, Swedish, Finnish, Icelandic, Estonian
    "sv vs vb vl fs framsent "
    # French, Spanish, Portuguese, Italian, Catalan, Romanian, Basque, Galician
    "ré tr réf ref rép rép.auto rv res r enc rif resp răsp er "
    # Polish, Czech, Slovak, Hungarian, Croatian, Latvian, Welsh
    "odp pd vá továbbítás továbbít atb yml "
    # Turkish, Indonesian, Vietnamese, Swahili
    "ynt ilt i̇lt bls trs tl trả&lời chuyển&tiếp jibu "
    # Greek, Russian and Ukrainian
    "απ πρθ σχετ ответ отв пересл відп "
    # Arabic, Persian, Hebrew
    "رد پاسخ إعادة&توجيه השב תגובה הועבר "
    # Chinese, Japanese, Korean, Thai
    "回复 答复 回覆 答覆 转发 轉寄 轉發 返信 転送 회신 답장 전달 ตอบ "
    # our own mark on a corrected post
    "correction correctie corrección correção"
)
_WORDS = sorted(
    (re.escape(word.replace("&", " ")) for word in _PREFIXES.split()),
    key=len,
    reverse=True,
)
_PREFIX = re.compile(
    rf"(?:{'|'.join(_WORDS)})\.?\s?(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|[\^*]\d{{1,3}})?"
    r"\s?[:：]\s*",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[([^\[\]]{1,60})\]\s*")
_MARKUP = re.compile(r"</?[a-zA-Z!?][^<>]*>")


# Of these, what stands before the subject of a mail that is passed on.
_FORWARDS = (
    "fwd fw forward wg weitergeleitet doorst doorgestuurd vb vl fs tr rv enc i pd "
    "továbbítás továbbít yml ilt i̇lt trs chuyển&tiếp πρθ пересл إعادة&توجيه הועבר "
    "转发 轉寄 轉發 転送 전달"
)
_FORWARD = re.compile(
    rf"(?:\[[^\[\]]{{1,60}}\]\s*)*"
    rf"(?:{'|'.join(re.escape(word.replace('&', ' ')) for word in _FORWARDS.split())})"
    r"\.?\s?[:：]",
    re.IGNORECASE,
)


def mail_subject(
    name: str, *, tag: str | None = None, reply: bool = False, prefix: str = ""
) -> str:
    """Return the subject of the mail for a post: `Re: [SM25] Name of the discussion`.

    The tag and the prefix stand there once, whatever the name begins with. `prefix`
    is another word in the place of `Re`. One line of at most 200 characters, without
    control characters; not yet encoded for a header.
    """
    clean_tag = cut(_tag_name(tag or ""), 40)
    plain = plain_subject(name, tags=(clean_tag,)) or one_line(name) or _ELLIPSIS
    first = prefix or ("Re" if reply else "")
    words = [f"{one_line(first)}:"] if first else []
    if clean_tag:
        words.append(f"[{clean_tag}]")
    return cut(" ".join([*words, plain]), MAIL_SUBJECT_LIMIT)


def plain_subject(text: str, *, tags: Sequence[str] | None = None) -> str:
    """Return a subject without reply prefixes and list tags, on one line.

    Prefixes of some thirty languages are taken off, repeated and mixed with tags.
    `tags` names the list tags to take off; None takes off whatever stands in square
    brackets at the front. Empty when nothing else is there.
    """
    line = unicodedata.normalize("NFC", one_line(text))
    known = None if tags is None else {_tag_name(tag).casefold() for tag in tags}
    place = 0
    while True:
        found = _PREFIX.match(line, place) or _TAG.match(line, place)
        if found is None or not _is_litter(found, known):
            return line[place:].strip()
        place = found.end()


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
