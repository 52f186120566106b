"""What of a mail is the mailing list's: its marks, its own letters, its digests."""

from __future__ import annotations

import re

from mappings.mail_reading import ReadMail
from moodle_bridge.model.mail import ListAddress

_DIGEST_SUBJECT = re.compile(
    r"(?i)\bdigest,? (?:vol(?:ume)?\.?|no\.?|n°|number|#) ?\d+|\bvol(?:ume)?\.? \d+,"
    r" (?:issue|no\.?|n°|parution|numero|número|ausgabe|aflevering|edición|edição) \d+"
    r"|^(?:re: )?(?:abridged summary of|digest for) \S+@\S+"
    r"|\bdigest\b.{0,20}\b\d+ (?:messages|updates|new)\b"
    r"|^\S+@groups\.io digest #\d+|\babridged digest\b"
)
_ANSWER_MARK = re.compile(r"(?i)^(?:\[[^\]]{1,40}\]\s*|(?:re|aw|sv|antw?|rép)\s*:\s*)+")
_ADMIN_LOCAL = re.compile(
    r"(?i)^(?P<list>.+?)[-+](?:request|owner|bounces?|confirm|join|leave|admin"
    r"|subscribe|unsubscribe|help|noreply|return|sendinvite)(?:[+=-].*)?$"
)
_ADMIN_SENDER = re.compile(
    r"(?i)^(?:mailman(?:-\w+)?|listserv|majordomo|sympa|ecartis|listmaster|noreply"
    r"|no-reply|notifications?)@(?:lists?\.|groups?\.|googlegroups\.com|groups\.io)"
    r"|^\S+\+(?:noreply|msgappr|owners?|managers?|unsubconfirm|subconfirm)@googlegroups\.com$"
    r"|^noreply-spamdigest@google\.com$|^\S+-(?:confirm|owner)\+?\S*@lists?\."
)
_ASKING_SUBJECT = re.compile(
    r"(?i)^(?:re: ?)?confirm [0-9a-f]{20,40}$|^(?:re: ?)?confirm \S{1,20}\+[0-9a-f]{20,40}$"
    r"|^your message to .{1,80} awaits moderator approval"
    r"|^votre message (?:à|pour|vers) .{1,80} (?:attend|est en attente|en attente de)"
    r"|^uw bericht aan .{1,80} wacht op|^su mensaje (?:a|para) .{1,80} espera"
    r"|^(?:ihre|deine) nachricht an .{1,80} wartet auf"
    r"|^(?:sua|a sua) mensagem (?:a|para) .{1,80} (?:aguarda|espera)"
    r"|^il (?:tuo|suo) messaggio (?:a|per) .{1,80} (?:attende|è in attesa|in attesa)"
    r"|^\d+ .{1,80} moderator request\(s\) waiting"
    r"|^(?:you have been )?unsubscribed from the .{1,80} (?:mailing )?list"
    r"|^.{1,80} (?:subscription|unsubscription|unsubscribe) notification$"
    r"|^bounce action notification$|^uncaught bounce notification$"
    r"|^(?:request|action|message) (?:to mailing list|rejected|held)"
    r"|^\S+@\S+ post from \S+@\S+ requires approval$"
    r"|^new (?:un)?subscription request to .{1,80} from \S+@\S+$"
    r"|^your confirmation is needed to (?:join|leave) the .{1,80} mailing list"
    r"|^posting to .{1,80} awaits approval$|^message approval needed\b"
    r"|^moderator's spam report for \S+@\S+$"
    r"|^please confirm your groups\.io account|^your groups\.io account is bouncing"
    r"|^article to be approved for |^your message to list \S+ is (?:awaiting|waiting)"
    r"|^(?:un)?subscribe request to list .{1,80}: authentication needed$"
    r"|^message rejected for list |^request for moderation\b"
    r"|^(?:le|votre) message (?:à|pour) (?:la liste )?\S+ (?:est en attente|attend)"
    r"|^(?:demande d'|)approbation\b.{1,80}\bliste\b|^article à modérer pour "
    r"|^your (?:subscription|membership) (?:for|to|in) .{1,80}"
    r"(?:mailing list|has been disabled|confirmation)"
)
_WELCOME_SUBJECT = re.compile(r"(?i)^welcome to the .{1,80} mailing list")


