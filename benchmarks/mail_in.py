"""Mail on its way in: read, screened, trimmed and made into posts."""

from __future__ import annotations

import time
from collections import Counter

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.letters import letters, parent_id
from benchmarks.talk import LIST, SITE
from mappings.identity import marker
from mappings.mail_reading import read_mail
from mappings.mail_to_post import post_from_mail
from mappings.parentage import LinkRef, ReplyRoute, find_parent
from mappings.screening import Outcome, ScreeningRules, screen
from mappings.trimming import trim

_SECRET = "a secret of thirty-two bytes ....."


def measure(size: Size) -> Figures:
    """Take 1,000 mails of ten kinds through everything that is decided about them."""
    mails, links, subjects = [], {}, {}
    for raw, spoken in letters(1000 if size is Size.FULL else 20):
        mails.append(raw)
        links[parent_id(spoken)] = LinkRef(
            post_id=spoken.post.id, subject=spoken.discussion.name
        )
        subjects[spoken.post.id] = spoken.discussion.name
    rules = ScreeningRules(
        site_tag=SITE.site_tag,
        domain=SITE.domain,
        mailing_list=LIST,
        own_addresses=frozenset({SITE.bridge_address}),
    )
    route = ReplyRoute(
        address=SITE.bridge_address, domain=SITE.domain, secret=_SECRET.encode()
    )
    became: Counter[str] = Counter()
    started, busy = time.perf_counter(), time.process_time()
    for raw in mails:
        mail = read_mail(raw)
        parentage = find_parent(mail, links.get, route=route)
        verdict = screen(mail, rules)
        if verdict.outcome is not Outcome.ACCEPT:
            became[verdict.kind.value] += 1
            continue
        assert parentage.parent is not None
        post_from_mail(
            mail,
            trimmed=trim(mail.text),
            marker=marker(_SECRET, mail.message_id or ""),
            author_line="Florence Achieng, by mail",
            language="en",
            parent_subject=subjects[parentage.parent.post_id],
        )
        became["post"] += 1
    seconds = time.perf_counter() - started
    cpu = time.process_time() - busy
    return {
        "mails": len(mails),
        "posts": became["post"],
        "left_alone": len(mails) - became["post"],
        "megabytes": round(sum(map(len, mails)) / 1e6, 1),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "per_second": round(len(mails) / seconds, 1),
    }


BENCHMARK = Benchmark(
    name="mail-in",
    description="read, screen, trim and map 1,000 mails of ten kinds, on one core",
    measure=measure,
    aims=(Aim(figure="per_second", least=300),),
)
