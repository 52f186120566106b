"""Who wrote a post, and what it answers, as readers by mail are to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mappings.mail_to_post import without_author_line
from moodle_bridge.model.forum import Author, Post
from sync.ledger.links import Link, LinkState, Origin


def in_own_names(
    posts: Mapping[int, Post], links: Mapping[int, Link]
) -> tuple[Post, ...]:
    """Return all posts under the names of who wrote them.

    Who answered by mail has answered, though Moodle shows another account.
    """
    return tuple(
        in_own_name(post, links[number]) if number in links else post
        for number, post in posts.items()
    )


def in_own_name(post: Post, link: Link) -> Post:
    """Return the post under the name of who wrote it, also when it came by mail."""
    if link.origin is not Origin.MAIL or not link.author_name:
        return post
    return replace(
        post,
        author=Author(id=link.author_user_id, fullname=link.author_name),
        message=without_author_line(post.message),
    )


def parent_shown(parent: Post | None, links: Mapping[int, Link]) -> Post | None:
    """Return the parent as it may be quoted, None when readers may not see it."""
    if parent is None or parent.private or not parent.visible or parent.deleted:
        return None
    link = links.get(parent.id)
    if link is not None and link.state is LinkState.WITHHELD:
        came_by_list = link.origin is Origin.MAIL and link.via_list
        return in_own_name(parent, link) if came_by_list else None
    return parent if link is None else in_own_name(parent, link)


def ancestors(
    post: Post, posts: Mapping[int, Post], links: Mapping[int, Link]
) -> tuple[str, ...]:
    """Return the Message-IDs from the first post down to the parent."""
    chain: list[str] = []
    seen = {post.id}
    parent_id = post.parent_id
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        link = links.get(parent_id)
        if link is not None:
            chain.append(link.message_id)
        parent = posts.get(parent_id)
        if parent is not None:
            parent_id = parent.parent_id
        else:
            parent_id = link.parent_post_id if link else None
    return tuple(reversed(chain))
