"""Brings the files of a post into draft areas, where Moodle takes them from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from mappings.mail_to_post import PostDraft
from mappings.moodle_markup import PLUGIN_FILE
from mappings.pictures import fitted_file, without_place
from moodle_bridge.errors import Permanent
from moodle_bridge.model.mail import MailFile
from moodle_bridge.moodle.files import DraftArea, Upload

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle

# What a site that refuses a photo as it came is likely to take.
_SMALLER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A draft whose files are up; the areas are None where it has none."""

    message_html: str
    files_area: int | None = None
    pictures_area: int | None = None


def uploaded(moodle: Moodle, draft: PostDraft) -> Uploaded:
    """Upload the files and the pictures of a draft; what is not used, Moodle clears.

    Pictures go up without what phones write into them; one that Moodle refuses is
    tried once more, scaled down. Raises Permanent (code `filerefused`) when a file is
    not taken, Transient when the site is away.
    """
    files, _ = _up(moodle, draft.files)
    pictures, names = _up(moodle, draft.pictures)
    message = draft.message_html
    for picture, name in zip(draft.pictures, names, strict=True):
        if name != picture.filename:
            message = message.replace(
                f'"{PLUGIN_FILE}/{quote(picture.filename)}"',
                f'"{PLUGIN_FILE}/{quote(name)}"',
            )
    return Uploaded(message_html=message, files_area=files, pictures_area=pictures)


def _up(
    moodle: Moodle, files: Sequence[MailFile]
) -> tuple[int | None, tuple[str, ...]]:
    if not files:
        return None, ()
    # A picture that cannot be cleaned goes up as it came: here it is asked for.
    bare = [without_place(file) or file for file in files]
    area = _area(moodle, bare)
    if area.refused:
        refused = {file.filename for file in area.refused}
        less = [_smaller(file) if file.filename in refused else file for file in bare]
        if less != bare:
            area = _area(moodle, less)
    if area.refused:
        first = area.refused[0]
        raise Permanent(
            f"Moodle does not take the file {first.filename!r} ({first.reason})",
            advice="Raise the limit for files in Moodle and release the mail, or"
            " drop it and ask its sender for a smaller file.",
            code="filerefused",
        )
    return area.item_id, area.stored


def _smaller(file: MailFile) -> MailFile:
    return fitted_file(file, _SMALLER) or file


def _area(moodle: Moodle, files: Sequence[MailFile]) -> DraftArea:
    return moodle.files.upload(
        Upload(filename=file.filename, content=file.content, media_type=file.media_type)
        for file in files
    )
