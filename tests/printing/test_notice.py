"""The public notice on paper: everybody stands on it, what a deduction was for does not."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from PIL import ImageChops

from moralbank.notices.letter import notice_letter
from moralbank.notices.pdf import notice_details, notice_list, objection_form
from moralbank.notices.sheets import (
    CorrectionLine,
    DeedLine,
    HouseholdLine,
    LetterSheet,
    NoticeSheet,
)
from tests.printing.paper import Paper

NAMES: Final = ("杜仁森", "王䶮", "钟𬭎", "古丽扎尔·买买提江·阿卜杜拉", "司马玉珍", "布和")
ADDRESS: Final = "https://bank.example.cn/n/150404103201/3"
PRINTABLE_MM: Final = 5.0


def household(place: int) -> HouseholdLine:
    return HouseholdLine(
        place=place,
        group="一组",
        number=f"{place:03}",
        head=NAMES[place % len(NAMES)],
        balance=1000 + place,
        exchanged=20,
        added=5,
        deducted=2 if place == 1 else 0,
    )


def deed(place: int, **said: object) -> DeedLine:
    common = {
        "place": place,
        "group": "一组",
        "number": f"{place:03}",
        "head": NAMES[place % len(NAMES)],
        "member": "",
        "item": "志愿服务",
        "note": "雨后清理村口排水沟",
        "quantity_words": "",
        "points": 5,
        "deduction": False,
        "deed_on": date(2026, 11, 3),
    }
    return DeedLine(**{**common, **said})  # type: ignore[arg-type]


def notice_of(households: int, deeds: tuple[DeedLine, ...] = ()) -> NoticeSheet:
    return NoticeSheet(
        village="羊圈湾村",
        town="哈拉道口镇",
        organisation="羊圈湾村村民委员会",
        number=3,
        title="羊圈湾村道德银行积分公示（2026年第3期）",
        first_day=date(2026, 11, 20),
        last_day=date(2026, 11, 24),
        days_words="3 个工作日",
        contact="村务监督委员会 孙守正　0476-1234567",
        mark="1234-ab12cd34",
        digest="0123456789abcdef" * 4,
        public_url=ADDRESS,
        households=tuple(map(household, range(1, households + 1))),
        deeds=deeds,
        corrections=(),
        posts_words="到期没有异议的，11月25日自动入账。",
    )


def joined(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("paper", "households", "pages"), [
    ("A4", 1, 1), ("A4", 40, 2), ("A4", 450, 13), ("A3", 40, 1), ("A3", 450, 7),
])  # fmt: skip
def test_everybody_stands_on_the_list(paper: str, households: int, pages: int) -> None:
    notice = notice_of(households)
    printed = Paper(notice_list(notice, paper))  # type: ignore[arg-type]
    texts = list(map(joined, printed.texts))
    assert len(texts) == pages
    whole = "".join(texts)
    for place in (1, households // 2 + 1, households):
        line = notice.households[place - 1]
        deducted = "−2" if place == 1 else ""
        cells = (place, line.group, line.number, line.head, 20, line.balance, "+5", deducted)
        row = joined("".join(map(str, cells))) + str(line.after)
        assert row in whole, row
    for number, text in enumerate(texts, start=1):
        for words in (
            "公示后积分",
            f"第{number}页共{pages}页",
            "账1234-ab12cd34",
            "0123456789abcdef",
        ):
            assert words in text
    assert printed.least_margin_mm() > PRINTABLE_MM


def test_the_list_says_until_when_to_whom_and_what_then() -> None:
    paper = Paper(notice_list(notice_of(40)))
    text = joined(paper.text)
    for words in (
        "羊圈湾村村民委员会", "羊圈湾村道德银行积分公示（2026年第3期）",
        "公示期3个工作日：2026年11月20日至2026年11月24日", "11月25日自动入账",
        "异议受理：村务监督委员会孙守正", "0476-1234567", "可以不留姓名", "盖章处",
    ):  # fmt: skip
        assert words in text
    assert paper.codes() == [ADDRESS]
    last = joined(paper.texts[-1])
    assert "钟𬭎" in last, "no sheet holds the seal's place alone"


def test_without_a_public_address_there_is_no_code() -> None:
    paper = Paper(notice_list(replace(notice_of(1), public_url=None)))
    assert paper.codes() == []
    assert "扫码" not in paper.text


def test_nobody_falls_below_zero() -> None:
    line = replace(household(1), balance=1, added=0, deducted=5)
    assert line.after == 0


def test_the_place_of_the_seal_is_free() -> None:
    letters = Paper(notice_list(notice_of(1))).letters()
    seal = next(letter for letter in letters if letter.text == "盖")
    left, low, high = 210 - 15 - 42, seal.top + 0.5, seal.bottom + 42
    inside = [one.text for one in letters if one.right > left and low < one.bottom < high]
    assert inside == []


def test_the_details_name_deeds_and_say_nothing_of_deductions() -> None:
    deeds = (
        deed(1, member="杜小军", quantity_words="3 次", points=15),
        deed(1, item="乱倒垃圾", note="后沟倒垃圾", points=2, deduction=True),
        deed(2, item="关爱留守儿童、老人", note="帮邻居家收秋三天，" * 22),
    )
    corrections = (
        correction("志愿服务", "与集体清扫是同一件事"),
        replace(correction("焚烧秸秆", "是邻村的人烧的"), deduction=True),
    )
    notice = replace(notice_of(2, deeds), corrections=corrections)
    paper = Paper(notice_details(notice))
    text = joined(paper.text)
    for words in (
        "志愿服务3次", "杜小军·雨后清理村口排水沟", "+15", "扣分事项已书面告知本户", "−2",
        "帮邻居家收秋三天，" * 22, "合计3项，加20分，扣2分", "更正：以下各项此前已入账，现已冲正",
        "与集体清扫是同一件事−3", "扣分事项已书面告知本户+3",
    ):  # fmt: skip
        assert words in text
    for private in ("乱倒垃圾", "后沟", "焚烧秸秆", "邻村"):
        assert private not in text
    assert paper.least_margin_mm() > PRINTABLE_MM


def correction(item: str, reason: str) -> CorrectionLine:
    return CorrectionLine(
        group="一组",
        number="012",
        head="杜仁森",
        item=item,
        points=3,
        deduction=False,
        deed_on=date(2026, 10, 3),
        reason=reason,
    )


def test_a_household_is_named_again_where_its_deeds_go_on_overleaf() -> None:
    deeds = tuple(deed(1, note=f"第{number}件") for number in range(60))
    texts = list(map(joined, Paper(notice_details(notice_of(1, deeds))).texts))
    assert len(texts) == 2
    assert [text.count("一组001王䶮") for text in texts] == [1, 1]
    assert all("第59件" in text or "第0件" in text for text in texts)


def test_a_notice_of_corrections_alone_says_so() -> None:
    notice = replace(notice_of(0), corrections=(correction("志愿服务", "记错了户"),))
    assert "只公示更正1项" in joined(Paper(notice_list(notice)).text)
    assert "只公示更正1项" in joined(Paper(notice_list(notice, "A3")).text)
    assert "记错了户" in joined(Paper(notice_details(notice)).text)


def test_the_objection_form_can_be_filled_in_unnamed() -> None:
    paper = Paper(objection_form(notice_of(1)))
    text = joined(paper.text)
    assert len(paper.sizes_mm) == 1
    for words in ("积分公示异议书", "公示第3期", "提出人（可以不填）", "回执", "最晚答复日期"):
        assert words in text
    assert paper.least_margin_mm() > PRINTABLE_MM


def letter_of(households: int, groups: int, **said: object) -> LetterSheet:
    """The letter of a notice whose households live in so many groups."""
    lines = tuple(
        replace(household(place), group=f"{place * groups // (households + 1) + 1}组")
        for place in range(1, households + 1)
    )
    deeds = tuple(deed(one.place, group=one.group) for one in lines for _twice in range(2))
    return LetterSheet(
        notice=replace(notice_of(0, deeds), households=lines, **said),  # type: ignore[arg-type]
        document_number="羊村委公〔2026〕3 号",
        refused=9,
        returned=7,
        answer_words="3 个工作日",
    )


def test_the_letter_says_all_that_the_village_must_know() -> None:
    letter = letter_of(120, 6)
    paper = Paper(notice_letter(letter))
    text = joined(paper.text)
    for words in (
        "羊圈湾村村民委员会", "羊村委公〔2026〕3号", "羊圈湾村道德银行积分公示（2026年第3期）",
        "全体村民：", "120户的240项经评议通过，拟加600分，拟扣2分", "未通过9项，退回补充7项",
        "从二〇二六年十一月二十日起到二〇二六年十一月二十四日止", "收到后3个工作日内查清",
        "村务监督委员会孙守正0476-1234567", "1.积分公示表（4页）2.公示明细（6页）",
        "盖章处", "账1234-ab12cd34", "—1—",
    ):  # fmt: skip
        assert words in text, words
    assert "合计120240+600−2" in text
    assert paper.codes() == [ADDRESS]
    assert len(paper.sizes_mm) == 1
    pages = (Paper(draw(letter.notice)).texts for draw in (notice_list, notice_details))
    assert [len(texts) for texts in pages] == [4, 6], "as many as it says are attached"


def test_the_letter_has_no_colour_where_the_printer_has_none() -> None:
    def reddest(letter: LetterSheet) -> int:
        red, _green, blue = next(Paper(notice_letter(letter)).coloured(dpi=40)).split()
        return ImageChops.subtract(red, blue).getextrema()[1]

    assert reddest(letter_of(8, 2)) > 100
    assert reddest(replace(letter_of(8, 2), plain=True)) < 20


@pytest.mark.parametrize(("households", "groups", "pages"), [(1, 1, 1), (60, 14, 1), (400, 40, 2)])
def test_the_letter_grows_with_the_village(households: int, groups: int, pages: int) -> None:
    organisation = "松山区哈拉道口镇王家地村新时代文明实践站暨道德银行评议委员会办公室"
    paper = Paper(notice_letter(letter_of(households, groups, organisation=organisation)))
    assert len(paper.texts) == pages
    assert joined(paper.texts[0]).startswith(organisation)
    assert all("小组户数项数拟加拟扣" in joined(text) for text in paper.texts)
    assert "盖章处" in paper.texts[-1]
    assert paper.least_margin_mm() > PRINTABLE_MM
