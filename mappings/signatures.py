"""Finds what stands below the author's words: signatures, the foot of a list, a phone.

Each function looks at the lines from the end and says where the foot begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SEPARATOR = re.compile(r"^\s{0,3}(?:--|—|–|__|- -)\s*$")
_RULE = re.compile(r"^\s*_{3,}\s*$")
_DASHES = re.compile(r"^\s*(?:-{3,}|={3,}|\*{3,}|~{3,})\s*$")
_DIVIDER = re.compile(r"^\s*(?:[-_=~#*+·•.—–]{2,}|[ᐧ\u200b\ufeff—–*_~]+)\s*$")
_SIGNATURE_LINES_MOST = 12
_SIGNATURE_LINE_LONGEST = 160
_RULED_LINES_MOST = 8
_LIST_FOOT_LINES_MOST = 25
_LIST_FOOT_FULL_LINES_MOST = 10
_CONTACT = re.compile(r"@|https?://")
_PHONE_LONGEST = 160

_LIST_FOOT = re.compile(
    r"(?i)mailing list\b|unsubscribe|you received this (?:message|email|mail) because"
    r"|désabonner|désinscri|liste de diffusion|vous recevez ce (?:message|courriel)"
    r"|lista de correo|cancelar (?:la |a )?(?:suscripción|inscrição)|darse de baja"
    r"|lista de (?:discussão|e-mails)|mailinglist|mailingliste|abbestellen|afmelden"
    r"|uitschrijven|hủy đăng ký|list-unsubscribe|groups\.io links|mailman/listinfo"
    r"|groups\.google\.com|reply to this email directly"
)
_LIST_RULE = re.compile(r"^\s*(?:_{5,}|(?:-=){3,}-?|-{5,}|--\s?)\s*$")

# What phones and mail programs put under a mail by themselves.
_DEVICE = (
    r"(?:i\s?phone|i\s?pad|i\s?pod|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|vivo"
    r"|nokia|tecno|infinix|itel|motorola|lenovo|sony|lg|htc|oneplus|realme|honor|pixel"
    r"|blackberry|windows (?:phone|mail|\d+)|mail (?:pour|for|für|para|per|voor)"
    r"|outlook|yahoo|gmail|hotmail|proton\s?mail|k-9|aquamail|bluemail|tutanota|zoho"
    r"|spark|newton|mail\.ru|gmx|web\.de|smartphone|mobile|téléphone|telefono|teléfono"
    r"|telefone|mobil|handy|telefoon|móvil|celular|appareil|dispositivo|device|tablet"
    r"|thunderbird|apple watch|mailbox|fairphone|simu|điện thoại|телефон|手机|手機"
    r"|스마트폰|顺丰|orange|free|laposte)"
)
_SENT_FROM = (
    r"(?:sent|message sent|this message was sent) (?:from|via|with|using|by)"
    r"|(?:message )?(?:envoyée?|transmis) (?:de|du|d'|d’|depuis|à partir|avec|via|par)"
    r"|(?:gesendet|versendet|verschickt) (?:von|vom|mit|über|via|aus)"
    r"|enviad[oa] (?:desde|do|da|de|con|com|por|pelo|a partir|via|mediante)"
    r"|inviato (?:da|dal|dall['’]|con|tramite)"
    r"|(?:verzonden|verstuurd) (?:vanaf|van|met|via|vanuit)"
    r"|(?:skickat|skickades) (?:från|med|via)|sendt (?:fra|med|via)"
    r"|lähetetty \S{0,20}|wysłan[eo] (?:z|ze|za pomocą|przez)"
    r"|odesláno (?:z|ze|pomocí)|odoslané (?:z|zo|pomocou)"
    r"|отправлено (?:с|из|от|через)|надіслано (?:з|із|зі|через)"
    r"|(?:được )?gửi (?:từ|bằng|qua)|发自|發自|從|发送自|נשלח מ\S{0,10}|(?:أُ?رسلت?|مرسل) من"
    r"|στάλθηκε από|trimis (?:de pe|din|cu|prin)|dikirim (?:dari|dengan)|enviat (?:des|amb)"
    r"|(?:ime)?tumwa kutoka|von meine[mr]"
)
_PHONE = re.compile(
    rf"^[\s*_>~—–-]*(?:(?:{_SENT_FROM})[\s*_]?.{{0,60}}?{_DEVICE}"
    rf"|.{{0,30}}{_DEVICE}.{{0,30}}(?:gönderildi|gesendet|보냄|から送信|傳送|发送|發送)"
    r"|diese nachricht wurde .{0,80} gesendet"
    r"|provenance\s?: (?:courrier|mail)|(?:télécharge[rz]|obtenir|get|hol dir|obt[eé]n"
    r"|holen sie sich|obtener|obter|ottieni|scarica|download|descargar) (?:<?https?://\S+>? ?)?"
    r"\[?(?:outlook|yahoo|k-9|bluemail|gmail)\b)"
    r".{0,80}$",
    re.IGNORECASE,
)
_PHONE_FINNISH = re.compile(r"(?i)^\s*lähetetty\s+(?:iphonesta|ipadista|\w+laitteesta)")
_MORE = re.compile(
    r"(?i)^[\s(]*(?:please )?(?:excuse|pardon|excusez|veuillez excuser|entschuldigen)"
    r".{0,80}(?:brevity|typos|brièveté|concision|kürze|breve|fautes).{0,30}$"
    r"|^\s*(?:virus-free|garanti sans virus|virenfrei|libre de virus|virusvrij)\b.{0,60}$"
    r"|^\s*(?:www\.avast\.com|https?://\S+|<https?://\S+>|\[image: .{0,60}\])\s*$"
)


_DISCLAIMERS_MOST = 5
_DISCLAIMER_LONGEST = 4_000
_DISCLAIMER = re.compile(
    r"(?i)^[\s*_>\[(~-]*(?:(?:legal |confidentiality |privacy )?(?:disclaimer|notice|warning)\b"
    r"|(?:this|the information (?:contained )?in this|the contents? of this|this communication|any views)"
    r".{0,60}(?:e-?mail|message|communication|transmission)"
    r"|(?:ce|cet|le présent) (?:message|courriel|courrier|e-?mail|mail)\b"
    r"|(?:diese|der inhalt dieser|diese nachricht) ?(?:e-?mail|nachricht)?\b"
    r"|(?:dit|de informatie in dit|deze|de inhoud van (?:dit|deze)) (?:e-?mail)?(?:bericht)?"
    r"|(?:este|esta|la información|el contenido|as informações|aviso legal|aviso de)\b"
    r"|(?:questo|questa|le informazioni|avviso)\b"
    r"|(?:detta|denna|denne|dette) (?:e-?(?:post|mail)|meddelande|meddelelse|melding)"
    r"|(?:niniejsza|ta) wiadomość|(?:настоящее|данное|это) (?:сообщение|электронное)"
    r"|bu e-?posta|thư này|email này|本邮件|本電子郵件|このメール|이 메일|"
    r"confidentiality|confidential|confidentiel|confidencial|vertraulich|vertrouwelijk)"
)
_LEGAL = re.compile(
    r"(?i)confidential|privileged|intended (?:only|solely|recipient|for)|recipient"
    r"|confidentiel|destinataire|vertraulich|vertrouwelijk|geadresseerde|confidencial"
    r"|destinatari|riservat|konfidenti|fortrolig|luottamuksel|poufn|důvěrn"
    r"|конфиденциальн|gizli|bảo mật|保密|机密|機密|기밀"
)
_GREEN = re.compile(
    r"(?i)^[\s*_>🌳🌲-]*(?:please )?(?:consider|think (?:of|about)|pensez|merci de penser"
    r"|bitte denken|denk aan|antes de imprimir|piense|pense|prima di stampare"
    r"|avant d.imprimer|before printing|save a tree).{0,120}"
    r"(?:print|imprim|drucken|afdruk|stampa|environ|umwelt|milieu|ambient|tree).{0,120}$"
)


def phone_foot_start(lines: Sequence[str]) -> int | None:
    """Return where the words begin that a phone or a mail program added at the end.

    None when there are none. Only the last few lines are looked at, and at least one
    of them must name a device or a program.
    """
    start: int | None = None
    for place in range(len(lines) - 1, max(-1, len(lines) - 8), -1):
        line = lines[place]
        if not line.strip() or _DIVIDER.match(line):
            continue
        if _is_phone_line(line):
            start = place
        elif start is None and _MORE.match(line):
            continue
        else:
            break
    return start


def signature_start(lines: Sequence[str]) -> int | None:
    """Return where a signature begins: `-- ` or a drawn line, then a few short lines.

    None when there is none. What is long, or has paragraphs, is text after a line
    that its author drew, and stays.
    """
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if _SEPARATOR.match(line):
            return (
                place if _is_short(lines[place + 1 :], _SIGNATURE_LINES_MOST) else None
            )
        if _RULE.match(line):
            return place if _is_short(lines[place + 1 :], _RULED_LINES_MOST) else None
        if len(lines) - place > 4 * _SIGNATURE_LINES_MOST:
            return None
    return None


def list_foot_start(lines: Sequence[str]) -> int | None:
    """Return where the foot begins that a mailing list put under the mail, or None."""
    least = max(-1, len(lines) - _LIST_FOOT_LINES_MOST)
    for place in range(len(lines) - 1, least, -1):
        if _LIST_RULE.match(lines[place]):
            foot = [line for line in lines[place + 1 :] if line.strip()]
            told = "\n".join(foot)
            short = len(foot) <= _LIST_FOOT_FULL_LINES_MOST
            if short and _LIST_FOOT.search(told) and _CONTACT.search(told):
                return place
            return None
    return None


def disclaimer_start(lines: Sequence[str]) -> int | None:
    """Return where the legal words begin that a mail server put at the end, or None."""
    start: int | None = None
    end = len(lines)
    for _ in range(_DISCLAIMERS_MOST):
        while end and (not lines[end - 1].strip() or _DIVIDER.match(lines[end - 1])):
            end -= 1
        begin = end
        while begin and lines[begin - 1].strip():
            begin -= 1
        said = " ".join(lines[begin:end])[:_DISCLAIMER_LONGEST]
        if not (_DISCLAIMER.match(said) and _LEGAL.search(said)) and not (
            _GREEN.match(said)
        ):
            break
        start = end = begin
    return start


def is_divider(line: str) -> bool:
    """Say whether a line holds nothing but a drawn line."""
    return _DIVIDER.match(line) is not None


def _is_phone_line(line: str) -> bool:
    if len(line) > _PHONE_LONGEST:
        return False
    return bool(_PHONE.match(line) or _PHONE_FINNISH.match(line))


def _is_short(lines: Sequence[str], most: int) -> bool:
    full = [line for line in lines if line.strip()]
    return len(full) <= most and all(
        len(line) <= _SIGNATURE_LINE_LONGEST for line in full
    )
