"""Traps of accounts: refused without a reason, cleaned without a word, not seen."""

from typing import Any

import pytest
from pydantic import SecretStr

from moodle_bridge.errors import InDoubt, Transient
from moodle_bridge.moodle import Match, NewUser, Outcome, UserChange
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import CREATE_USERS, USERS_BY_FIELD
from moodle_bridge.moodle.users import Users

from .account_fake import FakeAccounts
from .fakes import FakeTransport, refused

DONE, ALREADY, REFUSED = Outcome.DONE, Outcome.ALREADY, Outcome.REFUSED
SECRET = "Correct-horse-7"


@pytest.fixture
def accounts(transport: FakeTransport) -> FakeAccounts:
    return FakeAccounts(transport)


@pytest.fixture
def users(client: MoodleClient) -> Users:
    return Users(client)


def person(name: str, **more: Any) -> NewUser:
    whole: dict[str, Any] = {
        "username": name, "first_name": "Ami", "last_name": "Diop",
        "email": f"{name}@example.org", "idnumber": f"sm-{name}",
        "password": SecretStr(SECRET), **more,
    }  # fmt: skip
    return NewUser(**whole)


def test_one_bad_row_does_not_keep_the_others_from_an_account(
    users: Users, accounts: FakeAccounts
) -> None:
    found = users.create([person("a"), person("b", language="xx"), person("c")])

    assert [one.outcome for one in found] == [DONE, REFUSED, DONE]
    assert [one.remote_id for one in found] == [1, None, 2]
    assert [row["username"] for row in accounts.rows] == ["a", "c"]
    assert "language is installed" in found[1].advice


def test_two_of_one_username_in_a_batch_make_one_account(
    users: Users, accounts: FakeAccounts
) -> None:
    found = users.create([person("a"), person("a", idnumber="sm-other")])

    assert [(one.outcome, one.code) for one in found] == [
        (DONE, ""),
        (REFUSED, "usernametaken"),
    ]
    assert found[1].remote_id == found[0].remote_id


