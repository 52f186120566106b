"""What people ask of the bridge by mail, and how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.command_answers import (
    answer_text,
    file_line,
    new_line,
    posts_lines,
    settings_lines,
)
from mappings.mail_commands import read_commands
from mappings.mail_files import is_attached_by_hand
from mappings.mail_wishes import (
    ChooseChannel,
    Command,
    CommandMail,
    GetFile,
    GetNew,
    GetPosts,
    Help,
    LimitMail,
    LimitPictures,
    Pause,
    Resume,
    ShowSettings,
)
from mappings.moments import zone_of
from sync.channels import Choices, choose, default_channel, hasten, zone_name_for
from sync.jobs.answers import Answers, address_of
from sync.jobs.judged import Judged

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.settings.mail import MailSettings

CHANGES = ChooseChannel | Pause | Resume | LimitMail | LimitPictures


_NAMES: Mapping[type, str] = {
    ChooseChannel: "channel",
    Pause: "pause",
    Resume: "resume",
    LimitMail: "limit",
    LimitPictures: "pictures",
    GetPosts: "get",
    GetFile: "get file",
    GetNew: "get new",
    Help: "help",
    ShowSettings: "status",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Which command of a mail it is, of somebody who is in which pairs."""

    number: int
    pairs: frozenset[str]
    language: str


