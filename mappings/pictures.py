"""Makes pictures fit: for the wire, for the screen of a phone, and for privacy.

Phones write into each picture where it was taken. None that passes here still says.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from mappings.picture_metadata import without_metadata
from moodle_bridge.model.mail import MailFile

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    # A JPEG with further pictures behind it; only the first is kept.
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_EXTENSIONS = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
}
_OTHER_NAMES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
}
_PIXELS_MOST = 60_000_000
_DECODED_MOST = 16_000_000
_SIDES = (2560, 1920, 1600, 1280, 1024, 800, 640, 480, 360, 240, 160, 120, 80)
_QUALITIES = (82, 65, 45)
_TURNED_QUALITY = 92
_MUCH_SMALLER = 0.6
_SAMPLE_SIDE = 640
# Not even a clear sky is written in less than a byte for so many pixels.
_PIXELS_A_BYTE = 120
_ORIENTATION, _UPRIGHT = 0x0112, 1
_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P", "1"})
_SHOWN_INFO = ("icc_profile", "transparency")
_OWN_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# ISO/IEC 23008-12 and the AV1 image format.
_HEIF_BRANDS = frozenset(
    b"heic heix heim heis hevc hevx mif1 msf1 miaf avif avis".split()
)
_MAGIC_LONGEST = 16
_FAULTS = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    SyntaxError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,
    ArithmeticError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that is fit to be sent; `media_type` is what its bytes are."""

    content: bytes
    media_type: str


def is_picture(media_type: str) -> bool:
    """Say whether something calls itself a picture that `fitted` may know."""
    return _plain_type(media_type) in _EXTENSIONS


def named_as(filename: str, media_type: str) -> str:
    """Return a picture's name with the ending of what it is; else as it is."""
    endings = _EXTENSIONS.get(_plain_type(media_type), ("",))
    if filename.lower().endswith(endings):
        return filename
    stem, dot, ending = filename.rpartition(".")
    known = dot and any(f".{ending.lower()}" in told for told in _EXTENSIONS.values())
    return f"{stem if known and stem else filename}{endings[0]}"


def _plain_type(media_type: str) -> str:
    told = media_type.strip().lower()
    return _OTHER_NAMES.get(told, told)


def fitted(content: bytes, media_type: str, limit_bytes: int | None) -> Picture | None:
    """Return a picture upright, without what it tells of itself, within the limit.

    JPEG, PNG, GIF and WebP, known by their bytes; `media_type` is what the picture is
    said to be. Where it is upright and small enough, every pixel stays. Else it is
    scaled down step by step, an animation to its first frame; a photo that came as
    PNG becomes a JPEG. `limit_bytes` None is no limit. None where it is no such
    picture (HEIC, SVG), is broken, has over 60 million pixels, or cannot be made so
    small: then a link must do. Never raises.
    """
    del media_type
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                return _fitted(image, content, limit_bytes)
    except _FAULTS:
        return None


def fitted_file(file: MailFile, limit_bytes: int | None) -> MailFile | None:
    """Return a file of a mail with its picture fitted; see `fitted`.

    The ending of its name is that of what it has become.
    """
    picture = fitted(file.content, file.media_type, limit_bytes)
    if picture is None:
        return None
    return replace(
        file,
        filename=named_as(file.filename, picture.media_type),
        media_type=picture.media_type,
        content=picture.content,
    )


def without_place(file: MailFile) -> MailFile | None:
    """Return a file that does not tell where and with what it was taken.

    A picture loses what `fitted` takes out, whatever it is called; any other file is
    given back as it is. None for a picture that may tell and cannot be cleaned (HEIC,
    TIFF, a broken JPEG).
    """
    beginning = file.content[:_MAGIC_LONGEST]
    if beginning.startswith(_OWN_MAGIC) or (
        beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP"
    ):
        return fitted_file(file, None)
    tells = beginning.startswith(_TIFF_MAGIC) or (
        beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIF_BRANDS
    )
    return None if tells else file


