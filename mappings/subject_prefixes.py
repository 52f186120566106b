"""The words that mail programs put before the subject of an answer or a forward.

Each stands under what it says and how sure that is. Some are words of their own: a
discussion may well be called `PD: professional development` or `TR : demande de visa`.
`subjects.plain_subject` says when those are taken off. A space is written `&`.
"""

from __future__ import annotations

from typing import NamedTuple


class Prefixes(NamedTuple):
    """The prefixes of one language, or of a few that share them."""

    languages: str
    answers: str = ""
    forwards: str = ""
    perhaps_answers: str = ""
    perhaps_forwards: str = ""


PREFIXES = (
    Prefixes("en, and all who kept it", "re", "fwd fw", "", "forward"),
    Prefixes("de", "aw antwort", "weitergeleitet", "", "wg"),
    Prefixes("nl", "antw", "doorst doorgestuurd", "betr betreft beantwoord", ""),
    Prefixes("sv no da", "", "", "sv", "vb vs"),
    Prefixes("fi", "", "", "vs", "vl"),
    Prefixes("is et", "", "", "sv", "fs edasi"),
    Prefixes("fr", "ré rép rép.auto", "", "ref réf réponse", "tr transfert"),
    Prefixes("es ca gl", "", "reenv", "resp respuesta", "rv reenviado"),
    Prefixes("pt", "", "encaminhado", "r res resp resposta", "enc"),
    Prefixes("it", "", "inoltro", "r rif", "i"),
    Prefixes("ro eu", "răsp", "", "er", ""),
    Prefixes("pl", "odp odpowiedź", "", "", "pd"),
    Prefixes("cs sk hr sl", "", "", "od odp odgovor", "naprej"),
    Prefixes("hu", "", "továbbítás továbbít továbbküldve", "vá", "tov"),
    Prefixes("lv cy", "", "", "atb", "yml"),
    Prefixes("tr", "ynt yanıt", "i̇lt", "", "ilt"),
    Prefixes("id ms", "", "", "bls balas", "trs"),
    Prefixes("sw", "", "", "jibu", ""),
    Prefixes("vi", "", "chuyển&tiếp", "tl trả&lời", ""),
    Prefixes("el", "απ σχετ", "πρθ", "", ""),
    Prefixes("ru uk", "отв відп", "пересл", "ответ відповідь на", "пересланное"),
    Prefixes("ar", "رد", "إعادة&توجيه", "", ""),
    Prefixes("fa ur", "", "", "پاسخ جواب", "هدایت"),
    Prefixes("he", "השב", "הועבר", "תגובה", ""),
    Prefixes("zh", "回复 答复 回覆 答覆", "转发 轉寄 轉發", "回信", ""),
    Prefixes("ja", "返信", "転送", "", ""),
    Prefixes("ko", "회신 답장", "전달", "", ""),
    Prefixes("th", "ตอบกลับ", "ส่งต่อ", "ตอบ", ""),
    # Our own mark on a corrected post.
    Prefixes("ours", "", "", "correction correctie corrección correção", ""),
)
