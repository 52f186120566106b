"""Reading a forum over a slow line: in batches, and a discussion at a time."""

from __future__ import annotations

import time

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.part import Part
from moodle_bridge.model.forum import DiscussionPosts
from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.facade import Connection

_DELAY_MS = 30


def measure(size: Size) -> Figures:
    """Read a forum of 200 discussions and 2,000 posts, 30 ms a request."""
    discussions = 200 if size is Size.FULL else 6
    with Part(
        "benchmarks.practice_site",
        f"--discussions={discussions}",
        "--posts=10",
        f"--delay-ms={_DELAY_MS if size is Size.FULL else 1}",
    ) as site:
        forum_id = site.about["courses"][0]["forums"][0]["id"]
        requests, posts, seconds = _together(site, forum_id)
        single_requests, single_posts, seconds_single = _singly(site, forum_id)
    if posts != single_posts:
        msg = f"{posts} posts were read in batches, {single_posts} one by one"
        raise RuntimeError(msg)
    return {
        "requests": requests,
        "requests_single": single_requests,
        "discussions": discussions,
        "posts": posts,
        "seconds": round(seconds, 3),
        "seconds_single": round(seconds_single, 3),
        "speedup": round(seconds_single / seconds, 1),
    }


def _opened(site: Part) -> Moodle:
    return Moodle.connect(
        Connection(site_url=site.about["url"]), str(site.about["token"])
    )


def _together(site: Part, forum_id: int) -> tuple[int, int, float]:
    before = site.ask()["requests"]
    started = time.perf_counter()
    with _opened(site) as moodle:
        listed = moodle.forums.discussions(forum_id, since=None)
        posts = sum(
            len(read.posts)
            for read in moodle.forums.posts(listed)
            if isinstance(read, DiscussionPosts)
        )
    seconds = time.perf_counter() - started
    return site.ask()["requests"] - before, posts, seconds


def _singly(site: Part, forum_id: int) -> tuple[int, int, float]:
    before = site.ask()["requests"]
    started = time.perf_counter()
    with _opened(site) as moodle:
        posts = sum(
            len(moodle.forums.posts_of(discussion.id))
            for discussion in moodle.forums.discussions(forum_id, since=None)
        )
    seconds = time.perf_counter() - started
    return site.ask()["requests"] - before, posts, seconds


BENCHMARK = Benchmark(
    name="read-forum",
    description="read 200 discussions with 2,000 posts, 30 ms added to each request",
    measure=measure,
    aims=(Aim(figure="requests", most=12), Aim(figure="speedup", least=8)),
)
