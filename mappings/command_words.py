"""The words of commands by mail, in five languages; everybody may use them all.

Each entry is `meaning: phrases`, parted by commas. Accents, case and apostrophes make
no difference. The first phrase of a meaning is the one that the bridge itself writes.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from mappings.phrases import known_language


class Word(StrEnum):
    """What a word of a command can mean."""

    CHANNEL = "channel"
    PAUSE = "pause"
    RESUME = "resume"
    LIMIT = "limit"
    PICTURES = "pictures"
    GET = "get"
    HELP = "help"
    STATUS = "status"
    STOP = "stop"
    EACH = "each"
    DIGEST = "digest"
    BUNDLE = "bundle"
    MOODLE = "moodle"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    PHOTO = "photo"
    FILE = "file"
    NEW = "new"
    UNTIL = "until"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    NONE = "none"
    JANUARY = "january"
    FEBRUARY = "february"
    MARCH = "march"
    APRIL = "april"
    MAY = "may"
    JUNE = "june"
    JULY = "july"
    AUGUST = "august"
    SEPTEMBER = "september"
    OCTOBER = "october"
    NOVEMBER = "november"
    DECEMBER = "december"
    TODAY = "today"
    TOMORROW = "tomorrow"
    OVERMORROW = "overmorrow"
    AM = "am"
    PM = "pm"
    MORNING = "morning"
    EVENING = "evening"
    NIGHT = "night"
    NOON = "noon"
    MIDNIGHT = "midnight"
    HOUR = "hour"
    BYTE = "byte"
    KILOBYTE = "kilobyte"
    MEGABYTE = "megabyte"
    TWO = "two"
    THREE = "three"
    FOUR = "four"
    MAIL = "mail"
    POLITE = "polite"
    FILLER = "filler"


VERBS = frozenset(
    {
        Word.CHANNEL,
        Word.PAUSE,
        Word.RESUME,
        Word.LIMIT,
        Word.PICTURES,
        Word.GET,
        Word.HELP,
        Word.STATUS,
        Word.STOP,
    }
)
"""What a command begins with."""

WEEKDAYS = (
    Word.MONDAY,
    Word.TUESDAY,
    Word.WEDNESDAY,
    Word.THURSDAY,
    Word.FRIDAY,
    Word.SATURDAY,
    Word.SUNDAY,
)
MONTHS = (
    Word.JANUARY,
    Word.FEBRUARY,
    Word.MARCH,
    Word.APRIL,
    Word.MAY,
    Word.JUNE,
    Word.JULY,
    Word.AUGUST,
    Word.SEPTEMBER,
    Word.OCTOBER,
    Word.NOVEMBER,
    Word.DECEMBER,
)

_EVERYWHERE = """
moodle: moodle
am: am, a.m.
pm: pm, p.m.
hour: h, hrs
byte: b, byte, bytes, octet, octets, octetos
kilobyte: kb, k, kib, ko, kbyte, kbytes, kilobyte, kilobytes
megabyte: mb, mib, mo, mbyte, mbytes, megabyte, megabytes
"""

_WORDS: Mapping[str, str] = {
    "en": """
channel: channel, channels, mode, delivery
pause: pause, pausing, suspend, vacation, holiday
resume: resume, continue, unpause, start
limit: limit, budget, maximum, max
pictures: pictures, picture, images, image, photos
get: get, fetch, send, receive
help: help, commands
status: status, settings, setting
stop: stop, unsubscribe, leave, quit
each: each, every, all, everything, single
digest: digest, digests, summary, summaries
bundle: bundle, bundles
moodle: moodle, only moodle, moodle only, only in moodle, web
daily: daily
weekly: weekly
monday: monday, mondays, mon
tuesday: tuesday, tuesdays, tue
wednesday: wednesday, wednesdays, wed
thursday: thursday, thursdays, thu
friday: friday, fridays, fri
saturday: saturday, saturdays, sat
sunday: sunday, sundays, sun
photo: photo, picture, image
file: file, attachment, document
new: new, news, everything new, all new
until: until, till, til, up to
day: day, days
week: week, weeks
month: month, months
none: none, no, off, unlimited, nothing, without
january: january, jan
february: february, feb
march: march, mar
april: april, apr
may: may
june: june, jun
july: july, jul
august: august, aug
september: september, sep, sept
october: october, oct
november: november, nov
december: december, dec
today: today
tomorrow: tomorrow
overmorrow: day after tomorrow, the day after tomorrow
hour: o'clock, hour, hours
morning: in the morning
evening: in the afternoon, in the evening
night: at night
noon: noon, midday
midnight: midnight
two: two
three: three
four: four
mail: mail, mails, email, emails, e-mail, e-mails
polite: please, pls, plz, thanks, thank you, thank you very much, many thanks, hello,
 hi, hey, dear bridge, dear moodle, good morning, good evening, regards, kind regards,
 best regards, best wishes, cheers
