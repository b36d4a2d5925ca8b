"""Every kind of sheet, from frozen plain values: what the snapshots keep and what must fit.

`sheets_of(names)` draws them for villagers of any names; no database is asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import cycle, islice
from typing import Final

from moralbank.boards.certificates import certificates
from moralbank.boards.honour_sheets import (
    PLATE_SIZES,
    Certificate,
    CertificateInk,
    CertificateKind,
    CertificateSheet,
    Plate,
    PlateKind,
    PlateSheet,
)
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.pdf import board_poster
from moralbank.boards.plates import plates
from moralbank.boards.sheets import BoardEntry, BoardSheet
from moralbank.boards.styles import STYLES
from moralbank.cards.faces import CardBack, CardFace, GuideSheet, HandoutSheet, Recipient
from moralbank.cards.guide import card_guide
from moralbank.cards.handout import handout_list
from moralbank.cards.pdf import back_sheet, card_sheet
from moralbank.cards.stocks import CARD_STOCKS, SheetPlan
from moralbank.notices.letter import notice_letter
from moralbank.notices.pdf import notice_details, notice_list, objection_form
from moralbank.notices.sheets import (
    CorrectionLine,
    DeedLine,
    HouseholdLine,
    LetterSheet,
    NoticeSheet,
)
from moralbank.passbooks.pdf import passbooks
from moralbank.passbooks.sheets import How, PassbookLine, PassbookSheet, Printer, Totals
from moralbank.printing.panels import Panel, PanelPoster, PanelRow, panel_poster
from moralbank.printing.stocks import A3, A4, P60X90, P80X120
from tests.printing.office_sheets import office_sheets, quick_start_card
from tests.printing.regional_sheets import ranking_sheets

Draw = Callable[[], bytes]

NAMES: Final = ("杜仁森", "王䶮", "欧阳玥珺", "古丽扎尔·买买提江·阿卜杜拉", "斯琴高娃")
DAY: Final = date(2026, 11, 20)
VILLAGE: Final = "羊圈湾村"
TOWN: Final = "哈拉道口镇"
ORGANISATION: Final = "羊圈湾村村民委员会"
CONTACT: Final = "村务监督委员会 孙守正　0476-0000000"
MARK: Final = "1234-ab12cd34"
ADDRESS: Final = "https://bank.example.cn"
GROUPS: Final = ("一组", "二组", "六组")


def sheets_of(names: Sequence[str]) -> dict[str, Draw]:
    """Every kind of sheet by its name, drawn for villagers of these names."""
    return {
        **_cards(names),
        **_passbooks(names),
        **_boards(names),
        **_honours(names),
        **_notices(names),
        **office_sheets(names),
        **ranking_sheets(names),
        **_posters(),
    }


def face(name: str, number: int) -> CardFace:
    """The card of one household."""
    token = f"{100000000000000 + number * 7919:015d}"
    return CardFace(
        village=VILLAGE,
        town=TOWN,
        head=name,
        household=f"一组 {number:03} 号",
        token=token,
        payload=f"{ADDRESS.upper()}/C/{token}",
        slogan="善行存进来 · 好处兑出去",
        note="遗失请到村委会挂失补办　本卡不可买卖、转让",
    )


def _cards(names: Sequence[str]) -> dict[str, Draw]:
    faces = [face(name, number) for number, name in enumerate(names, start=1)]
    back = CardBack(organisation=ORGANISATION, contact="村务监督委员会 0476-0000000")
    made: dict[str, Draw] = {}
    for key, stock in CARD_STOCKS.items():
        for ink, saving in (("full", False), ("saving", True)):
            plan = SheetPlan(stock=stock, saving=saving)
            made[f"cards-{key}-{ink}"] = partial(card_sheet, faces, plan)
            made[f"cards-{key}-{ink}-back"] = partial(back_sheet, back, 2, plan)
    made["cards-handout"] = partial(handout_list, handout(names))
    return made


def handout(names: Sequence[str]) -> HandoutSheet:
    """The hand-out list of these households."""
    recipients = (
        Recipient(GROUPS[number * 2 // len(names)], f"{number + 1:03}", name, f"{7919 + number}")
        for number, name in enumerate(names)
    )
    return HandoutSheet(village=VILLAGE, town=TOWN, recipients=tuple(recipients))


def passbook(name: str, how: How, lines: int = 14) -> PassbookSheet:
    """A household's passbook with so many lines, every fifth of them an exchange."""
    written, balance = [], 0
    for number in range(1, lines + 1):
        amount = -7 if number % 5 == 0 else 10
        balance += amount
        written.append(
            PassbookLine(
                number=number,
                day=date(2026, 1 + number % 11, 20),
                words=f"志愿服务（{number % 12 + 1}月20日，{name}）",
                amount=amount,
                balance=balance,
                by=name,
                mark=f"{number}-ab12cd34",
            )
        )
    return PassbookSheet(
        village=VILLAGE,
        town=TOWN,
        organisation=ORGANISATION,
        contact=CONTACT,
        household="六组 042 号",
        head=name,
        payload=f"{ADDRESS.upper()}/C/123456789012345",
        lines=tuple(written),
        before=Totals(),
        credit_fen=350,
        mark=MARK,
        printed_on=DAY,
        how=how,
    )


