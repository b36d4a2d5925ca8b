"""A round as an Excel file."""

from collections.abc import Mapping

from moralbank import clock
from moralbank.excel import Cell, workbook
from moralbank.i18n import _, clauses, listed
from moralbank.rounds.queries import ResultRow, RoundInfo
from moralbank.rounds.standing import Board, Place
from moralbank.rounds.standing import Cell as Standing


def round_list(info: RoundInfo, board: Board, results: Mapping[Place, ResultRow]) -> bytes:
    """Every household with its score for each item, who gave it, and what came of it."""
    heads = (_("小组"), _("户号"), _("户主"), _("项目"), _("评定"), _("分"), _("评分人"))
    columns = (*heads, _("备注"), _("评分时间"), _("结果"))
    rows: list[tuple[Cell, ...]] = []
    for one in board.households:
        for item in info.items:
            cell = board.cells.get((one.id, item.number))
            who = (one.group, one.number, one.head, item.name)
            result = results.get((one.id, item.number))
            rows.append((*who, *_scored(info, cell), _result(result)))
    return workbook(_("评比"), columns, rows)


def _scored(info: RoundInfo, cell: Standing | None) -> tuple[Cell, ...]:
    if cell is None:
        return (_("未评"), None, "", "", "")
    item = info.item(cell.scores[0].item)
    names = listed(dict.fromkeys(info.scorers.get(one.scorer, "") for one in cell.scores))
    remarks = clauses(dict.fromkeys(one.remark for one in cell.scores if one.remark))
    when = clock.minute(cell.scores[0].scored_at or cell.scores[0].received_at)
    if cell.points is None:
        return (_("不一致，未定"), None, names, remarks, when)
    word = item.word(cell.points) if item else ""
    return (word, cell.points, names, remarks, when)


def _result(result: ResultRow | None) -> str:
    if result is None:
        return ""
    if result.award_id is not None:
        return _("第 %(id)s 条", id=result.award_id)
    return result.left_out or _("0 分，不记")