filler: the, a, an, one, at, on, of, per, for, to, in, is, my, me, and, post, posts,
 message, messages, next, number, nr, no., kindly, now, by, o
""",
    "nl": """
channel: kanaal, kanalen, modus
pause: pauze, pauzeer, pauzeren, onderbreek, vakantie
resume: hervat, hervatten, doorgaan, verder, ga verder
limit: limiet, beperk, maximum, maximaal, budget
pictures: afbeeldingen, afbeelding, plaatjes, beelden, foto's
get: haal, stuur, geef, ontvang, ophalen, haal op
help: hulp, help, uitleg, opdrachten, commando's
status: instellingen, status, instelling
stop: stop, stoppen, afmelden, uitschrijven
each: elk, elke, ieder, iedere, alle, alles
digest: overzicht, samenvatting, digest
bundle: bundel
moodle: moodle, alleen moodle, enkel moodle
daily: dagelijks, dagelijkse
weekly: wekelijks, wekelijkse
monday: maandag
tuesday: dinsdag
wednesday: woensdag
thursday: donderdag
friday: vrijdag
saturday: zaterdag
sunday: zondag
photo: foto, afbeelding, plaatje
file: bestand, bijlage, document
new: nieuw, nieuwe, het nieuws, nieuws, al het nieuwe
until: tot, tot en met, t/m
day: dag, dagen
week: week, weken
month: maand, maanden
none: geen, uit, onbeperkt, niets, zonder
january: januari, jan
february: februari, feb
march: maart, mrt
april: april, apr
may: mei
june: juni, jun
july: juli, jul
august: augustus, aug
september: september, sep
october: oktober, okt
november: november, nov
december: december, dec
today: vandaag
tomorrow: morgen
overmorrow: overmorgen
hour: uur, u
morning: 's ochtends, 's morgens
evening: 's avonds, 's middags, in de avond
night: 's nachts
midnight: middernacht
two: twee
three: drie
four: vier
mail: mail, mails, e-mail
polite: alsjeblieft, alstublieft, a.u.b., aub, s.v.p., graag, bedankt, dank, dank je,
 dank je wel, dank u, dank u wel, dankjewel, hallo, hoi, dag allemaal, beste,
 goedemorgen, goedenavond, groet, groeten, groetjes, met vriendelijke groet,
 vriendelijke groeten, mvg
filler: de, het, een, om, op, van, per, voor, naar, in, mijn, mij, me, en, bericht,
 berichten, volgende, nummer, nu
""",
    "fr": """
