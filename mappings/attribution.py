"""Finds the line with which a mail program begins a quote: `On Monday X wrote:`.

No table of whole sentences: programs and languages put date, name, address and verb
in every order. What they share is that the line is short, ends in a colon or in the
verb, and holds at least two of a date, an address in angle brackets, and a verb of
writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_LINES_MOST = 6
_LONGEST = 300
# Whoever writes more lines that look like one does it to keep this program busy.
_LOOKED_AT_MOST = 500
_WORDS_MOST = 28
_NAME_WORDS_MOST = 8
_TAIL_WORDS_MOST = 3
_DATE_NEAR = 40
_DIGIT = re.compile(r"[\d٠-٩]")
_LETTER = re.compile(r"[^\W\d_]")
# `helmik. 2025` is a month; a word, a full stop and a letter are two sentences.
_SENTENCES = re.compile(
    r"[^\W\d_]{6}[.!?]\s+[^\W\d_]|[^\W\d_]{3}[?]\s+[^\W\d_]"
    r"|[^\W\d_]{4}\.\s+(?:In|On|At|Am|Em)\s"
)
_SENTENCE_END = re.compile(r"[^\W\d_]{4}[.!?…。！？]+$")

# The verb as mail programs write it, in more than thirty languages.
_VERBS = (
    r"wrote|writes|has written",
    r"a\s+(?:écrit|ecrit)|écrivait|ecrivait|écrit|ecrit",
    r"escribió|escribio|escribía|escribe|ha escrito|va escriure|ha escrit|escrigué",
    r"escreveu|escreve|escribiu",
    r"ha scritto|scrive|scriveva|scrisse",
    r"schrieb(?:en)?(?:\s+folgendes)?|geschrieben",
    r"schreef(?:\s+het\s+volgende)?|schreven|heeft\s+.{0,60}geschreven|skryf|geskryf",
    r"skrev(?:\s+følgende|\s+följande)?|skriver|skrifaði",
    r"kirjoitti(?:\s+näin)?|kirjutas|kirjutab",
    r"wiadomość napisana przez|napisał\(a\)|napisała|napisał|pisze|napisał/a",
    r"napsal\(a\)|napsala|napsal|napísal\(a\)|napísala|napísal|píše",
    r"je\s+napisa[ol]|je\s+napisala|napisao|napisala|napisa[ol]/la|piše",
    r"написал\(а\)|написала|написал|пишет|писал\(а\)?",
    r"написав\(ла\)|написав|написала|пише|писав",
    r"написа|је написа[оa](?:/ла)?",
    r"(?:şunu|şunları|şöyle)\s+yaz(?:dı|mış)|yazdı",
    r"đã\s+viết|viết",
    r"写道|寫道|写到|のメール|さんは書きました|wrote|님이\s*(?:작성|쓴 글|씀)|작성",
    r"כתב/ה|כתבה|כתב|כתבו",
    r"كتبت|كتب|نوشت|نوشته است",
    r"έγραψε|έγραψαν",
    r"a\s+scris|scrie|ezt\s+írta|írta|ezt\s+írta\s*\(.{0,80}\)",
    r"menulis|telah\s+menulis",
    r"aliandika|ameandika|kaandika",
    r"ने\s+लिखा|เขียนว่า|เขียน",
    r"rašė|rakstīja|parašė|idatzi du|a\s+ysgrifennodd|ubhalile",
    r"ጽፏል|ጽፈዋል|লিখেছেন|लिहिले|எழுதியது|రాశారు|લખ્યું|ਲਿਖਿਆ|(?:نے\s+)?لکھا",
)
_VERB = re.compile(rf"(?<![\w@.-])(?:{'|'.join(_VERBS)})(?![\w@])", re.IGNORECASE)
# The same as ends of a line, for where no colon follows.
_ENDINGS = (
    *("wrote", "a écrit", "escribió", "escreveu", "ha scritto", "schrieb", "schreef"),
    *("skrev", "kirjoitti", "napisał(a)", "napsal(a)", "написал", "написал(а)"),
    *("пише", "пишет", "yazdı", "đã viết", "写道", "寫道", "のメール", "작성"),
    *("כתב", "כתבה", "كتب", "كتبت", "έγραψε", "a scris", "menulis", "aliandika"),
)
_GLUED_VERB = re.compile(
    r"(?:写道|寫道|のメール|님이\s*작성|이\(가\)\s*쓴\s*글|さんは書きました)\s*$"
)
_ADDRESS = re.compile(
    r"[<(\[]\s*(?:mailto:)?[^<>()\[\]]{0,120}?[\w.+=/-]{1,64}@[\w.-]{1,120}\s*[>)\]]"
)
_BARE_ADDRESS = re.compile(r"[\w.+=/-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}")
_TIME = re.compile(
    r"(?<!\d)\d{1,2}[:.h٫][0-5٠-٥]\d(?!\d)|\d\s?[ap]\.?m\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[٠-٩]{4}|(?<!\d)25[5-9]\d(?!\d)")
_DAY = re.compile(r"(?<!\d)\d{1,4}([-/.])\s?\d{1,2}\1\s?\d{1,4}(?!\d)")
_COLONS = (":", "：", "፦", "፡", "։")
_COLON = re.compile(r"[:：፦፡։]\s*$")
_WRAPPER = re.compile(r"[*_\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# What an attribution begins with when it begins with its date.
_BEGIN = re.compile(
    r"(?:on|at|în data de|în|le|el|em|il giorno|il|am|den|op|pe|dnia|w dniu|dne|dňa|vào(?: lúc)?|στις"
    r"|pada(?: tanggal)?|mnamo|в|у|на|בתאריך|ב-|في|در تاریخ|在|於|于|ในวันที่|tarihinde"
    r"|ter(?:ça)?|dana|dne|kuupäeval|il giorno|in data|in a message dated"
    r"|---- )(?![\w])",
    re.IGNORECASE,
)
# A first line that is no sentence: at most two words before a number, or a name and
# its address.
_OPENS = re.compile(r"(?:[^\s\d]+\s){0,2}[^\s\d]{0,4}\d|(?:[^\s<>]+\s+){0,4}<[^<>\s]+@")
_QUOTING = re.compile(
    r"(?:quoting|missatge de|zitat von|citando(?: a)?|citazione da|citation de|citaat van|citát"
    r"|cytowanie|cita de)\s",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(
    r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?:\s+\d{1,2}:\d\d)?"
    r"(?P<zone>\s+(?:GMT|UTC)[+-]?[\d:]*)?[,\s]+(?P<name>[^\d<>\n]{2,60}?)"
    r"(?P<address>\s*<[^<>\s]+@[^<>\s]+>)?\s*[:：]?"
)
# `3 May 2026, 09:41 by peter@example.org:`, without a name.
_DATE_BY = re.compile(
    r"[^\W\d_]{0,12}\.?\s?\d{1,2}\.?,?\s(?:[^\W\d_]{3,12}\.?\s)?\d{4},?"
    r"\s(?:um\s|à\s|om\s)?\d{1,2}[:.]\d\d(?:\sUhr)?,?"
    r"\s(?:by|von|par|por|van|door|da|от|przez|av|af)\s[\w.+=/-]{1,64}@[\w.-]{1,120}:",
    re.IGNORECASE,
)
# `>>> Peter <peter@example.org> 03.05.2026 09:41 >>>`
_ARROWED = re.compile(r"^>>> (?=.*(?:@|\d:\d\d))[^>\n]{2,100}(?:>[^>\n]{1,60})? ?>>>$")
# `Peter Okello (3.2.2025):`, which is a heading as well, but for a quote below it.
_NAME_AND_DAY = re.compile(
    r"(?P<name>[^\W\d_][^\d@:;!?()\[\]]{1,60}?)\s*[(\[]"
    r"(?=[^()\[\]]*\d)[\w .,:/-]{6,40}[)\]]\s?[:：]"
)
# `3 févr.` and `3 de febr.` end no sentence.
_MONTH_END = re.compile(r"\d\.?\s(?:de\s)?[^\W\d_]{3,8}\.$")
_OWN = re.compile(
    r"(?:^|\s)(?:I|je|j'ai|ich|yo|eu|io|ik|jag|jeg|я|tôi|我)\s+(?:\w+\s)?$",
    re.IGNORECASE,
)


# `---- Peter wrote ----`, as Samsung and Zoho frame it.
_FRAMED = re.compile(
    rf"^-{{3,12}}\s?[^-\n]{{1,100}}?\s?(?:{'|'.join(_VERBS)})\s?-{{3,12}}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Lines `start` up to `end` (not with it) say who wrote what follows.

    `firm` is true when they give an address or the time of day: people write `Peter
    wrote:` themselves, but hardly ever that.
    """

    start: int
    end: int
    firm: bool


