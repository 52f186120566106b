"""Whether a post stands as it was written."""

from __future__ import annotations

from collections.abc import Sequence

from moodle_bridge.model.forum import Post
from moodle_bridge.moodle.markers import bears
from moodle_bridge.moodle.outcomes import StoredDifferently, difference


def differences(
    post: Post,
    *,
    subject: str | None = None,
    marker: str | None = None,
    filenames: Sequence[str] = (),
    private: bool = False,
) -> tuple[StoredDifferently, ...]:
    """Return what Moodle stored otherwise than it was asked to, without a word.

    It drops files over a limit or without the right to attach, posts a private reply
    of who may not write one publicly, and cleans HTML, by which a marker may go.
    `filenames` are the attachments that the post is to have, as `DraftArea.stored`
    names them; `subject` and `marker` None are not looked at. For a placeholder
    nothing can be said but that it is one.
    """
    if not post.visible:
        return (StoredDifferently(field="post", asked="to be seen", stored=None),)
    found: list[StoredDifferently] = []
    if private != post.private:
        found.append(
            StoredDifferently(
                field="private reply",
                asked="private" if private else "public",
                stored="private" if post.private else "public",
            )
        )
    found += difference("subject", subject, post.subject)
    present = {attachment.filename for attachment in post.attachments}
    found += [
        StoredDifferently(field="attachment", asked=name, stored=None)
        for name in filenames
        if name not in present
    ]
    if marker is not None and not bears(post.message, marker):
        found.append(StoredDifferently(field="marker", asked=marker, stored=None))
    return tuple(found)
