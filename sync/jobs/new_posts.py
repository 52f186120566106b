"""The post that a mail becomes: its draft, the place for it, and its turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.identity import marker
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.phrases import phrase
from sync.actions import Action
from sync.ledger.intents import IntentState

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.jobs.judged import Judged
    from sync.jobs.routing import Route
    from sync.ledger import Transaction
    from sync.ledger.inbound import Inbound
    from sync.pairs import Pair


class NewPosts:
    """Says what is to be posted for a mail that was accepted, and where.

    `secret` seals the markers; `site_url` is the address of the Moodle, of which the
    profiles of authors are part.
    """

    def __init__(self, *, secret: bytes, site_url: str) -> None:
        self._secret = secret
        self._site_url = site_url.rstrip("/")

    def action(
        self, transaction: Transaction, judged: Judged, streams: dict[int, str]
    ) -> Action:
        """Return the post of a mail that has a pair and an author.

        `streams` holds the stream of each mail of the same go by its number, for
        those that answer it; that of this mail is added.
        """
        inbound, route = judged.inbound, judged.route
        assert route.pair is not None
        assert judged.person is not None
        pair, person = route.pair, judged.person
        name = marker(self._secret.hex(), pair.name, inbound.key)
        draft = self._draft(judged, pair, person, name)
        details: dict[str, object] = {
            "mail": inbound.id,
            "pair": pair.name,
            "user_id": person.user_id,
            "author_name": person.fullname,
            "by_list": route.by_list,
        }
        stream = f"mirror-in:mail:{inbound.id}"
        if route.link is not None:
            details |= {
                "parent_post_id": route.link.post_id,
                "discussion_id": route.link.discussion_id,
                "forum_id": route.link.forum_id,
            }
            stream = f"mirror-in:discussion:{route.link.discussion_id}"
        elif route.awaited is not None:
            details |= {"awaited": route.awaited.id}
            stream = streams.get(
                route.awaited.id, _stream_of(transaction, route.awaited)
            )
        else:
            details |= {
                "forum_id": pair.place.new_forum_id,
                "group_id": judged.group_id,
            }
        streams[inbound.id] = stream
        begins = route.link is None and route.awaited is None
        return Action(
            key=f"post:{pair.name}:{inbound.key}",
            kind="post.discussion" if begins else "post.reply",
            source=f"mail:{inbound.id}",
            stream=stream,
            summary=f"{person.fullname} by mail: {draft.subject}",
            details=details,
            load=draft,
            marker=name,
        )

    def _draft(
        self, judged: Judged, pair: Pair, person: Person, name: str
    ) -> PostDraft:
        route, language = judged.route, pair.language
        above = _subject_above(route)
        return post_from_mail(
            # Moodle writes the course before the subject of its own mails.
            replace(judged.mail, subject=above or "") if route.native else judged.mail,
            trimmed=judged.trimmed,
            marker=name,
            author_line=phrase(language, "by_mail", name=person.fullname),
            author=(person.fullname, self._profile_of(person, pair)),
            language=language,
            parent_subject=above,
            tags=(pair.tag,),
        )

    def _profile_of(self, person: Person, pair: Pair) -> str:
        course_id = pair.place.course.id
        return f"{self._site_url}/user/view.php?id={person.user_id}&course={course_id}"


def _subject_above(route: Route) -> str | None:
    if route.link is not None:
        return route.link.subject
    return None if route.awaited is None else route.awaited.subject


def _stream_of(transaction: Transaction, awaited: Inbound) -> str:
    for intent in transaction.intents.of_source(f"mail:{awaited.id}"):
        if intent.state is not IntentState.DEAD:
            return intent.stream
    return f"mirror-in:mail:{awaited.id}"
