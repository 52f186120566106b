"""Finds where an answer ends and the mail below begins, when no quote marks are set.

Outlook and its kin put the headers of the mail that is answered under the answer,
in the language of the program, or a line of dashes around `Original Message`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LABELS = {
    "from": (
        "from|de|von|da|van|från|fra|lähettäjä|od|nadawca|от|від|отправитель|kimden"
        "|gönderen|từ|người gửi|发件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람"
        "|보낸사람|מאת|من|από|de la|expéditeur|feladó|dari|kutoka|mittente|remetente"
        "|remitente|afzender|absender|avsändare|saatja|no|nuo|od kogo|от кого|від кого|發件人|寄信人|보낸이|المرسل|השולח|αποστολέας|pengirim|expeditor|od koho|kimden"
    ),
    "date": (
        "sent|date|sent on|date sent|envoyé|envoyé le|gesendet|gesendet am|datum|inviato"
        "|data|enviado|enviada|enviada em|enviado em|enviado el|enviat|fecha|verzonden"
        "|verzonden op|skickat|sendt|dato|lähetetty|päiväys|päivämäärä|pvm|wysłano"
        "|wysłane|data wysłania|odesláno|odoslané|отправлено|дата|надіслано"
        "|gönderildi|gönderme tarihi|tarih|đã gửi|gửi lúc|ngày|发送时间|发送日期|日期"
        "|傳送日期|寄件日期|送信日時|日時|日付|送信日|보낸 날짜|날짜|נשלח|תאריך"
        "|تاريخ الإرسال|تم الإرسال|التاريخ|ημερομηνία|στάλθηκε|trimis|elküldve|dátum"
        "|dikirim|tanggal|imetumwa|tarehe|datuma|poslano|poslato|сент|verstuurd|verzonden op|gönderilme tarihi|gönderilme|ngày gửi|傳送時間|寄件時間|发送于|보낸시간|보낸 시간|보낸날짜|αποστολή|εστάλη|trimis la|küldve|saadetud|išsiųsta|gesendet um|enviado às|inviato il|data e hora|waktu"
    ),
    "to": (
        "to|à|a|an|para|aan|till|til|vastaanottaja|do|komu|кому|kime|alıcı|đến|tới"
        "|người nhận|收件人|收件者|宛先|받는 사람|받는사람|אל|إلى|προς|către|címzett"
        "|kepada|kwa|destinataire|destinatario|destinatário|naar|empfänger|per|za"
        "|pour|vir|pentru|adressaat|prima|kam|destinatari|받는이|المستلم|παραλήπτης|penerima"
    ),
    "cc": (
        "cc|kopie|kopi|kopia|kópia|copie|copia|cópia|копия|копія|bilgi|抄送|副本"
        "|참조|עותק|نسخة|κοιν|másolat|tembusan|dw|c\\.c\\.|bcc|cci|κοιν\\.|másolatot kap|kopio|副本抄送|숨은참조|העתק"
    ),
    "subject": (
        "subject|objet|sujet|betreff|oggetto|asunto|assunto|onderwerp|ämne|emne|aihe"
        "|otsikko|temat|předmět|predmet|тема|konu|chủ đề|tiêu đề|主题|主題|主旨|件名|제목"
        "|נושא|الموضوع|θέμα|subiect|tárgy|subjek|perihal|mada|somo|assumpte|onderw"
        "|judul|tema|naslov|teema|betr|betrifft|sujet du message|標題|标题|表題|題名|konu başlığı"
    ),
    "reply-to": (
        "reply-to|reply to|répondre à|antwort an|antworten an|risposta|rispondi a"
        "|responder a|responder para|antwoord aan|svara till|svar til|odpowiedź do"
        "|ответить|返信先|回复|importance|wichtigkeit|priorité|priority|attachments"
        "|pièces jointes|anlagen|bijlagen|organization|list-id"
    ),
}
_KIND_OF = {
    label.replace("\\", ""): kind
    for kind, labels in _LABELS.items()
    for label in labels.split("|")
}
_LABEL = re.compile(
    "("
    + "|".join(
        re.escape(label[0].upper() + label[1:])
        for label in sorted(_KIND_OF, key=len, reverse=True)
    )
    + r")\s?[:：]"
)
_FIELD = re.compile(
    r"^[\s*_|•\u200e\u200f\u202a-\u202e]*(?P<label>[^\W\d_][^:：<>@\n]{0,24}?)[\s*_]*[:：]"
    r"[\s*_]*(?P<value>.*)$"
)
_ORIGINALS = (
    "original message|original appointment|ursprüngliche nachricht"
    "|ursprungliche nachricht|originalnachricht|message d'origine|message d’origine"
    "|message original|message initial|mensaje original|mensagem original"
    "|messaggio originale|messaggio original|oorspronkelijk bericht"
    "|oorspronkelijk e-mailbericht|origineel bericht|ursprungligt meddelande"
    "|originalmeddelande|original meddelande|oprindelig meddelelse|original besked"
    "|oprindelig besked|opprinnelig melding|original melding|alkuperäinen viesti"
    "|wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości"
    "|původní zpráva|původní e-mail|pôvodná správa|исходное сообщение"
    "|оригинальное сообщение|первоначальное сообщение|оригінальне повідомлення"
    "|orijinal ileti|orijinal mesaj|özgün ileti|orjinal mesaj|thư gốc|tin nhắn gốc"
    "|tin gốc|原始邮件|原邮件|原始郵件|原郵件|原文|元のメッセージ|オリジナルメッセージ"
    "|원본 메시지|원본메시지|원본 메일|הודעה מקורית|الرسالة الأصلية|رسالة أصلية"
    "|αρχικό μήνυμα|πρωτότυπο μήνυμα|mesaj original|mesajul original|eredeti üzenet"
    "|pesan asli|missatge original|ujumbe asili|izvorna poruka|originalna poruka"
    "|reply message|replied message|in reply to|oorspronkelike boodskap"
    "|originalmeddelelse|original e-mail|original email|courriel d'origine|mail original"
    "|correo original|e-mail original|email original|originele e-mail|originele mail"
    "|ursprüngliche e-mail|original-nachricht|antwort nachricht|originale|originalt brev"
    "|вихідне повідомлення|оригінал повідомлення|первинне повідомлення|исходное письмо"
    "|originální zpráva|původní email|원본 이메일|원본 편지|元のメール|元メッセージ"
    "|原始信件|原件|原始訊息|rədd|asıl mesaj|orijinal e-posta|özgün mesaj|البريد الأصلي"
    "|הודעה המקורית|ההודעה המקורית|email asli|mesajul inițial|mesaj inițial|thư ban đầu"
    "|eredeti levél|eredeti e-mail|πρωτότυπο"
)
_DASH = "-‐‑‒–—―−─_=~"
# Beyond this no program draws a line.
_LINE_LONGEST = 300
_ORIGINAL = re.compile(
    rf"^[\s>*]*[{_DASH}]{{2,40}}\s*(?:{_ORIGINALS})\s*[:：]?\s*[{_DASH}]{{2,40}}(?:[\s*]*$|\S)"
    rf"|^[\s*]*[{_DASH}]{{3,40}}\s*(?:{_ORIGINALS})\s*[:：]?\s*$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_RULE = re.compile(rf"^[\s*]*[{_DASH}]{{5,}}[\s*]*$")
# Dashes around a word or two, in whatever language, right above the headers.
_RULED_WORDS = re.compile(
    rf"^\s*[{_DASH}]{{4,60}}\s*[^{_DASH}\n]{{1,40}}\s*[{_DASH}]{{4,60}}\s*$"
)
_FORWARDED = re.compile(
    r"(?i)^[\s>*_-]*(?:begin forwarded message|forwarded message|début du message"
    r" (?:transféré|réexpédié)|message (?:transféré|réexpédié)|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|mensaje reenviado|mensagem encaminhada"
    r"|inizio messaggio inoltrato|messaggio inoltrato|doorgestuurd bericht"
    r"|begin doorgestuurd bericht|vidarebefordrat meddelande|videresendt"
    r"|пересылаемое сообщение|转发的邮件|轉寄的郵件|転送されたメッセージ"
    r"|thư được chuyển tiếp|tin nhắn được chuyển tiếp|przekazana wiadomość"
    r"|iletilen mesaj|전달된 메시지|הודעה שהועברה|رسالة معاد توجيهها)[\s:：*_-]*$"
)
_BLOCK_MOST = 14
_FIELDS_LEAST = 3
_STRANGE_MOST = 2
_VALUE_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedHeaders:
    """Lines `start` up to `end` (not with it) are the headers of the mail below."""

    start: int
    end: int


def quoted_headers_in(lines: Sequence[str]) -> QuotedHeaders | None:
    """Return the first headers of a mail below, None when there are none.

    A line drawn above them is taken with them. What is forwarded is not below an
    answer but the matter itself, and is not given.
    """
    for place, line in enumerate(lines):
        if not line or line.isspace() or len(line) > _VALUE_LONGEST + _LINE_LONGEST:
            continue
        end = 0
        if _is_original(line):
            end = _block_end(lines, place + 1) or place + 1
        elif ":" in line or "：" in line:
            end = _block_end(lines, place) or (place + 1) * _is_in_one(line)
            # A mail below has a text; a list of the same words at the end has none.
            if end and not any(rest.strip() for rest in lines[end:]):
                continue
        if not end:
            continue
        above = _above(lines, place)
        if above >= 0 and _FORWARDED.match(lines[above]):
            continue
        if above >= 0 and _is_drawn(lines[above]):
            return QuotedHeaders(start=above, end=end)
        return QuotedHeaders(start=place, end=end)
    return None


def is_forwarding(line: str) -> bool:
    """Say whether a line begins a mail that is passed on."""
    return len(line) <= _LINE_LONGEST and _FORWARDED.match(line.strip()) is not None


def _is_drawn(line: str) -> bool:
    return len(line) <= _LINE_LONGEST and (
        _RULE.match(line) is not None or _RULED_WORDS.match(line) is not None
    )


def _is_original(line: str) -> bool:
    bare = line.strip()
    return (
        len(bare) <= _VALUE_LONGEST
        and _LETTER.search(bare[: len(bare) // 2 + 1]) is not None
        and _ORIGINAL.match(bare) is not None
    )


def _block_end(lines: Sequence[str], start: int) -> int:
    kinds: set[str] = set()
    end, blank, strange = start, 0, 0
    first_seen = False
    for place in range(start, min(len(lines), start + _BLOCK_MOST)):
        line = lines[place]
        if not line.strip():
            blank += 1
            if blank > 1:
                break
            continue
        kind = _kind(line)
        if kind is None:
            # A long list of recipients goes on in the next line.
            strange += 1
            if not first_seen or blank or strange > _STRANGE_MOST:
                break
            continue
        first_seen = True
        blank, strange = 0, 0
        kinds.add(kind)
        end = place + 1
    if "from" not in kinds or not kinds & {"date", "subject"}:
        return 0
    if len(kinds) >= _FIELDS_LEAST or (
        len(kinds) > 1 and _has_address(lines, start, end)
    ):
        return end
    return 0


def _is_in_one(line: str) -> bool:
    """Say whether one line holds a whole block of headers, as some phones write it."""
    if line.count(":") + line.count("：") < _FIELDS_LEAST:
        return False
    bare = line.lstrip(" *>\u200e\u200f")
    if not _LABEL.match(bare):
        return False
    found = _LABEL.finditer(bare)
    kinds = {_KIND_OF[label[1].lower()] for label in found}
    return "from" in kinds and len(kinds) >= _FIELDS_LEAST


def _kind(line: str) -> str | None:
    found = _FIELD.match(line)
    if not found or len(found["value"]) > _VALUE_LONGEST:
        return None
    return _KIND_OF.get(" ".join(found["label"].split()).lower().rstrip("*_ "))


def _has_address(lines: Sequence[str], start: int, end: int) -> bool:
    return any("@" in line for line in lines[start:end])


def _above(lines: Sequence[str], place: int) -> int:
    for above in range(place - 1, max(-1, place - 4), -1):
        if lines[above].strip():
            return above
    return -1
