"""What the site says about itself and about the token that asks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import Presence, items, record, value
from moodle_bridge.practice.post_shapes import picture_url
from moodle_bridge.practice.refusals import coding_error
from moodle_bridge.practice.returns import struct

if TYPE_CHECKING:
    from collections.abc import Mapping

_FEATURES: Mapping[str, int] = {
    "usecomments": 1,
    "usetags": 1,
    "enablenotes": 1,
    "messaging": 1,
    "enableblogs": 1,
    "enablecompletion": 1,
    "enablebadges": 1,
    "messagingallusers": 0,
    "enablecustomreports": 1,
    "enableglobalsearch": 0,
    "mnet_dispatcher_mode": 0,
    "enablecompetencies": 1,
}


def get_site_info(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_webservice_get_site_info."""
    del arguments
    user, site = call.user, call.site
    # The key opens files; it is stable for a token, and no token can be read from it.
    key = hashlib.sha256(f"files {call.token.token}".encode()).hexdigest()[:32]
    return {
        "sitename": site.name,
        "username": user.username,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "fullname": user.fullname,
        "lang": call.lang or user.lang,
        "userid": user.id,
        "siteurl": call.url,
        "userpictureurl": picture_url(call, "f1"),
        "functions": [
            {"name": name, "version": site.version}
            for name in sorted(call.functions)
            if call.serves(name)
        ],
        "downloadfiles": int(call.token.downloadfiles),
        "uploadfiles": int(call.token.uploadfiles),
        "release": site.release,
        "version": site.version,
        "mobilecssurl": "",
        "advancedfeatures": [
            {"name": name, "value": state} for name, state in _FEATURES.items()
        ],
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": site.max_upload_bytes,
        "userhomepage": 1,
        "userprivateaccesskey": key,
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }


def get_public_config(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer tool_mobile_get_public_config: what a site tells before signing in."""
    del arguments
    return {
        "wwwroot": call.url,
        "httpswwwroot": call.url,
        "sitename": call.site.name,
        "guestlogin": 0,
        "rememberusername": 2,
        "authloginviaemail": 0,
        "registerauth": "",
        "forgottenpasswordurl": "",
        "authinstructions": "",
        "authnoneenabled": 0,
        "enablewebservices": 1,
        "enablemobilewebservice": 1,
        "maintenanceenabled": 0,
        "maintenancemessage": "",
        "typeoflogin": 1,
        "launchurl": f"{call.url}/admin/tool/mobile/launch.php",
        "lang": call.site.languages[0],
        "warnings": [],
        "showloginform": 1,
    }


def get_fragment(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer core_get_fragment, which has no page parts to give here."""
    del call
    raise coding_error(f"Fragment {arguments['callback']} does not exist")


FUNCTIONS = (
    Function(
        name="tool_mobile_get_public_config",
        parameters=record(),
        run=get_public_config,
        returns=struct(
            "wwwroot httpswwwroot sitename guestlogin:int rememberusername:int "
            "authloginviaemail:int registerauth forgottenpasswordurl "
            "authinstructions authnoneenabled:int enablewebservices:int "
            "enablemobilewebservice:int maintenanceenabled:int maintenancemessage "
            "typeoflogin:int launchurl lang showloginform:int warnings[]"
        ),
    ),
    Function(
        # Its last parameter is why no service that contains it works by SOAP.
        name="core_get_fragment",
        parameters=record(
            component=value("component"),
            callback=value("alphanumext"),
            contextid=value("int"),
            args=items(
                record(name=value("alphanumext"), value=value("raw")),
                presence=Presence.OPTIONAL,
            ),
        ),
        run=get_fragment,
        returns=struct("html javascript"),
    ),
    Function(
        name="core_webservice_get_site_info",
        parameters=record(
            serviceshortnames=items(value("alphanumext"), presence=Presence.DEFAULT)
        ),
        run=get_site_info,
        returns=struct(
            "sitename username firstname lastname fullname lang userid:int "
            "siteurl userpictureurl functions[] downloadfiles:int "
            "uploadfiles:int release version mobilecssurl advancedfeatures[] "
            "usercanmanageownfiles:int userquota:int usermaxuploadfilesize:int "
            "userhomepage:int userhomepageurl userprivateaccesskey siteid:int "
            "sitecalendartype usercalendartype userissiteadmin:int theme "
            "limitconcurrentlogins:int usersessionscount:int policyagreed:int"
        ),
    ),
)
