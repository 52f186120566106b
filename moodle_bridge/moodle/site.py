"""What a site says of itself and of the account whose token is used."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import SITE_INFO, Job, missing_functions
from moodle_bridge.moodle.wire import unescaped


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """A site and the account of the token.

    `url` is the address that the site itself uses. `release` is for people
    (`4.5.6 (Build: 20250811)`), `version` to compare (2024100706). Sizes are in
    bytes; None where the site does not tell or sets no limit.
    """

    url: str
    name: str
    user_id: int
    username: str
    fullname: str
    release: str
    version: float
    functions: frozenset[str]
    language: str = "en"
    may_upload: bool = False
    may_download: bool = False
    is_site_admin: bool = False
    upload_limit: int | None = None

    @property
    def missing_functions(self) -> tuple[str, ...]:
        """The functions that the mirror calls and the service does not hold."""
        return missing_functions(self.functions)

    def missing_for(self, *jobs: Job) -> tuple[str, ...]:
        """Return the functions that these jobs call and the service does not hold."""
        return missing_functions(self.functions, jobs)


class _Function(BaseModel):
    name: str


class _SiteInfo(BaseModel):
    # The site's own answer holds userprivateaccesskey too: a field that is not named
    # here is never read.
    siteurl: str
    sitename: str = ""
    userid: int
    username: str
    fullname: str = ""
    lang: str = "en"
    release: str = ""
    version: float = 0
    functions: list[_Function] = []
    uploadfiles: bool | None = False
    downloadfiles: bool | None = False
    userissiteadmin: bool | None = False
    usermaxuploadfilesize: int | None = None


_SHAPE = TypeAdapter(_SiteInfo)


class Site:
    """The site as a whole."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def info(self) -> SiteInfo:
        """Ask the site about itself (`core_webservice_get_site_info`).

        Raises as `MoodleClient.read` does; Permanent with code `invalidtoken` when
        the token is not right.
        """
        row: _SiteInfo = self._client.read(SITE_INFO, shape=_SHAPE).value
        limit = row.usermaxuploadfilesize
        return SiteInfo(
            url=row.siteurl.rstrip("/"),
            name=unescaped(row.sitename),
            user_id=row.userid,
            username=row.username,
            fullname=row.fullname,
            release=row.release,
            version=row.version,
            functions=frozenset(function.name for function in row.functions),
            language=row.lang,
            may_upload=bool(row.uploadfiles),
            may_download=bool(row.downloadfiles),
            is_site_admin=bool(row.userissiteadmin),
            upload_limit=limit if limit and limit > 0 else None,
        )