channel: canal, canaux, mode
pause: pause, pauser, suspendre, suspends, vacances
resume: reprendre, reprends, reprise, continuer
limit: limite, limiter, maximum, plafond, budget
pictures: images, image, photos
get: obtenir, envoyer, envoie, envoyez, recevoir, donne, donner, chercher
help: aide, aidez-moi, commandes
status: réglages, réglage, statut, état, paramètres
stop: arrêt, arrêter, arrête, stop, désabonner, désinscrire, désinscription
each: chaque, tout, tous, toutes, chacun
digest: résumé, résumés, condensé, digest, récapitulatif
bundle: paquet, lot, paquets
moodle: moodle, seulement moodle, moodle seulement, uniquement moodle
daily: quotidien, quotidienne, quotidiennement, tous les jours, par jour
weekly: hebdomadaire, hebdo, toutes les semaines, par semaine
monday: lundi, lundis
tuesday: mardi, mardis
wednesday: mercredi, mercredis
thursday: jeudi, jeudis
friday: vendredi, vendredis
saturday: samedi, samedis
sunday: dimanche, dimanches
photo: photo, image
file: fichier, document, pièce jointe
new: nouveau, nouveaux, nouvelles, nouveautés, nouveauté
until: jusqu'au, jusqu'à, jusque, jusqu'en
day: jour, jours
week: semaine, semaines
month: mois
none: aucun, aucune, sans, rien, illimité, pas de, pas d', pas
january: janvier, janv
february: février, févr
march: mars
april: avril, avr
may: mai
june: juin
july: juillet, juil
august: août
september: septembre, sept
october: octobre, oct
november: novembre, nov
december: décembre, déc
today: aujourd'hui
tomorrow: demain
overmorrow: après-demain
hour: heure, heures
morning: du matin, le matin
evening: du soir, le soir, de l'après-midi
night: de la nuit
noon: midi
midnight: minuit
kilobyte: kilo-octet, kilo-octets, kilooctets
megabyte: méga-octet, méga-octets, mégaoctets
two: deux
three: trois
four: quatre
mail: mail, courriel, courriels, e-mail, e-mails
polite: s'il vous plaît, s'il te plaît, svp, stp, merci, merci beaucoup, merci d'avance,
 bonjour, bonsoir, salut, cordialement, bien cordialement, à bientôt
filler: le, la, les, l, un, une, à, a, au, aux, de, du, des, d, par, pour, pendant, en,
 dans, mes, mon, ma, moi, et, message, messages, prochain, prochaine, numéro,
 maintenant
""",
    "es": """
channel: canal, canales, modo
pause: pausa, pausar, pause, suspender, vacaciones
resume: reanudar, continuar, seguir, reanuda
limit: límite, limitar, máximo, tope
pictures: imágenes, imagen, fotos
get: obtener, enviar, envía, enviame, recibir, traer, dame, mandar, manda
help: ayuda, comandos, órdenes
status: ajustes, estado, configuración
stop: parar, stop, baja, darse de baja, darme de baja, alto
each: cada, todo, todos, todas
digest: resumen, resúmenes, digest
bundle: paquete, lote
moodle: moodle, sólo moodle, sólo en moodle, moodle solamente
daily: diario, diaria, diariamente, cada día, todos los días
weekly: semanal, semanalmente, cada semana
monday: lunes
tuesday: martes
wednesday: miércoles
thursday: jueves
friday: viernes
saturday: sábado, sábados
sunday: domingo, domingos
photo: foto, imagen, fotografía
file: archivo, fichero, documento, adjunto
new: nuevo, nuevos, nuevas, novedades, lo nuevo
until: hasta, hasta el
day: día, días
week: semana, semanas
month: mes, meses
none: ninguno, ninguna, ningún, sin, nada, ilimitado
january: enero, ene
february: febrero, feb
march: marzo, mar
april: abril, abr
may: mayo, may
june: junio, jun
july: julio, jul
august: agosto, ago
september: septiembre, setiembre, sep
october: octubre, oct
november: noviembre, nov
december: diciembre, dic
today: hoy
tomorrow: mañana
overmorrow: pasado mañana
hour: hora, horas
morning: de la mañana, por la mañana
evening: de la tarde, por la tarde
night: de la noche, por la noche
noon: mediodía, medio día
midnight: medianoche
two: dos
three: tres
four: cuatro
mail: correo, correos, e-mail, mail
polite: por favor, gracias, muchas gracias, hola, buenos días, buenas tardes,
 buenas noches, saludos, un saludo, atentamente, un abrazo
filler: el, la, los, las, lo, un, una, uno, a, al, de, del, por, para, durante, en, mis,
 mi, me, y, mensaje, mensajes, próximo, próxima, número, ahora, que viene
