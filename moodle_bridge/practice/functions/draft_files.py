"""Draft areas opened and cleared, and files listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.drafts import next_draft
from moodle_bridge.practice.file_shapes import area_path, draft_key, file_readable
from moodle_bridge.practice.parameters import default, items, record, value
from moodle_bridge.practice.refusals import invalid_parameter
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.rights import SYSTEM_CONTEXT

if TYPE_CHECKING:
    from moodle_bridge.practice.records import StoredFile


def get_unused_draft_itemid(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_files_get_unused_draft_itemid."""
    del arguments
    return {
        "component": "user",
        "contextid": call.user.contextid,
        "userid": call.user.id,
        "filearea": "draft",
        "itemid": next_draft(call),
        "warnings": [],
    }


def delete_draft_files(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_files_delete_draft_files: the folders out of which files went."""
    area = call.state.files.get(draft_key(call, arguments["draftitemid"]), [])
    folders: list[str] = []
    for sent in arguments["files"]:
        for file in list(area):
            if (file.filepath, file.filename) == (sent["filepath"], sent["filename"]):
                area.remove(file)
                if file.filepath not in folders:
                    folders.append(file.filepath)
    return {"parentpaths": folders, "warnings": []}


def get_files(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_files_get_files: the files of one area that the caller may read."""
    contextid = _context(call, arguments)
    since = arguments["modified"]
    found = [
        _listed(call, file)
        for key, area in call.state.files.items()
        for file in area
        if key[:3] == (contextid, arguments["component"], arguments["filearea"])
        and arguments["itemid"] in {0, key[3]}
        and (not arguments["filename"] or arguments["filename"] == file.filename)
        and (since is None or file.timemodified > since)
        and file_readable(call, file)
    ]
    return {"parents": [], "files": found}


def _context(call: Call, arguments: Arguments) -> int:
    contextid: int = arguments["contextid"]
    if contextid == 0:
        return SYSTEM_CONTEXT
    if contextid != -1:
        return contextid
    level, instance = arguments["contextlevel"], arguments["instanceid"]
    if level == "user" and instance in call.state.users:
        return call.state.users[instance].contextid
    if level == "course" and instance in call.state.courses:
        return call.state.courses[instance].contextid
    raise invalid_parameter("Context does not exist")


def _listed(call: Call, file: StoredFile) -> dict[str, Any]:
    return {
        "contextid": file.contextid,
        "component": file.component,
        "filearea": file.filearea,
        "itemid": file.itemid,
        "filepath": file.filepath,
        "filename": file.filename,
        "isdir": False,
        "url": f"{call.url}/webservice/pluginfile.php{area_path(file)}",
        "timemodified": file.timemodified,
        "timecreated": file.timecreated,
        "filesize": len(file.content),
        "author": file.author,
        "license": file.license,
    }


FUNCTIONS = (
    Function(
        name="core_files_get_unused_draft_itemid",
        parameters=record(),
        run=get_unused_draft_itemid,
        returns=struct(
            "component contextid:int userid:int filearea itemid:int warnings[]"
        ),
        writes=True,
    ),
    Function(
        name="core_files_delete_draft_files",
        parameters=record(
            draftitemid=value("int"),
            files=items(record(filepath=value("path"), filename=value("file"))),
        ),
        run=delete_draft_files,
        typed={"draftitemid": "int", "files": "array"},
        returns=struct("parentpaths[] warnings[]"),
        writes=True,
    ),
    Function(
        name="core_files_get_files",
        parameters=record(
            contextid=value("int"),
            component=value("text"),
            filearea=value("text"),
            itemid=value("int"),
            filepath=value("path"),
            filename=value("text"),
            modified=default("int", None),
            contextlevel=default("alpha", None),
            instanceid=default("int", None),
        ),
        run=get_files,
        returns=struct("parents[] files[]"),
    ),
)
