"""The errors a Moodle answers with, as one exception.

A web service answers a refusal with HTTP 200 and `{"exception", "errorcode",
"message"}`; clients branch on the errorcode. A plain PHP error has no errorcode.
"""

from __future__ import annotations

MOODLE = "core\\exception\\moodle_exception"
INVALID_PARAMETER = "core\\exception\\invalid_parameter_exception"
CODING = "core\\exception\\coding_exception"
CAPABILITY = "core\\exception\\required_capability_exception"
REQUIRE_LOGIN = "core\\exception\\require_login_exception"
MISSING_RECORD = "dml_missing_record_exception"


class Refusal(Exception):
    """One refused call.

    `exception` is the PHP class name, `errorcode` None for a plain PHP error,
    `message` what a person reads, `debuginfo` what a production site keeps back.
    """

    def __init__(
        self,
        exception: str,
        errorcode: str | None,
        message: str,
        *,
        debuginfo: str = "",
    ) -> None:
        super().__init__(message)
        self.exception = exception
        self.errorcode = errorcode
        self.message = message
        self.debuginfo = debuginfo


def refused(errorcode: str, message: str) -> Refusal:
    """Return an ordinary moodle_exception."""
    return Refusal(MOODLE, errorcode, message)


def invalid_parameter(debuginfo: str) -> Refusal:
    """Return what Moodle answers to a missing, unknown or ill-typed parameter."""
    return Refusal(
        INVALID_PARAMETER,
        "invalidparameter",
        "Invalid parameter value detected",
        debuginfo=debuginfo,
    )


def missing_record(table: str = "") -> Refusal:
    """Return what a look-up answers when nothing is there; no table is a joint one."""
    if not table:
        return Refusal(
            MISSING_RECORD,
            "invalidrecordunknown",
            "Can't find data record in database.",
        )
    return Refusal(
        MISSING_RECORD,
        "invalidrecord",
        f"Can't find data record in database table {table}.",
    )


def missing_user() -> Refusal:
    """Return what the look-up of a user answers when there is none."""
    return Refusal(MISSING_RECORD, "invaliduser", "Invalid user")


def invalid_token() -> Refusal:
    """Return the answer to a token that is not there."""
    return refused("invalidtoken", "Invalid token - token not found")


def no_access(debuginfo: str) -> Refusal:
    """Return the answer to a function outside the token's service."""
    return Refusal(
        "webservice_access_exception",
        "accessexception",
        "Access control exception",
        debuginfo=debuginfo,
    )


def not_enrolled() -> Refusal:
    """Return the answer to a user who may not enter the course."""
    return Refusal(
        REQUIRE_LOGIN,
        "requireloginerror",
        "Course or activity not accessible. (Not enrolled)",
    )


def no_capability(what: str) -> Refusal:
    """Return the answer to a user who lacks a capability, named in words."""
    return Refusal(
        CAPABILITY,
        "nopermissions",
        f"Sorry, but you do not currently have permissions to do that ({what}).",
    )


def coding_error(detail: str) -> Refusal:
    """Return the answer Moodle gives where its own code was called wrongly."""
    return Refusal(
        CODING,
        "codingerror",
        f"Coding error detected, it must be fixed by a programmer: {detail}",
    )


def write_error() -> Refusal:
    """Return what the database answers to a text that does not fit its column."""
    return Refusal(
        "dml_write_exception", "dmlwriteexception", "Error writing to database"
    )


def crash(message: str) -> Refusal:
    """Return a plain PHP error, which carries no errorcode."""
    return Refusal("Error", None, message)
