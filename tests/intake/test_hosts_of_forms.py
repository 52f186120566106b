"""A host of forms is told no secret that is not its own, and half answers count for none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.plugins.intake.kobo import KoboIntake, KoboIntakeSettings
from moodle_bridge.plugins.intake.web import fetched
from tests.intake import exporters
from tests.intake.hosts import (
    LOGIN_PAGE,
    TOKEN,
    FormServer,
    Kobo,
    LimeSurvey,
    Odk,
    Told,
    served,
    told,
)
from tests.intake.small import small_form
from tests.intake.sources import Waits, kobo_source, limesurvey_source, odk_source

BUSY = 429


@pytest.fixture
def kobo() -> Iterator[FormServer]:
    with served(Kobo(*exporters.kobo(small_form()))) as host:
        yield host


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def source(kobo: FormServer, waits: Waits) -> Iterator[KoboIntake]:
    source = kobo_source(kobo, waits)
    yield source
    source.close()


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (LOGIN_PAGE, Permanent, "no JSON"),
        (told({"detail": "Invalid token."}, 401), Permanent, "let the bridge in"),
        (told({"detail": "Not found."}, 404), Permanent, "no such form"),
        (told({"detail": "?"}, 400), Permanent, "refuses the request"),
        (told({"name": "x"}), Permanent, "something else than expected"),
        (told([1, 2]), Permanent, "something else than expected"),
        (Told(body=b'{"name": "x", "content": {'), Transient, "cut short"),
        (Told(body=b"[" * 100_000), Transient, "cut short"),
        (
            Told(body=b'{"name"', headers={"Content-Length": "5000"}),
            Transient,
            "cannot be reached",
        ),
        (told({}, 503), Transient, "503"),
        (told({}, BUSY, Retry_After="3600"), Transient, "429"),
    ],
)
def test_what_is_no_good_answer_is_told_without_the_token(
    kobo: FormServer,
    source: KoboIntake,
    answer: Told,
    kind: type[Permanent | Transient],
    said: str,
) -> None:
    kobo.first = [answer]
    with pytest.raises(kind, match=said) as caught:
        source.read()
    assert TOKEN not in f"{caught.value} {caught.value.advice}"
    assert len(kobo.asked) == 1


def test_a_host_that_is_busy_is_asked_again_when_it_said(
    kobo: FormServer, source: KoboIntake, waits: Waits
) -> None:
    kobo.first = [told({}, BUSY, Retry_After="7"), told({}, BUSY, Retry_After="2")]
    assert len(source.read().entries) == 3
    assert waits == [7, 2]


def test_a_host_that_stays_busy_is_let_be(
    kobo: FormServer, source: KoboIntake, waits: Waits
) -> None:
    kobo.first = [told({}, BUSY, Retry_After="1")] * 9
    with pytest.raises(Transient) as caught:
        source.read()
    assert caught.value.retry_after == 1
    assert waits == [1, 1, 1]


def test_a_host_that_is_not_there_is_told_as_such(kobo: FormServer) -> None:
    source = kobo_source(kobo, url="http://127.0.0.1:9")
    with pytest.raises(Transient, match="cannot be reached"):
        source.read()
    source.close()


def test_a_move_within_the_host_is_followed(
    kobo: FormServer, source: KoboIntake
) -> None:
    place = "/api/v2/assets/form1/?format=json"
    kobo.first = [Told(status=301, headers={"Location": place})]
    assert len(source.read().entries) == 3


def test_a_token_is_not_carried_to_another_host(
    kobo: FormServer, source: KoboIntake
) -> None:
    with served(lambda asked: LOGIN_PAGE) as other:
        kobo.first = [Told(status=302, headers={"Location": f"{other.url}/steal"})]
        with pytest.raises(Permanent, match="another address"):
            source.read()
        assert other.asked == []


def test_a_host_that_sends_around_in_circles_is_left(
    kobo: FormServer, source: KoboIntake
) -> None:
    kobo.first = [Told(status=302, headers={"Location": "/a"})] * 9
    with pytest.raises(Permanent, match="without an end"):
        source.read()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_password_is_not_carried_to_another_host(status: int) -> None:
    form = small_form()
    with (
        served(Odk(*exporters.odk(form))) as odk,
        served(LimeSurvey(*exporters.limesurvey(form, "UTC"))) as lime,
        served(lambda asked: LOGIN_PAGE) as other,
    ):
        for host, source in (
            (odk, odk_source(odk)),
            (lime, limesurvey_source(lime)),
        ):
            host.first = [
                Told(status=status, headers={"Location": f"{other.url}/steal"})
            ]
            with pytest.raises(Permanent, match="address"):
                source.read()
            host.first = [Told(status=status, headers={"Location": "/elsewhere"})]
            with pytest.raises(Permanent, match="moved to another address"):
                source.read()
        assert other.asked == []


def test_a_login_of_this_machine_is_not_put_in_place_of_the_token(
    kobo: FormServer,
    source: KoboIntake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    source.read()
    assert {each.headers["Authorization"] for each in kobo.asked} == {f"Token {TOKEN}"}


def test_what_is_read_without_a_login_may_move_to_another_host() -> None:
    with (
        served(lambda asked: Told(body=b"ID\n1\n")) as there,
        served(
            lambda asked: Told(status=307, headers={"Location": f"{there.url}/file"})
        ) as here,
    ):
        assert fetched(f"{here.url}/sheet", item="sheet").content == b"ID\n1\n"


def test_no_secret_goes_on_to_a_plain_address() -> None:
    with (
        served(
            lambda asked: Told(status=302, headers={"Location": "http://example.org/x"})
        ) as here,
        pytest.raises(Permanent, match="another address"),
    ):
        fetched(f"{here.url}/sheet", item="sheet")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://kobo.example.org", "must be https"),
        ("https://me:mine@kobo.example.org", "no login"),
        ("kobo.example.org", "must begin with https"),
        ("https://kobo.example.org/?token=1", "no login and no query"),
    ],
)
def test_an_address_that_would_show_a_secret_is_refused(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        KoboIntakeSettings.model_validate({"url": url, "form": "a", "token": "t"})