""",
    "pt": """
channel: canal, canais, modo
pause: pausa, pausar, pause, suspender, férias
resume: retomar, continuar, retome, recomeçar
limit: limite, limitar, máximo
pictures: imagens, imagem, fotos
get: obter, enviar, envia, envie, receber, buscar, manda, mandar
help: ajuda, comandos
status: definições, configurações, configuração, estado, status
stop: parar, pare, stop, cancelar, sair
each: cada, tudo, todos, todas
digest: resumo, resumos, digest
bundle: pacote, lote
moodle: moodle, só moodle, só no moodle, apenas moodle, somente moodle
daily: diário, diária, diariamente, todos os dias, cada dia
weekly: semanal, semanalmente, cada semana
monday: segunda-feira, segunda
tuesday: terça-feira, terça
wednesday: quarta-feira, quarta
thursday: quinta-feira, quinta
friday: sexta-feira, sexta
saturday: sábado, sábados
sunday: domingo, domingos
photo: foto, imagem, fotografia
file: ficheiro, arquivo, documento, anexo
new: novo, novos, novas, novidades
until: até, até o, até ao, até à
day: dia, dias
week: semana, semanas
month: mês, meses
none: nenhum, nenhuma, sem, nada, ilimitado
january: janeiro, jan
february: fevereiro, fev
march: março, mar
april: abril, abr
may: maio, mai
june: junho, jun
july: julho, jul
august: agosto, ago
september: setembro, set
october: outubro, out
november: novembro, nov
december: dezembro, dez
today: hoje
tomorrow: amanhã
overmorrow: depois de amanhã
hour: hora, horas
morning: da manhã, de manhã
evening: da tarde, de tarde
night: da noite, à noite, de noite
noon: meio-dia
midnight: meia-noite
two: dois, duas
three: três
four: quatro
mail: correio, e-mail, e-mails, mail
polite: por favor, por gentileza, obrigado, obrigada, muito obrigado, muito obrigada,
 olá, oi, bom dia, boa tarde, boa noite, cumprimentos, atenciosamente, saudações,
 um abraço
filler: o, a, os, as, um, uma, às, ao, aos, de, do, da, por, para, durante, em, no, na,
 meu, minha, meus, minhas, me, e, mensagem, mensagens, próximo, próxima, número, agora
""",
}


def folded_words(text: str) -> str:
    """Return a text by which words are compared: without accents, case, apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (one for one in plain if not unicodedata.combining(one))
    return "".join(" " if one in "'’‘`´-‐‑" else one for one in letters)


@cache
def vocabulary() -> Mapping[tuple[str, ...], frozenset[Word]]:
    """Return what each phrase can mean; a phrase is its folded words."""
    found: dict[tuple[str, ...], set[Word]] = defaultdict(set)
    for entries in (_EVERYWHERE, *_WORDS.values()):
        for meaning, phrases in _entries(entries):
            for one in phrases:
                words = folded_words(one.replace(".", "").replace("/", " ")).split()
                found[tuple(words)].add(meaning)
    return {phrase: frozenset(meanings) for phrase, meanings in found.items()}


@cache
def first_phrase(language: str | None, meaning: Word) -> str:
    """Return how the bridge itself writes a meaning in a language."""
    for entries in (_WORDS[known_language(language)], _EVERYWHERE, _WORDS["en"]):
        for one, phrases in _entries(entries):
            if one is meaning:
                return phrases[0]
    raise KeyError(meaning)


def command_line(language: str | None, *meanings: Word) -> str:
    """Return a command as the bridge itself would write it in a language."""
    return " ".join(first_phrase(language, meaning) for meaning in meanings)


def _entries(text: str) -> list[tuple[Word, list[str]]]:
    lines = text.strip().replace("\n ", " ").split("\n")
    entries = []
    for line in lines:
        name, _, phrases = line.partition(":")
        entries.append((Word(name), [one.strip() for one in phrases.split(",")]))
    return entries