def is_from_list(mail: ReadMail, mailing_list: ListAddress | None) -> bool:
    """Say whether this list handed the mail out.

    By List-Id (RFC 2919), List-Post (RFC 2369), X-BeenThere or Google's Mailing-List;
    always false for None.
    """
    if mailing_list is None:
        return False
    address = mailing_list.address.lower()
    if (
        mailing_list.list_id
        and mail.list_id == mailing_list.list_id.strip("<>").lower()
    ):
        return True
    local, _, domain = address.partition("@")
    if mail.list_id == f"{local}.{domain}":
        return True
    for name in ("list-post", "x-beenthere", "mailing-list", "x-loop"):
        for value in mail.headers.all(name):
            if _names(value, address):
                return True
    return False


def is_of_another_list(mail: ReadMail, mailing_list: ListAddress) -> bool:
    """Say whether another list of the same host handed the mail out.

    Many lists share a host, and anybody can open one there: what the host signs for
    another list says nothing of who wrote to this one.
    """
    local, _, domain = mailing_list.address.lower().partition("@")
    own = {f"{local}.{domain}", (mailing_list.list_id or "").strip("<>").lower()}
    named = {
        value.rpartition("<")[2].partition(">")[0].strip().lower()
        for value in mail.headers.all("list-id")
    }
    return any(one.endswith(f".{domain}") for one in named - own)


def is_list_admin(mail: ReadMail, mailing_list: ListAddress | None) -> bool:
    """Say whether the list's program wrote the mail itself, about a post or a member.

    `awaits moderator approval`, `confirm ...`, welcome and farewell letters, notices
    to its owner.
    """
    if mail.headers.first("x-list-administrivia").lower().startswith("yes"):
        return True
    sender = mail.from_.address.lower() if mail.from_ else ""
    program = bool(_ADMIN_SENDER.match(sender)) or _is_of_list(sender, mailing_list)
    if _ASKING_SUBJECT.search(mail.subject) or _WELCOME_SUBJECT.search(mail.subject):
        return program or mail.precedence in {"bulk", "junk", "list"}
    return program and (
        mail.precedence in {"bulk", "junk"} or mail.auto_submitted not in {"", "no"}
    )


def asks_for_a_person(mail: ReadMail) -> bool:
    """Say whether a letter of a list's program wants somebody to act.

    It holds or refused a mail, asks for a confirmation, or ended a membership.
    """
    return bool(_ASKING_SUBJECT.search(mail.subject))


def is_digest(mail: ReadMail) -> bool:
    """Say whether the mail is several posts of a list in one."""
    if "multipart/digest" in mail.part_types:
        return True
    return bool(_DIGEST_SUBJECT.search(mail.subject)) and not mail.in_reply_to


def answers_digest(mail: ReadMail) -> bool:
    """Say whether the mail answers a digest as a whole, by its subject."""
    answered = _ANSWER_MARK.sub("", mail.subject)
    return answered != mail.subject and bool(_DIGEST_SUBJECT.search(answered))


def _is_of_list(sender: str, mailing_list: ListAddress | None) -> bool:
    local, _, domain = sender.partition("@")
    found = _ADMIN_LOCAL.match(local)
    if not found or mailing_list is None:
        return False
    own_local, _, own_domain = mailing_list.address.lower().partition("@")
    return domain == own_domain and found["list"] == own_local


def _names(value: str, address: str) -> bool:
    lowered = value.lower()
    place = lowered.find(address)
    if place < 0:
        return False
    before = lowered[place - 1 : place]
    after = lowered[place + len(address) : place + len(address) + 1]
    return not (before.isalnum() or before in {".", "-", "_", "+"}) and not (
        after.isalnum() or after in {".", "-"}
    )
