"""The ways in which a SOAP call fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.practice.refusals import Refusal

CLIENT, SERVER, VERSION = (
    "SOAP-ENV:Client",
    "SOAP-ENV:Server",
    "SOAP-ENV:VersionMismatch",
)


class SoapFault(Exception):
    """One fault: its code, its text, and who is to blame for it (an errorcode)."""

    def __init__(self, code: str, text: str, actor: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.actor = actor


def fault_of(refusal: Refusal) -> SoapFault:
    """Return the fault a function's refusal becomes.

    A live site keeps the message back; only an error of PHP itself tells it.
    """
    if refusal.errorcode is None:
        return SoapFault(SERVER, refusal.message)
    return SoapFault(
        "Receiver",
        f"Unknown error | ERRORCODE: {refusal.errorcode}",
        refusal.errorcode,
    )


def early_fault(refusal: Refusal) -> SoapFault:
    """Return the fault of a call that never reached its function."""
    return SoapFault("MOODLE:error", refusal.message)
