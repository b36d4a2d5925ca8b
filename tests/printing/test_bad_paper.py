"""What villages really type, and what goes wrong: a good sheet or a refusal, never a traceback."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any, Final

import pytest

from moralbank.boards.pdf import board_poster
from moralbank.boards.sheets import BoardSheet
from moralbank.cards.handout import handout_list
from moralbank.cards.pdf import card_sheet
from moralbank.notices.letter import notice_letter
from moralbank.notices.pdf import notice_details, notice_list, objection_form
from moralbank.printing.panels import panel_poster
from moralbank.printing.ruled import TableTooWide
from moralbank.printing.sheet import A4, Document
from moralbank.rounds.pdf import round_form
from moralbank.rounds.sheets import FormItem, RoundForm
from moralbank.settlements.pdf import settlement
from moralbank.sittings.pdf import minutes
from tests.printing.ink import faults
from tests.printing.office_sheets import settled, sitting
from tests.printing.paper import Paper
from tests.printing.sheets import NAMES, board, handout, letter, notice, poster, sheets_of
from tests.printing.snapshot import pages_of

EDGE_MM: Final = 1.5
STRANGE: Final = (
    "王\x00\x07小\u202e明",
    "👨\u200d👩\u200d👧李",
    "محمد عبد الله",
    "买" * 40,
    "Alexander-Maximilian Freiherr von Hohenlohe",
    "王\n小\t明",
    "",
    "\u3000",
    "𠀀𪚥𫝀",
)
"""Control characters, emoji, text from right to left, no name at all, rare characters."""
WORDS: Final = "哈拉道口镇羊圈湾村新时代文明实践站志愿服务队帮邻居家收秋三天，清理排水沟。"
LONGEST: Final = {
    "item": 30, "note": 200, "reason": 200, "deed": 200, "body": 200, "correction": 200,
    "rule": 200, "warning": 200, "posts_words": 200, "group": 20, "number": 12, "village": 20,
    "town": 60, "organisation": 60, "contact": 60, "slogan": 60, "title": 60, "place": 60,
    "words": 60, "told": 60, "shop": 60, "bank": 20, "period": 40, "notice": 60, "issue": 20,
    "relation": 20, "duty": 20, "votes": 40, "spec": 20, "unit": 8, "document_number": 60,
}  # fmt: skip
"""As much as our pages let in, by what it is."""
CODED: Final = ("SlipSheet", "RefundSheet", "SettlementSheet", "CountSheet", "PanelRow")
"""Their numbers are the system's own."""
FILLED: Final = (
    "cards-a4-10-full", "cards-pvc-saving", "cards-handout", "passbook-booklet",
    "passbook-continue", "board-a4-festive", "board-a3-plain", "board-banner-modern",
    "certificate-award-colour", "certificate-honour-words", "plate-20x13-full", "notice-list-a4",
    "notice-list-a3", "notice-details", "notice-letter", "objection-form", "minutes", "round-form",
    "reminder-letter", "recheck-sheet", "slip-58", "slip-A5", "refund-80", "day", "settlement",
    "labels", "count-sheet", "cover", "poster-a3", "card-guide",
)  # fmt: skip


