"""Certificates on paper: every name whole, words inside the frame, the seal's place left free."""

from dataclasses import replace

import pytest

from moralbank.boards.certificates import certificates
from moralbank.boards.honour_sheets import (
    Certificate,
    CertificateInk,
    CertificateKind,
    CertificateSheet,
)
from tests.printing.paper import Letter, Paper

NAMES = ("李明", "杜仁森", "欧阳建国", "王䶮", "阿卜杜拉·买买提·吐尔逊江别克力", "𫖯" * 3)
BODY = "在二〇二六年第四季度道德银行积分评比中，荣登善举榜第一名。"
CLOSING = "特发此状，以资鼓励。"
MARK = "账 1234 · ab12cd34"


def sheet(
    *names: str,
    kind: CertificateKind = CertificateKind.AWARD,
    ink: CertificateInk = CertificateInk.COLOUR,
    body: str = BODY,
) -> CertificateSheet:
    return CertificateSheet(
        kind=kind,
        ink=ink,
        certificates=tuple(
            Certificate(name, "家庭", (body, CLOSING), f"善举榜第 3 期 · 第 {place:02d} 号")
            for place, name in enumerate(names, start=1)
        ),
        village="哈拉道口镇羊圈湾村",
        organisation="羊圈湾村村民委员会",
        date="二〇二六年十一月二十日",
        mark=MARK,
    )


def lowest(letters: list[Letter], signs: str) -> float:
    """The foot of the lowest of these characters."""
    return min(letter.bottom for letter in letters if letter.text in signs)


@pytest.mark.parametrize("kind", CertificateKind)
@pytest.mark.parametrize("ink", CertificateInk)
def test_every_name_stands_whole_on_a_page_of_its_own(
    kind: CertificateKind, ink: CertificateInk
) -> None:
    told: list[int] = []
    made = certificates(sheet(*NAMES, kind=kind, ink=ink), told.append)
    assert made == certificates(sheet(*NAMES, kind=kind, ink=ink))
    printed = Paper(made)
    assert printed.sizes_mm == [pytest.approx((297, 210), abs=0.1)] * len(NAMES)
    assert told == [1, 2, 3, 4, 5, 6]
    for name, text in zip(NAMES, printed.texts, strict=True):
        plain = "".join(text.split())
        assert f"{name}家庭：" in plain
        for words in (BODY, CLOSING, "羊圈湾村村民委员会", "二〇二六年十一月二十日", "账1234"):
            assert "".join(words.split()) in plain
    assert printed.least_margin_mm() >= 5  # what office printers can't reach


def test_a_line_that_ends_in_a_hanging_mark_stands_there_once() -> None:
    for more in range(6):
        body = f"在二〇二六年第四季度荣登善举榜第二名，清理{'河' * more}道。"
        printed = Paper(certificates(sheet("杜仁森", body=body)))
        assert "".join(printed.text.split()).count("第二名") == 1


@pytest.mark.parametrize("kind", CertificateKind)
def test_words_keep_to_their_field_however_long(kind: CertificateKind) -> None:
    long = "热心公益，带头修渠护路，照顾孤寡老人，全村人都说好。" * 6
    printed = Paper(certificates(sheet(NAMES[4], kind=kind, body=long)))
    letters = printed.letters()
    right = 253 if kind is CertificateKind.AWARD else 272
    told = [letter for letter in letters if letter.text in "热心公益带头修渠护路照顾孤寡老人"]
    assert len(told) >= 6 * 14
    assert max(letter.right for letter in told) <= right + 0.5
    # The seal, 42 mm across, covers who gives it and when; it may not cover the words.
    given = [letter.bottom for letter in letters if letter.text in "委员会"]
    assert min(letter.bottom for letter in told) - min(given) > 14


def test_bought_blanks_get_words_alone_where_they_are_wanted() -> None:
    words = sheet("杜仁森", ink=CertificateInk.WORDS)
    there = Paper(certificates(words))
    moved = Paper(certificates(replace(words, offset_mm=(6, -4))))
    assert "奖状" not in "".join(there.text.split())
    first, then = there.letters()[0], moved.letters()[0]
    assert (then.left - first.left, then.bottom - first.bottom) == pytest.approx((6, -4), abs=0.05)
    picture = next(there.pictures(40))
    assert picture.crop((0, 0, picture.width, picture.height // 3)).getextrema() == (255, 255)


def test_ink_is_saved_and_red_reads_without_colour() -> None:
    grey = {}
    for ink in (CertificateInk.COLOUR, CertificateInk.LINES):
        picture = next(Paper(certificates(sheet("杜仁森", ink=ink))).pictures(40))
        histogram = picture.histogram()
        grey[ink] = sum((255 - tone) * count for tone, count in enumerate(histogram))
        assert min(tone for tone, count in enumerate(histogram) if count) < 80
    assert grey[CertificateInk.LINES] < 0.75 * grey[CertificateInk.COLOUR]


def test_what_nobody_can_write_shows_as_a_box() -> None:
    printed = Paper(certificates(sheet("张\ue000富")))
    assert "张□富家庭：" in "".join(printed.text.split())
