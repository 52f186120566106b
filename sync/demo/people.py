"""Who takes part in the course of the demo; people and organisations are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Somebody of the story; `key` is their user name and begins their address."""

    key: str
    firstname: str
    lastname: str
    organisation: str
    country: str
    domain: str
    language: str
    timezone: str

    @property
    def name(self) -> str:
        """The name as Moodle shows it."""
        return f"{self.firstname} {self.lastname}"

    @property
    def address(self) -> str:
        """The address of the mailbox."""
        return f"{self.key}@{self.domain}"


_COUNTRIES = {
    "Senegal": ("fr", "Africa/Dakar"),
    "Uganda": ("en", "Africa/Kampala"),
    "Vietnam": ("vi", "Asia/Ho_Chi_Minh"),
    "the Netherlands": ("nl", "Europe/Amsterdam"),
}


def _from(country: str, *rows: tuple[str, str, str, str, str]) -> tuple[Character, ...]:
    language, timezone = _COUNTRIES[country]
    return tuple(
        Character(
            key=key,
            firstname=firstname,
            lastname=lastname,
            organisation=organisation,
            country=country,
            domain=f"{domain}.example",
            language=language,
            timezone=timezone,
        )
        for key, firstname, lastname, organisation, domain in rows
    )


FACILITATORS = (
    *_from("the Netherlands", ("maaike", "Maaike", "de Wit", "facilitator", "course")),
    *_from("Senegal", ("ousmane", "Ousmane", "Ndour", "facilitator", "course")),
    *_from("Uganda", ("grace", "Grace", "Nakimuli", "facilitator", "course")),
)

PARTICIPANTS = (
    *_from(
        "Senegal",
        ("aminata", "Aminata", "Diop", "Jokko Ndar", "jokko-ndar"),
        ("moussa", "Moussa", "Faye", "Sahel Vert", "sahel-vert"),
        ("khady", "Khady", "Sow", "Radio Kajoor", "radio-kajoor"),
        ("fatima", "فاطمة", "سيسي", "دارة السلام", "daara-salaam"),
    ),
    *_from(
        "Uganda",
        ("joseph", "Joseph", "Okello", "Nile Weavers", "nile-weavers"),
        ("florence", "Florence", "Achieng", "Elgon Farmers' Voice", "elgon-voice"),
        ("brian", "Brian", "Ssebunya", "Kampala Story Lab", "story-lab"),
        ("peace", "Peace", "Candiru", "West Nile Youth Press", "youth-press"),
    ),
    *_from(
        "Vietnam",
        ("ha", "Nguyễn Thị", "Hà", "Sông Hồng Xanh", "song-hong-xanh"),
        ("minh", "Trần Văn", "Minh", "Mạng lưới Mê Kông", "me-kong"),
        ("thao", "Lê Thu", "Thảo", "Huế Kể Chuyện", "hue-ke-chuyen"),
        ("bao", "Phạm Quốc", "Bảo", "Cà Phê Sách", "ca-phe-sach"),
    ),
    *_from(
        "the Netherlands",
        ("sanne", "Sanne", "Hoekstra", "Polderpraat", "polderpraat"),
        ("bram", "Bram", "van Dijk", "Waterverhalen", "waterverhalen"),
    ),
)

EVERYBODY = (*FACILITATORS, *PARTICIPANTS)

STRANGER = Character(
    key="offers",
    firstname="Rex",
    lastname="Bargain",
    organisation="nobody in the course knows them",
    country="",
    domain="bargains.example",
    language="en",
    timezone="UTC",
)


def who(key: str) -> Character:
    """Return somebody of the course by user name; raises KeyError for nobody."""
    return {person.key: person for person in EVERYBODY}[key]
