"""The order in which posts are told: parents before their children."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from moodle_bridge.model.forum import Post


def parents_first(posts: Sequence[Post]) -> tuple[Post, ...]:
    """Return the posts with every parent before its children, else in their order.

    Posts of one second may come in any order. A post whose parent is not among them
    stays where it is; posts that are their own ancestors come last.
    """
    present = {post.id for post in posts}
    waiting: dict[int, list[Post]] = {}
    told: dict[int, Post] = {}
    for post in posts:
        parent = post.parent_id
        if parent is not None and parent in present and parent not in told:
            waiting.setdefault(parent, []).append(post)
            continue
        ready = deque([post])
        while ready:
            next_one = ready.popleft()
            told[next_one.id] = next_one
            ready.extendleft(reversed(waiting.pop(next_one.id, ())))
    rest = (post for children in waiting.values() for post in children)
    return (*told.values(), *rest)
