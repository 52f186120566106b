from __future__ import annotations

import random
import struct
import tracemalloc
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from mappings.picture_metadata import without_metadata
from mappings.pictures import fitted, fitted_file, is_picture, without_place
from moodle_bridge.model.mail import MailFile

_GPS, _MAKE, _ORIENTATION = 0x8825, 0x010F, 0x0112
_PLACE = b"Kampala 0.3476N"


def photo(width: int = 320, height: int = 240) -> Image.Image:
    noise = random.Random(7).randbytes(32 * 24 * 3)
    small = Image.frombytes("RGB", (32, 24), noise)
    return small.resize((width, height), Image.Resampling.BICUBIC)


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[_MAKE] = _PLACE.decode()
    told[_ORIENTATION] = orientation
    told.get_ifd(_GPS)[1] = "N"
    told.get_ifd(_GPS)[2] = (0.0, 20.0, 51.0)
    return told


def written(image: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_fits_loses_its_place_and_no_pixel(form: str) -> None:
    taken = written(photo(), form, exif=exif())
    assert _PLACE in taken
    picture = fitted(taken, f"image/{form.lower()}", None)
    assert picture is not None
    assert picture.media_type == f"image/{form.lower()}"
    assert _PLACE not in picture.content
    assert not opened(picture.content).getexif()
    assert opened(picture.content).tobytes() == opened(taken).tobytes()


def test_a_photo_is_turned_upright_before_its_orientation_is_lost() -> None:
    image = Image.new("RGB", (400, 200), "white")
    image.paste("red", (0, 0, 200, 200))
    picture = fitted(written(image, "JPEG", exif=exif(6)), "image/jpeg", None)
    assert picture is not None
    shown = opened(picture.content)
    assert shown.size == (200, 400)
    red, white = shown.getpixel((100, 50)), shown.getpixel((100, 350))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert (red[0] > 200, red[1] < 60) == (True, True)
    assert min(white) > 200
    assert not shown.getexif()


def test_a_comment_and_text_are_taken_out() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Location", _PLACE.decode())
    told.add_itxt("XML:com.adobe.xmp", _PLACE.decode())
    for content in (
        written(photo(), "PNG", pnginfo=told),
        written(photo(), "JPEG", comment=_PLACE),
        written(photo().convert("P"), "GIF", comment=_PLACE),
    ):
        assert _PLACE in content
        bare = without_metadata(content)
        assert bare is not None
        assert _PLACE not in bare
        assert opened(bare).size == (320, 240)


def test_a_film_behind_a_photo_is_let_go() -> None:
    content = written(photo(), "JPEG")
    bare = without_metadata(content + b"ftypmp4 " + _PLACE * 100)
    assert bare == without_metadata(content)


def test_a_further_picture_behind_the_first_is_let_go() -> None:
    content = written(
        photo(), "MPO", save_all=True, append_images=[photo(64, 64)], exif=exif()
    )
    picture = fitted(content, "image/jpeg", None)
    assert picture is not None
    assert picture.media_type == "image/jpeg"
    assert opened(picture.content).format == "JPEG"
    assert _PLACE not in picture.content


def test_colours_are_shown_as_before() -> None:
    profile = b"\0" * 200
    content = written(photo(), "JPEG", icc_profile=profile, exif=exif())
    picture = fitted(content, "image/jpeg", None)
    assert picture is not None
    assert opened(picture.content).info["icc_profile"] == profile


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("limit", [100_000, 20_000, 6_000, 3_000])
def test_a_large_picture_is_scaled_to_the_limit(form: str, limit: int) -> None:
    content = written(photo(2000, 1500), form, exif=exif())
    picture = fitted(content, "image/x", limit)
    assert picture is not None
    assert len(picture.content) <= limit
    assert _PLACE not in picture.content
    assert (
        opened(picture.content).format
        == picture.media_type.removeprefix("image/").upper()
        or picture.content == content
    )


def test_a_photo_that_came_as_png_becomes_a_jpeg_and_is_named_so() -> None:
    file = MailFile(
        filename="Foto één.PNG",
        media_type="image/png",
        content=written(photo(1200, 900), "PNG"),
        content_id="abc",
    )
    smaller = fitted_file(file, 60_000)
    assert smaller is not None
    assert (smaller.filename, smaller.media_type) == ("Foto één.jpg", "image/jpeg")
    assert smaller.content_id == "abc"


def test_a_drawing_stays_what_it_is() -> None:
    image = Image.new("RGB", (1600, 1200), "white")
    image.paste("black", (100, 100, 900, 110))
    told = PngImagePlugin.PngInfo()
    told.add_text("Description", "x" * 40_000)
    content = written(image, "PNG", pnginfo=told, compress_level=0)
    picture = fitted(content, "image/png", 30_000)
    assert picture is not None
    assert picture.media_type == "image/png"
    assert opened(picture.content).size == (1600, 1200)


def test_what_can_be_seen_through_stays_so() -> None:
    image = photo(900, 900).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((900, 900)))
    picture = fitted(written(image, "PNG"), "image/png", 100_000)
    assert picture is not None
    assert opened(picture.content).mode == "RGBA"


