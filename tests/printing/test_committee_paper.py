"""Minutes, round forms, reminder letters and re-check lists, read back as people would."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from moralbank.reminders.pdf import reminder_letter
from moralbank.reminders.sheets import ReminderLetter
from moralbank.rounds.pdf import round_form
from moralbank.rounds.sheets import FormGroup, FormItem, RoundForm
from moralbank.sittings.pdf import minutes
from moralbank.sittings.sheets import Decided, MinutesSheet, Present
from moralbank.supervision.pdf import recheck_sheet
from moralbank.supervision.sheets import RecheckLine, RecheckSheet
from tests.printing.paper import Paper

PRINTABLE_MM: Final = 5.0
REASON: Final = "同一天同一件事已经按集体清扫给过分了，" * 10
MINUTES: Final = MinutesSheet(
    village="羊圈湾村",
    organisation="羊圈湾村村民委员会",
    number=4,
    held_on=date(2026, 11, 20),
    place="村委会会议室",
    present=(
        Present(name="赵德顺", duty="主持"),
        Present(name="钟𬭎", duty="评议员"),
        Present(name="孙守正", duty=""),
    ),
    stayed_out=("赵德顺：一组 012 杜仁森（本户）",),
    decided=tuple(
        Decided(
            place=place,
            group="六组",
            number="042",
            head="王䶮",
            item="关爱留守儿童、老人",
            points="+5 分",
            outcome="通过",
            votes="2/3 同意",
            reason=REASON if place == 2 else "",
        )
        for place in range(1, 41)
    ),
    note="下次评议会 12 月 20 日。",
    approved_count=38,
    approved_points=190,
    refused_count=1,
    returned_count=1,
    mark="1234-ab12cd34",
)
LETTER: Final = ReminderLetter(
    village="羊圈湾村",
    organisation="羊圈湾村村民委员会",
    number=7,
    head="王䶮",
    household="六组 042 号",
    item="占道堆放",
    seen_on=date(2026, 11, 18),
    note="门前柴草堆到了路上，校车过不去。",
    put_right_by=date(2026, 11, 25),
    points=2,
    given_on=date(2026, 11, 18),
    contact="李建军 0476-1234567",
)
RECHECK: Final = RecheckSheet(
    village="羊圈湾村",
    organisation="羊圈湾村村务监督委员会",
    number=1,
    month=date(2026, 10, 1),
    percent=5,
    seed="20261120",
    out_of=412,
    rule_words="种子和编号用冒号连起来算 sha256，从小到大取前 5%。",
    drawn_by="孙守正",
    drawn_on=date(2026, 11, 20),
    lines=tuple(
        RecheckLine(
            place=place,
            award=4000 + place,
            group="六组",
            number="043",
            head="钟𬭎",
            item="志愿服务",
            points="+5 分",
            deed_on=date(2026, 10, 2),
            note="帮邻居家收秋三天，" * 20 if place == 3 else "清理村口排水沟",
            decided_by="赵德顺",
            posted_on=date(2026, 10, 9),
        )
        for place in range(1, 22)
    ),
    mark="1234-ab12cd34",
)


def joined(text: str) -> str:
    return "".join(text.split())


def item(name: str, choices: int) -> FormItem:
    words = (("优", 5), ("良", 3), ("合格", 1), ("不合格", 0), ("免评", 0))
    return FormItem(name=name, choices=words[:choices])


def form(households: int, items: tuple[FormItem, ...]) -> RoundForm:
    heads = ("杜仁森", "王䶮", "钟𬭎", "古丽扎尔·买买提江·阿卜杜拉")
    walk = tuple((f"{number + 1:03}", heads[number % 4]) for number in range(households))
    return RoundForm(
        village="羊圈湾村",
        title="十一月庭院评比",
        held_on=date(2026, 11, 20),
        number=2,
        items=items,
        groups=(
            FormGroup(name="一组", households=walk),
            FormGroup(name="三组", households=()),
            FormGroup(name="六组", households=walk[:1]),
        ),
        scorers=("李建军", "何志勇"),
    )


def test_minutes_say_who_was_there_and_what_was_decided() -> None:
    paper = Paper(minutes(MINUTES))
    text = joined(paper.text)
    for words in (
        "第4次", "时间：2026年11月20日", "地点：村委会会议室",
        "到会：赵德顺（主持）、钟𬭎（评议员）、孙守正", "赵德顺：一组012杜仁森（本户）",
        "通过38项，共190分；未通过1项；退回补充1项", "王䶮关爱留守儿童、老人+5分通过2/3同意",
        REASON, "下次评议会12月20日。", "账1234-ab12cd34",
    ):  # fmt: skip
        assert words in text
    assert text.count("六组042") == 40
    last = joined(paper.texts[-1])
    for signer in ("赵德顺（主持）", "钟𬭎（评议员）", "孙守正", "签字日期"):
        assert signer in last
    assert paper.least_margin_mm() > PRINTABLE_MM


def test_minutes_of_a_sitting_that_decided_nothing() -> None:
    paper = Paper(minutes(replace(MINUTES, decided=(), stayed_out=(), present=(), note="")))
    assert len(paper.sizes_mm) == 1
    assert "没有须回避的事项" in joined(paper.text)


def test_minutes_leave_the_votes_out_where_nobody_was_in_favour() -> None:
    assert "同意" in joined(Paper(minutes(MINUTES)).text)
    silent = tuple(replace(line, votes="", reason="没有人看见") for line in MINUTES.decided)
    paper = Paper(minutes(replace(MINUTES, decided=silent)))
    assert "同意" not in joined(paper.text)
    assert joined(paper.text).count("没有人看见") == 40
    assert paper.least_margin_mm() > PRINTABLE_MM


def test_each_group_has_its_own_sheets_with_a_box_for_every_choice() -> None:
    paper = Paper(round_form(form(40, (item("庭院清洁达标", 3), item("门前三包落实", 2)))))
    texts = list(map(joined, paper.texts))
    assert len(texts) == 3, "two for the first group, none for the empty one, one for the last"
    assert [("（一组）" in text, "（六组）" in text) for text in texts] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    assert "".join(texts).count("□") == 41 * 5
    for text in texts:
        for words in ("庭院清洁达标", "门前三包落实", "合格1分"):
            assert words.replace("合格1分", "合格") in text
    assert "评分人李建军" in texts[1]
    assert texts[0].index("杜仁森") < texts[0].index("王䶮") < texts[0].index("钟𬭎")
    assert paper.least_margin_mm() > PRINTABLE_MM


@pytest.mark.parametrize(("items", "choices", "lies"), [(1, 3, False), (5, 3, True), (5, 5, True)])
def test_the_form_lies_where_many_boxes_stand_side_by_side(
    items: int, choices: int, *, lies: bool
) -> None:
    names = ("庭院清洁达标", "门前三包落实", "垃圾分类投放", "柴草农具摆放规整", "植树绿化")
    paper = Paper(round_form(form(4, tuple(item(name, choices) for name in names[:items]))))
    assert all((width > height) is lies for width, height in paper.sizes_mm)
    assert paper.least_margin_mm() > PRINTABLE_MM


def test_a_round_without_households_is_one_sheet_that_says_so() -> None:
    empty = replace(form(1, (item("庭院清洁达标", 3),)), groups=())
    assert "没有住户" in joined(Paper(round_form(empty)).text)


def test_the_letter_asks_kindly_and_says_until_when() -> None:
    paper = Paper(reminder_letter(LETTER))
    text = joined(paper.text)
    for words in (
        "王䶮一家（六组042号）：", "谢谢您家", "2026年11月18日，我们看到", "占道堆放",
        "校车过不去", "2026年11月25日（含当天）以前改好", "扣2分", "李建军0476-1234567",
        "羊圈湾村村民委员会", "不张贴",
    ):  # fmt: skip
        assert words in text
    assert [tuple(map(round, size)) for size in paper.sizes_mm] == [(148, 210)]
    assert paper.least_margin_mm() > PRINTABLE_MM


def test_the_longest_letter_stays_on_one_sheet() -> None:
    long = replace(LETTER, note="柴草堆到路上，" * 28, contact="村" * 60, head="古丽扎尔·买买提江")
    paper = Paper(reminder_letter(long, "A4"))
    assert [tuple(map(round, size)) for size in paper.sizes_mm] == [(210, 298)]
    assert paper.least_margin_mm() > PRINTABLE_MM
    assert joined(long.note).rstrip("，") + "。" in joined(paper.text)


@pytest.mark.parametrize(
    ("note", "printed"),
    [
        ("柴草堆到了路上", "占道堆放。柴草堆到了路上。请您"),
        ("校车过不去！", "占道堆放。校车过不去！请您"),
        ("他说“马上搬。”", "占道堆放。他说“马上搬。”请您"),
        ("校车过不去（早上）；", "占道堆放。校车过不去（早上）。请您"),
    ],
)
def test_the_note_of_a_letter_is_a_sentence(note: str, printed: str) -> None:
    paper = Paper(reminder_letter(replace(LETTER, note=note)))
    assert printed in joined(paper.text)


def test_the_recheck_can_be_drawn_again_by_anyone() -> None:
    paper = Paper(recheck_sheet(RECHECK))
    texts = list(map(joined, paper.texts))
    text = "".join(texts)
    for words in (
        "2026年10月入账积分抽查表（第1次抽取）", "当月入账412项，抽5%，共21项", "种子：20261120",
        "抽取办法：种子和编号用冒号连起来算sha256", "孙守正2026年11月20日抽取",
        "帮邻居家收秋三天，" * 20, "钟𬭎",
    ):  # fmt: skip
        assert words in text
    assert text.count("□") == 42
    assert all("不属实" in page and "种子20261120" in page for page in texts)
    assert "村务监督委员会" in texts[-1]
    assert "六组043" in texts[-1]
    assert paper.least_margin_mm() > PRINTABLE_MM


def test_a_month_without_deeds_needs_no_recheck() -> None:
    paper = Paper(recheck_sheet(replace(RECHECK, lines=(), out_of=0)))
    assert "不用抽查" in joined(paper.text)
