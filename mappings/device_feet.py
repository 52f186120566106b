"""Finds what phones, mail programs and virus scanners put under a mail by themselves.

No table of whole sentences: such a line is short, says that something was sent from
(or with, or by) and names a device or a program; or it asks to get Outlook.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINES_MOST = 40
_STRANGE_MOST = 8
_LONGEST = 160
_WORDS_MOST = 16
_RULED = re.compile(r"^\s*(?:[-_=~#*+·•.—–]{2,}|[ᐧ\u200b\ufeff—–*_~]+)\s*$")
_LINK = re.compile(
    r"\s?[<(\[]\s?(?:https?://|mailto:)[^<>()\[\]\s]*\s?[>)\]]|https?://\S+"
)
_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff*_]"
)
_MARKS = " \t~—–-|<>()[]\"'«»"

# Names that mean nothing else.
_NAME = (
    r"(?:i\s?phon\w*|i\s?pad\w*|i\s?pod\w*|android\w*|samsung\w*|galaxy\w*|huawei|xiaomi"
    r"|redmi|oppo|vivo|nokia|tecno|infinix|itel|motorola|lenovo|xperia|htc|oneplus|realme"
    r"|fairphone|alcatel|blackberry|windows (?:mail|phone|live|\d+)|outlook|yahoo!?|gmail"
    r"|gmx|web\.de|hotmail|proton\s?mail|k-9|aquamail|bluemail|typeapp|tutanota|zoho"
    r"|airmail|mymail|mail\.ru|rambler|яндекс\w*|naver|네이버|thunderbird|laposte\.net"
    r"|mailspring|apple watch|アイフォン|小米|华为|아이폰|갤럭시"
    r"|\w*אייפון\w*|\w*آيفون|\w*ايفون"
    r"|(?:mail|post|e-post|courrier|courriel|messagerie|correo|correio|posta|poczt\w*"
    r"|почт\w*)\s.{0,24}(?:windows|android|ios|mobil\w*|мобил\w*|orange|free))"
)
# Words that people use as well: they count in a line that says hardly more.
_WORD = (
    r"(?:(?:smart|mobil\w*\s?|cell\s?|okos)?(?:tele)?phone\w*|cell|mobile\w*|mobil\w*"
    r"|mobiel\w*|handheld|pixel|sony|lg|newton|spark|mailbox|orange|edison|mail app"
    r"|téléphone|portable|appareil|telefono|teléfono|telefone|telem[óo]vel|celular|m[óo]vil"
    r"|dispositivo|cellulare|handy|mobil\w*|telefoon\w*|gsm|telefon\w*|puhelim\w*"
    r"|laittee\w*|komórk\w*|tablet\w*|device|unterwegs|ti-\d+"
    r"|телефон\w*|смартфон\w*|устройств\w*|мобильн\w*|пристро\w*|điện thoại|ponsel"
    r"|手机|手機|スマートフォン|スマホ|携帯|스마트폰|휴대폰|핸드폰"
    r"|\w*סלולר\w*|\w*נייד\w*|\w*هاتف\w*|\w*جهاز\w*|κινητό\w*)"
)
_SENT = (
    r"(?:sent|message sent|this (?:message|e-?mail) was sent) (?:from|via|with|using|by)"
    r"|(?:message )?(?:envoyée?s?|transmis|écrit) (?:de|du|d['’]|depuis|à partir|avec|via"
    r"|par)"
    r"|(?:gesendet|versendet|verschickt|geschrieben) (?:von|vom|mit|über|via|aus)"
    r"|enviad[oa]s? (?:desde|do|da|de|con|com|por|pelo|a partir|via|mediante|através)"
    r"|(?:inviat[oa]|spedit[oa]) (?:da|dal|dall['’]|con|tramite|via)"
    r"|(?:verzonden|verstuurd|gestuurd) (?:vanaf|van|met|via|vanuit|door)"
    r"|(?:skickat|skickades|sänt) (?:från|med|via)|sendt (?:fra|med|via)|sent fra"
    r"|lähetetty|(?:wysłan[eoay]|napisane) (?:z|ze|za pomocą|przez|przy)"
    r"|odesláno (?:z|ze|pomocí|prostřednictvím)|odoslané (?:z|zo|pomocou|cez)"
    r"|отправлен[оаы] (?:с|со|из|от|через|при)|надіслано (?:з|із|зі|через|за)"
    r"|(?:đã |được )*gửi (?:từ|bằng|qua)|发自|發自|寄件自|发送自|来自我的|來自我的"
    r"|נשלח (?:מ|ב|באמצעות)|(?:أُ?رسلت?|مرسلة?|تم الإرسال|تم إرسال\w*) (?:من|بواسطة|عبر)"
    r"|(?:στάλθηκε|εστάλη|απεστάλη) (?:από|με|μέσω)"
    r"|trimis[ăa]? (?:de pe|din|de la|cu|prin)|(?:el)?küldve|dikirim (?:dari|dengan|melalui)"
    r"|enviat (?:des|amb)|(?:ime)?tumwa kutoka|poslano (?:s|z|iz|sa)"
)
_SENT_AT_END = (
    r"(?:gönderildi|gönderilmiştir|보냄|보냈습니다|발송|から送信\w*|より送信|傳送|发送"
    r"|發送|寄出)\s?[.。]?"
)
_EDGE = r"(?![^\W\d_])"
_NAMED = re.compile(
    rf"^(?:{_SENT})[^,;:!?]{{0,50}}?(?<![^\W\d_]){_NAME}{_EDGE}.{{0,80}}$"
    rf"|^(?:发自|發自|נשלח מ).{{0,24}}?{_NAME}.{{0,40}}$"
    rf"|^[^,;:!?]{{0,40}}{_NAME}.{{0,40}}{_SENT_AT_END}$"
    rf"|^(?:von|vom) .{{0,40}}{_NAME}.{{0,40}}(?:gesendet|verschickt|geschickt)$"
    r"|^diese (?:nachricht|e-?mail|mail) wurde .{0,80}gesendet$"
    r"|^provenance\s?: (?:courrier|mail)\b.{0,60}$",
    re.IGNORECASE,
)
_WORDED = re.compile(
    rf"^(?:{_SENT})[^,;:!?]{{0,30}}?(?<![^\W\d_]){_WORD}{_EDGE}.{{0,30}}$"
    rf"|^(?:发自|發自|נשלח מ).{{0,12}}?{_WORD}.{{0,12}}$"
    rf"|^from my .{{0,20}}?(?:{_NAME}|{_WORD}){_EDGE}.{{0,12}}$"
    r"|^from (?:mi|redmi|poco|xiaomi) (?:phone|tablet|pad)$"
    rf"|^[^,;:!?]{{0,20}}{_WORD}.{{0,12}}{_SENT_AT_END}$"
    rf"|^(?:von|vom) (?:mein\w+ |unterwegs)(?:.{{0,20}}{_WORD})?.{{0,12}}"
    r"(?:gesendet|verschickt|geschickt)$",
    re.IGNORECASE,
)
_WORDED_MOST = 7
_SYSTEM = r"(?:android|ios|iphone|windows|mac)"
_GET = re.compile(
    r"^(?:get|download|obten(?:ir|er|ga|ha|ho)|obt[eé]n|obter|télécharge[rz]"
    r"|laden sie|hol(?:en)?|hol dir|laden|ottieni|scarica|baixar|descargar|descarga|hent"
    r"|hämta|skaff|få|hanki|lataa|pobierz|získ\w+|stáhn\w+|скачать|скачайте|загрузить"
    r"|отримати|завантаж\w+|tải|dapatkan|unduh|获取|取得|下載|下载|الحصول|احصل|השג|קבל"
    rf"|αποκτήστε|λήψη|obțineți|descărcați)\b.{{0,24}}outlook\b.{{0,24}}{_SYSTEM}.{{0,24}}$"
    rf"|^(?=.*{_SYSTEM}).{{0,24}}outlook.{{0,30}}(?:downloaden|herunterladen|letöltése\w*"
    r"|letöltése .{0,12}|edinin|alın|indir|を入手|다운로드|받기)\W{0,2}$"
    r"|^get (?:bluemail|typeapp|aqua\s?mail|edison mail|spark|nine) for"
    rf" .{{0,24}}{_SYSTEM}.{{0,24}}$"
    r"|^yahoo mail: search, organi[sz]e, conquer$",
    re.IGNORECASE,
)
_SCANNER = r"(?:avast|avg|norton|mcafee|eset|kaspersky|bitdefender)"
_SCANNED = re.compile(
    r"^(?:virus-?free|garanti sans virus|virenfrei|libre de virus|sin virus|virusvrij"
    r"|livre de vírus|sem vírus|privo di virus|senza virus|без вирусов|virusmentes"
    rf"|wolny od wirusów|bez virů|無病毒|无病毒)\b(?:\W.{{0,20}}{_SCANNER}.{{0,20}}|\W*)$"
    rf"|^.{{0,120}}\b(?:e-?mail|message|nachricht|courriel|mail|mensaje|mensagem|messaggio"
    rf"|bericht|correo|meddelande|meddelelse|сообщение|письмо|virus\w*|absence)\b.{{0,90}}"
    rf"\b{_SCANNER}\b.{{0,60}}$",
    re.IGNORECASE,
)
_EXCUSE = re.compile(
    r"^(?:please )?(?:excuse|pardon|forgive|excusez|veuillez excuser|merci d['’]excuser"
    r"|entschuldig\w*|bitte (?:entschuldig|verzeih)\w*|disculpe\w*|desculpe\w*|scusa\w*"
    r"|excuses voor)\b.{0,70}(?:brevity|typo\w*|brièveté|concision|kürze|brevedad"
    r"|brevidade|brevità|erratas|tippfehler|typfouten)\b.{0,50}$",
    re.IGNORECASE,
)
_NAME_ANYWHERE = re.compile(rf"\bsent from|{_NAME}", re.IGNORECASE)
_TOO_LONG = "?"
_WITH_THEM = re.compile(r"^(?:www\.\S+|\[?image: .{0,60}|)$", re.IGNORECASE)


def phone_foot_start(lines: Sequence[str]) -> int | None:
    """Return where the words begin that a phone or a mail program added at the end.

    None when there are none. At least one line must say that something was sent from
    a device or with a program, or that a scanner found nothing.
    """
    start: int | None = None
    strange = 0
    for place in range(len(lines) - 1, max(-1, len(lines) - _LINES_MOST), -1):
        line = lines[place]
        if not line.strip() or _RULED.match(line[:_LONGEST]):
            continue
        said = _said(line)
        if _is_device_line(said) or (start is not None and _EXCUSE.match(said)):
            start = place
        elif start is None and strange < _STRANGE_MOST and _goes_with_them(said):
            strange += 1
        else:
            break
    return start


def _is_device_line(said: str) -> bool:
    words = len(said.split())
    if not words or words > _WORDS_MOST or said.endswith(("?", "？", "؟")):
        return False
    if _EXCUSE.match(said):
        return _NAME_ANYWHERE.search(said) is not None
    if words <= _WORDED_MOST and _WORDED.match(said):
        return True
    return any(known.match(said) is not None for known in (_NAMED, _GET, _SCANNED))


def _goes_with_them(said: str) -> bool:
    return _WITH_THEM.match(said) is not None or _EXCUSE.match(said) is not None


def _said(line: str) -> str:
    """Return a short line without links and the marks around its words."""
    if len(line) > 2 * _LONGEST:
        return _TOO_LONG
    said = _INVISIBLE.sub("", _LINK.sub("", line)).strip(_MARKS).rstrip(". ")
    return said if len(said) <= _LONGEST else _TOO_LONG