def animation() -> bytes:
    frames = [photo(400, 300).rotate(angle).convert("P") for angle in (0, 30, 60)]
    return written(
        frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, duration=90
    )


def test_an_animation_that_fits_still_moves() -> None:
    picture = fitted(animation(), "image/gif", None)
    assert picture is not None
    shown = Image.open(BytesIO(picture.content))
    assert isinstance(shown, Image.Image)
    assert (getattr(shown, "n_frames", 1), shown.info["loop"]) == (3, 0)


def test_of_an_animation_that_does_not_fit_the_first_frame_is_shown() -> None:
    content = animation()
    picture = fitted(content, "image/gif", len(content) // 2)
    assert picture is not None
    assert getattr(Image.open(BytesIO(picture.content)), "n_frames", 1) == 1
    assert len(picture.content) <= len(content) // 2


def png_that_says(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 20_000, 65_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    bomb = png_that_says(side, side)
    tracemalloc.start()
    try:
        assert fitted(bomb, "image/png", 50_000) is None
        assert fitted(bomb, "image/png", 100) is None
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe1\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_picture_or_another_kind_is_refused(content: bytes) -> None:
    assert fitted(content, "image/jpeg", None) is None


def test_what_cannot_be_made_so_small_is_refused() -> None:
    assert fitted(written(photo(), "JPEG"), "image/jpeg", 100) is None


def test_a_file_tells_no_place_whatever_it_is_called() -> None:
    hidden = MailFile(
        filename="notes.txt",
        media_type="text/plain",
        content=written(photo(), "JPEG", exif=exif()),
    )
    bare = without_place(hidden)
    assert bare is not None
    assert _PLACE not in bare.content
    assert bare.media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "passes"),
    [
        (b"%PDF-1.7 ...", True),
        (b"", True),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", False),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", True),
        (b"II*\0\x08\0\0\0", False),
        (b"\xff\xd8\xff broken", False),
    ],
)
def test_what_may_tell_and_cannot_be_cleaned_is_refused(
    content: bytes, passes: bool
) -> None:
    file = MailFile(filename="a.bin", media_type="image/heic", content=content)
    assert without_place(file) == (file if passes else None)


def test_what_pictures_call_themselves_is_known() -> None:
    told = ["image/jpeg", "IMAGE/PNG", "image/pjpeg", "image/heic", "text/plain"]
    assert [is_picture(one) for one in told] == [True, True, True, False, False]


_SEEDS = [
    written(photo(40, 30), "JPEG", exif=exif(6)),
    written(photo(40, 30), "JPEG", progressive=True, exif=exif()),
    written(photo(40, 30), "PNG", exif=exif()),
    written(photo(40, 30), "WEBP", exif=exif()),
    animation()[:20_000],
]


@settings(deadline=None, max_examples=200)
@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=4))),
    end=st.integers(0, 20_000),
    limit=st.sampled_from([None, 500, 5_000]),
)
def test_a_broken_picture_is_refused_or_mended_and_never_raises(
    seed: bytes, changes: list[tuple[int, bytes]], end: int, limit: int | None
) -> None:
    content = bytearray(seed)
    for place, what in changes:
        at = place % len(content)
        content[at : at + len(what)] = what
    whole = bytes(content[: max(1, end % len(content))] if end % 3 == 0 else content)
    without_metadata(whole)
    picture = fitted(whole, "image/jpeg", limit)
    if picture is not None and limit is not None:
        assert len(picture.content) <= limit


def test_a_grey_picture_of_sixteen_bits_keeps_its_greys() -> None:
    noise = random.Random(5).randbytes(400 * 300 * 2)
    dark = Image.frombytes("I;16", (400, 300), noise)
    picture = fitted(written(dark, "PNG"), "image/png", 20_000)
    assert picture is not None
    histogram = opened(picture.content).convert("L").histogram()
    assert 0.4 < sum(histogram[:128]) / sum(histogram) < 0.6


def test_a_profile_of_inks_does_not_stay_in_a_picture_of_lights() -> None:
    printed = Image.new("CMYK", (800, 600), (0, 255, 255, 0))
    taken = written(printed, "JPEG", quality=95, icc_profile=b"prtrCMYKLab " * 50)
    picture = fitted(taken, "image/jpeg", 6_000)
    assert picture is not None
    shown = opened(picture.content)
    assert "icc_profile" not in shown.info
    bands = [band.histogram() for band in shown.convert("RGB").split()]
    assert [sum(band[128:]) > 0 for band in bands] == [True, False, False]