def _passbooks(names: Sequence[str]) -> dict[str, Draw]:
    some = {how: [passbook(name, how) for name in names[:2]] for how in How}
    made: dict[str, Draw] = {
        f"passbook-{how}": partial(passbooks, sheets, Printer()) for how, sheets in some.items()
    }
    every = [passbook(name, How.BOOKLET, 3) for name in names]
    made["passbook-booklet-saving"] = partial(passbooks, every, Printer(saving=True))
    return made


def board(names: Sequence[str]) -> BoardSheet:
    """A board with more entries than medals."""
    deeds = ("义务修渠三天，带动邻里十一户", "", "调解邻里纠纷四起", "捐赠村图书角书籍一百二十册")
    entries = (
        BoardEntry(
            rank=number + 1,
            name=name,
            group=GROUPS[number % 3],
            deed=deeds[number % 4],
            points=1186 - 7 * number,
        )
        for number, name in enumerate(islice(cycle(names), max(len(names), 6)))
    )
    return BoardSheet(
        title="善举榜",
        village=f"{TOWN}{VILLAGE}",
        organisation=ORGANISATION,
        period="二〇二六年第四季度",
        subject="户主",
        entries=tuple(entries),
        couplet=("积善成风百业兴", "厚德载物千家暖"),
        contact="异议电话：村务监督委员会 0476-0000000",
        issued_on=DAY,
        public_url=f"{ADDRESS}/b/150404103201/3",
        ledger_mark="账 1234 · ab12cd34",
        issue="第 3 期",
        rule="按积分从多到少，至少 10 分",
        notice="公示期：2026年11月20日至11月24日",
    )


def _boards(names: Sequence[str]) -> dict[str, Draw]:
    shown = board(names)
    return {
        f"board-{paper}-{style}": partial(board_poster, shown, paper=paper, style=style)
        for paper in POSTER_PAPERS
        for style in STYLES
    }


def _honours(names: Sequence[str]) -> dict[str, Draw]:
    made: dict[str, Draw] = {}
    told = (
        "在二〇二六年第四季度“善举榜”评选中名列前茅，义务修渠三天，带动邻里十一户。",
        "特发此证，以资鼓励。",
    )
    for kind in CertificateKind:
        for ink in CertificateInk:
            sheet = CertificateSheet(
                kind=kind,
                ink=ink,
                certificates=tuple(
                    Certificate(name, "家庭", told, f"善举榜第 3 期 · 第 {number:02} 号")
                    for number, name in enumerate(names, start=1)
                ),
                village=f"{TOWN}{VILLAGE}",
                organisation=ORGANISATION,
                date="二〇二六年十一月二十日",
                mark=MARK,
            )
            made[f"certificate-{kind}-{ink}"] = partial(certificates, sheet)
    for size in PLATE_SIZES.values():
        for ink, plain in (("full", False), ("plain", True)):
            sheet_of_plates = PlateSheet(
                kind=PlateKind("stars", "十星级文明户", "#B3161B", "#F6DC9B", STARS),
                size=size,
                plates=tuple(
                    Plate(f"一组 {number:03} 号", name, frozenset(range(number % 11)))
                    for number, name in enumerate(names, start=1)
                ),
                village=f"{TOWN}{VILLAGE}",
                organisation=ORGANISATION,
                period="二〇二六年度",
                plain=plain,
            )
            made[f"plate-{size.key}-{ink}"] = partial(plates, sheet_of_plates)
    return made


STARS: Final = ("爱国", "守法", "勤劳", "诚信", "孝老", "睦邻", "整洁", "节俭", "公益", "崇学")


