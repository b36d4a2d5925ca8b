"""Household cards: readable by machine, by copying, and by eye; front and back on one card."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image, ImageOps

from moralbank.cards.faces import CardBack, CardFace, HandoutSheet, Recipient
from moralbank.cards.front import grouped_token
from moralbank.cards.handout import handout_list
from moralbank.cards.pdf import back_sheet, card_sheet
from moralbank.cards.stocks import CARD_STOCKS, SheetPlan
from moralbank.printing import qr
from moralbank.printing.fonts import Voice
from moralbank.printing.pen import Pen
from moralbank.printing.sheet import A4, Document
from moralbank.printing.text import Line, line, name_line
from tests.printing.paper import Letter, Paper

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
CODE_LEFT = 50.9  # from the card's left edge
BACK = CardBack(organisation="桃源村村民委员会", contact="村务监督委员会 0476-1234567")
STOCKS = pytest.mark.parametrize("stock", list(CARD_STOCKS))
INKS = pytest.mark.parametrize("saving", [False, True], ids=["colour", "saving"])
DPI = 72


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


def test_every_code_decodes_to_its_payload() -> None:
    faces = village_of(34)
    paper = Paper(card_sheet(faces))
    assert len(paper.sizes_mm) == 4
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
    unassigned = "\U0003abcd"
    assert "□" in Paper(card_sheet([face_of(f"王{unassigned}")])).text


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
    code_left = CARD_LEFT + CODE_LEFT
    for letter in letters:
        assert CARD_LEFT + 3 < letter.left < letter.right < CARD_LEFT + CARD_WIDTH - 3
        assert CARD_TOP - CARD_HEIGHT + 1.5 < letter.bottom < letter.top < CARD_TOP - 1
        in_code_rows = CARD_TOP - 48 < letter.bottom < CARD_TOP - 18
        assert not (in_code_rows and letter.right > code_left), letter


def test_used_up_places_stay_empty_and_the_offset_moves_everything() -> None:
    first = Paper(card_sheet([face_of("杜仁森")])).letters()[0]
    third = Paper(card_sheet([face_of("杜仁森")], SheetPlan(skip=2))).letters()[0]
    moved = Paper(card_sheet([face_of("杜仁森")], SheetPlan(offset_mm=(2, -1)))).letters()[0]
    assert (third.left, third.top) == pytest.approx((first.left, first.top - 54), abs=0.02)
    assert (moved.left, moved.top) == pytest.approx((first.left + 2, first.top - 1), abs=0.02)


def test_the_offset_holds_on_every_page() -> None:
    still = Paper(card_sheet(village_of(11))).letters(page=1)[0]
    moved = Paper(card_sheet(village_of(11), SheetPlan(offset_mm=(2, 0)))).letters(page=1)[0]
    assert moved.left - still.left == pytest.approx(2, abs=0.02)


def test_an_address_too_long_for_the_card_is_refused() -> None:
    with pytest.raises(qr.PayloadTooLong):
        card_sheet([replace(face_of("杜仁森"), payload="HTTPS://" + "A" * 300)])


def test_progress_is_told_page_by_page() -> None:
    told: list[int] = []
    card_sheet(village_of(12), SheetPlan(skip=3), progress=told.append)
    assert told == [7, 12]


def test_the_same_cards_give_the_same_bytes() -> None:
    assert card_sheet(village_of(25), back=BACK) == card_sheet(village_of(25), back=BACK)


@STOCKS
@INKS
def test_codes_read_from_every_stock_in_pure_black_and_white(stock: str, *, saving: bool) -> None:
    faces = village_of(CARD_STOCKS[stock].per_page)
    plan = SheetPlan(stock=CARD_STOCKS[stock], saving=saving)
    read: list[str] = []
    for picture in Paper(card_sheet(faces, plan)).pictures(dpi=200):
        hard = picture.point(lambda grey: 255 if grey > 140 else 0)
        read += [code.text for code in zxingcpp.read_barcodes(hard)]
    assert sorted(read) == sorted(face.payload for face in faces)


def test_each_page_is_followed_by_its_back() -> None:
    texts = Paper(card_sheet(village_of(13), SheetPlan(skip=4), back=BACK)).texts
    assert [text.count("户积分卡") for text in texts] == [6, 0, 7, 0]
    assert [text.count("用卡须知") for text in texts] == [0, 6, 0, 7]
    alone = Paper(back_sheet(BACK, 13, SheetPlan(skip=4))).texts
    assert [text.count("用卡须知") for text in alone] == [6, 7]


def _painted(picture: Image.Image, plan: SheetPlan) -> tuple[int, int, int, int]:
    """The box of what is painted on the pieces, crop marks in the margin aside."""
    left, low = (round(edge / 25.4 * DPI) for edge in (plan.stock.left_mm, plan.stock.bottom_mm))
    box = (left, low, picture.width - left, picture.height - low)
    kept = Image.new("L", picture.size, 255)
    kept.paste(picture.crop(box), box[:2])
    found = kept.point(lambda grey: 255 if grey < 253 else 0).getbbox()
    assert found is not None
    return found


@STOCKS
@INKS
def test_a_back_lies_behind_its_front(stock: str, *, saving: bool) -> None:
    """Turned over the long edge: seen through the paper, both fill the same box."""
    for skip in {0, 1, CARD_STOCKS[stock].per_page - 1}:
        if skip >= CARD_STOCKS[stock].per_page:
            continue
        plan = SheetPlan(stock=CARD_STOCKS[stock], saving=saving, skip=skip)
        sheet = Paper(card_sheet([face_of("杜仁森")], plan, back=BACK))
        front, back = sheet.pictures(dpi=DPI)
        (by_hand,) = Paper(back_sheet(BACK, 1, plan)).pictures(dpi=DPI)
        there = _painted(front, plan)
        assert _painted(ImageOps.mirror(back), plan) == pytest.approx(there, abs=1)
        assert _painted(ImageOps.mirror(by_hand), plan) == pytest.approx(there, abs=1)


def test_a_printer_that_errs_errs_the_other_way_on_what_it_turns() -> None:
    """Corrected by 2 mm right and 1 down on the front; on its back both the other way."""

    def moved(still: bytes, askew: bytes, page: int) -> tuple[float, float]:
        first, second = (Paper(pdf).letters(page)[0] for pdf in (still, askew))
        return second.left - first.left, second.top - first.top

    plain, askew = SheetPlan(), SheetPlan(offset_mm=(2, -1))
    one = [face_of("杜仁森")]
    sheets = card_sheet(one, plain, back=BACK), card_sheet(one, askew, back=BACK)
    assert moved(*sheets, page=0) == pytest.approx((2, -1), abs=0.02)
    assert moved(*sheets, page=1) == pytest.approx((-2, 1), abs=0.02)
    by_hand = back_sheet(BACK, 1, plain), back_sheet(BACK, 1, askew)
    assert moved(*by_hand, page=0) == pytest.approx((2, -1), abs=0.02)


@INKS
def test_nothing_important_at_the_edge_of_a_plastic_card(*, saving: bool) -> None:
    """Card printers round the corners and may lose 2.5 mm."""
    plan = SheetPlan(stock=CARD_STOCKS["pvc"], saving=saving)
    longest = replace(face_of(LONG_NAME * 2), slogan="善" * 60, note="遗" * 80)
    wordy = CardBack(organisation="哈拉道口镇桃源村" * 4, contact="村务监督委员会 " * 6)
    paper = Paper(card_sheet([longest], plan, back=wordy))
    assert paper.sizes_mm == [pytest.approx((86, 54), abs=0.1)] * 2
    for letter in [*paper.letters(0), *paper.letters(1)]:
        assert 2.5 < letter.left < letter.right < 83.5, letter
        assert 2.3 < letter.bottom < letter.top < 51.7, letter


def test_saving_ink_paints_no_grounds() -> None:
    def painted(*, saving: bool) -> float:
        """How much of the paper isn't white."""
        sheet = Paper(card_sheet(village_of(10), SheetPlan(saving=saving), back=BACK))
        pictures = list(sheet.pictures(dpi=150))
        inked = sum(picture.point(lambda grey: grey < 250).histogram()[1] for picture in pictures)
        return inked / sum(picture.width * picture.height for picture in pictures)

    least, most = 0.2, 0.65
    assert painted(saving=True) < least
    assert painted(saving=False) > most


