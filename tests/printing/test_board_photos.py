"""Photos of a board's first: cut to their frames, left out where broken or printed in black."""

from ctypes import c_uint
from dataclasses import replace
from functools import cache
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageStat

from moralbank.boards.pdf import board_poster
from moralbank.boards.sheets import BoardSheet
from tests.printing.hung_boards import board_of, crowded
from tests.printing.paper import MM, Paper


@cache
def picture_of(colour: str, size: tuple[int, int] = (1200, 1500)) -> bytes:
    """A noisy photo, which packs as badly as photos do."""
    noise = Image.effect_noise(size, 60).convert("RGB")
    kept = BytesIO()
    Image.blend(noise, Image.new("RGB", size, colour), 0.5).save(kept, "JPEG", quality=90)
    return kept.getvalue()


def with_photos(*photos: bytes | None) -> BoardSheet:
    board = board_of(12)
    first = [
        replace(entry, photo=photo) for entry, photo in zip(board.entries, photos, strict=False)
    ]
    return replace(board, entries=(*first, *board.entries[len(first) :]))


def images_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every image of the first sheet, in mm."""
    document = pdfium.PdfDocument(pdf)
    found = document[0].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    bounds = [image.get_bounds() for image in found]
    document.close()
    return [((right - left) / MM, (top - low) / MM) for left, low, right, top in bounds]


def test_photos_are_cut_to_their_frames_and_light() -> None:
    photos = (picture_of("red"), picture_of("green", (3000, 900)), picture_of("blue", (90, 70)))
    poster = board_poster(with_photos(*photos), paper="a4")
    assert len(poster) < 1_000_000
    sizes = images_of(poster)
    assert len(sizes) == 3
    for width, height in sizes:
        assert width / height == pytest.approx(3 / 4, rel=0.01)
        assert width > 18


@pytest.mark.parametrize(
    "broken", [b"", b"no photo", picture_of("red")[:4000], b"\xff\xd8\xff\xe0" + bytes(90)]
)
def test_a_broken_photo_is_left_out(broken: bytes) -> None:
    board = with_photos(broken, broken, broken)
    without = board_poster(with_photos(None), paper="a4")
    assert board_poster(board, paper="a4") == without
    mixed = board_poster(with_photos(broken, picture_of("green"), None), paper="a4")
    assert len(images_of(mixed)) == 1
    assert Paper(mixed).text.count("德") >= 2, "who has no photo is honoured in the same frame"


def test_the_plain_style_is_black_and_white_alone() -> None:
    board = crowded(with_photos(picture_of("red"), picture_of("green")))
    pdf = board_poster(board, paper="a4", style="plain")
    assert images_of(pdf) == []
    document = pdfium.PdfDocument(pdf)
    colours = set()
    for shape in document[0].get_objects(max_depth=3):
        for ask in (pdfium.raw.FPDFPageObj_GetFillColor, pdfium.raw.FPDFPageObj_GetStrokeColor):
            parts = [c_uint() for _part in range(4)]
            if ask(shape.raw, *parts):
                colours.add(tuple(part.value for part in parts[:3]))
    document.close()
    assert colours <= {(0, 0, 0), (255, 255, 255)}
    picture = next(Paper(pdf).pictures(dpi=50))
    assert ImageStat.Stat(picture).mean[0] > 200, "it must save ink"
