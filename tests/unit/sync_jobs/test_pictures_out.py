"""Pictures as each reader wants them: scaled to their limit, or linked."""

from __future__ import annotations

import io
from random import Random

from PIL import Image

from mappings.mail_wishes import LimitPictures
from moodle_bridge.model.channels import Channel
from moodle_bridge.practice.records import User
from sync.channels import choose
from sync.ledger import Ledger
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse


def limits(course: BridgedCourse, user: User, size: int) -> None:
    url = f"sqlite:///{course.folder / 'ledger.db'}"
    ledger = Ledger.open(url, clock=course.clock)
    with ledger.writing() as transaction:
        choose(
            transaction,
            user.id,
            LimitPictures(size=size),
            default=Channel(),
            by="admin",
        )
    ledger.close()


def a_photo() -> bytes:
    pixels = Random(1).randbytes(500 * 400 * 3)
    written = io.BytesIO()
    Image.frombytes("RGB", (500, 400), pixels).save(written, "JPEG", quality=90)
    return written.getvalue()


def attached(course: BridgedCourse, user: User) -> list[int]:
    (mail,) = course.mails(user.email)
    return [len(part.get_content()) for part in mail.iter_attachments()]


def test_a_picture_is_scaled_to_the_limit_of_its_reader_or_linked(
    direct: BridgedCourse,
) -> None:
    photo = a_photo()
    limits(direct, direct.ha, 30_000)
    limits(direct, direct.jan, 0)
    direct.write(direct.grace, "Look!", to=BRIDGE, files=[("market.jpg", photo)])
    direct.sync()
    direct.sync()
    (scaled,) = attached(direct, direct.ha)
    assert 0 < scaled <= 30_000 < len(photo)
    assert attached(direct, direct.jan) == []
    (whole,) = attached(direct, direct.aminata)
    assert whole > 30_000
