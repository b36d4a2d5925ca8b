"""The places of villages, as the office of a town or county hangs them."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from moralbank.printing.stocks import A3, A4
from moralbank.regions.pdf import ranking
from moralbank.regions.sheets import RankingLine, RankingSheet


def places(names: Sequence[str], *, has_towns: bool = True) -> RankingSheet:
    """Villages of these names, two of them sharing a place."""
    return RankingSheet(
        region="内蒙古自治区赤峰市松山区",
        office="松山区" if has_towns else "哈拉道口镇",
        title="户均积分榜",
        period="二〇二六年第四季度",
        measure="户均（分）",
        rule="户均入账积分 = 本期做的、已经公示入账的加分 ÷ 参加的户数，扣分不在内。"
        "按写出来的数比，相同的并列，后面的名次空出来（1、2、2、4）。",
        has_towns=has_towns,
        lines=tuple(_line(number, name) for number, name in enumerate(names)),
        day=date(2026, 11, 20),
    )


def _line(number: int, name: str) -> RankingLine:
    return RankingLine(
        rank=2 if number == 2 else number + 1,  # the third shares the second place
        village=name,
        town="哈拉道口镇" if number % 2 else "阿鲁科尔沁旗天山口镇",
        households=1234 - number,
        earning=987 - number,
        deeds=2345 - number,
        points=123_456 - number,
        value=f"{999.9 - number:.1f}",
        mark=f"{123456 + number}-ab12cd34",
    )


def ranking_sheets(names: Sequence[str]) -> dict[str, Callable[[], bytes]]:
    """The sheet of a county in colour, and of a town in black on larger paper."""
    return {
        "ranking-a4": partial(ranking, places(names), paper=A4, plain=False),
        "ranking-a3-plain": partial(ranking, places(names, has_towns=False), paper=A3, plain=True),
    }
