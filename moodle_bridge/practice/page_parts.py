"""The parts the pages are made of: the frame, links, forms, threads."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from moodle_bridge.practice.file_shapes import mimetype_of, size_in_words
from moodle_bridge.practice.moments import iso, spoken, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import Post, StoredFile, User

_STYLE = """
body { font: 1.05rem/1.55 system-ui, sans-serif; color: #1d2125; background: #fff;
  max-width: 52rem; margin: 0 auto; padding: 1rem; }
a { color: #0b5394; }
.notice { background: #fff4ce; border: 1px solid #b58900; padding: .5rem .75rem; }
.refused { background: #fde7e9; border: 1px solid #a4262c; padding: .5rem .75rem; }
.post { border: 1px solid #c7ccd1; border-radius: .3rem; padding: .5rem .75rem;
  margin: .75rem 0; overflow-wrap: anywhere; }
.post h2 { font-size: 1.05rem; margin: 0; }
.thread { list-style: none; margin: 0; padding: 0; }
.thread .thread { padding-inline-start: 1.5rem; border-inline-start: 3px solid #dee2e6; }
.post img { max-width: 100%; height: auto; }
.small { color: #495057; font-size: .9rem; }
label { display: block; margin: .5rem 0 .15rem; font-weight: 600; }
input[type=text], textarea, select { width: 100%; box-sizing: border-box;
  font: inherit; padding: .35rem; }
button { font: inherit; margin-top: .6rem; padding: .4rem .9rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .35rem .5rem; border-bottom: 1px solid #dee2e6; }
"""
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def framed(
    title: str, content: str, *, root: str, lang: str = "en", status: int = 200
) -> Response:
    """Return a whole page; `content` is HTML, `title` is text."""
    body = (
        f'<!DOCTYPE html>\n<html lang="{escape(lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        '<p class="notice" role="note">This is a practice Moodle. It has no passwords '
        "and is for use on this machine alone.</p>"
        f'<nav aria-label="Site"><a href="{escape(root)}/">Courses</a></nav>'
        f'<main><h1 dir="auto">{escape(title)}</h1>{content}</main></body></html>\n'
    )
    response = Response(body, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def link(url: str, text: str) -> str:
    """Return a link; the text may be in any script."""
    return f'<a href="{escape(url)}"><bdi>{escape(text)}</bdi></a>'


def person(user: User) -> str:
    """Return a person's name, kept apart from the text around it."""
    return f"<bdi>{escape(user.fullname)}</bdi>"


def time_of(moment: int, call: Call) -> str:
    """Return a time in the reader's zone."""
    zone = zone_of(call.user.timezone)
    return f'<time datetime="{iso(moment, zone)}">{spoken(moment, zone)}</time>'


def person_choice(users: Iterable[User], chosen: User, *, label: str, id_: str) -> str:
    """Return a labelled select of users, which stands in for signing in."""
    options = "".join(
        f'<option value="{user.id}"{" selected" if user.id == chosen.id else ""}>'
        f"{escape(user.fullname)} ({escape(user.username)})</option>"
        for user in users
    )
    return (
        f'<label for="{id_}">{escape(label)}</label>'
        f'<select id="{id_}" name="as">{options}</select>'
    )


def view_as_form(users: Iterable[User], chosen: User, keep: Mapping[str, str]) -> str:
    """Return the form with which a reader looks through somebody's eyes."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">'
        for name, text in keep.items()
    )
    choice = person_choice(users, chosen, label="Look as", id_="look-as")
    return f'<form method="get">{kept}{choice}<button>Look</button></form>'


def writing_form(
    users: Iterable[User], chosen: User, *, action: str, subject: str, heading: str
) -> str:
    """Return the form with which a discussion is started or answered."""
    choice = person_choice(users, chosen, label="Post as", id_="post-as")
    return (
        f'<section aria-labelledby="write"><h2 id="write">{escape(heading)}</h2>'
        f'<form method="post" action="{escape(action)}" accept-charset="utf-8">{choice}'
        '<label for="subject">Subject</label><input type="text" id="subject" '
        f'name="subject" dir="auto" maxlength="255" required value="{escape(subject)}">'
        '<label for="message">Message</label><textarea id="message" name="message" '
        'dir="auto" rows="6" required></textarea><button>Post</button></form></section>'
    )


def attached(files: Iterable[tuple[str, StoredFile]]) -> str:
    """Return the files of a post, each with its URL; pictures are shown."""
    shown = ""
    for url, file in files:
        name, size = escape(file.filename), size_in_words(len(file.content))
        picture = mimetype_of(file.filename) in _PICTURES
        image = f'<br><img src="{escape(url)}" alt="{name}">' if picture else ""
        shown += f"<p>{link(url, file.filename)} ({size}){image}</p>"
    return shown


def threaded(
    call: Call,
    posts: list[Post],
    *,
    reply_url: str,
    files: Callable[[Post], Iterable[tuple[str, StoredFile]]],
) -> str:
    """Return posts as nested lists; a reply whose parent is not shown stands alone.

    `files` gives the files of a post with their URLs.
    """
    shown = {post.id for post in posts}
    children: dict[int, list[Post]] = {}
    for post in posts:
        children.setdefault(post.parent if post.parent in shown else 0, []).append(post)

    def branch(parent: int) -> str:
        entries = [
            f"<li>{_post(call, post, reply_url, files)}{branch(post.id)}</li>"
            for post in children.get(parent, [])
        ]
        return f'<ul class="thread">{"".join(entries)}</ul>' if entries else ""

    return branch(0)


def _post(
    call: Call,
    post: Post,
    reply_url: str,
    files: Callable[[Post], Iterable[tuple[str, StoredFile]]],
) -> str:
    author = call.state.users[post.userid]
    private = " - private reply" if post.privatereplyto else ""
    return (
        f'<article class="post" id="p{post.id}" aria-labelledby="s{post.id}">'
        f'<h2 id="s{post.id}" dir="auto">{escape(post.subject)}</h2>'
        f'<p class="small">by {person(author)} - {time_of(post.created, call)}'
        f"{private}</p>"
        # The message was cleaned when it was stored.
        f'<div lang="{escape(author.lang)}" dir="auto">{post.shown}</div>'
        f"{attached(files(post))}"
        f'<p class="small"><a href="{escape(reply_url)}&amp;reply={post.id}#write">Reply'
        "</a></p></article>"
    )
