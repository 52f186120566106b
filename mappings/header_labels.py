"""What stands before the headers of a mail below, and before it: in many languages."""

from __future__ import annotations

# The words of each kind of header, the plain ones of mail programs and of web mail.
LABELS = {
    "from": (
        "from|de|von|da|van|från|fra|lähettäjä|od|nadawca|от|від|отправитель|kimden"
        "|gönderen|từ|người gửi|发件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람"
        "|보낸사람|מאת|من|από|de la|expéditeur|feladó|dari|kutoka|mittente|remetente"
        "|remitente|afzender|absender|avsändare|saatja|no|nuo|od kogo|от кого|від кого|發件人|寄信人|보낸이|المرسل|השולח|αποστολέας|pengirim|expeditor|od koho|kimden"
    ),
    "date": (
        "sent|date|message du|sent on|date sent|envoyé|envoyé le|gesendet|gesendet am|datum|inviato"
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

# Between dashes these say that a mail follows.
ORIGINALS = (
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

# Of the words for a date, those that people write before any date. The others say that
# something was sent then.
OF_ANY_DATE = frozenset(
    (
        "date",
        "datum",
        "data",
        "fecha",
        "dato",
        "päiväys",
        "päivämäärä",
        "pvm",
        "дата",
        "tarih",
        "ngày",
        "日期",
        "日時",
        "日付",
        "날짜",
        "תאריך",
        "التاريخ",
        "ημερομηνία",
        "dátum",
        "tanggal",
        "tarehe",
        "datuma",
        "data e hora",
        "waktu",
    )
)
