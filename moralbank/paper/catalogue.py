"""Everything that can be printed: from which page, by whose right, by which command.

The one table behind the page 打印 and `moralbank paper list`.
"""

from dataclasses import dataclass
from typing import Final

from moralbank.access.permissions import may
from moralbank.i18n import mark


@dataclass(frozen=True)
class Entry:
    """One kind of paper.

    `words` and `hint` are msgids; `endpoint` is the page that prints it, or with `sheet` the
    sheet itself; `picture` a symbol of static/paper.svg; `command` an example of how the command
    line prints it, without "moralbank".
    """

    words: str
    hint: str
    endpoint: str
    permission: str
    picture: str
    command: str
    sheet: bool = False


@dataclass(frozen=True)
class Group:
    """Papers that belong together."""

    words: str
    entries: tuple[Entry, ...]


CATALOGUE: Final = (
    Group(
        mark("积分卡与存折"),
        (
            Entry(
                mark("积分卡"),
                mark("一户、一组或全村；A4 裁开、名片纸、标签纸、PVC 白卡"),
                "cards.cards",
                "cards.manage",
                "card",
                "cards print --all -o cards.pdf",
            ),
            Entry(
                mark("发卡登记表"),
                mark("跟着卡一起印：领卡的人签字"),
                "cards.cards",
                "cards.manage",
                "form",
                "cards handout -o handout.pdf",
            ),
            Entry(
                mark("存折"),
                mark("成册的，或从上次那一行接着印的续页"),
                "passbooks.passbooks",
                "passbooks.print",
                "passbook",
                "passbooks print --all -o passbooks.pdf",
            ),
        ),
    ),
    Group(
        mark("榜与奖状"),
        (
            Entry(
                mark("红榜"),
                mark("善举榜、孝星榜、积分总榜……A4 到横幅"),
                "boards.boards",
                "boards.view",
                "board",
                "boards print shanju -o board.pdf",
            ),
            Entry(
                mark("发布过的榜"),
                mark("每一期都编了号：照原样再印一张"),
                "boards.issues",
                "boards.view",
                "board",
                "boards issues",
            ),
            Entry(
                mark("奖状与荣誉证书"),
                mark("打开一期榜，点“印奖状”：奖状、证书，也能套打买来的"),
                "boards.issues",
                "boards.publish",
                "certificate",
                "boards certificates 3 -o award.pdf",
            ),
            Entry(
                mark("门牌"),
                mark("十星级文明户、清洁户、最美庭院……三种尺寸"),
                "boards.plates",
                "boards.publish",
                "plate",
                "boards plates --group 一组 -o plates.pdf",
            ),
        ),
    ),
    Group(
        mark("公示与会议"),
        (
            Entry(
                mark("公示表、明细、异议书"),
                mark("打开一期公示：A4 或 A3，附空白异议书"),
                "notices.notices",
                "notices.view",
                "notice",
                "notices print 3 -o notice.pdf",
            ),
            Entry(
                mark("红头公告"),
                mark("打开一期公示：给全体村民的一张，有字号、各组合计、附件"),
                "notices.notices",
                "notices.view",
                "letterhead",
                "notices print 3 --sheet letter -o letter.pdf",
            ),
            Entry(
                mark("评议会记录"),
                mark("打开一次评议会：到会、表决、签字处"),
                "sittings.sittings",
                "sittings.view",
                "minutes",
                "sittings minutes minutes.pdf",
            ),
            Entry(
                mark("评比纸表"),
                mark("打开一次评比：带着走，没有手机也能打分"),
                "rounds.rounds",
                "rounds.view",
                "form",
                "rounds form 3 form.pdf",
            ),
            Entry(
                mark("提醒信"),
                mark("打开一条提醒：交给本户，不张贴"),
                "reminders.reminders",
                "reminders.view",
                "letter",
                "reminders letter 7 -o letter.pdf",
            ),
            Entry(
                mark("抽查表"),
                mark("打开一次抽查：带着去核对"),
                "supervision.draws",
                "supervision.view",
                "form",
                "supervision recheck show 1 --pdf recheck.pdf",
            ),
        ),
    ),
    Group(
        mark("细则与超市"),
        (
            Entry(
                mark("积分细则海报"),
                mark("全部事项一张大纸，贴在村务栏；A4 到 80 × 120 厘米"),
                "scheme.scheme",
                "scheme.view",
                "poster",
                "scheme print -o scheme.pdf",
            ),
            Entry(
                mark("货架价签"),
                mark("挑要换的商品，A4 裁开"),
                "store.labels",
                "store.view",
                "labels",
                "store labels --out labels.pdf",
            ),
            Entry(
                mark("超市价目表"),
                mark("每样东西几分，贴在店里"),
                "store.labels",
                "store.view",
                "poster",
                "store price-list -o prices.pdf",
            ),
            Entry(
                mark("盘点表"),
                mark("打开一次盘点：不带账面数的，或带的"),
                "store.counts",
                "store.view",
                "form",
                "store count print 3 --out count.pdf",
            ),
            Entry(
                mark("日结表"),
                mark("打开已经结好的一天"),
                "counter.days",
                "counter.view",
                "minutes",
                "counter day -o day.pdf",
            ),
            Entry(
                mark("结算单"),
                mark("打开一次结算：三方签字、盖章"),
                "settlements.settlements",
                "settlements.view",
                "minutes",
                "settlements print 2 -o settlement.pdf",
            ),
            Entry(
                mark("积分保障"),
                mark("开会用的一张：欠多少、有多少"),
                "fund.cover",
                "fund.cover",
                "chart",
                "fund cover --out cover.pdf",
            ),
        ),
    ),
    Group(
        mark("说明"),
        (
            Entry(
                mark("用卡图解"),
                mark("六幅画讲怎么用卡，贴在超市和村务栏；A4 到 80 × 120 厘米"),
                "cards.guide",
                "paper.view",
                "guide",
                "cards guide -o guide.pdf",
                sheet=True,
            ),
            Entry(
                mark("记分员口袋卡"),
                mark("A4 一张折两次：五步、全部积分、有事找谁"),
                "paper.quick_start",
                "paper.view",
                "pocket",
                "paper quick-start -o pocket.pdf",
                sheet=True,
            ),
        ),
    ),
)


def groups_for(role: str) -> tuple[Group, ...]:
    """What a role may print; groups of which nothing is left are left out."""
    seen = (
        Group(group.words, tuple(one for one in group.entries if may(role, one.permission)))
        for group in CATALOGUE
    )
    return tuple(group for group in seen if group.entries)
