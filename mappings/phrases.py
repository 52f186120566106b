"""The few phrases that the bridge itself writes, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_LANGUAGE = "en"

_EN = {
    "somebody": "Somebody",
    "picture": "picture",
    "picture_attached": "picture, attached",
    "attached": "attached",
    "kilobytes": "{number} KB",
    "megabytes": "{number} MB",
    "discussion": "In Moodle: {url}",
    "answer_list": "Reply to this mail and everybody on the list reads it.",
    "answer_person": "Reply to this mail to answer in the forum, in your own name.",
    "by_mail": "{name}, by mail",
    "correction": "Correction",
    "corrected": "{name} has changed this message. It now says:",
    "notice_greeting": "Hello,",
    "notice_subject": "Not delivered: {subject}",
    "notice_automatic": "This mail was written by a program; nobody else has seen it.",
    "notice_unknown-sender": (
        "Your mail came in, but the course does not know the address it was sent from,"
        " so it waits and nobody has read it yet.\n\n"
        "Please send it again from the address that the course knows, or ask your"
        " facilitator to add this one. Your mail is kept."
    ),
    "notice_too-big": (
        "Your mail was too big for the forum, so it was not posted.\n\n"
        "Please send it again without the files, or with smaller pictures."
    ),
    "notice_empty": (
        "Your mail came in without any text of your own, so it was not posted.\n\n"
        "Please write your answer above the text that you quote, and send it again."
    ),
    "notice_locked": (
        "The discussion that you answered is closed, so your mail was not posted.\n\n"
        "Please begin a new one: write a new mail with a subject of its own."
    ),
    "notice_refused": (
        "The forum does not let you post there, so your mail was not posted.\n\n"
        "Please ask your facilitator. Your mail is kept."
    ),
}

_NL = {
    "somebody": "Iemand",
    "picture": "afbeelding",
    "picture_attached": "afbeelding, bijgevoegd",
    "attached": "bijgevoegd",
    "kilobytes": "{number} kB",
    "megabytes": "{number} MB",
    "discussion": "In Moodle: {url}",
    "answer_list": "Antwoord op deze mail en iedereen op de lijst leest het.",
    "answer_person": (
        "Antwoord op deze mail om in het forum te antwoorden, onder uw eigen naam."
    ),
    "by_mail": "{name}, per mail",
    "correction": "Correctie",
    "corrected": "{name} heeft dit bericht gewijzigd. Er staat nu:",
    "notice_greeting": "Hallo,",
    "notice_subject": "Niet geplaatst: {subject}",
    "notice_automatic": (
        "Deze mail is door een programma geschreven; niemand anders heeft hem gezien."
    ),
    "notice_unknown-sender": (
        "Uw mail is aangekomen, maar de cursus kent het adres niet waarvan hij komt."
        " Daarom wacht hij en heeft nog niemand hem gelezen.\n\n"
        "Stuur hem opnieuw vanaf het adres dat de cursus kent, of vraag uw begeleider"
        " om dit adres toe te voegen. Uw mail wordt bewaard."
    ),
    "notice_too-big": (
        "Uw mail was te groot voor het forum en is niet geplaatst.\n\n"
        "Stuur hem opnieuw zonder de bestanden, of met kleinere foto's."
    ),
    "notice_empty": (
        "Er stond geen eigen tekst in uw mail; daarom is hij niet geplaatst.\n\n"
        "Schrijf uw antwoord boven de aangehaalde tekst en stuur hem opnieuw."
    ),
    "notice_locked": (
        "De discussie waarop u antwoordde is gesloten; uw mail is niet geplaatst.\n\n"
        "Begin een nieuwe: schrijf een nieuwe mail met een eigen onderwerp."
    ),
    "notice_refused": (
        "U mag in dit forum niet schrijven; uw mail is niet geplaatst.\n\n"
        "Vraag het uw begeleider. Uw mail wordt bewaard."
    ),
}

_FR = {
    "somebody": "Quelqu'un",
    "picture": "image",
    "picture_attached": "image jointe",
    "attached": "joint",
    "kilobytes": "{number} Ko",
    "megabytes": "{number} Mo",
    "discussion": "Dans Moodle : {url}",
    "answer_list": "Répondez à ce courriel : toute la liste lira votre réponse.",
    "answer_person": (
        "Répondez à ce courriel pour répondre dans le forum, sous votre nom."
    ),
    "by_mail": "{name}, par courriel",
    "correction": "Correction",
    "corrected": "{name} a modifié ce message. Le voici :",
    "notice_greeting": "Bonjour,",
    "notice_subject": "Non publié : {subject}",
    "notice_automatic": (
        "Ce courriel a été écrit par un programme ; personne d'autre ne l'a vu."
    ),
    "notice_unknown-sender": (
        "Votre courriel est arrivé, mais le cours ne connaît pas l'adresse d'où il"
        " vient. Il attend donc, et personne ne l'a encore lu.\n\n"
        "Renvoyez-le depuis l'adresse que le cours connaît, ou demandez à votre"
        " facilitateur d'ajouter celle-ci. Votre courriel est conservé."
    ),
    "notice_too-big": (
        "Votre courriel était trop gros pour le forum ; il n'a pas été publié.\n\n"
        "Renvoyez-le sans les fichiers, ou avec des images plus petites."
    ),
    "notice_empty": (
        "Votre courriel ne contenait aucun texte de vous ; il n'a pas été publié.\n\n"
        "Écrivez votre réponse au-dessus du texte cité et renvoyez-le."
    ),
    "notice_locked": (
        "La discussion à laquelle vous répondez est fermée ; votre courriel n'a pas"
        " été publié.\n\n"
        "Ouvrez-en une autre : écrivez un nouveau courriel avec son propre objet."
    ),
    "notice_refused": (
        "Le forum ne vous permet pas d'y écrire ; votre courriel n'a pas été"
        " publié.\n\n"
        "Demandez à votre facilitateur. Votre courriel est conservé."
    ),
}

_ES = {
    "somebody": "Alguien",
    "picture": "imagen",
    "picture_attached": "imagen adjunta",
    "attached": "adjunto",
    "kilobytes": "{number} KB",
    "megabytes": "{number} MB",
    "discussion": "En Moodle: {url}",
    "answer_list": "Responda a este correo y lo leerá toda la lista.",
    "answer_person": (
        "Responda a este correo para contestar en el foro, con su propio nombre."
    ),
    "by_mail": "{name}, por correo",
    "correction": "Corrección",
    "corrected": "{name} ha cambiado este mensaje. Ahora dice:",
    "notice_greeting": "Hola:",
    "notice_subject": "No publicado: {subject}",
    "notice_automatic": (
        "Este correo lo ha escrito un programa; nadie más lo ha visto."
    ),
    "notice_unknown-sender": (
        "Su correo ha llegado, pero el curso no conoce la dirección desde la que se"
        " envió. Por eso espera, y nadie lo ha leído todavía.\n\n"
        "Envíelo de nuevo desde la dirección que el curso conoce, o pida a su"
        " facilitador que añada esta. Su correo se conserva."
    ),
    "notice_too-big": (
        "Su correo era demasiado grande para el foro y no se ha publicado.\n\n"
        "Envíelo de nuevo sin los archivos, o con imágenes más pequeñas."
    ),
    "notice_empty": (
        "Su correo no contenía ningún texto suyo y no se ha publicado.\n\n"
        "Escriba su respuesta encima del texto citado y envíelo de nuevo."
    ),
    "notice_locked": (
        "El debate al que respondió está cerrado; su correo no se ha publicado.\n\n"
        "Empiece otro: escriba un correo nuevo con un asunto propio."
    ),
    "notice_refused": (
        "El foro no le permite escribir en él; su correo no se ha publicado.\n\n"
        "Pregunte a su facilitador. Su correo se conserva."
    ),
}

_PT = {
    "somebody": "Alguém",
    "picture": "imagem",
    "picture_attached": "imagem anexada",
    "attached": "anexado",
    "kilobytes": "{number} KB",
    "megabytes": "{number} MB",
    "discussion": "No Moodle: {url}",
    "answer_list": "Responda a este e-mail e toda a lista o lerá.",
    "answer_person": "Responda a este e-mail para responder no fórum, em seu nome.",
    "by_mail": "{name}, por e-mail",
    "correction": "Correção",
    "corrected": "{name} alterou esta mensagem. Agora diz:",
    "notice_greeting": "Olá,",
    "notice_subject": "Não publicado: {subject}",
    "notice_automatic": (
        "Este e-mail foi escrito por um programa; mais ninguém o viu."
    ),
    "notice_unknown-sender": (
        "O seu e-mail chegou, mas o curso não conhece o endereço de onde veio. Por"
        " isso está à espera, e ainda ninguém o leu.\n\n"
        "Envie-o de novo a partir do endereço que o curso conhece, ou peça ao seu"
        " facilitador que acrescente este. O seu e-mail fica guardado."
    ),
    "notice_too-big": (
        "O seu e-mail era grande demais para o fórum e não foi publicado.\n\n"
        "Envie-o de novo sem os ficheiros, ou com imagens menores."
    ),
    "notice_empty": (
        "O seu e-mail não tinha texto seu e não foi publicado.\n\n"
        "Escreva a sua resposta acima do texto citado e envie-o de novo."
    ),
    "notice_locked": (
        "A discussão a que respondeu está fechada; o seu e-mail não foi publicado.\n\n"
        "Comece outra: escreva um novo e-mail com um assunto próprio."
    ),
    "notice_refused": (
        "O fórum não lhe permite escrever; o seu e-mail não foi publicado.\n\n"
        "Pergunte ao seu facilitador. O seu e-mail fica guardado."
    ),
}

_CATALOGUES: Mapping[str, Mapping[str, str]] = {
    "en": _EN,
    "nl": _NL,
    "fr": _FR,
    "es": _ES,
    "pt": _PT,
}

LANGUAGES = tuple(_CATALOGUES)


def known_language(language: str | None) -> str:
    """Return the language that phrases are written in for this code.

    Takes Moodle codes and mail tags (`fr_ca`, `pt-BR`); English when there is no
    catalogue for it, and for None.
    """
    plain = (language or "").strip().lower().replace("-", "_").partition("_")[0]
    return plain if plain in _CATALOGUES else DEFAULT_LANGUAGE


def phrase(language: str | None, key: str, **values: object) -> str:
    """Return a phrase in a language, with the values put in.

    Values stand as they are: whoever has them from outside cleans them first. Raises
    KeyError for a key that English does not have.
    """
    pattern = _CATALOGUES[known_language(language)].get(key) or _EN[key]
    return pattern.format(**values) if values else pattern


def file_size(language: str | None, size: int) -> str:
    """Return a size in bytes as people read it: `120 KB`, `3.4 MB`."""
    kilobytes = max(1, round(size / 1000))
    if kilobytes < 1000:  # noqa: PLR2004 (a thousand is a thousand)
        return phrase(language, "kilobytes", number=kilobytes)
    number = f"{size / 1_000_000:.1f}"
    if known_language(language) != DEFAULT_LANGUAGE:
        number = number.replace(".", ",")
    return phrase(language, "megabytes", number=number)
