"""How a board's places are decided, in words that a villager can check."""

from collections.abc import Iterator
from typing import Final

from moralbank.boards.definitions import Board
from moralbank.boards.models import Measure, Subject
from moralbank.boards.periods import Period
from moralbank.i18n import _, listed, sentences
from moralbank.scheme.queries import Scheme

_MOST_NAMED: Final = 12
"""So many items are named one by one; of more it is said how many there are."""


def rule(board: Board, period: Period, scheme: Scheme | None) -> str:
    """What counts, how much is needed, how many stand there: a few sentences."""
    return sentences(_sentences(board, period, scheme))


def _sentences(board: Board, period: Period, scheme: Scheme | None) -> Iterator[str]:
    yield _measured(board, period)
    if board.subject != Subject.DONOR:
        yield _counting(board, scheme)
    if board.subject == Subject.MEMBER:
        yield _("没写明是家里谁做的，记在户主名下。")
    if board.minimum > 1:
        yield _("满 %(n)s %(unit)s的上榜。", n=board.minimum, unit=board.unit)
    yield _("取前 %(n)s 名，与最后一名并列的也上榜。", n=board.top)


def _measured(board: Board, period: Period) -> str:
    if board.measure == Measure.DONATED:
        return _("按本期捐给积分基金的钱排名，不满一元的零头不计，退回的不算。")
    if board.measure == Measure.IMPROVED:
        before = period.before.spoken
        return _("按本期已入账的积分比上一期（%(before)s）多出多少排名。", before=before)
    return _("按本期已入账的积分排名。")


def _counting(board: Board, scheme: Scheme | None) -> str:
    if not board.categories and not board.items:
        return _("各项加分都算。")
    names = _named(board, scheme)
    if not names:
        return _("选定的项目，现行细则里都没有了。")
    told = listed(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        return _("只算%(names)s等 %(n)s 项。", names=told, n=len(names))
    return _("只算%(names)s。", names=told)


def _named(board: Board, scheme: Scheme | None) -> tuple[str, ...]:
    """The categories that count whole, then the items that count by themselves."""
    names = list(board.categories)
    for item in scheme.merits if scheme else ():
        alone = item.name in board.items or item.number in board.items
        if alone and item.category_name not in board.categories:
            names.append(item.name)
    return tuple(names)
