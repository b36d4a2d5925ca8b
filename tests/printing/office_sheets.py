"""The sheets of committee, shop and accounts, from frozen plain values."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import cycle, islice
from typing import Final

from moralbank.counter.pdf import day, refund, slip
from moralbank.counter.slips import (
    DayGoods,
    DaySheet,
    RefundSheet,
    SlipLine,
    SlipPaper,
    SlipSheet,
)
from moralbank.fund.pdf import cover
from moralbank.fund.sheets import CoverLine, CoverMonth, CoverSheet
from moralbank.paper.quick_start import quick_start
from moralbank.paper.sheets import PocketCard, PocketCategory, PocketItem, PocketStep
from moralbank.reminders.pdf import reminder_letter
from moralbank.reminders.sheets import ReminderLetter
from moralbank.rounds.pdf import round_form
from moralbank.rounds.sheets import FormGroup, FormItem, RoundForm
from moralbank.settlements.pdf import settlement
from moralbank.settlements.sheets import (
    SettledGoods,
    SettledRefund,
    SettledSlip,
    SettlementSheet,
)
from moralbank.sittings.pdf import minutes
from moralbank.sittings.sheets import Decided, MinutesSheet, Present
from moralbank.store.pdf import count, labels
from moralbank.store.sheets import CountLine, CountSheet, LabelSheet, ShelfLabel
from moralbank.supervision.pdf import recheck_sheet
from moralbank.supervision.sheets import RecheckLine, RecheckSheet

Draw = Callable[[], bytes]

_AT: Final = datetime(2026, 11, 20, 18, 2)  # noqa: DTZ001 - paper shows local time
_DAY: Final = _AT.date()
_VILLAGE: Final = "羊圈湾村"
_ORGANISATION: Final = "羊圈湾村村民委员会"
_SHOP: Final = "羊圈湾村积分超市"
_MARK: Final = "1234-ab12cd34"
_CONTACT: Final = "李建军 0476-0000000"


def office_sheets(names: Sequence[str]) -> dict[str, Draw]:
    """Every such sheet by its name, drawn for villagers of these names."""
    return {**_committee(names), **_counter(names), **_store(names)}


def _committee(names: Sequence[str]) -> dict[str, Draw]:
    letter = _reminder(names[-1])
    return {
        "minutes": partial(minutes, sitting(names)),
        "round-form": partial(round_form, _form(names)),
        "reminder-letter": partial(reminder_letter, letter),
        "reminder-letter-a4": partial(reminder_letter, letter, "A4"),
        "recheck-sheet": partial(recheck_sheet, _recheck(names)),
    }


def sitting(names: Sequence[str]) -> MinutesSheet:
    """The minutes of a sitting that decided a deed of everybody."""
    return MinutesSheet(
        village=_VILLAGE,
        organisation=_ORGANISATION,
        number=4,
        held_on=_DAY,
        place="村委会会议室",
        present=tuple(Present(name=name, duty="评议员") for name in names),
        stayed_out=(f"{names[0]}：一组 012 {names[-1]}（本户）",),
        decided=tuple(
            Decided(
                place=place,
                group="六组",
                number="042",
                head=name,
                item="关爱留守儿童、老人",
                points="+5 分",
                outcome="通过",
                votes=name if place % 2 else "2/3 同意",
                reason="同一件事已经按集体清扫给过分了" if place == 1 else "",
            )
            for place, name in enumerate(names, start=1)
        ),
        note="下次评议会 12 月 20 日。",
        approved_count=len(names),
        approved_points=5 * len(names),
        refused_count=1,
        returned_count=1,
        mark=_MARK,
    )


def _form(names: Sequence[str]) -> RoundForm:
    words = (("优", 5), ("良", 3), ("合格", 1), ("不合格", 0))
    walk = tuple((f"{number:03}", name) for number, name in enumerate(names, start=1))
    return RoundForm(
        village=_VILLAGE,
        title="十一月庭院评比",
        held_on=_DAY,
        number=2,
        items=tuple(FormItem(name=name, choices=words) for name in ("院内整洁", "门前三包")),
        groups=(FormGroup(name="一组", households=walk),),
        scorers=("李建军", "何志勇"),
    )


def _reminder(name: str) -> ReminderLetter:
    return ReminderLetter(
        village=_VILLAGE,
        organisation=_ORGANISATION,
        number=7,
        head=name,
        household="六组 042 号",
        item="占道堆放",
        seen_on=date(2026, 11, 18),
        note="门前柴草堆到了路上，校车过不去。",
        put_right_by=date(2026, 11, 25),
        points=2,
        given_on=date(2026, 11, 18),
        contact=_CONTACT,
    )


def _recheck(names: Sequence[str]) -> RecheckSheet:
    return RecheckSheet(
        village=_VILLAGE,
        organisation="羊圈湾村村务监督委员会",
        number=1,
        month=date(2026, 10, 1),
        percent=5,
        seed="20261120",
        out_of=412,
        rule_words="种子和编号用冒号连起来算 sha256，从小到大取前 5%。",
        drawn_by="孙守正",
        drawn_on=_DAY,
        lines=tuple(
            RecheckLine(
                place=place,
                award=4000 + place,
                group="六组",
                number="043",
                head=name,
                item="志愿服务",
                points="+5 分",
                deed_on=date(2026, 10, 2),
                note="清理村口排水沟",
                decided_by=name,
                posted_on=date(2026, 10, 9),
            )
            for place, name in enumerate(names, start=1)
        ),
        mark=_MARK,
    )


_GOODS: Final = (
    SlipLine(name="海天酱油", spec="1.28L", quantity=1, price_fen=1500),
    SlipLine(name="毛巾（加厚纯棉，吸水型，家庭装）", spec="75×35cm", quantity=2, price_fen=1250),
)


def _slip(name: str) -> SlipSheet:
    return SlipSheet(
        shop=_SHOP,
        number="DH20261120-0031",
        at=_AT,
        household="六组 042 号",
        head=name,
        collector=name,
        relation="邻居",
        proof="已输密码",
        cashier=name,
        lines=_GOODS,
        rate_fen=100,
        points_used=36,
        points_before=172,
        points_after=136,
        credit_before_fen=450,
        credit_after_fen=50,
        ledger_mark="账 1234 · ab12cd34",
        reprint=False,
        warning="您有 35 分将在 2027 年 1 月 10 日清零，请在这之前兑换",
    )


def _refund(name: str) -> RefundSheet:
    return RefundSheet(
        shop=_SHOP,
        number="TH20261120-0003",
        slip_number="DH20261120-0031",
        at=_AT,
        household="六组 042 号",
        head=name,
        by=name,
        reason="毛巾大小不合适",
        lines=_GOODS,
        written_off=(True, False),
        points_back=41,
        credit_back_fen=-100,
        points_after=173,
        credit_after_fen=0,
        ledger_mark="账 1234 · ab12cd34",
        reprint=True,
    )


def _counter(names: Sequence[str]) -> dict[str, Draw]:
    made: dict[str, Draw] = {}
    # One slip is one household's: the longest name shows what fits.
    name = max(names, key=len)
    for paper in SlipPaper:
        made[f"slip-{paper}"] = partial(slip, _slip(name), paper)
        made[f"refund-{paper}"] = partial(refund, _refund(name), paper)
    closed = DaySheet(
        village=_VILLAGE,
        shop=_SHOP,
        day=_DAY,
        goods=(DayGoods(title="海天酱油 1.28L", pieces=3, fen=4500, pieces_back=1, fen_back=1500),),
        slips=31,
        total_fen=123456,
        points_used=1200,
        credit_used_fen=3456,
        refunds=1,
        refunded_fen=1500,
        points_back=15,
        counted_slips=30,
        counted_fen=121956,
        reason="一张凭条夹在进货单里",
        closed_at=_AT,
        closed_by=name,
        ledger_mark=_MARK,
    )
    return {**made, "day": partial(day, closed), "settlement": partial(settlement, settled(names))}


def settled(names: Sequence[str]) -> SettlementSheet:
    """A settlement with a slip of everybody."""
    slips = tuple(
        SettledSlip(
            label=f"DH20261101-{number:04}",
            day=date(2026, 11, 1),
            household="六组 042 号",
            head=name,
            fen=1500,
        )
        for number, name in enumerate(islice(cycle(names), 12), start=1)
    )
    return SettlementSheet(
        village=_VILLAGE,
        town="哈拉道口镇",
        shop="李家便利店",
        shop_kind_words="签约店",
        number="JS2026-0003",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        slips=slips,
        refunds=(
            SettledRefund(
                label="TH20261120-0003",
                slip_label="DH20261030-0007",
                day=_DAY,
                fen=3000,
            ),
        ),
        goods=(SettledGoods(title="海天酱油 1.28L", pieces=3, fen=4500),),
        slips_fen=18000,
        refunds_fen=3000,
        amount_fen=15000,
        due_fen=15000,
        paid_fen=14950,
        reason="抹去零头",
        ledger_mark=_MARK,
        drafted=f"{names[0]} 2026-12-01",
        signed="",
        checked="",
        paid="",
    )


def _store(names: Sequence[str]) -> dict[str, Draw]:
    sauce = ShelfLabel(
        name="海天酱油",
        spec="1.28L",
        unit="瓶",
        points=15,
        price_fen=1450,
        barcode="6901234567892",
        sku="SAUCE-1.28",
    )
    towel = replace(
        sauce, name="毛巾（加厚纯棉，吸水型，家庭装）", barcode="", sku="TOWEL", points=1265
    )
    counted = CountSheet(
        village=_VILLAGE,
        shop=_SHOP,
        number="PD2026-0003",
        made_at=_AT,
        category="",
        by=names[0],
        lines=tuple(
            CountLine(sku=f"SKU-{n}", title=towel.name, unit="条", expected=n) for n in range(4)
        ),
    )
    blind = replace(counted, lines=tuple(replace(one, expected=None) for one in counted.lines))
    return {
        "labels": partial(labels, LabelSheet(shop=_SHOP, labels=(sauce, towel))),
        "count-sheet": partial(count, counted),
        "count-sheet-blind": partial(count, blind),
        "cover": partial(cover, covered()),
    }


def covered() -> CoverSheet:
    """What stands behind the points."""
    return CoverSheet(
        village=_VILLAGE,
        day=_DAY,
        ratio=132,
        verdict="够",
        words="每 1 元积分背后有 1.32 元",
        have=(CoverLine(label="基金现有的钱", fen=20000), CoverLine(label="存货", fen=6400)),
        owe=(
            CoverLine(label="各户的积分（180 分）", fen=18000),
            CoverLine(label="余额", fen=2000),
        ),
        months=(CoverMonth(label="10月", ratio=120), CoverMonth(label="今天", ratio=132)),
        forecast="照最近三个月的速度，2027 年 5 月就会不够",
        budget="本月已通过 1200 分，限额 2000 分",
        ledger_mark=_MARK,
        aside=("有 3 种商品没有记进价，它们的存货没有算进来",),
    )


def quick_start_card() -> bytes:
    """The card that committee members carry."""
    items = tuple(PocketItem(f"志愿服务{number}", "3 分", "每次") for number in range(1, 5))
    card = PocketCard(
        village=_VILLAGE,
        organisation=_ORGANISATION,
        steps=tuple(
            PocketStep(title, "在手机上点“记一件事”，选户，选事项。")
            for title in ("记", "核", "评", "示", "兑")
        ),
        categories=tuple(PocketCategory(f"第{number}类", items) for number in range(1, 5)),
        rules=("扣分前先私下提醒。", "自己家的事自己不评。"),
        people=(("记分员", "李建军"), ("监督员", "孙守正")),
        contact=_CONTACT,
        edition="第 1 版，2026年1月1日起",
    )
    return quick_start(card)
