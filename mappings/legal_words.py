"""Tells the legal words that mail servers put under mails from those of people."""

from __future__ import annotations

import re

# Whose it is and who may read it: without one of these, words are about other things.
_CORE = (
    (
        r"confiden|vertraulich|vertrouwelijk|riservat|konfiden|fortrolig|luottamuksel|poufn"
        r"|důvěrn|конфиденциальн|gizli|bảo mật|保密|机密|機密|기밀|disclaimer|privacy"
    ),
    r"privileg|privilég|segreto|rechtlich geschützt|legally|bevorrecht",
    (
        r"intended|recipient|destinat|bestimmt|bestemd|geadresseerde|empfänger|адресат"
        r"|mottagare|modtager|mottaker|alıcı|người nhận|收件人|受信者|수신자|vastaanottaj"
    ),
)
_BESIDE = (
    (
        r"\b(?:in|by) (?:error|mistake)\b|par erreur|irrtüm|versehen|vergissing"
        r"|ten onrechte|por error|por erro|engano|per errore|ошибк|nhầm|误|誤"
    ),
    (
        r"\bdelet|destroy|supprim|détrui|lösch|vernicht|verwijder|vernietig|elimin|borr"
        r"|destru|apag|distrugg|cancell|удал|xoá|xóa|删除|削除"
    ),
    r"^\W*(?:[a-z]+ )?(?:notice|disclaimer|aviso legal|avviso)\b",
    (
        r"unauthori[sz]ed|prohibit|interdit|untersagt|nicht gestattet|niet toegestaan"
        r"|verboden|prohib|proibid|vietat|запрещ|nghiêm cấm|禁止"
    ),
    (
        r"disclos|distribut|dissemin|copying|divulg|diffus|verbreit|weitergabe|openbaar"
        r"|verspreid|reprodu|copia|cópia|распростран"
    ),
    r"liab|responsab|haft|aansprakelijk|virus|opinions?\b|views\b",
    (
        r"notif|informe\b|informar|informieren|avise|avisar|benachrichtig|waarschuw|sender"
        r"|expéditeur|absender|afzender|remitente|remetente|mittente|отправител"
    ),
)
_CORE_WORDS = tuple(re.compile(words, re.IGNORECASE) for words in _CORE)
_ALL_WORDS = tuple(re.compile(words, re.IGNORECASE) for words in (*_CORE, *_BESIDE))
_LEAST = 2


def is_legal(text: str) -> bool:
    """Say whether a paragraph speaks of who may read a mail, and of more beside.

    Legal words say at least two of these things; people say one of them in passing.
    """
    if not any(words.search(text) for words in _CORE_WORDS):
        return False
    return sum(words.search(text) is not None for words in _ALL_WORDS) >= _LEAST
