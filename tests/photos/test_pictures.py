"""From whatever is sent to a picture that may be kept."""

import warnings

import pytest
from PIL import Image

from moralbank.errors import Invalid
from moralbank.photos.pictures import (
    LARGEST_FILE,
    NotAPhoto,
    PhotoEmpty,
    PhotoIsHeic,
    PhotoTooLarge,
    PhotoUnreadable,
    TooManyDots,
    picture_of,
)
from tests.photos.phone import (
    GPS,
    HEIC,
    PDF,
    SVG,
    bomb,
    from_a_phone,
    opened,
    sent,
    snapshot,
    zip_named_jpg,
)

RED, GREEN, WHITE = (255, 0, 0), (0, 128, 0), (255, 255, 255)


def _near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    dot = picture.getpixel(place)
    assert isinstance(dot, tuple)
    return all(abs(one - other) < 40 for one, other in zip(dot, colour, strict=True))


def test_a_phones_photo_stands_upright_and_says_nothing_of_its_place() -> None:
    kept = picture_of(from_a_phone((400, 240)))
    assert (kept.width, kept.height) == (240, 400)
    upright = opened(kept.jpeg)
    assert upright.size == (240, 400)
    assert _near(upright, (230, 10), RED)  # its upper left corner went to the right
    assert _near(upright, (10, 10), GREEN)
    assert not upright.getexif().get_ifd(GPS)
    for rendition in (kept.jpeg, kept.small):
        assert b"Exif" not in rendition
        assert b"118.95E" not in rendition
    assert max(opened(kept.small).size) == 360


def test_large_photos_become_small_ones() -> None:
    kept = picture_of(sent(snapshot((4000, 3000))))
    assert (kept.width, kept.height) == (1600, 1200)
    assert opened(kept.small).size == (360, 270)
    assert len(kept.jpeg) < 1_000_000


def test_the_same_dots_are_known_whatever_carries_them() -> None:
    bare = picture_of(sent(snapshot(), "PNG"))
    assert picture_of(sent(snapshot(), "WEBP", lossless=True)).original == bare.original
    assert picture_of(sent(snapshot(), "PNG", pnginfo=None, dpi=(72, 72))).original == bare.original
    exif = Image.Exif()
    exif[0x0112] = 6  # stored sideways, to be turned right: the same when it stands
    sideways = snapshot().transpose(Image.Transpose.ROTATE_90)
    assert picture_of(sent(sideways, "PNG", exif=exif)).original == bare.original
    assert picture_of(sent(snapshot(colour="blue"), "PNG")).original != bare.original
    assert picture_of(sent(snapshot((24, 40)), "PNG")).original != bare.original


def test_every_kind_of_picture_becomes_rgb() -> None:
    for mode in ("1", "L", "LA", "P", "RGBA"):
        assert opened(picture_of(sent(snapshot().convert(mode), "PNG")).jpeg).mode == "RGB", mode
    glass = Image.new("RGBA", (40, 24), (0, 0, 0, 0))
    assert _near(opened(picture_of(sent(glass, "WEBP", lossless=True)).jpeg), (5, 5), WHITE)
    ink = picture_of(sent(snapshot().convert("CMYK")))
    assert _near(opened(ink.jpeg), (5, 5), RED)


@pytest.mark.parametrize("kind", ["MPO", "PNG", "WEBP"])
def test_of_moving_pictures_the_first_is_taken(kind: str) -> None:
    reel = sent(snapshot(), kind, save_all=True, append_images=[snapshot(colour="blue")])
    assert _near(opened(picture_of(reel).jpeg), (35, 20), GREEN)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", PhotoEmpty),
        (b"not a picture at all", NotAPhoto),
        (zip_named_jpg(), NotAPhoto),
        (SVG, NotAPhoto),
        (PDF, NotAPhoto),
        (sent(snapshot(), "GIF"), NotAPhoto),
        (sent(snapshot(), "BMP"), NotAPhoto),
        (HEIC, PhotoIsHeic),
        (b"\xff\xd8\xff" + b"0" * LARGEST_FILE, PhotoTooLarge),
        (b"\xff\xd8\xff\xe0 and nothing more", PhotoUnreadable),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, PhotoUnreadable),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 garbage", PhotoUnreadable),
    ],
    ids=lambda value: value.code if isinstance(value, type) else "",
)
def test_what_is_no_photo_is_refused_in_its_own_words(
    content: bytes, refusal: type[Invalid]
) -> None:
    with pytest.raises(refusal):
        picture_of(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused(kind: str) -> None:
    whole = sent(Image.effect_noise((300, 200), 80), kind)
    picture_of(whole)
    for part in (2, 10):
        with pytest.raises(PhotoUnreadable):
            picture_of(whole[: len(whole) - len(whole) // part])


def test_photos_of_too_many_dots_are_never_decoded() -> None:
    forty = sent(Image.new("1", (8000, 5000)), "PNG")
    with pytest.raises(TooManyDots):
        picture_of(forty)
    for side in (12_000, 30_000):  # of which Pillow warns, and which it refuses
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(TooManyDots):
                picture_of(bomb(side))
    in_memory = sent(Image.new("L", (8000, 5000)), progressive=True)
    with pytest.raises(TooManyDots):  # a progressive one can't be read in strips
        picture_of(in_memory)


def test_a_jpeg_of_forty_megapixels_is_read_in_strips() -> None:
    kept = picture_of(sent(Image.new("L", (8000, 5000), 90)))
    assert (kept.width, kept.height) == (1600, 1000)


def test_garbage_in_the_metadata_harms_nothing() -> None:
    whole = sent(snapshot(), exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xffgarbage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow says so in the server's log
        assert picture_of(whole).width == 40
