"""Boards as plain values, for the tests of their posters."""

from dataclasses import replace
from datetime import date

from moralbank.boards.sheets import BoardEntry, BoardSheet

NAMES = [
    "张建国",
    "李颋",
    "欧阳堃",
    "王䶮",
    "陈玥珺",
    "古丽扎尔·买买提江·阿卜杜拉",
    "刘㛃",
    "𫖯德海",
]
DEEDS = ["义务修渠三天，带动邻里十一户", "", "捐赠村图书角书籍一百二十册，" * 5, "调解邻里纠纷四起"]


def entry_of(number: int, rank: int | None = None) -> BoardEntry:
    return BoardEntry(
        rank=rank or number + 1,
        name=NAMES[number % len(NAMES)],
        group="一二三四五六"[number % 6] + "组",
        deed=DEEDS[number % len(DEEDS)],
        points=max(5, 1186 - number * 7),
    )


def board_of(size: int, ranks: tuple[int, ...] = ()) -> BoardSheet:
    given = dict(enumerate(ranks))
    return BoardSheet(
        title="善举榜",
        village="清溪镇桃源村",
        organisation="桃源村村民委员会",
        period="二〇二六年第四季度",
        subject="户主",
        entries=tuple(entry_of(number, given.get(number)) for number in range(size)),
        couplet=("积善成风百业兴", "厚德载物千家暖"),
        contact="公示期：2026 年 10 月 8 日至 14 日　异议电话：村委会 0797-0000000",
        issued_on=date(2026, 10, 8),
        public_url="https://daode.example.cn/boards/12",
        ledger_mark="账 1234 · ab12cd34",
    )


def crowded(board: BoardSheet) -> BoardSheet:
    """A board on which everything is as long as it may be."""
    return replace(
        board,
        title="最美哈拉道口镇王家地村人",
        village="赤峰市松山区哈拉道口镇王家地村民委员会",
        organisation="松山区哈拉道口镇王家地村新时代文明实践站",
        contact="有异议请以书面、电话或当面方式找村务监督委员会孙守正，电话 0476-0000000" * 2,
        couplet=("积善成风百业兴又一春积善成风百业兴又一春", "厚德载物"),
        rule="计分范围：环境卫生、产业发展、热心公益、孝老爱亲、移风易俗、遵纪守法；" * 8,
        notice="公示期：2026年10月8日至10月14日（五个工作日）",
        correction="更正第 2 期：王䶮积分误记为 31 分，应为 34 分，名次由第五改为第四；" * 5,
        issue="第 1234 期",
        entries=tuple(replace(one, deed=one.deed * 3, points=1_234_567) for one in board.entries),
        unit="元",
        measure="金额",
    )