def attributions_in(lines: Sequence[str]) -> tuple[Attribution, ...]:
    """Return the attributions among the lines of a mail, in order.

    An attribution that stands inside a quote is part of the quote and not given; one
    that alone is marked as one, with none above it, is given.
    """
    found: list[Attribution] = []
    looked_at = 0
    for place, line in enumerate(lines):
        if not line or len(line) > _LONGEST or not _may_end_one(line):
            continue
        looked_at += 1
        if looked_at > _LOOKED_AT_MOST:
            break
        floor = found[-1].end if found else 0
        attribution = _ending_at(lines, place, floor) or _heading_at(lines, place)
        if attribution:
            found.append(attribution)
    return tuple(found)


def _may_end_one(line: str) -> bool:
    bare = line.strip().rstrip(" -*_\u200e\u200f\u202c\u2069")
    return (
        bare[:1].isdigit()
        or bare.endswith((*_COLONS, ">>>"))
        or bare.lower().endswith(_ENDINGS)
    )


def _ending_at(lines: Sequence[str], place: int, floor: int) -> Attribution | None:
    line = lines[place].strip()
    if _FRAMED.match(line) or _ARROWED.match(line) or _DATE_BY.fullmatch(line):
        return Attribution(start=place, end=place + 1, firm=True)
    if line[:1].isdigit() and _is_date_and_name(_plain(line)):
        return Attribution(start=place, end=place + 1, firm=True)
    bare = line.rstrip(" -*_\u200e\u200f\u202c\u2069")
    if not bare.endswith(_COLONS) and not bare.lower().endswith(_ENDINGS):
        return None
    best: Attribution | None = None
    facts, below = 0, ""
    for start, joined in _joined_upwards(lines, place, floor):
        traits = _traits(joined)
        opens = start == 0 or not lines[start - 1].strip()
        if traits is None or not (
            traits.told or (traits.full and opens and _is_marked(lines, place + 1, 1))
        ):
            continue
        whole = (traits.day or (traits.firm and opens)) and _begins_with_date(joined)
        # An address that begins a line has its name in the line above.
        more = traits.facts > facts or (below[:1] == "<" and below.count("<") == 1)
        if best is None or whole or (more and _OPENS.match(joined)):
            alone = start == place and lines[start].lstrip().startswith(">")
            best = Attribution(
                start=start, end=place + 1, firm=traits.firm and not alone
            )
            facts, below = traits.facts, joined
        if whole:
            break
    return best


