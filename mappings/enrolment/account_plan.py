"""The account of one person: made, changed, or left as somebody else set it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mappings.addresses import folded
from mappings.enrolment.people import Owned, SeenAccount
from mappings.enrolment.plan import StepKind
from mappings.enrolment.planned import PersonCase, PersonPlan
from moodle_bridge.model.applicants import Applicant

_TOLD_BY_ALL = frozenset(
    {"first_name", "last_name", "email", "country", "language", "timezone"}
)


def wanted_fields(applicant: Applicant) -> dict[str, str]:
    """Return the fields that an account is to have; what was not answered is not there."""
    fields = {
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "email": applicant.email,
        "phone": applicant.phone,
        "organisation": applicant.organisation,
        "country": applicant.country,
        "language": applicant.language,
        "timezone": applicant.timezone,
    }
    custom = {f"custom:{name}": one for name, one in applicant.custom_fields.items()}
    return {name: value for name, value in (fields | custom).items() if value}


def plan_account(
    case: PersonCase,
    plan: PersonPlan,
    *,
    speaks: bool,
    address_taken: bool,
    told: Collection[str],
) -> None:
    """Add the step that makes or changes an account, and what is held of it.

    Without `speaks` a later entry of the person, in another form, says how the account
    is to be; it is made all the same. With `address_taken` the address is that of
    another account. `told` are the fields that the token may see: one that it may not
    is never set in an account that the bridge did not make.
    """
    fields = wanted_fields(case.applicant)
    account = case.match.account
    if account is None:
        plan.steps.append(
            case.step(
                StepKind.CREATE_USER,
                case.username,
                expects={"username": None, "email": None},
                sets={"username": case.username, **fields},
            )
        )
        return
    changes = dict(_changes(case, plan, fields, told)) if speaks else {}
    if "email" in changes and address_taken:
        del changes["email"]
        plan.held.append(
            case.held(
                "address-taken",
                f"their address is to become {fields['email']}, which another account"
                " has",
                "Look in Moodle whose the other account is; Moodle takes each address"
                " once only.",
            )
        )
    # Matched all the same, it is one that the bridge made and an admin decided on.
    expects: dict[str, object] = {name: has(account, name) for name in changes}
    sets: dict[str, object] = {**changes}
    if account.suspended:
        expects["suspended"], sets["suspended"] = True, False
    if sets:
        plan.steps.append(
            case.step(
                StepKind.CHANGE_USER, account.username, expects=expects, sets=sets
            )
        )


def has(account: SeenAccount, name: str) -> str:
    """Return what an account has in a field; empty where it has nothing."""
    return account.email if name == "email" else account.fields.get(name, "")


def same(name: str, one: str, other: str) -> bool:
    """Say whether two values of a field are the same to whoever reads them."""
    if name == "email":
        return folded(one) == folded(other)
    return " ".join(one.split()) == " ".join(other.split())


def _changes(
    case: PersonCase, plan: PersonPlan, fields: Mapping[str, str], told: Collection[str]
) -> Iterator[tuple[str, str]]:
    account = case.match.account
    assert account is not None
    for name, value in fields.items():
        there = has(account, name)
        if same(name, there, value):
            continue
        applied = case.known.applied.get(name)
        if applied is None:
            ours = case.match.owned is Owned.CREATED
            if ours or (not there and (name in told or name in _TOLD_BY_ALL)):
                yield name, value
        elif same(name, applied, value):
            # The form says what it said; an admin may have changed it since.
            continue
        elif not there or same(name, there, applied):
            yield name, value
        else:
            plan.held.append(
                case.held(
                    f"conflict:{name}",
                    f"{name}: the form says {value!r} now, the bridge had set"
                    f" {applied!r}, and in Moodle it was changed to {there!r}",
                    "Change it in Moodle to what is right; the form is then asked"
                    " no more.",
                )
            )
