"""What the boards' pages are asked for, and the form of a board."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from wtforms import RadioField, SelectField, SelectMultipleField

from moralbank.boards.definitions import STYLE_LABELS, Board, BoardContent
from moralbank.boards.models import DeedChoice, Measure, Style, Subject, Ties
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.periods import Period, asked_period
from moralbank.boards.service import (
    LONGEST_LEAD,
    LONGEST_LINE,
    LONGEST_TITLE,
    MOST_DAYS,
    MOST_MINIMUM,
    MOST_PLACES,
)
from moralbank.boards.ties import TIE_LABELS
from moralbank.errors import Invalid
from moralbank.forms import AtMost, BaseForm, Required, TextField, WholeNumberField, Within
from moralbank.i18n import _, listed, mark
from moralbank.local_numbers import local_number
from moralbank.scheme.queries import Scheme

_MEASURES: Final = {
    Measure.POINTS: mark("本期的积分"),
    Measure.IMPROVED: mark("比上一期多得的积分（进步）"),
    Measure.DONATED: mark("捐给积分基金的钱"),
}
_SUBJECTS: Final = {
    Subject.HOUSEHOLD: mark("按户"),
    Subject.MEMBER: mark("按人"),
}
_DEEDS: Final = {
    DeedChoice.HIGHEST: mark("分最高的那件在前"),
    DeedChoice.RECENT: mark("最近的那件在前"),
}


class PaperInvalid(Invalid):
    """Posters come on the papers of `boards/papers.py`."""

    text = mark("纸张不对：可选 %(known)s")
    code = "paper_invalid"


class StyleInvalid(Invalid):
    """Posters come in a few styles."""

    text = mark("样式不对：可选 %(known)s")
    code = "style_invalid"


class GroupInvalid(Invalid):
    """A group is asked for by its number."""

    text = mark("小组不对，请从页面上选")
    code = "group_invalid"


@dataclass(frozen=True)
class BoardWish:
    """Which period of a board, of which group, on which paper, in which style (None: its own)."""

    period: Period
    group_id: int | None
    paper: str
    style: Style | None


def board_wish(asked: Mapping[str, str]) -> BoardWish:
    """Read an address's query; raises PeriodInvalid, GroupInvalid, PaperInvalid, StyleInvalid."""
    style = asked.get("style", "").strip()
    return BoardWish(
        period=asked_period(asked.get("period", "")),
        group_id=_group(asked.get("group", "")),
        paper=_paper(asked.get("paper", "a4")),
        style=_style(style) if style else None,
    )


def _paper(typed: str) -> str:
    """The key of the paper that was typed; raises PaperInvalid."""
    key = typed.strip().lower()
    if key not in POSTER_PAPERS:
        known = listed(_(paper.label) for paper in POSTER_PAPERS.values())
        raise PaperInvalid(field="paper", known=known)
    return key


def _style(typed: str) -> Style:
    """The style that was typed; raises StyleInvalid."""
    try:
        return Style(typed.strip().lower())
    except ValueError as error:
        known = listed(_(words) for words in STYLE_LABELS.values())
        raise StyleInvalid(field="style", known=known) from error


def _group(typed: str) -> int | None:
    if not typed:
        return None
    number = local_number(typed)
    if number is None:
        raise GroupInvalid(field="group")
    return number


def _named(scheme: Scheme | None, name: str) -> bool:
    return any(item.name == name for item in scheme.merits) if scheme else False


@dataclass(frozen=True)
class Choice:
    """An item of the scheme that may count."""

    number: int
    name: str


def typed_of(board: Board, content: BoardContent, village_name: str) -> dict[str, Any]:
    """What stands in the form of a board that there is."""
    first, second = content.couplet
    by_yuan = content.subject == Subject.DONOR
    return {
        **asdict(content),
        "title": board.title_for(village_name),
        "subject": Subject.HOUSEHOLD if by_yuan else content.subject,
        "first_line": first,
        "second_line": second,
    }