def test_the_back_says_how_and_whom_to_ask() -> None:
    text = "".join(Paper(back_sheet(BACK, 1)).text.split())
    for words in ("积分入户", "积分超市", "挂失", "密码", "0476-1234567", BACK.organisation):
        assert words in text
    unnamed = replace(BACK, contact="")
    assert "有事找桃源村村民委员会" in "".join(Paper(back_sheet(unnamed, 1)).text.split())


def test_more_places_to_skip_than_there_are() -> None:
    with pytest.raises(ValueError, match="skip"):
        card_sheet(village_of(1), SheetPlan(stock=CARD_STOCKS["label-8"], skip=8))


def test_the_pen_writes_as_the_line_draws() -> None:
    lines: list[Line] = [
        name_line("王\U0003abcd䶮", 20),
        line("第12组（新村）A区，共3户", Voice.HEI, 11),
        line("户积分卡", Voice.HEI, 8, tracking=1.6),
        line("括号(半)与\\反斜线", Voice.KAI, 9),
    ]

    def letters(*, by_pen: bool) -> list[Letter]:
        document = Document(A4, "")
        placed = [(words, 50.0, 700.0 - 40 * row) for row, words in enumerate(lines)]
        if by_pen:
            Pen(document.canvas).write(placed)
        else:
            for words, x, y in placed:
                words.draw(document.canvas, x, y)
        return Paper(document.close()).letters()

    drawn = letters(by_pen=False)
    assert len(drawn) > 30
    for written, expected in zip(letters(by_pen=True), drawn, strict=True):
        assert written.text == expected.text
        assert written.left == pytest.approx(expected.left, abs=0.01)
        assert written.bottom == pytest.approx(expected.bottom, abs=0.01)


def test_the_hand_out_list_goes_group_by_group() -> None:
    people = [
        Recipient("一组" if number < 40 else "二组", f"{number:03d}", name, f"{number:04d}")
        for number, name in enumerate(NAMES * 5)
    ]
    handout = HandoutSheet("桃源村", "清溪镇", tuple(people))
    pages = ["".join(text.split()) for text in Paper(handout_list(handout)).texts]
    assert [page.count("领取人签字") for page in pages] == [1] * len(pages)
    assert ["一组" in page for page in pages] == [True, False, False]
    assert "二组" in pages[2]
    assert "本组应发40张" in pages[1]
    assert "本组应发10张" in pages[2]
    copied = "".join(pages)
    assert all(one.head in copied and one.tail in copied for one in people)
    behind = Paper(card_sheet(village_of(3), handout=handout))
    assert len(behind.sizes_mm) == 1 + len(pages)
    assert "发卡登记表" in behind.texts[1]
