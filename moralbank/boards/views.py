"""Pages of the boards: all of them, one on screen, its poster."""

from typing import Any

from flask import render_template, request

from moralbank.boards.forms import board_wish
from moralbank.boards.periods import offered
from moralbank.boards.queries import board_sheet, published_village, rank, rank_all
from moralbank.boards.views_honours import room
from moralbank.db import reading
from moralbank.villages.queries import groups_of
from moralbank.web.files import pdf_file
from moralbank.web.guards import current_actor, may, public


@room.get("/boards")
@may("boards.view")
def boards() -> Any:
    """Show every board with its first places."""
    wish = board_wish(request.args)
    with reading() as session:
        rankings = rank_all(session, current_actor().village_id, wish.period)
    return render_template(
        "boards/boards.html", rankings=rankings, period=wish.period, offered=offered()
    )


@room.get("/boards/<slug>")
@may("boards.view")
def board(slug: str) -> Any:
    """Show one board as it would hang on the wall."""
    wish = board_wish(request.args)
    village_id = current_actor().village_id
    with reading() as session:
        ranking = rank(session, village_id, slug, wish.period, group_id=wish.group_id)
        groups = groups_of(session, village_id)
    return render_template(
        "boards/board.html", ranking=ranking, wish=wish, groups=groups, offered=offered()
    )


@room.get("/b/<int(max=999999999999):village_id>/<slug>")
@public
def public_board(village_id: int, slug: str) -> Any:
    """Show one board to whoever scans its poster, where the village has a public address."""
    wish = board_wish(request.args)
    with reading() as session:
        village = published_village(session, village_id)
        ranking = rank(session, village_id, slug, wish.period)
    return render_template("boards/public_board.html", ranking=ranking, village=village)


@room.get("/boards/<slug>.pdf")
@may("boards.view")
def poster(slug: str) -> Any:
    """Print one board."""
    from moralbank.boards.pdf import board_poster  # noqa: PLC0415 - slow to import

    wish = board_wish(request.args)
    village_id = current_actor().village_id
    with reading() as session:
        ranking = rank(session, village_id, slug, wish.period, group_id=wish.group_id)
        sheet = board_sheet(session, village_id, ranking)
    name = f"{ranking.title}{ranking.group}-{wish.period.text}-{wish.paper}.pdf"
    return pdf_file(board_poster(sheet, paper=wish.paper), name)
