from __future__ import annotations

from itertools import combinations

import pytest

from mappings.report.palette import (
    BY_DAY,
    BY_NIGHT,
    SERIES_COLOURS,
    TEXT_COLOURS,
    contrast,
    heat,
    on_heat,
)

# How much of each channel people see who lack one kind of cone (Machado, Oliveira and
# Fernandes 2009, severity 1.0; on linear light).
LACKING = {
    "red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def linear(colour: str) -> list[float]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]


def lab(light: list[float]) -> tuple[float, float, float]:
    red, green, blue = light
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: str, other: str, eye: tuple[tuple[float, ...], ...]) -> float:
    def seen(colour: str) -> tuple[float, float, float]:
        light = linear(colour)
        return lab(
            [
                min(max(sum(a * b for a, b in zip(row, light, strict=True)), 0.0), 1.0)
                for row in eye
            ]
        )

    pairs = zip(seen(one), seen(other), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1


@pytest.mark.parametrize("colours", [BY_DAY, BY_NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_words_stand_out_on_every_ground(colours: dict[str, str], ground: str) -> None:
    for name in TEXT_COLOURS:
        assert contrast(colours[name], colours[ground]) >= 4.5, name


@pytest.mark.parametrize("colours", [BY_DAY, BY_NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_lines_and_bars_stand_out_from_every_ground(
    colours: dict[str, str], ground: str
) -> None:
    for name in SERIES_COLOURS:
        assert contrast(colours[name], colours[ground]) >= 3, name


@pytest.mark.parametrize("colours", [BY_DAY, BY_NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("lacking", LACKING)
def test_people_who_lack_a_kind_of_cone_tell_the_series_apart(
    colours: dict[str, str], lacking: str
) -> None:
    for one, other in combinations(SERIES_COLOURS, 2):
        seen = difference(colours[one], colours[other], LACKING[lacking])
        assert seen > 15, (one, other)


def test_more_is_always_darker() -> None:
    shades = [contrast(heat(number / 20), "#ffffff") for number in range(21)]

    assert shades == sorted(shades)
    assert shades[-1] / shades[0] > 8


def test_a_number_can_be_read_on_every_cell() -> None:
    for number in range(101):
        cell = heat(number / 100)
        assert contrast(on_heat(cell), cell) >= 4.5


def test_no_cell_of_a_map_has_a_colour_of_the_page() -> None:
    # It would change by night.
    cells = {heat(number / 1000) for number in range(1001)}
    assert not {*cells, *map(on_heat, cells)} & set(BY_DAY.values())


def test_both_palettes_have_the_same_parts() -> None:
    assert BY_DAY.keys() == BY_NIGHT.keys()