def _heading_at(lines: Sequence[str], place: int) -> Attribution | None:
    found = _NAME_AND_DAY.fullmatch(_plain(lines[place]))
    if (
        not found
        or len(found["name"].split()) > _NAME_WORDS_MOST
        or not (_YEAR.search(lines[place]) or _DAY.search(lines[place]))
        or lines[place].lstrip().startswith(">")
        or not _is_marked(lines, place + 1, 1)
    ):
        return None
    return Attribution(start=place, end=place + 1, firm=False)


def _is_marked(lines: Sequence[str], place: int, step: int) -> bool:
    """Say whether the next line that is not blank, up or down, is marked as a quote."""
    while 0 <= place < len(lines):
        if lines[place].strip():
            return lines[place].lstrip().startswith((">", "＞", "»"))
        place += step
    return False


def _joined_upwards(
    lines: Sequence[str], place: int, floor: int
) -> Iterator[tuple[int, str]]:
    text, counted = "", 0
    for start in range(place, max(floor, place - 2 * _LINES_MOST) - 1, -1):
        line = _plain(lines[start])
        if not line:
            # A blank line stands inside an attribution only where HTML was unwound
            # around an address.
            if text.startswith("<") or not text:
                continue
            return
        if counted and _SENTENCE_END.search(line) and not _goes_on(line, text):
            return
        counted += 1
        text = f"{line} {text}".strip()
        if counted > _LINES_MOST or len(text) > _LONGEST:
            return
        if lines[start].lstrip().startswith(">"):
            # `> wrote:` is the end of a wrapped address, not a quote.
            if counted == 1 and len(line.split()) <= _TAIL_WORDS_MOST:
                continue
            alone = start < place or not _is_marked(lines, place + 1, 1)
            if alone and not _is_marked(lines, start - 1, -1):
                yield start, text
            return
        yield start, text