def _fitted(
    image: Image.Image, content: bytes, limit_bytes: int | None
) -> Picture | None:
    media_type = _MEDIA_TYPES.get(image.format or "")
    width, height = image.size
    if media_type is None or not 0 < width * height <= _PIXELS_MOST:
        return None
    turned = image.getexif().get(_ORIENTATION, _UPRIGHT) not in {_UPRIGHT, 0}
    bare = None if turned else without_metadata(content)
    if bare is not None and (limit_bytes is None or len(bare) <= limit_bytes):
        return Picture(content=bare, media_type=media_type)
    shown = _decoded(image, limit_bytes)
    if shown is None:
        return None
    if bare is None:
        anew = _written(shown, media_type, _TURNED_QUALITY)
        if limit_bytes is None or len(anew.content) <= limit_bytes:
            return anew
    return None if limit_bytes is None else _scaled(shown, media_type, limit_bytes)


def _decoded(image: Image.Image, limit_bytes: int | None) -> Image.Image | None:
    """Return the first frame, upright, in few enough pixels to be worked on."""
    width, height = image.size
    if width * height > _DECODED_MOST or limit_bytes is not None:
        # A JPEG can be read at a half, a quarter or an eighth, and costs as little.
        image.draft("RGB", (_SIDES[0], _SIDES[0]))
    width, height = image.size
    if width * height > 2 * _DECODED_MOST:
        return None
    image.seek(0)
    told = [name for name in image.info if name not in _SHOWN_INFO]
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in _MODES:
        upright = _in_usual_colours(upright)
    for name in told:
        upright.info.pop(name, None)
    return upright


def _in_usual_colours(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Sixteen bits of grey: all but the darkest would become white.
        usual = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    else:
        usual = image.convert("RGB")
    # What they say of colours is of those that were (CMYK), not of these.
    for name in _SHOWN_INFO:
        usual.info.pop(name, None)
    return usual


def _scaled(shown: Image.Image, media_type: str, limit_bytes: int) -> Picture | None:
    kind, qualities = _kind_of(shown, media_type)
    longest = max(shown.size)
    for side in (longest, *(side for side in _SIDES if side < longest)):
        smaller = _of_side(shown, side)
        if _is_hopeless(smaller, kind, limit_bytes):
            continue
        for quality in qualities:
            picture = _written(smaller, kind, quality)
            if len(picture.content) <= limit_bytes:
                return picture
    return None


def _kind_of(shown: Image.Image, media_type: str) -> tuple[str, tuple[int, ...]]:
    """Return as what a picture is written, and in which qualities it is tried."""
    if media_type == "image/jpeg":
        return media_type, _QUALITIES
    if _has_glass(shown):
        return "image/png", _QUALITIES[:1]
    sample = _of_side(shown, _SAMPLE_SIDE)
    photo = _written(sample, "image/jpeg", _QUALITIES[0])
    drawing = _written(sample, "image/png", _QUALITIES[0])
    if len(photo.content) < _MUCH_SMALLER * len(drawing.content):
        return "image/jpeg", _QUALITIES
    return "image/png", _QUALITIES[:1]


def _is_hopeless(image: Image.Image, kind: str, limit_bytes: int) -> bool:
    """Say whether a picture is far too large to be tried at all."""
    pixels = image.size[0] * image.size[1]
    return kind == "image/jpeg" and pixels > limit_bytes * _PIXELS_A_BYTE


def _of_side(shown: Image.Image, side: int) -> Image.Image:
    if max(shown.size) <= side:
        return shown
    smaller = shown.convert("RGBA" if _has_glass(shown) else "RGB")
    smaller.info.pop("transparency", None)
    smaller.thumbnail((side, side))
    return smaller


def _has_glass(image: Image.Image) -> bool:
    """Say whether something can be seen through the picture."""
    return image.has_transparency_data


def _written(image: Image.Image, media_type: str, quality: int) -> Picture:
    out = BytesIO()
    profile = image.info.get("icc_profile")
    if media_type == "image/jpeg":
        image.convert("L" if image.mode == "L" else "RGB").save(
            out, "JPEG", quality=quality, optimize=True, icc_profile=profile
        )
    elif media_type == "image/webp":
        image.save(out, "WEBP", quality=quality, icc_profile=profile)
    else:
        media_type = "image/png"
        image.save(out, "PNG", icc_profile=profile)
    return Picture(content=out.getvalue(), media_type=media_type)
