"""Draft areas: where the files of a post wait before it is written."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.files import DraftArea, RefusedFile, Upload, free_name
from moodle_bridge.moodle.functions import (
    DELETE_DRAFT_FILES,
    UNUSED_DRAFT,
    UPLOAD_FILE,
)

_TAKEN = "fileexist"


class _Draft(BaseModel):
    itemid: int


class _Uploaded(BaseModel):
    itemid: int
    filename: str


_DRAFT, _UPLOADED = TypeAdapter(_Draft), TypeAdapter(_Uploaded)


class Drafts:
    """The draft areas of the account, through the functions of the service.

    `Files.upload` is cheaper: it sends a file as it is, where here it grows by a third
    and the site holds it in memory. This is for sites that close the upload script.
    """

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def unused(self) -> int:
        """Return the id of a new, empty draft area. May be repeated.

        `core_files_get_unused_draft_itemid`.
        """
        row: _Draft = self._client.read(UNUSED_DRAFT, shape=_DRAFT).value
        return row.itemid

    def upload(
        self, files: Iterable[Upload], *, user_id: int, item_id: int = 0
    ) -> DraftArea:
        """Put files into a draft area of the account; 0 asks for a new one.

        `user_id` is the account itself (`SiteInfo.user_id`). As `Files.upload`: names
        are made different, a refused file is reported, repeating does no harm.
        `core_files_upload`.
        """
        stored: list[str] = []
        refused: list[RefusedFile] = []
        taken: set[str] = set()
        for file in files:
            name = free_name(file.filename, taken)
            taken.add(name.casefold())
            try:
                row = self._up(file, name, user_id, item_id)
            except Permanent as error:
                if error.concerns_all or error.code in {"missingfunction", "redirect"}:
                    raise
                if error.code != _TAKEN:
                    refused.append(_refused(file, error))
                    continue
                # It is ours: the answer to an earlier attempt was lost, not the file.
                row = _Uploaded(itemid=item_id, filename=name)
            item_id = row.itemid
            stored.append(row.filename)
        return DraftArea(
            item_id=item_id or None, stored=tuple(stored), refused=tuple(refused)
        )

    def delete(self, item_id: int, filenames: Sequence[str]) -> None:
        """Take files out of a draft area. May be repeated.

        `core_files_delete_draft_files`.
        """
        self._client.write(
            DELETE_DRAFT_FILES,
            {
                "draftitemid": item_id,
                "files": [{"filepath": "/", "filename": name} for name in filenames],
            },
        )

    def _up(self, file: Upload, name: str, user_id: int, item_id: int) -> _Uploaded:
        # Nobody uses the draft area yet: as safe to repeat as a read.
        row: _Uploaded = self._client.read(
            UPLOAD_FILE,
            {
                "contextlevel": "user",
                "instanceid": user_id,
                "component": "user",
                "filearea": "draft",
                "itemid": item_id,
                "filepath": "/",
                "filename": name,
                "filecontent": base64.b64encode(file.content).decode("ascii"),
            },
            _UPLOADED,
        ).value
        return row


def _refused(file: Upload, error: RemoteError) -> RefusedFile:
    return RefusedFile(
        filename=file.filename, reason=error.code or "refused", said=error.what
    )