class Wishes:
    """Reads and carries out commands; everything happens in one transaction."""

    def __init__(
        self,
        *,
        pairs: Sequence[Pair],
        participants: Participants,
        answers: Answers,
        mail: MailSettings,
    ) -> None:
        self._pairs = pairs
        self._participants = participants
        self._answers = answers
        self._mail = mail

    def asked(self, judged: Judged) -> CommandMail | None:
        """Return what a mail asks of the bridge, None when it is for people.

        `judged` may lack its person: then hours are read in the zone of its pair.
        """
        mail, route, pair = judged.mail, judged.route, judged.route.pair
        if pair is None or judged.inbound.released:
            # Whoever releases a mail wants it to be posted.
            return None
        if any(map(is_attached_by_hand, mail.files)):
            # Whoever sends a file has something to show.
            return None
        person = judged.person
        name = mail.from_.name if mail.from_ else ""
        answers_nothing = route.link is None and route.awaited is None
        return read_commands(
            judged.trimmed.kept if mail.text.strip() else "",
            subject=mail.subject,
            now=judged.inbound.received_at,
            zone=zone_of(self._zone(person, pair)) or UTC,
            to_bridge=answers_nothing
            and route.issue is None
            and not route.by_list
            and self._is_to_bridge(judged),
            also_list=self._is_list_too(),
            own_name=f"{name} {person.fullname if person else ''}",
            language=person.language if person else None,
        )

    def carried_out(
        self, judged: Judged, asked: CommandMail
    ) -> Callable[[Transaction], None]:
        """Return what carries out a mail's commands and writes down the answer.

        Raises RemoteError when Moodle must be asked who takes part, and is silent.
        """
        assert judged.person is not None
        theirs = self._pairs_of(judged.person)

        def record(transaction: Transaction) -> None:
            assert judged.person is not None
            assert judged.route.pair is not None
            person, pair = judged.person, judged.route.pair
            language = person.language or pair.settings.language
            done: list[str] = []
            whole = not asked.problems
            for place, command in enumerate(asked.commands):
                said, all_comes = self._carried(
                    transaction, judged, command, _Place(place, theirs, language)
                )
                done += said
                whole = whole and all_comes
            if whole:
                # What was asked for comes, and says enough.
                return
            told = any(
                isinstance(command, CHANGES | ShowSettings)
                for command in asked.commands
            )
            self._answers.write(
                transaction,
                judged.inbound,
                judged.mail,
                key=f"answer:{judged.inbound.key}",
                to=address_of(person, judged.mail),
                language=language,
                text=answer_text(
                    language,
                    asked,
                    done=done,
                    settings=self._settings(transaction, person, pair, language)
                    if told
                    else (),
                    list_name=pair.mailing_list.address.name,
                ),
                list_name=pair.mailing_list.address.name,
            )

        return record

    def _carried(
        self,
        transaction: Transaction,
        judged: Judged,
        command: Command,
        at: _Place,
    ) -> tuple[list[str], bool]:
        """Carry out one command; return what is to be said besides the settings.

        And whether nothing needs to be said, for the mails that come say it.
        """
        assert judged.person is not None
        assert judged.route.pair is not None
        person, pair, language = judged.person, judged.route.pair, at.language
        if isinstance(command, CHANGES):
            choose(
                transaction,
                person.user_id,
                command,
                default=default_channel(pair.settings, self._mail),
                by="mail",
            )
            return [], False
        if isinstance(command, GetNew):
            waits = hasten(transaction, person.user_id)
            return [new_line(language, waits=waits)], False
        if isinstance(command, GetPosts):
            coming = [
                number
                for number in command.numbers
                if self._promised(transaction, judged, number, at)
            ]
            missing = [one for one in command.numbers if one not in coming]
            return posts_lines(language, coming, missing), not missing
        if isinstance(command, GetFile):
            name = f"{command.post_id}-{command.number}"
            comes = self._promised(
                transaction, judged, command.post_id, at, file=command.number
            )
            return [file_line(language, name, coming=comes)], comes
        return [], False

    def _promised(
        self,
        transaction: Transaction,
        judged: Judged,
        post_id: int,
        at: _Place,
        *,
        file: int | None = None,
    ) -> bool:
        """Plan the mail of a post or file; False when they surely may not have it."""
        assert judged.person is not None
        person = judged.person
        links = transaction.links.by_post(post_id)
        link = next((one for one in links if one.pair in at.pairs), None)
        if link is None:
            return False
        name = f"{post_id}" if file is None else f"{post_id}-{file}"
        return self._answers.promise(
            transaction,
            judged.inbound,
            key=f"wanted:{judged.inbound.key}:{at.number}:{name}",
            to=address_of(person, judged.mail),
            summary=f"{name}, asked for by {person.fullname}",
            details={
                "user_id": person.user_id,
                "pair": link.pair,
                "post_id": post_id,
                "discussion_id": link.discussion_id,
                "file": file,
            },
        )

    def _pairs_of(self, person: Person) -> frozenset[str]:
        """Return the pairs in which somebody takes part; may ask Moodle."""
        return frozenset(
            pair.name
            for pair in self._pairs
            if any(
                one.user_id == person.user_id and not one.suspended
                for one in self._participants.of_course(pair.place.course.id)
            )
        )

    def _settings(
        self, transaction: Transaction, person: Person, pair: Pair, language: str
    ) -> list[str]:
        choices = Choices(
            transaction.channels.of([person.user_id]),
            pairs={one.name: one.settings for one in self._pairs},
            mail=self._mail,
        )
        return settings_lines(
            language,
            choices.of(person.user_id, pair.name),
            zone=self._zone(person, pair),
            now=transaction.clock(),
        )

    def _zone(self, person: Person | None, pair: Pair) -> str:
        if person is None:
            return pair.settings.timezone or self._mail.timezone
        return zone_name_for(person, pair.settings, self._mail)

    def _is_to_bridge(self, judged: Judged) -> bool:
        mail = judged.mail
        own = folded(self._mail.address)
        recipients = (
            judged.inbound.envelope_recipient or "",
            *mail.delivered_to,
            *(one.address for one in (*mail.to, *mail.cc)),
        )
        return any(folded(address) == own for address in recipients)

    def _is_list_too(self) -> bool:
        own = folded(self._mail.address)
        return any(
            folded(address) == own
            for pair in self._pairs
            for address in pair.mailing_list.traits.addresses
        )


def told_of(asked: CommandMail) -> str:
    """Return in words, for an admin, what a mail asked for."""
    said = [_NAMES[type(command)] for command in asked.commands]
    said += [f"not understood: {problem.line}" for problem in asked.problems]
    return ", ".join(said)