def filled(value: Any, name: str = "", owner: str = "") -> Any:
    """The same sheet with every text as long as our pages let it be."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        own = {one.name: filled(getattr(value, one.name), one.name, kind) for one in fields(value)}
        return replace(value, **own)
    if isinstance(value, tuple | list):
        return type(value)(filled(one, name, owner) for one in value)
    if not isinstance(value, str) or not value or (name == "number" and owner in CODED):
        return value
    return (WORDS * 9)[: LONGEST[name]] if name in LONGEST else value


@pytest.mark.parametrize("sheet", FILLED)
def test_strange_names_among_the_longest_texts_stay_in_their_places(sheet: str) -> None:
    draw = sheets_of(STRANGE)[sheet]
    assert isinstance(draw, partial)
    shown, *how = draw.args
    assert faults(draw.func(filled(shown), *how, **draw.keywords), EDGE_MM) == []


def texts_of(pdf: bytes) -> str:
    assert faults(pdf, EDGE_MM) == []
    return "".join(run.text for page in pages_of(pdf) for run in page.runs)


ON: Final = pytest.mark.parametrize(
    ("paper", "style"),
    [("a4", "festive"), ("a3", "modern"), ("60x90", "plain"), ("banner", "plain")],
)


@ON
def test_boards_of_nobody_of_one_and_of_those_with_much_to_tell(paper: str, style: str) -> None:
    full = board(NAMES)
    draw = partial(board_poster, paper=paper, style=style)
    assert "本期暂无上榜" in texts_of(draw(replace(full, entries=())))
    assert NAMES[0] in texts_of(draw(replace(full, entries=full.entries[:1])))
    long = "帮邻居家收秋三天，" * 22 + "修渠"
    told = replace(full, entries=tuple(replace(one, deed=long) for one in full.entries))
    text = texts_of(draw(told))
    assert all(name in text for name in NAMES)
    assert text.count("帮邻居家收秋") >= len(full.entries)


@ON
@pytest.mark.parametrize("photo", [b"", b"\xff\xd8\xff\xe0 cut off", b"\x89PNG\r\n\x1a\n"])
def test_a_photo_that_is_none_leaves_the_name(photo: bytes, paper: str, style: str) -> None:
    def with_photos(shown: bytes | None) -> BoardSheet:
        whole = board(NAMES)
        return replace(whole, entries=tuple(replace(one, photo=shown) for one in whole.entries))

    broken = board_poster(with_photos(photo), paper=paper, style=style)
    assert broken == board_poster(with_photos(None), paper=paper, style=style)


def test_a_title_with_a_character_that_the_brush_lacks_is_written_in_one_voice() -> None:
    for title, font in (("善举榜", "MoralbankBrush"), ("最美珺堃榜", "MoralbankSong")):
        (page, *_others) = pages_of(board_poster(replace(board(NAMES), title=title), paper="a4"))
        assert [run.font for run in page.runs if run.text == title] == [font]


def test_papers_with_nothing_and_with_one_household() -> None:
    none = replace(notice(NAMES), households=(), deeds=(), corrections=())
    one, said = notice(NAMES, 1), letter(NAMES)
    for draw in (notice_list, partial(notice_list, paper="A3"), notice_details, objection_form):
        texts_of(draw(none))
        assert "第1页共1页" in texts_of(draw(one)).replace(" ", "")
    assert "没有新的加分和扣分" in texts_of(notice_letter(replace(said, notice=none)))
    assert "1户的1项" in texts_of(notice_letter(replace(said, notice=one)))
    empty: tuple[Callable[[], bytes], ...] = (
        lambda: card_sheet([]),
        lambda: handout_list(replace(handout(NAMES), recipients=())),
        lambda: minutes(replace(sitting(NAMES), decided=(), present=(), stayed_out=())),
        lambda: settlement(replace(settled(NAMES), slips=(), refunds=(), goods=())),
        lambda: panel_poster(poster(panels=0)),
        lambda: Document(A4, "空").close(),
    )
    for draw_empty in empty:
        assert len(pages_of(draw_empty())) == 1


@pytest.mark.parametrize("kind", ["list", "handout", "board"])
def test_five_thousand_households_all_stand_on_paper(kind: str) -> None:
    names = [f"{NAMES[0]}{number}" for number in range(5000)]  # no two alike
    made = {
        "list": lambda: notice_list(notice(names)),
        "handout": lambda: handout_list(handout(names)),
        "board": lambda: board_poster(board(names), paper="60x90"),
    }[kind]()
    assert "".join(Paper(made).texts).count(NAMES[0]) == len(names)


def test_more_boxes_than_a_sheet_can_hold_are_refused_in_words() -> None:
    words = (("优", 5), ("良", 3), ("合格", 1), ("不合格", 0))
    form = RoundForm(
        village="羊圈湾村",
        title="评比",
        held_on=notice(NAMES).first_day,
        number=1,
        items=(FormItem(name="院内整洁", choices=words),) * 5,
        groups=next(iter(sheets_of(NAMES)["round-form"].args)).groups,  # type: ignore[attr-defined]
        scorers=(),
    )
    assert faults(round_form(form), EDGE_MM) == []
    with pytest.raises(TableTooWide) as refusal:
        round_form(replace(form, items=form.items * 5))
    assert "放不下" in refusal.value.message
