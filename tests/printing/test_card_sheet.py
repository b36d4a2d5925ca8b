"""Household cards: readable by machine, by copying, and by eye."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from moralbank.cards.faces import CardFace
from moralbank.cards.pdf import card_sheet, grouped_token
from moralbank.printing import qr
from tests.printing.paper import Paper

LONG_NAME = "古丽扎尔·买买提江·阿卜杜拉"
NAMES = [
    "杜仁森",
    "王䶮",
    "李颋",
    "𫖯生辉",
    "刘㛃",
    LONG_NAME,
    "斯琴高娃",
    "欧阳堃",
    "钱𬭎",
    "陈玥珺",
]
CARD_LEFT, CARD_TOP = 19.4, 283.5  # mm: the first card's corner on the sheet
CARD_WIDTH, CARD_HEIGHT = 85.6, 54.0


def face_of(name: str, number: int = 12) -> CardFace:
    token = f"{100000000000000 + number * 7919:015d}"
    return CardFace(
        village="桃源村",
        town="清溪镇",
        head=name,
        household=f"一组 {number:03d} 号",
        token=token,
        payload=f"HTTPS://DAODE.EXAMPLE.CN/C/{token}",
        slogan="善行存进来 · 好处兑出去",
        note="遗失请到村委会挂失补办　本卡不可买卖、转让",
    )


def village_of(size: int) -> Sequence[CardFace]:
    return [face_of(NAMES[number % len(NAMES)], number) for number in range(size)]


def test_every_code_of_256_cards_decodes_to_its_payload() -> None:
    faces = village_of(256)
    paper = Paper(card_sheet(faces))
    assert len(paper.sizes_mm) == 26
    assert sorted(paper.codes(dpi=200)) == sorted(face.payload for face in faces)


def test_a_card_without_public_address_says_its_digits() -> None:
    face = face_of("杜仁森")
    paper = Paper(card_sheet([replace(face, payload=face.token)]))
    assert paper.codes() == [face.token]
    assert "扫一扫" not in paper.text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_copied_from_the_card(name: str) -> None:
    text = Paper(card_sheet([face_of(name)])).text
    assert name in "".join(text.split())


def test_the_card_shows_all_fifteen_digits_in_groups() -> None:
    assert grouped_token("123456789012345").split() == ["12345", "67890", "12345"]
    face = face_of("杜仁森")
    assert face.token in "".join(Paper(card_sheet([face])).text.split())


def test_a_character_in_no_font_shows_a_box() -> None:
    assert "□" in Paper(card_sheet([face_of("王\U000323af")])).text


def test_the_sheet_is_a4_and_the_card_a_bank_card() -> None:
    paper = Paper(card_sheet([face_of("杜仁森")]))
    assert paper.sizes_mm == [pytest.approx((210, 297), abs=0.1)]
    picture = next(paper.pictures(dpi=254))  # 10 dots to the mm
    painted = picture.point(lambda grey: 255 if grey < 253 else 0)
    card = painted.crop((190, 130, 1070, 680)).getbbox()
    # The first card ends where the marks of the sheet's edge do not reach: its own paper.
    assert card is not None
    assert card[2] - card[0] == pytest.approx(856, abs=2)
    assert card[3] - card[1] == pytest.approx(540, abs=2)


@pytest.mark.parametrize("name", [*NAMES, LONG_NAME * 3])
def test_the_letters_stay_on_the_card_and_off_the_code(name: str) -> None:
    long_words = {"town": "哈拉道口镇" * 3, "bank": "文明道德积分银行", "slogan": "善" * 60}
    face = replace(face_of(name), household="第十二村民小组（新村）　1012 号", **long_words)
    letters = Paper(card_sheet([face])).letters()
    code_left = CARD_LEFT + CARD_WIDTH - 34.2
    for letter in letters:
        assert CARD_LEFT + 3 < letter.left < letter.right < CARD_LEFT + CARD_WIDTH - 3
        assert CARD_TOP - CARD_HEIGHT + 1.5 < letter.bottom < letter.top < CARD_TOP - 1
        in_code_rows = CARD_TOP - 48 < letter.bottom < CARD_TOP - 18
        assert not (in_code_rows and letter.right > code_left), letter


def test_used_up_places_stay_empty_and_the_offset_moves_everything() -> None:
    first = Paper(card_sheet([face_of("杜仁森")])).letters()[0]
    third = Paper(card_sheet([face_of("杜仁森")], skip=2)).letters()[0]
    moved = Paper(card_sheet([face_of("杜仁森")], offset_mm=(2, -1))).letters()[0]
    assert (third.left, third.top) == pytest.approx((first.left, first.top - 54), abs=0.02)
    assert (moved.left, moved.top) == pytest.approx((first.left + 2, first.top - 1), abs=0.02)


def test_the_offset_holds_on_every_page() -> None:
    still = Paper(card_sheet(village_of(11))).letters(page=1)[0]
    moved = Paper(card_sheet(village_of(11), offset_mm=(2, 0))).letters(page=1)[0]
    assert moved.left - still.left == pytest.approx(2, abs=0.02)


def test_an_address_too_long_for_the_card_is_refused() -> None:
    with pytest.raises(qr.PayloadTooLong):
        card_sheet([replace(face_of("杜仁森"), payload="HTTPS://" + "A" * 300)])


def test_progress_is_told_card_by_card() -> None:
    told: list[int] = []
    card_sheet(village_of(12), progress=told.append)
    assert told == list(range(1, 13))


def test_the_same_cards_give_the_same_bytes() -> None:
    assert card_sheet(village_of(25)) == card_sheet(village_of(25))
