"""One post as a digest or bundle shows it: its words, its files, what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from mappings.html_text import html_text, text_excerpt
from mappings.letter import author_name
from mappings.links import tokens_masked
from mappings.mime_parts import shown_name
from mappings.one_line import cut, one_line
from mappings.phrases import file_size, phrase
from mappings.post_body import FOOTER_LINE
from moodle_bridge.model.forum import Discussion, Post

_SUBJECT_LONGEST = 70
_EXCERPT_LONGEST = 60
_ITEM_LINE = re.compile(r"^(\s*)(\[\d{1,4}\]|={3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFile:
    """A file of a post, left out and named: `name` is what `get photo` takes."""

    name: str
    filename: str
    size: str
    picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post among the posts of an issue, ready to be laid out.

    `section` names the course or list where a reader has several. `text` is plain
    text, LF line ends; `subject` and `author` are on one line. `parent` recalls what
    is answered, as `Ben: excerpt`, empty for none. `size` is that of the words in
    bytes. `written` is None for a post that was taken back meanwhile, and then
    nothing of it is shown but that it was there.
    """

    pair: str
    section: str
    post_id: int
    discussion_id: int
    importance: int
    subject: str
    author: str
    parent_id: int | None = None
    text: str = ""
    parent: str = ""
    files: tuple[EntryFile, ...] = ()
    written: datetime | None = None

    @property
    def size(self) -> int:
        """The bytes of the words in UTF-8."""
        return len(self.text.encode("utf-8", "replace"))


def entry_of(
    post: Post,
    discussion: Discussion,
    *,
    pair: str,
    section: str,
    parent: Post | None,
    importance: int,
    language: str,
    site_url: str,
) -> Entry:
    """Return the entry of a post that the reader may read now.

    `post` and `parent` are under the names of who wrote them; `parent` is None where
    nothing is to be recalled, for a first post or a parent that may not be shown.
    Raises ValueError for a post that may be shown to nobody (private, deleted, a
    placeholder): this is the last door.
    """
    if post.private or post.deleted or not post.visible or post.created is None:
        raise ValueError(f"post {post.id} may be mailed to nobody")
    return Entry(
        pair=pair,
        section=section,
        post_id=post.id,
        discussion_id=discussion.id,
        importance=importance,
        subject=cut(one_line(discussion.name), _SUBJECT_LONGEST),
        author=author_name(post, language),
        parent_id=post.parent_id,
        text=_harmless(_words(post, language, site_url)),
        parent=_recalled(parent, language, site_url),
        files=tuple(_files(post, language)),
        written=post.created,
    )


def gone_entry(
    *, pair: str, post_id: int, discussion_id: int, section: str = ""
) -> Entry:
    """Return the entry of a post that may not be shown any more."""
    return Entry(
        pair=pair,
        section=section,
        post_id=post_id,
        discussion_id=discussion_id,
        importance=0,
        subject="",
        author="",
    )


def _words(post: Post, language: str, site_url: str) -> str:
    picture = phrase(language, "picture")
    text = html_text(post.message, base_url=site_url, picture=picture)
    return tokens_masked(text, base_url=site_url).strip()


def _harmless(text: str) -> str:
    # A post must not look like the beginning of the next one, nor like the end of all:
    # answers are placed by these lines.
    plain = "\n".join(
        "---" if line.strip() == FOOTER_LINE else line for line in text.split("\n")
    )
    return _ITEM_LINE.sub(r"\1. \2", plain)


def _recalled(parent: Post | None, language: str, site_url: str) -> str:
    if parent is None:
        return ""
    excerpt = text_excerpt(_words(parent, language, site_url), _EXCERPT_LONGEST)
    return f"{author_name(parent, language)}: {excerpt}" if excerpt else ""


def _files(post: Post, language: str) -> list[EntryFile]:
    return [
        EntryFile(
            name=f"{post.id}-{place}",
            filename=shown_name(attachment.filename),
            size=file_size(language, attachment.size),
            picture=attachment.media_type.startswith("image/"),
        )
        for place, attachment in enumerate(post.attachments, start=1)
    ]
