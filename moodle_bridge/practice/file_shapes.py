"""How files look in answers, and how drafts become attachments."""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moodle_bridge.practice.moments import spoken, zone_of
from moodle_bridge.practice.sight import post_seen

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import Forum, StoredFile
    from moodle_bridge.practice.state import AreaKey

_KILO = 1024


def mimetype_of(filename: str) -> str:
    """Return the media type a file's name stands for."""
    return mimetypes.guess_type(filename)[0] or "document/unknown"


def size_in_words(size: int) -> str:
    """Return a size as Moodle's display_size writes it."""
    if size < _KILO:
        return f"{size} bytes"
    if size < _KILO * _KILO:
        return f"{size / _KILO:.1f} KB"
    return f"{size / _KILO / _KILO:.1f} MB"


def area_path(file: StoredFile) -> str:
    """Return the path of a file below pluginfile.php, quoted."""
    return (
        f"/{file.contextid}/{file.component}/{file.filearea}/{file.itemid}"
        f"{quote(file.filepath)}{quote(file.filename)}"
    )


def attachments_of(call: Call, contextid: int, postid: int) -> list[dict[str, Any]]:
    """Return the attachments of a post as the post exporter gives them."""
    files = call.state.files.get((contextid, "mod_forum", "attachment", postid))
    if not files:
        return []
    return [
        _exported(call, file) | {"urls": {"export": None}, "html": {"plagiarism": None}}
        for file in files
    ]


def inline_files_of(call: Call, contextid: int, postid: int) -> list[dict[str, Any]]:
    """Return the files inside a post's text as the post exporter gives them."""
    files = call.state.files.get((contextid, "mod_forum", "post", postid), [])
    return [_exported(call, file) for file in files]


def _exported(call: Call, file: StoredFile) -> dict[str, Any]:
    zone = zone_of(call.user.timezone)
    mimetype = mimetype_of(file.filename)
    return {
        "contextid": file.contextid,
        "component": file.component,
        "filearea": file.filearea,
        "itemid": file.itemid,
        "filepath": file.filepath,
        "filename": file.filename,
        "isdir": False,
        "isimage": mimetype.startswith("image/"),
        "timemodified": file.timemodified,
        "timecreated": file.timecreated,
        "filesize": len(file.content),
        "author": file.author,
        "license": file.license,
        "filenameshort": file.filename,
        "filesizeformatted": size_in_words(len(file.content)),
        "icon": f"f/{mimetype.partition('/')[0]}",
        "timecreatedformatted": spoken(file.timecreated, zone),
        "timemodifiedformatted": spoken(file.timemodified, zone),
        "url": f"{call.url}/pluginfile.php{area_path(file)}?forcedownload=1",
    }


def listed_files(call: Call, key: AreaKey) -> list[dict[str, Any]]:
    """Return the files of an area as lists of things (not posts) show them."""
    return [
        {
            "filename": file.filename,
            "filepath": file.filepath,
            "filesize": len(file.content),
            "fileurl": f"{call.url}/webservice/pluginfile.php{area_path(file)}",
            "timemodified": file.timemodified,
            "mimetype": mimetype_of(file.filename),
            "isexternalfile": False,
            "icon": f"f/{mimetype_of(file.filename).partition('/')[0]}",
        }
        for file in call.state.files.get(key, ())
    ]


def take_drafts(call: Call, forum: Forum, draftid: int, key: AreaKey) -> None:
    """Make an area hold exactly the caller's drafts, within the forum's limits.

    Too many and too large files are dropped without a word, as Moodle does; for files
    inside a text the limits of the forum do not count.
    """
    taken = call.state.files.get(draft_key(call, draftid), [])
    if key[2] == "attachment":
        limit = forum.maxbytes or call.site.max_upload_bytes
        taken = [file for file in taken if len(file.content) <= limit]
        taken = taken[: forum.maxattachments]
    contextid, component, filearea, itemid = key
    kept = [
        replace(
            file,
            contextid=contextid,
            component=component,
            filearea=filearea,
            itemid=itemid,
        )
        for file in taken
    ]
    if kept:
        call.state.files[key] = kept
    else:
        call.state.files.pop(key, None)


def file_readable(call: Call, file: StoredFile) -> bool:
    """Tell whether the caller may read a file: an own draft, or one of a post."""
    if file.component == "user":
        return file.userid == call.user.id
    post = call.state.posts.get(file.itemid)
    if post is None:
        return False
    discussion = call.state.discussions[post.discussionid]
    forum = call.state.forums[discussion.forumid]
    viewer = call.viewer(forum.courseid)
    return viewer.may_enter and post_seen(call, viewer, forum, discussion, post)


def draft_key(call: Call, draftid: int) -> AreaKey:
    """Return the area of one of the caller's drafts."""
    return (call.user.contextid, "user", "draft", draftid)


def rewritten(call: Call, draftid: int, message: str) -> str:
    """Return a text whose links to drafts have become @@PLUGINFILE@@."""
    here = f"{call.url}/draftfile.php/{call.user.contextid}/user/draft/{draftid}"
    return message.replace(here, "@@PLUGINFILE@@")
