"""Files into a draft area, in base64."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.drafts import DraftTaken, keep_draft
from moodle_bridge.practice.parameters import default, record, value
from moodle_bridge.practice.refusals import coding_error, invalid_parameter, refused
from moodle_bridge.practice.returns import struct


def upload(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_files_upload; only the caller's own draft area takes files."""
    mine = (
        arguments["contextlevel"] == "user" and arguments["instanceid"] == call.user.id
    ) or arguments["contextid"] == call.user.contextid
    if arguments["component"] != "user" or arguments["filearea"] != "draft":
        raise coding_error("File can be uploaded to user draft areas only")
    if not mine:
        raise refused("nofile", "File not specified")
    try:
        content = base64.b64decode(arguments["filecontent"], validate=True)
    except (binascii.Error, ValueError):
        raise invalid_parameter("The file content is not base64") from None
    try:
        file = keep_draft(
            call,
            filename=arguments["filename"],
            filepath=arguments["filepath"],
            itemid=arguments["itemid"],
            content=content,
        )
    except DraftTaken:
        raise refused("fileexist", "A file with this name already exists") from None
    where = f"{file.contextid}/user/draft/{file.itemid}/{quote(file.filename)}"
    return {
        "contextid": file.contextid,
        "component": "user",
        "filearea": "draft",
        "itemid": file.itemid,
        "filepath": file.filepath,
        "filename": file.filename,
        "url": f"{call.url}/draftfile.php/{where}",
    }


FUNCTIONS = (
    Function(
        name="core_files_upload",
        parameters=record(
            contextid=default("int", None),
            component=value("component"),
            filearea=value("area"),
            itemid=value("int"),
            filepath=value("path"),
            filename=value("file"),
            filecontent=value("text"),
            contextlevel=default("alpha", None),
            instanceid=default("int", None),
        ),
        run=upload,
        returns=struct(
            "contextid:int component filearea itemid:int filepath filename url"
        ),
        writes=True,
    ),
)
