"""The supermarket's sheets of A4: labels, counts, the day's end, settlements and cover."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from moralbank.counter.pdf import day
from moralbank.counter.slips import DayGoods, DaySheet
from moralbank.fund.pdf import cover
from moralbank.fund.sheets import CoverLine, CoverMonth, CoverSheet
from moralbank.settlements.pdf import settlement
from moralbank.settlements.sheets import (
    SettledGoods,
    SettledRefund,
    SettledSlip,
    SettlementSheet,
)
from moralbank.store.pdf import count, labels
from moralbank.store.sheets import CountLine, CountSheet, LabelSheet, ShelfLabel
from tests.printing.paper import Letter, Paper

AT = datetime(2026, 11, 20, 18, 2)  # noqa: DTZ001 - paper shows local time
SAUCE = ShelfLabel(
    name="海天酱油", spec="1.28L", unit="瓶", points=15, price_fen=1450,
    barcode="6901234567892", sku="SAUCE-1.28",
)  # fmt: skip
TOWEL = replace(
    SAUCE, name="毛巾（加厚纯棉，吸水型，家庭装）", barcode="", sku="TOWEL", points=1265
)
WORST = ShelfLabel(
    name="油" * 40, spec="特" * 20, unit="大" * 8, points=99999, price_fen=9999999,
    barcode="", sku="ABCDEFGHIJ.KLMNOPQ-S",
)  # fmt: skip
COUNT = CountSheet(
    village="桃源村", shop="桃源村积分超市", number="PD2026-0003", made_at=AT, category="",
    by="周桂兰",
    lines=tuple(
        CountLine(sku=f"SKU-{n}", title=TOWEL.name, unit="条", expected=n) for n in range(60)
    ),
)  # fmt: skip
DAY = DaySheet(
    village="桃源村", shop="桃源村积分超市", day=AT.date(),
    goods=(DayGoods(title="海天酱油 1.28L", pieces=3, fen=4500, pieces_back=1, fen_back=1500),),
    slips=31, total_fen=123456, points_used=1200, credit_used_fen=3456, refunds=1,
    refunded_fen=1500, points_back=15, counted_slips=30, counted_fen=121956,
    reason="一张凭条夹在进货单里", closed_at=AT, closed_by="周桂兰", ledger_mark="1240-99ffcd34",
)  # fmt: skip
SLIP = SettledSlip(
    label="DH20261101-0001", day=date(2026, 11, 1), household="六组 042 号", head="王䶮", fen=1500
)
GOODS = SettledGoods(title="海天酱油 1.28L", pieces=3, fen=4500)
SETTLEMENT = SettlementSheet(
    village="桃源村", town="青溪镇", shop="李家便利店", shop_kind_words="签约店",
    number="JS2026-0003", first=date(2026, 11, 1), last=date(2026, 11, 30),
    slips=tuple(replace(SLIP, label=f"DH20261101-{n:04d}") for n in range(120)),
    refunds=(
        SettledRefund(
            label="TH20261120-0003", slip_label="DH20261030-0007", day=date(2026, 11, 20), fen=3000
        ),
    ),
    goods=(GOODS,), slips_fen=123000, refunds_fen=3000, amount_fen=120000, due_fen=120000,
    paid_fen=119500, reason="抹去零头", ledger_mark="1240-99ffcd34",
    drafted="钱文秀 2026-12-01", signed="", checked="", paid="",
)  # fmt: skip
COVER = CoverSheet(
    village="桃源村", day=AT.date(), ratio=132, verdict="够", words="每 1 元积分背后有 1.32 元",
    have=(CoverLine(label="基金现有的钱", fen=20000), CoverLine(label="存货", fen=6400)),
    owe=(CoverLine(label="各户的积分（180 分）", fen=18000), CoverLine(label="余额", fen=2000)),
    months=(CoverMonth(label="10月", ratio=None), CoverMonth(label="今天", ratio=132)),
    forecast="照最近三个月的速度，2027 年 5 月就会不够", budget="本月已通过 1200 分，限额 2000 分",
    ledger_mark="1240-99ffcd34", aside=("有 3 种商品没有记进价，它们的存货没有算进来",),
)  # fmt: skip
SHEETS: dict[str, Callable[[], bytes]] = {
    "labels": lambda: labels(LabelSheet(shop="超市", labels=(SAUCE, TOWEL, WORST))),
    "count": lambda: count(COUNT),
    "day": lambda: day(DAY),
    "settlement": lambda: settlement(SETTLEMENT),
    "cover": lambda: cover(COVER),
}


def joined(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_same_sheet_gives_the_same_bytes_and_keeps_its_margin(sheet: str) -> None:
    pdf = SHEETS[sheet]()
    assert pdf == SHEETS[sheet]()
    paper = Paper(pdf)
    assert {(round(width), round(height)) for width, height in paper.sizes_mm} == {(210, 297)}
    assert paper.least_margin_mm() > 4


def test_labels_say_points_price_and_a_code_that_scans() -> None:
    paper = Paper(labels(LabelSheet(shop="超市", labels=(SAUCE, TOWEL, WORST) * 8)))
    assert [joined(text).count("海天酱油") for text in paper.texts] == [7, 1]
    text = joined(paper.text)
    for words in ("15分", "14.50元/瓶", "1265分", TOWEL.name, "SAUCE-1.28"):
        assert words in text
    assert sorted(set(paper.codes(dpi=300))) == ["6901234567892", WORST.sku, "TOWEL"]
    assert len(paper.codes(dpi=300)) == 24


def test_nothing_crosses_a_label_s_edge() -> None:
    letters = Paper(labels(LabelSheet(shop="超市", labels=(WORST,) * 21))).letters()
    assert {_place(letter) for letter in letters} == {(x, y) for x in range(3) for y in range(7)}
    for letter in letters:
        across, up = letter.left % 70, (letter.bottom - 15.5) % 38
        assert across > 5
        assert across + letter.right - letter.left < 65
        assert up > 1
        assert up + letter.top - letter.bottom < 37.5


def _place(letter: Letter) -> tuple[int, int]:
    return int(letter.left // 70), int((letter.bottom - 15.5) // 38)


def test_a_count_sheet_repeats_its_head_and_is_found_by_its_code() -> None:
    paper = Paper(count(COUNT))
    assert len(paper.texts) == 3
    assert all("实点数" in text and "账上" in text for text in paper.texts)
    assert "第3页共3页" in joined(paper.texts[2])
    assert "监盘人" in paper.texts[2]
    assert paper.codes() == ["PD2026-0003"]
    blind = replace(COUNT, lines=tuple(replace(one, expected=None) for one in COUNT.lines))
    text = Paper(count(blind)).text
    assert "账上" not in text
    assert "实点数" in text


@pytest.mark.parametrize("kinds", range(20, 30))
def test_signatures_never_stand_alone(kinds: int) -> None:
    last = Paper(count(replace(COUNT, lines=COUNT.lines[:kinds]))).texts[-1]
    assert "监盘人" in last
    assert f"SKU-{kinds - 1}" in last


def test_the_day_says_what_differs_and_why() -> None:
    text = joined(Paper(day(DAY)).text)
    for words in ("3130-11", "1234.561219.56-15.0015.00", "一张凭条夹在进货单里", "1240-99ffcd34",
                  "345.00115.0030.00", "店长（周桂兰）",
                  "周桂兰2026年11月20日18:02日结"):  # fmt: skip
        assert words in text, words
    assert "当天没有兑换" in Paper(day(replace(DAY, goods=(), reason=""))).text


def test_a_settlement_has_its_sums_in_words_and_three_places_to_sign() -> None:
    paper = Paper(settlement(SETTLEMENT))
    head = joined(paper.texts[0])
    for words in (
        "JS2026-0003", "2026年11月1日至2026年11月30日", "青溪镇桃源村李家便利店（签约店）",
        "兑换单1201230.00", "退货单1-30.00", "人民币壹仟贰佰元整", "实付1195.00", "抹去零头",
        "海天酱油1.28L345.00", "店方盖章处", "村民委员会盖章处", "村务监督委员会盖章处",
        "钱文秀2026-12-01",
    ):  # fmt: skip
        assert words in head, words
    assert head.count("签字：") == 3
    assert paper.codes() == ["JS2026-0003"]
    assert all("单号" in text for text in paper.texts[1:])
    listed = "".join(paper.texts[1:])
    assert all(one.label in listed for one in SETTLEMENT.slips)
    assert "DH20261030-0007" in paper.texts[-1]


def test_many_goods_stand_behind_the_signatures() -> None:
    own = replace(SETTLEMENT, goods=(GOODS,) * 60, due_fen=0, paid_fen=0, refunds=())
    paper = Paper(settlement(own))
    assert "海天酱油" not in paper.texts[0]
    assert joined(paper.texts[0]).count("签字：") == 3
    assert "结算只对账，不用付款" in joined(paper.texts[0])
    assert joined(paper.text).count("海天酱油1.28L") == 60


def test_cover_stands_on_one_page_whatever_there_is_to_say() -> None:
    text = joined(Paper(cover(COVER)).text)
    for words in ("132%够", "手里有的264.00元", "欠大家的200.00元", "每1元积分背后有1.32元",
                  "2027年5月就会不够", "没有记进价", "1240-99ffcd34"):  # fmt: skip
        assert words in text, words
    crowded = replace(
        COVER, words=COVER.words * 3, aside=COVER.aside * 6, have=COVER.have * 3,
        months=tuple(CoverMonth(label=f"{n}月", ratio=50 * n) for n in range(1, 13)),
    )  # fmt: skip
    paper = Paper(cover(crowded))
    assert len(paper.texts) == 1
    assert joined(paper.text).count("没有记进价") == 6
    nothing = replace(COVER, ratio=None, verdict="没有欠账", have=(), owe=(), months=())
    assert "没有欠账" in Paper(cover(nothing)).text