def _goes_on(line: str, below: str) -> bool:
    """Say whether a line that ends in a full stop ends in a word that was cut short."""
    return not _LETTER.search(below) or (
        below[:1].isdigit() and _MONTH_END.search(line) is not None
    )


@dataclass(frozen=True, slots=True)
class _Traits:
    day: bool
    firm: bool
    facts: int
    full: bool = False
    told: bool = False


def _traits(text: str) -> _Traits | None:
    """Tell what a joined candidate holds, None when it is too long for one."""
    if len(text.split()) > _WORDS_MOST or _SENTENCES.search(text):
        return None
    colon = bool(_COLON.search(text))
    address = bool(_ADDRESS.search(text) or _BARE_ADDRESS.search(text))
    timed = bool(_TIME.search(text))
    day = bool(_YEAR.search(text) or _DAY.search(text))
    dated = timed or day
    traits = _Traits(
        day=day,
        firm=address or timed,
        facts=sum((address, timed, day)),
        full=colon and address and timed and day,
    )
    verb = _last_verb(text)
    if verb is None:
        begun = _ends_with_address(text) or _begins_with_date(text)
        quoting = colon and address and bool(_QUOTING.match(text))
        told = quoting or (traits.full and begun)
        return replace(traits, told=told)
    start, end = verb
    rest = _without_facts(text[end:]).split()
    ahead = _without_facts(text[:start]).split()
    if (
        _OWN.search(text[:start])
        or len(rest) > _NAME_WORDS_MOST
        or len(ahead) > 2 * _NAME_WORDS_MOST
    ):
        return None
    if rest and not colon:
        return traits
    if not dated:
        # Without a date only the bare form `Name <address> wrote:` is believed.
        return replace(traits, told=address and colon and not rest)
    return replace(traits, told=colon or address)


def _last_verb(text: str) -> tuple[int, int] | None:
    last = None
    for last in _VERB.finditer(text):  # noqa: B007
        pass
    if last is None:
        last = _GLUED_VERB.search(_COLON.sub("", text))
    return (last.start(), last.end()) if last else None


def _ends_with_address(text: str) -> bool:
    return bool(re.search(r"[>)\]]\s*[:：]\s*$", text))


def _without_facts(text: str) -> str:
    text = _ADDRESS.sub(" ", text)
    text = _BARE_ADDRESS.sub(" ", text)
    text = re.sub(r"[\d:.,/()<>\"'+-]+", " ", text)
    return text.strip()


def _begins_with_date(text: str) -> bool:
    return bool(_BEGIN.match(text) and _DIGIT.search(text[:_DATE_NEAR]))


def _is_date_and_name(line: str) -> bool:
    found = _DATE_NAME.fullmatch(line)
    return bool(found and (found["zone"] or found["address"]))


def _plain(line: str) -> str:
    return _WRAPPER.sub("", line).strip().lstrip(">").strip().strip("-").strip()
