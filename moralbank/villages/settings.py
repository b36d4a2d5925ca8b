"""What a village may set for itself: each key, its kind, default and meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from moralbank.errors import NotFound
from moralbank.i18n import listed, mark
from moralbank.villages.setting_kinds import (
    address,
    days,
    item_numbers,
    month_days,
    offset,
    one_of,
    short_text,
    whole,
)


class SettingUnknown(NotFound):
    """No setting has this key."""

    text = mark("没有“%(key)s”这项设置。可用的有：%(known)s")
    code = "setting_unknown"


@dataclass(frozen=True)
class Setting:
    """One thing that can be set. `check` gives back the clean value or raises Invalid.

    `choices` are (value, words) where only a few values are allowed.
    """

    key: str
    section: str
    label: str
    hint: str
    default: str
    check: Callable[[str], str]
    choices: tuple[tuple[str, str], ...] = ()


PUBLIC_ADDRESS: Final = "public_address"
TOWN: Final = "town"
ORGANISATION: Final = "organisation"
CONTACT: Final = "contact"
SLOGAN: Final = "slogan"
VERIFICATION: Final = "verification"
VERIFY_ITEMS: Final = "verify_items"
TRUSTED_ITEMS: Final = "trusted_items"
REVIEW_VOTES: Final = "review_votes"
SITTINGS: Final = "sittings"
MONTH_BUDGET: Final = "month_budget"
NOTICE_DAYS: Final = "notice_days"
WORKING_DAYS: Final = "working_days"
DAYS_OFF: Final = "days_off"
OBJECTION_DAYS: Final = "objection_days"
REMINDER_DAYS: Final = "reminder_days"
CARD_PIN: Final = "card_pin"
RECHECK_PERCENT: Final = "recheck_percent"
EXCHANGE_DAYS: Final = "exchange_days"
LEAST_POINTS: Final = "least_points"
DAY_POINTS: Final = "day_points"
MONTH_POINTS: Final = "month_points"
PROOF_POINTS: Final = "proof_points"
SLIP_PAPER: Final = "slip_paper"
SLIP_AT_ONCE: Final = "slip_at_once"
CARD_STOCK: Final = "card_stock"
PRINTER_OFFSET: Final = "printer_offset"
INK: Final = "ink"
FIRST_LINE: Final = "first_line"
FORMAL_DATES: Final = "formal_dates"
DOCUMENT_CODE: Final = "document_code"

ON: Final = "yes"
_YES_NO: Final = ((ON, mark("是")), ("no", mark("否")))
VERIFY_NONE: Final = "none"
VERIFY_HOUSEHOLDS: Final = "households"
VERIFY_ALL: Final = "all"
_VERIFICATION: Final = (
    (VERIFY_NONE, mark("都不用核实，直接评议")),
    (VERIFY_HOUSEHOLDS, mark("住户自己申报的要核实")),
    (VERIFY_ALL, mark("全部都要核实")),
)
SITTINGS_ANY: Final = "any"
_SITTINGS: Final = (
    (SITTINGS_ANY, mark("随时评议")),
    ("month", mark("每月开评议会")),
    ("quarter", mark("每季开评议会")),
)
SLIP_80: Final = "80"
SLIP_58: Final = "58"
SLIP_A5: Final = "A5"
_SLIP_PAPERS: Final = (
    (SLIP_80, mark("80 毫米热敏纸")),
    (SLIP_58, mark("58 毫米热敏纸")),
    (SLIP_A5, mark("A5 纸，上下两联")),
)
INK_FULL: Final = "full"
INK_SAVING: Final = "saving"
_INKS: Final = (
    (INK_FULL, mark("彩色")),
    (INK_SAVING, mark("省墨：黑白线条，不铺底色")),
)
RIGHT: Final = "right"
LEFT: Final = "left"
_SIDES: Final = (
    (RIGHT, mark("右边（传统）")),
    (LEFT, mark("左边")),
)
DATES_CHINESE: Final = "chinese"
DATES_ARABIC: Final = "arabic"
_DATES: Final = (
    (DATES_CHINESE, mark("二〇二六年十一月二十日")),
    (DATES_ARABIC, mark("2026年11月20日")),
)
_FACE: Final = mark("名称与公开")
_REVIEW: Final = mark("核实与评议")
_NOTICE: Final = mark("公示与异议")
_CARDS: Final = mark("积分卡与监督")
_SHOP: Final = mark("超市与兑换")
_PAPER: Final = mark("纸张与打印")
CARD_STOCKS: Final = (
    ("a4-10", mark("A4 纸裁开，一张 10 枚（带裁切线）")),
    ("card-10", mark("A4 名片纸，90 × 54 毫米，一张 10 枚（不用裁）")),
    ("label-8", mark("A4 不干胶标签，99.1 × 67.7 毫米，一张 8 枚")),
    ("pvc", mark("PVC 白卡打印机，86 × 54 毫米，一页一枚")),
)
"""The stocks of `cards/stocks.py`, by key."""

SETTINGS: Final = {
    setting.key: setting
    for setting in (
        Setting(
            PUBLIC_ADDRESS,
            _FACE,
            mark("公开网址"),
            mark("印在积分卡的二维码里，例如 https://bank.example.cn；不填则二维码只含卡号"),
            "",
            address,
        ),
        Setting(TOWN, _FACE, mark("乡镇"), mark("印在卡片和榜上，例如 哈拉道口镇"), "", short_text),
        Setting(
            ORGANISATION,
            _FACE,
            mark("落款单位"),
            mark("榜与公示的落款；不填则为“某某村村民委员会”"),
            "",
            short_text,
        ),
        Setting(
            CONTACT,
            _FACE,
            mark("异议联系人和电话"),
            mark("印在榜和公示下方，例如 村务监督委员会 0476-0000000"),
            "",
            short_text,
        ),
        Setting(
            SLOGAN,
            _FACE,
            mark("标语"),
            mark("印在积分卡上"),
            "善行存进来 · 好处兑出去",
            short_text,
        ),
        Setting(
            VERIFICATION,
            _REVIEW,
            mark("评议前要不要到现场核实"),
            mark("由网格员或没有经手的记分员核实"),
            VERIFY_HOUSEHOLDS,
            one_of(_VERIFICATION),
            _VERIFICATION,
        ),
        Setting(
            VERIFY_ITEMS,
            _REVIEW,
            mark("总要核实的项目"),
            mark("细则里的项目编号，用空格隔开"),
            "",
            item_numbers,
        ),
        Setting(
            TRUSTED_ITEMS,
            _REVIEW,
            mark("不用核实的项目"),
            mark("细则里的项目编号，用空格隔开，例如开会签到就能证明的"),
            "",
            item_numbers,
        ),
        Setting(
            REVIEW_VOTES,
            _REVIEW,
            mark("几位评议员同意才算通过"),
            mark("1 表示一人评议即可；需要回避的人不算在内"),
            "1",
            whole(1, 9),
        ),
        Setting(
            SITTINGS,
            _REVIEW,
            mark("评议会"),
            mark("按月或按季的，要先开会才能评议"),
            SITTINGS_ANY,
            one_of(_SITTINGS),
            _SITTINGS,
        ),
        Setting(
            MONTH_BUDGET,
            _REVIEW,
            mark("每月发多少分为限"),
            mark("用到九成起，评议时会提醒；0 表示不限"),
            "0",
            whole(0, 1_000_000),
        ),
        Setting(
            NOTICE_DAYS,
            _NOTICE,
            mark("公示几天"),
            mark("到期无异议的自动入账；0 表示评议通过后立即入账，不公示"),
            "3",
            whole(0, 30),
        ),
        Setting(
            WORKING_DAYS,
            _NOTICE,
            mark("只算工作日"),
            mark("公示和答复异议的天数，周六、周日和下面的放假日不算"),
            "no",
            one_of(_YES_NO),
            _YES_NO,
        ),
        Setting(
            DAYS_OFF,
            _NOTICE,
            mark("放假日"),
            mark("例如 2027-01-01 2027-02-16，用空格隔开"),
            "",
            days,
        ),
        Setting(
            OBJECTION_DAYS,
            _NOTICE,
            mark("异议几天内答复"),
            mark("村务监督委员会书面答复的期限"),
            "5",
            whole(1, 30),
        ),
        Setting(
            REMINDER_DAYS,
            _NOTICE,
            mark("提醒后几天改正"),
            mark("扣分前先私下提醒，过了这些天不改的才可以扣"),
            "7",
            whole(1, 60),
        ),
        Setting(
            CARD_PIN,
            _CARDS,
            mark("扫卡后要输密码"),
            mark("打开后，扫卡看明细和申报要输卡的密码；没有设密码的卡到村委会设"),
            "no",
            one_of(_YES_NO),
            _YES_NO,
        ),
        Setting(
            RECHECK_PERCENT,
            _CARDS,
            mark("每月抽查百分之几"),
            mark("监督员从当月入账的记录里随机抽这么多去复查"),
            "5",
            whole(1, 100),
        ),
        Setting(
            EXCHANGE_DAYS,
            _SHOP,
            mark("每月哪几天兑换"),
            mark("写每月几号，用空格隔开，例如 1 15；不填则天天可以"),
            "",
            month_days,
        ),
        Setting(
            LEAST_POINTS,
            _SHOP,
            mark("满多少分才能兑换"),
            mark("一户的积分到了这个数才可以兑换；0 表示不限"),
            "0",
            whole(0, 100_000),
        ),
        Setting(
            DAY_POINTS,
            _SHOP,
            mark("每户一天最多用多少分"),
            mark("0 表示不限"),
            "0",
            whole(0, 1_000_000),
        ),
        Setting(
            MONTH_POINTS,
            _SHOP,
            mark("每户一个月最多用多少分"),
            mark("0 表示不限"),
            "0",
            whole(0, 1_000_000),
        ),
        Setting(
            PROOF_POINTS,
            _SHOP,
            mark("一次用超过多少分要密码或签名"),
            mark("输积分卡的密码，或由领取人在屏上签名；0 表示都不用"),
            "100",
            whole(0, 1_000_000),
        ),
        Setting(
            SLIP_PAPER,
            _SHOP,
            mark("凭条用什么纸"),
            mark("A5 的两联，一联给领取人，一联店里留存"),
            SLIP_80,
            one_of(_SLIP_PAPERS),
            _SLIP_PAPERS,
        ),
        Setting(
            SLIP_AT_ONCE,
            _SHOP,
            mark("兑换好就打印凭条"),
            mark("选“是”，换好后自动打开打印"),
            "no",
            one_of(_YES_NO),
            _YES_NO,
        ),
        Setting(
            CARD_STOCK,
            _PAPER,
            mark("积分卡用什么纸"),
            mark("普通 A4 纸印好裁开，或用不用裁的名片纸、标签纸、白卡"),
            CARD_STOCKS[0][0],
            one_of(CARD_STOCKS),
            CARD_STOCKS,
        ),
        Setting(
            PRINTER_OFFSET,
            _PAPER,
            mark("打印时整张挪几毫米"),
            mark("印出来偏左、偏下的写正数，先往右、后往上，例如 1.5 -2；不用挪写 0 0"),
            "0 0",
            offset,
        ),
        Setting(
            INK,
            _PAPER,
            mark("积分卡、存折的颜色"),
            mark("黑白激光打印机选省墨的"),
            INK_FULL,
            one_of(_INKS),
            _INKS,
        ),
        Setting(
            FIRST_LINE,
            _PAPER,
            mark("对联的上联挂哪边"),
            mark("红榜两边的对联"),
            RIGHT,
            one_of(_SIDES),
            _SIDES,
        ),
        Setting(
            FORMAL_DATES,
            _PAPER,
            mark("落款的日期怎么写"),
            mark("榜、公示、奖状上的日期"),
            DATES_CHINESE,
            one_of(_DATES),
            _DATES,
        ),
        Setting(
            DOCUMENT_CODE,
            _PAPER,
            mark("公文代字"),
            mark("红头公告的字号用，例如 羊村委公；不填就不印字号"),
            "",
            short_text,
        ),
    )
}


def setting(key: str) -> Setting:
    """The setting with this key; raises SettingUnknown."""
    if key not in SETTINGS:
        raise SettingUnknown(key=key, known=listed(SETTINGS))
    return SETTINGS[key]
