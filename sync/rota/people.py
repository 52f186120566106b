"""Those who share the watch, as bridge.toml names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import Facilitator
from sync.participants import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moodle_bridge.model.people import Person
    from sync.settings.rota import RotaSettings


def facilitators(settings: RotaSettings) -> tuple[Facilitator, ...]:
    """Return the people of the rota; their accounts are not looked up yet."""
    return tuple(
        Facilitator(
            key=one.key,
            name=one.name,
            zone=one.zone,
            language=one.language,
            names=one.names,
            address=one.address,
            lead=one.lead,
        )
        for one in settings.people
    )


def with_accounts(
    settings: RotaSettings, people: Sequence[Person]
) -> tuple[Facilitator, ...]:
    """Return the people of the rota with their accounts and addresses.

    `people` are those of the courses. Who has no account there, or whose `user` means
    several, has none here either.
    """
    found = []
    for one, facilitator in zip(settings.people, facilitators(settings), strict=True):
        persons = {
            person.user_id: person
            for person in (named(people, str(one.user)) if one.user else ())
        }
        if len(persons) == 1:
            (person,) = persons.values()
            first = person.addresses[0] if person.addresses else None
            found.append(
                replace(
                    facilitator,
                    user_id=person.user_id,
                    address=facilitator.address or first,
                )
            )
        else:
            found.append(facilitator)
    return tuple(found)


def facilitator_named(people: Sequence[Facilitator], name: str) -> Facilitator:
    """Return the one whom an admin means: by key, name, or another name of theirs.

    Raises ConfigError with who there is.
    """
    wanted = name.strip().casefold()
    for person in people:
        if wanted in {
            one.casefold() for one in (person.key, person.name, *person.names)
        }:
            return person
    known = ", ".join(f"{person.key} ({person.name})" for person in people)
    raise ConfigError(
        "nobody of the rota is called so",
        item=name,
        advice=f"There is: {known}."
        if known
        else "Add [[rota.person]] tables to bridge.toml.",
    )
