"""Files: up into a draft area, down from a post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from pydantic import BaseModel, TypeAdapter, ValidationError

from moodle_bridge.errors import Transient
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.moodle.calls import Call, misshapen
from moodle_bridge.moodle.client import MoodleClient

_UPLOAD = Call(function="webservice/upload.php")
_TAKEN = "filenameexist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is to go up."""

    filename: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """A file that Moodle did not take: its word for the reason, and its sentence."""

    filename: str
    reason: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftArea:
    """A draft area to hang on a post, and what is in it.

    `item_id` is None when nothing was stored: then the post has no attachments.
    `stored` are the names as Moodle wrote them.
    """

    item_id: int | None
    stored: tuple[str, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


class _Row(BaseModel):
    filename: str = ""
    itemid: int | None = None
    error: str | None = None
    errortype: str | None = None


_ROWS = TypeAdapter(list[_Row])


class Files:
    """Files of the site."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def upload(self, files: Iterable[Upload]) -> DraftArea:
        """Put files into one new draft area (`webservice/upload.php`).

        Two files of one name get different names. A file that Moodle refuses (too
        large, say) is reported and does not stop the others. May be repeated: Moodle
        clears a draft area that nobody uses. Raises Permanent when nothing may be
        uploaded at all, Transient when the site is away.
        """
        item_id = 0
        stored: list[str] = []
        refused: list[RefusedFile] = []
        taken: set[str] = set()
        for file in files:
            name = free_name(file.filename, taken)
            taken.add(name.casefold())
            row = self._up(file, name, item_id)
            if row.error is not None:
                refused.append(
                    RefusedFile(
                        filename=file.filename,
                        reason=row.errortype or "refused",
                        said=row.error,
                    )
                )
                continue
            item_id = row.itemid or item_id
            stored.append(row.filename or name)
        return DraftArea(
            item_id=item_id or None, stored=tuple(stored), refused=tuple(refused)
        )

    def download(self, url: str, *, limit: int) -> bytes:
        """Return a file of the site, of `limit` bytes at most; see `ITransport`."""
        return self._client.patience.tried(
            lambda: self._client.transport.download(url, limit=limit)
        )

    def _up(self, file: Upload, name: str, item_id: int) -> _Row:
        lost_before = False

        def attempt() -> Answer:
            nonlocal lost_before
            try:
                return self._client.transport.upload(
                    name, file.content, media_type=file.media_type, item_id=item_id
                )
            except Transient:
                lost_before = True
                raise

        row = _first_row(self._client.patience.tried(attempt))
        if row.errortype == _TAKEN and lost_before:
            # It is ours: the answer to the first attempt was lost, not the file.
            return _Row(filename=name, itemid=item_id)
        return row


def _first_row(answer: Answer) -> _Row:
    try:
        rows = _ROWS.validate_python(answer.value)
    except ValidationError as error:
        problem = misshapen(error, _UPLOAD, writes=False)
    else:
        return rows[0] if rows else _Row(error="", errortype="nofile")
    raise problem


def free_name(filename: str, taken: set[str]) -> str:
    """Return a name that none of the taken ones (in small letters) equals."""
    name, number = filename, 1
    while name.casefold() in taken:
        number += 1
        path = PurePath(filename)
        name = f"{path.stem}-{number}{path.suffix}"
    return name
