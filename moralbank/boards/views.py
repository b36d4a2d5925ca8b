"""Pages of the boards: all of them, one on screen, its test print."""

from typing import Any

from flask import render_template, request

import moralbank.boards.views_edit
import moralbank.boards.views_issues  # noqa: F401 - their pages are of the same room
from moralbank.access.permissions import may as role_may
from moralbank.boards.definitions import STYLE_LABELS, boards_of
from moralbank.boards.forms import board_wish
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.periods import offered
from moralbank.boards.queries import board_sheet, rank, rank_all
from moralbank.boards.views_honours import room
from moralbank.db import reading
from moralbank.villages.queries import groups_of
from moralbank.web.guards import current_actor, may
from moralbank.web.printed import printed


@room.get("/boards")
@may("boards.view")
def boards() -> Any:
    """Show every board with its first places."""
    wish = board_wish(request.args)
    village_id = current_actor().village_id
    with reading() as session:
        rankings = rank_all(session, village_id, wish.period)
        hidden = [one for one in boards_of(session, village_id, hidden=True) if one.hidden]
    return render_template(
        "boards/boards.html",
        rankings=rankings,
        hidden=hidden,
        period=wish.period,
        offered=offered(),
        may_edit=_may("boards.edit"),
    )


@room.get("/boards/<slug>")
@may("boards.view")
def board(slug: str) -> Any:
    """Show one board as it would hang on the wall."""
    wish = board_wish(request.args)
    village_id = current_actor().village_id
    with reading() as session:
        ranking = rank(session, village_id, slug, wish.period, group_id=wish.group_id)
        sheet = board_sheet(session, village_id, ranking)
        groups = groups_of(session, village_id)
    return render_template(
        "boards/board.html",
        ranking=ranking,
        sheet=sheet,
        wish=wish,
        groups=groups,
        offered=offered(),
        papers=POSTER_PAPERS.values(),
        styles=STYLE_LABELS,
        may_edit=_may("boards.edit"),
        may_publish=_may("boards.publish"),
    )


@room.get("/boards/<slug>.pdf")
@may("boards.view")
def poster(slug: str) -> Any:
    """Print one board before it is published: a test print, and marked as one."""
    from moralbank.boards.pdf import board_poster  # noqa: PLC0415 - slow to import

    wish = board_wish(request.args)
    village_id = current_actor().village_id
    with reading() as session:
        ranking = rank(session, village_id, slug, wish.period, group_id=wish.group_id)
        sheet = board_sheet(session, village_id, ranking)
    name = f"{ranking.title}{ranking.group}-{wish.period.text}-{wish.paper}.pdf"
    style = wish.style or ranking.board.style
    return printed(name, lambda _progress: board_poster(sheet, paper=wish.paper, style=style))


def _may(permission: str) -> bool:
    return role_may(current_actor().role, permission)
