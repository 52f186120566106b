"""What Moodle's errorcodes mean for a caller, and what an admin can do about each.

The message of an error is in the language of the site; only its errorcode can be
told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SERVICE = "Site administration > Server > Web services > External services"
USER_RIGHTS = (
    "Give the service account the right, or choose another course or forum in "
    "bridge.toml."
)


class Meaning(Enum):
    """What an errorcode says about the call: refused, not now, or outcome unknown."""

    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errorcode:
    """An errorcode that is known.

    `concerns_all` is true when every other call of this token would get it as well.
    """

    code: str
    advice: str
    meaning: Meaning = Meaning.REFUSED
    concerns_all: bool = False


_TOKEN = (
    Errorcode(
        code="invalidtoken",
        advice="Make a new token for the service account, and put it where "
        "[moodle].token says.",
        concerns_all=True,
    ),
    Errorcode(
        code="accessexception",
        advice=f"Look in {SERVICE}: the function must be in the token's service, the "
        "account authorised, its 'valid until' empty, this address not excluded.",
    ),
    Errorcode(
        code="servicenotavailable",
        advice=f"Enable the token's service in {SERVICE}.",
        concerns_all=True,
    ),
    Errorcode(
        code="webservicenotavailable",
        advice="Enable web services on the site.",
        concerns_all=True,
    ),
    Errorcode(
        code="enablewsdescription",
        advice="Enable web services on the site.",
        concerns_all=True,
    ),
    Errorcode(
        code="invalidiptoken",
        advice="Allow the address of this machine for the token.",
        concerns_all=True,
    ),
    Errorcode(
        code="wsaccessusersuspended",
        advice="The account is suspended; activate it.",
        concerns_all=True,
    ),
    Errorcode(
        code="wsaccessuserdeleted",
        advice="The account is deleted; use a token of another.",
        concerns_all=True,
    ),
    Errorcode(
        code="wsaccessuserunconfirmed",
        advice="Confirm the account on the site.",
        concerns_all=True,
    ),
    Errorcode(
        code="wsaccessuserexpired",
        advice="The password of the account has expired; renew it.",
        concerns_all=True,
    ),
    Errorcode(
        code="wsaccessusernologin",
        advice="Give the account a login method that can log in.",
        concerns_all=True,
    ),
    Errorcode(
        code="forcepasswordchangenotice",
        advice="Log in once as the account and change its password.",
        concerns_all=True,
    ),
    Errorcode(
        code="sitepolicynotagreed",
        advice="Log in once as the account and agree to the site policy.",
        concerns_all=True,
    ),
    Errorcode(
        code="usernotfullysetup",
        advice="Log in once as the account and complete its profile.",
        concerns_all=True,
    ),
)
_LOGIN = (
    Errorcode(
        code="invalidlogin",
        advice="Type the username and the password again; it is the username, not the "
        "address.",
    ),
    Errorcode(
        code="cannotcreatetoken",
        advice="The site lets this account make no token for the service: give its "
        "role moodle/webservice:createtoken, or let the site's admin make one.",
    ),
    Errorcode(
        code="passwordisexpired",
        advice="The password has expired; renew it in Moodle.",
    ),
    Errorcode(
        code="usernotconfirmed",
        advice="Confirm the account on the site.",
    ),
    Errorcode(
        code="restoredaccountresetpassword",
        advice="The account needs a new password; set one in Moodle.",
    ),
)
_NOT_NOW = (
    Errorcode(
        code="sitemaintenance",
        meaning=Meaning.LATER,
        advice="The site is under maintenance; the next run tries again.",
        concerns_all=True,
    ),
    Errorcode(
        code="upgraderunning",
        meaning=Meaning.LATER,
        advice="The site is being upgraded; the next run tries again.",
        concerns_all=True,
    ),
    Errorcode(
        code="dbconnectionfailed",
        meaning=Meaning.LATER,
        advice="The site's database is away; the next run tries again.",
        concerns_all=True,
    ),
    Errorcode(
        code="forumblockingtoomanyposts",
        meaning=Meaning.LATER,
        advice="The forum limits posts per period; the next run tries again. Give the "
        "account mod/forum:postwithoutthrottling to be free of the limit.",
    ),
)
_UNKNOWN = (
    Errorcode(
        code="invalidresponse",
        meaning=Meaning.UNKNOWN,
        advice="The site ran the function and could not describe what came of it; "
        "ask its host to look in the error log.",
    ),
    Errorcode(
        code="dmlreadexception",
        meaning=Meaning.UNKNOWN,
        advice="The site's database refused a query; the next run looks again.",
    ),
    Errorcode(
        code="dmltransactionexception",
        meaning=Meaning.UNKNOWN,
        advice="The site's database broke off; the next run looks again.",
    ),
)
_REFUSED = (
    Errorcode(code="nopermissions", advice=USER_RIGHTS),
    Errorcode(code="nopermission", advice=USER_RIGHTS),
    Errorcode(code="requireloginerror", advice=USER_RIGHTS),
    Errorcode(code="errorcoursecontextnotvalid", advice=USER_RIGHTS),
    Errorcode(code="noviewdiscussionspermission", advice=USER_RIGHTS),
    Errorcode(code="wsusercannotassign", advice=USER_RIGHTS),
    Errorcode(
        code="nopostforum",
        advice="The discussion may be locked, past its cut-off date, or closed to "
        "the account; look at it in Moodle.",
    ),
    Errorcode(
        code="cannotcreatediscussion",
        advice="The account may not begin a discussion in this forum; let it, or use "
        "a forum of another kind.",
    ),
    Errorcode(
        code="invalidparentpostid",
        advice="The post that this answers is gone from Moodle.",
    ),
    Errorcode(
        code="notpartofdiscussion",
        advice="The discussion of this post is gone from Moodle.",
    ),
    Errorcode(code="invalidpostid", advice="The post is gone from Moodle."),
    Errorcode(
        code="cannotdeletepost",
        advice="Delete the post in Moodle by hand, if it should go.",
    ),
    Errorcode(
        code="cannotupdatepost",
        advice="Give the account mod/forum:editanypost there, or edit it by hand.",
    ),
    Errorcode(
        code="invalidrecord",
        advice="What was asked for is not there any more, or the site is too old "
        "for this function.",
    ),
    Errorcode(
        code="invaliduserid", advice="There is no such account on the site; look it up."
    ),
    Errorcode(
        code="useremailduplicate",
        advice="Another account has this address; decide whether it is the same person.",
    ),
    Errorcode(
        code="useremailinvalid",
        advice="Ask for another address, of plain letters on both sides of one @.",
    ),
    Errorcode(
        code="usernotupdatedadmin",
        advice="An administrator's account is changed by an administrator, by hand.",
    ),
    Errorcode(
        code="usernotupdateddeleted",
        advice="The account was deleted; make a new one if the person is to come back.",
    ),
    Errorcode(
        code="wsnoinstance",
        advice="Add the enrolment method 'Manual enrolments' to the course, and enable "
        "it.",
    ),
    Errorcode(
        code="pageislocked",
        meaning=Meaning.LATER,
        advice="Somebody edits the page in Moodle now; the next run tries again.",
    ),
    Errorcode(
        code="cannoteditpage",
        advice="Give the account mod/wiki:editpage and mod/wiki:createpage there.",
    ),
    Errorcode(
        code="pageexists",
        advice="There is a wiki page of this title; edit that one.",
    ),
    Errorcode(
        code="fileexist",
        advice="There is a file of this name in the draft area; use another name.",
    ),
    Errorcode(
        code="disabled",
        advice="Messages are switched off on the site; use another channel.",
    ),
    Errorcode(
        code="notesdisabled",
        advice="Notes are switched off on the site.",
    ),
    Errorcode(code="invalidcourse", advice="There is no such course on the site."),
    Errorcode(code="invaliduser", advice="There is no such account on the site."),
    Errorcode(
        code="invalidparameter",
        advice="Moodle does not take one of the values; with debugging on, it says "
        "which one.",
    ),
    Errorcode(
        code="errorinvalidparam",
        advice="The site does not know one of the options; it may be too old.",
    ),
    Errorcode(
        code="missingparam",
        advice="Something was missing, or the request was larger than the site's "
        "post_max_size; try fewer or smaller files.",
    ),
    Errorcode(
        code="dmlwriteexception",
        advice="The site's database did not take a value, perhaps one that is too "
        "long; look at the item in Moodle before trying again.",
    ),
    Errorcode(
        code="codingerror",
        advice="The site did not expect this call; report it with the log.",
    ),
    Errorcode(
        code="generalexceptionmessage",
        advice="The site gave no reason; what was asked for may be gone.",
    ),
    Errorcode(
        code="userquotalimit",
        advice="The files are larger than the account may upload.",
    ),
    Errorcode(
        code="upload_error_ini_size",
        advice="The file is larger than the site's upload_max_filesize.",
    ),
    Errorcode(code="nofile", advice="The site received no file."),
    Errorcode(code="filenotfound", advice="The file is gone from Moodle."),
)

OF_TOKEN = frozenset(known.code for known in _TOKEN)
"""Errorcodes that speak of the token or of its account, not of what was asked."""

ERRORCODES = {
    known.code: known for known in (*_TOKEN, *_LOGIN, *_NOT_NOW, *_UNKNOWN, *_REFUSED)
}
"""Every errorcode that the bridge knows; another one means refused."""