def notice(names: Sequence[str], households: int = 0) -> NoticeSheet:
    """A notice of so many households, each with a deed."""
    heads = list(islice(cycle(names), households or len(names)))
    return NoticeSheet(
        village=VILLAGE,
        town=TOWN,
        organisation=ORGANISATION,
        number=3,
        title="羊圈湾村道德银行积分公示（2026年第3期）",
        first_day=DAY,
        last_day=date(2026, 11, 24),
        days_words="3 个工作日",
        contact=CONTACT,
        mark=MARK,
        digest="0123456789abcdef" * 4,
        public_url=f"{ADDRESS}/n/150404103201/3",
        households=tuple(_household(place, name) for place, name in enumerate(heads, start=1)),
        deeds=tuple(_deed(place, name) for place, name in enumerate(heads, start=1)),
        corrections=(
            CorrectionLine(
                group=GROUPS[0],
                number="012",
                head=names[0],
                item="志愿服务",
                points=3,
                deduction=False,
                deed_on=date(2026, 10, 3),
                reason="与集体清扫是同一件事",
            ),
        ),
        posts_words="公示期满，没有异议的自动入账；有异议的，查清答复后再办。",
        warning="2025年得的积分到2026年12月31日清零",
    )


def _household(place: int, name: str) -> HouseholdLine:
    return HouseholdLine(
        place=place,
        group=GROUPS[place % 3],
        number=f"{place:03}",
        head=name,
        balance=1000 + place,
        exchanged=20,
        added=5,
        deducted=2 if place == 1 else 0,
    )


def _deed(place: int, name: str) -> DeedLine:
    return DeedLine(
        place=place,
        group=GROUPS[place % 3],
        number=f"{place:03}",
        head=name,
        member=name,
        item="志愿服务",
        note="雨后清理村口排水沟",
        quantity_words="3 次",
        points=5,
        deduction=place == 1,
        deed_on=date(2026, 11, 3),
    )


def letter(names: Sequence[str]) -> LetterSheet:
    """The same notice as a letter."""
    return LetterSheet(
        notice=notice(names),
        document_number="羊村委公〔2026〕3 号",
        refused=2,
        returned=1,
        answer_words="3 个工作日",
    )


def _notices(names: Sequence[str]) -> dict[str, Draw]:
    shown, formal = notice(names), letter(names)
    return {
        "notice-list-a4": partial(notice_list, shown),
        "notice-list-a3": partial(notice_list, shown, paper="A3"),
        "notice-details": partial(notice_details, shown),
        "notice-letter": partial(notice_letter, formal),
        "notice-letter-plain": partial(
            notice_letter,
            LetterSheet(
                notice=replace(shown, arabic_dates=True, title="积分公示", organisation="村委会"),
                document_number="",
                refused=0,
                returned=0,
                answer_words="3 天",
                plain=True,
            ),
        ),
        "objection-form": partial(objection_form, shown),
    }


def poster(panels: int = 5, rows: int = 6) -> PanelPoster:
    """A poster of panels as the scheme and the price list have them."""
    return PanelPoster(
        village=f"{TOWN}{VILLAGE}",
        title="道德银行积分细则",
        told="第 1 版，二〇二六年一月一日起施行",
        panels=tuple(
            Panel(
                f"第{place}类",
                f"{rows} 项",
                tuple(
                    PanelRow(str(row + 1), f"庭院清洁达标{row + 1}", "每月一次", "3", "分")
                    for row in range(rows)
                ),
            )
            for place in range(1, panels + 1)
        ),
        way="申报　→　评议　→　公示　→　兑换",
        words=("1 分 = 1 元", "有不明白的请问：赵德顺"),
        organisation=ORGANISATION,
        date="二〇二六年十一月二十日",
    )


def _posters() -> dict[str, Draw]:
    made: dict[str, Draw] = {
        f"poster-{key}": partial(panel_poster, poster(), paper=paper)
        for key, paper in (("a4", A4), ("a3", A3), ("60x90", P60X90), ("80x120", P80X120))
    }
    guide = GuideSheet(
        village=f"{TOWN}{VILLAGE}", hangs_days=3, rate="1 分换 1 元的东西", contact=CONTACT
    )
    return {
        **made,
        "poster-a3-plain": partial(panel_poster, poster(), plain=True),
        "card-guide": partial(card_guide, guide),
        "card-guide-plain": partial(card_guide, guide, paper=A4, plain=True),
        "quick-start": quick_start_card,
    }


SHEETS: Final = sheets_of(NAMES)