def test_an_account_of_the_same_username_and_idnumber_is_already_there(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.has("a", idnumber="sm-a")

    (found,) = users.create([person("a")])

    assert (found.outcome, found.remote_id) == (ALREADY, 1)


def test_an_address_that_is_taken_is_not_adopted_but_told(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.has("old", email="A@example.org".lower(), idnumber="")

    (found,) = users.create([person("a", email="A@Example.org")])

    assert (found.outcome, found.code, found.remote_id) == (REFUSED, "addresstaken", 1)
    assert "adopt" in found.advice


def test_said_to_exist_and_not_found_is_cannot_see_and_no_new_username(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.debugging = True
    accounts.has("a")
    accounts.hidden.add("a")

    (found,) = users.create([person("a")])

    assert (found.outcome, found.code) == (REFUSED, "cannotsee")
    assert "Do not choose another username" in found.advice
    assert len(accounts.rows) == 1


def test_without_debugging_an_unseen_account_is_named_as_a_possible_reason(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.has("a")
    accounts.hidden.add("a")

    (found,) = users.create([person("a")])

    assert found.code == "invalidparameter"
    assert "cannot see" in found.advice


def test_an_account_in_doubt_is_looked_up_before_anything_is_repeated(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    run = accounts.create

    def run_and_lose(arguments: Any) -> object:
        run(arguments)
        raise InDoubt("the answer was cut off")

    transport.functions[CREATE_USERS] = run_and_lose

    found = users.create([person("a"), person("b")])

    assert [(one.outcome, one.remote_id) for one in found] == [(DONE, 1), (DONE, 2)]
    assert transport.asked.count(CREATE_USERS) == 1


def test_an_account_in_doubt_that_is_not_found_stays_in_doubt(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    transport.errors[CREATE_USERS] = [InDoubt("the answer was empty")]

    (found,) = users.create([person("a")])

    assert found.outcome is Outcome.IN_DOUBT
    assert transport.asked.count(CREATE_USERS) == 1


def test_an_account_in_doubt_is_not_taken_for_a_namesake(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    accounts.has("a", email="somebody@example.net", idnumber="other")
    transport.errors[CREATE_USERS] = [InDoubt("the answer was empty")]

    (found,) = users.create([person("a")])

    assert found.outcome is Outcome.IN_DOUBT


def test_an_account_in_doubt_is_found_by_idnumber_and_address_too(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    # A site may have rewritten the username.
    accounts.has("a@campus", email="a@example.org", idnumber="sm-a")
    transport.errors[CREATE_USERS] = [InDoubt("the answer was empty")]

    (found,) = users.create([person("a")])

    assert (found.outcome, found.remote_id) == (DONE, 1)


def test_an_account_made_under_another_name_than_asked_is_in_doubt(
    users: Users, transport: FakeTransport
) -> None:
    transport.functions[CREATE_USERS] = lambda _: [{"id": 1, "username": "a@campus"}]

    (found,) = users.create([person("a")])

    assert found.outcome is Outcome.IN_DOUBT


def test_fields_that_php_dropped_show_as_accounts_that_were_not_made(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.reads = 2

    found = users.create([person(name) for name in "abc"])

    assert [one.outcome for one in found] == [DONE, DONE, Outcome.NOT_TRIED]
    assert "max_input_vars" in found[2].advice


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"last_name": " "}, "badname"),
        ({"username": "Ami"}, "badusername"),
        ({"username": " ami"}, "badusername"),
        ({"email": "josé@example.org"}, "badaddress"),
        ({"email": "nobody"}, "badaddress"),
        ({"password": None}, "nopassword"),
    ],
)
def test_what_moodle_surely_refuses_is_not_sent(
    users: Users, transport: FakeTransport, changed: dict[str, Any], code: str
) -> None:
    (found,) = users.create([person("ami", **changed)])

    assert (found.outcome, found.code) == (REFUSED, code)
    assert transport.calls == []


def test_a_plus_in_a_username_is_named_as_the_reason(
    users: Users, accounts: FakeAccounts
) -> None:
    (found,) = users.create([person("a+b", email="ab@example.org")])

    assert (found.outcome, found.code) == (REFUSED, "badusername")


def test_a_country_and_a_custom_field_that_were_dropped_are_told(
    users: Users, accounts: FakeAccounts
) -> None:
    asked = person("a", country="XX", custom_fields={"organisation": "R"})

    (found,) = users.verified_new(users.create([asked]))

    assert found.outcome is DONE
    assert [one.field for one in found.stored_differently] == [
        "country",
        "custom field organisation",
    ]
    assert found.stored_differently[0].stored is None


def test_what_was_stored_as_asked_is_no_difference(
    users: Users, accounts: FakeAccounts
) -> None:
    (found,) = users.verified_new(users.create([person("a", country="SN")]))

    assert found.stored_differently == ()


def test_an_ampersand_in_an_account_is_read_as_it_is_stored(
    users: Users, accounts: FakeAccounts
) -> None:
    asked = person("a", last_name="O'Brien & Co &amp; x", city="A & B")

    (found,) = users.verified_new(users.create([asked]))

    assert found.stored_differently == ()


def test_an_account_that_cannot_be_read_back_is_told(
    users: Users, accounts: FakeAccounts
) -> None:
    made = users.create([person("a")])
    accounts.hidden.add("a")

    (found,) = users.verified_new(made)

    assert str(found.stored_differently[0]) == (
        "account: asked 'to be seen', stored 'nothing that can be seen'"
    )


def test_a_value_that_cannot_be_looked_for_does_not_hide_the_reason_of_others(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    accounts.has("b")
    look = accounts.by_field

    def picky(arguments: Any) -> object:
        if any("+" in value for value in arguments["values"]):
            raise refused("invalidparameter")
        return look(arguments)

    transport.functions[USERS_BY_FIELD] = picky

    found = users.create([person("a+x"), person("b", idnumber=None)])

    assert [one.code for one in found] == ["badusername", "usernametaken"]


def test_passwords_are_mailed_a_few_to_a_call(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    users.create(
        [person(f"a{n}", email_password=True, password=None) for n in range(50)]
    )

    sizes = [len(given["users"]) for _, given in transport.calls]
    assert sizes == [20, 20, 10]


def test_a_password_shows_in_no_outcome(users: Users, accounts: FakeAccounts) -> None:
    found = users.create([person("a"), person("b", language="xx")])

    assert SECRET not in repr(found)


def test_a_change_that_is_refused_is_known_by_its_id(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.has("a")
    accounts.has("b")

    found = users.update(
        [
            UserChange(user_id=1, city="Thiès"),
            UserChange(user_id=2, email="a@example.org"),
        ]
    )

    assert [(one.outcome, one.code) for one in found] == [
        (DONE, ""),
        (REFUSED, "useremailduplicate"),
    ]
    assert accounts.rows[0]["city"] == "Thiès"
    assert "same person" in found[1].advice


def test_what_a_change_leaves_out_stays_and_empty_text_empties(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    accounts.has("a", city="Dakar", country="SN")

    found = users.verified(users.update([UserChange(user_id=1, city="")]))

    assert transport.calls[0][1] == {"users": [{"id": 1, "city": ""}]}
    assert accounts.rows[0]["country"] == "SN"
    assert found[0].stored_differently == ()


def test_a_wildcard_in_an_address_finds_itself_only(
    users: Users, accounts: FakeAccounts
) -> None:
    accounts.has("a_b")
    accounts.has("axb")
    accounts.has("a%b")

    found = users.search(email="a_b@example.org")
    percent = users.search(email="a%b@", match=Match.BEGINS)

    assert [one.username for one in found] == ["a_b"]
    assert [one.username for one in percent] == ["a%b"]


def test_a_name_is_found_whatever_its_capitals_and_not_without_its_accent(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    accounts.has("a", lastname="Sène")
    accounts.has("b", lastname="Sene")
    # A database may compare without accents and give both.
    transport.functions["core_user_get_users"] = lambda _: {"users": accounts.rows}

    assert [one.username for one in users.search(last_name="SÈNE")] == ["a"]


def test_a_site_that_passes_over_a_criterion_does_not_give_everybody(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    accounts.has("a")
    accounts.has("b")
    transport.functions["core_user_get_users"] = lambda _: {"users": accounts.rows}

    found = users.search(email="a@example.org")

    assert [one.username for one in found] == ["a"]


def test_a_search_for_nothing_is_refused(users: Users) -> None:
    with pytest.raises(ValueError, match="finds everybody"):
        users.search(email=" ")


def test_who_may_make_no_accounts_is_refused_in_one_call(
    users: Users, transport: FakeTransport
) -> None:
    def refuse(_: object) -> object:
        raise refused("nopermissions")

    transport.functions[CREATE_USERS] = refuse

    found = users.create([person(name) for name in "abcdefgh"])

    assert {one.code for one in found} == {"nopermissions"}
    assert transport.asked.count(CREATE_USERS) == 1


def test_reasons_that_cannot_be_looked_up_leave_the_outcome_as_it_is(
    users: Users, accounts: FakeAccounts, transport: FakeTransport
) -> None:
    transport.errors[USERS_BY_FIELD] = [Transient("away", code="sitemaintenance")] * 9

    (found,) = users.create([person("a", language="xx")])

    assert (found.outcome, found.code) == (REFUSED, "invalidparameter")