class BoardForm(BaseForm):
    """What is said of a board.

    `groups` are the scheme's items by category; `lost_categories` and `lost_items` are what the
    board counts though the scheme in force no longer has it, `lost_names` what a seed names in
    vain. Donors are chosen by the measure, so that nobody can ask for donors by points.
    """

    title = TextField(mark("榜名"), [Required(), AtMost(LONGEST_TITLE)])
    lead = TextField(mark("表彰的是谁"), [AtMost(LONGEST_LEAD)])
    measure = RadioField(mark("比什么"), [Required()], coerce=Measure, default=Measure.POINTS)
    subject = RadioField(mark("谁上榜"), [Required()], coerce=Subject, default=Subject.HOUSEHOLD)
    categories = SelectMultipleField(mark("整类都算"))
    items = SelectMultipleField(mark("单独算的项目"), coerce=int)
    top = WholeNumberField(
        mark("取前几名"),
        [Required(), Within(1, MOST_PLACES, mark("取前几名须是 1 到 200"))],
        default=15,
    )
    minimum = WholeNumberField(
        mark("至少多少才上榜"),
        [Required(), Within(0, MOST_MINIMUM, mark("最少多少须是 0 到 1000000 的整数"))],
        default=1,
    )
    ties = RadioField(mark("相同的怎么排"), [Required()], coerce=Ties, default=Ties.COMPETITION)
    first_line = TextField(mark("对联上联"), [AtMost(LONGEST_LINE)])
    second_line = TextField(mark("对联下联"), [AtMost(LONGEST_LINE)])
    deed = SelectField(
        mark("写哪件事迹"), [Required()], coerce=DeedChoice, default=DeedChoice.HIGHEST
    )
    style = SelectField(mark("海报的样式"), [Required()], coerce=Style, default=Style.FESTIVE)
    notice_days = WholeNumberField(
        mark("发布后公示几天"),
        [Required(), Within(0, MOST_DAYS, mark("公示天数须是 0 到 30"))],
        default=0,
    )

    groups: Mapping[str, Sequence[Choice]]
    lost_categories: Sequence[str]
    lost_items: Sequence[Choice]
    lost_names: Sequence[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        for field, labels in (
            (self.measure, _MEASURES),
            (self.subject, _SUBJECTS),
            (self.ties, TIE_LABELS),
            (self.deed, _DEEDS),
            (self.style, STYLE_LABELS),
        ):
            field.choices = [(one.value, _(words)) for one, words in labels.items()]

    def offer(self, scheme: Scheme | None, kept: Board | None, names: Mapping[int, str]) -> None:
        """Offer what may count: the scheme in force, and what the board kept of earlier ones.

        `names` are what items were called last, by number.
        """
        groups: dict[str, list[Choice]] = {}
        for item in scheme.merits if scheme else ():
            groups.setdefault(item.category_name, []).append(Choice(item.number, item.name))
        present = {choice.number for several in groups.values() for choice in several}
        lost = [one for one in (kept.items if kept else ()) if one not in present]
        self.lost_categories = [
            name for name in (kept.categories if kept else ()) if name not in groups
        ]
        self.lost_items = [
            Choice(one, names.get(one, _("第 %(n)s 项", n=one)))
            for one in lost
            if isinstance(one, int)
        ]
        self.lost_names = [one for one in lost if isinstance(one, str) and not _named(scheme, one)]
        self.groups = groups
        self.categories.choices = [(name, name) for name in (*groups, *self.lost_categories)]
        offered = [choice for several in groups.values() for choice in several]
        self.items.choices = [(one.number, one.name) for one in (*offered, *self.lost_items)]

    def content(self, kept: Board | None, village_name: str) -> BoardContent:
        """The board as the service takes it, once the form is valid.

        Items of a category that counts whole need not be named. A seed's title that stands
        unchanged keeps the place of the village's name.
        """
        donors = self.measure.data == Measure.DONATED
        whole = set(self.categories.data or ())
        within = {one.number for name in whole for one in self.groups.get(name, ())}
        title = self.title.data or ""
        if kept is not None and title == kept.title_for(village_name):
            title = kept.title
        return BoardContent(
            title=title,
            lead=self.lead.data or "",
            measure=self.measure.data,
            subject=Subject.DONOR if donors else self.subject.data,
            top=self.top.data or 0,
            ties=self.ties.data,
            minimum=self.minimum.data or 0,
            couplet=(self.first_line.data or "", self.second_line.data or ""),
            deed=self.deed.data,
            style=self.style.data,
            notice_days=self.notice_days.data or 0,
            categories=tuple(name for name, _words in self.categories.choices if name in whole),
            items=tuple(sorted(set(self.items.data or ()) - within)),
        )
