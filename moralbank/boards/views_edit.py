"""Pages on which a village makes boards of its own, and changes those that it began with."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.boards.definitions import Board, board_called
from moralbank.boards.forms import BoardForm, typed_of
from moralbank.boards.periods import Period, current_quarter
from moralbank.boards.queries import board_sheet, rank_as
from moralbank.boards.service import (
    add_board,
    change_board,
    content_of,
    hide_board,
    reset_board,
)
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.views_honours import room
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.scheme.queries import Scheme, item_names, scheme_in_force
from moralbank.villages.queries import village_info
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may
from moralbank.web.request_ids import next_request_id, sent_request_id


@dataclass(frozen=True)
class _Desk:
    """What a board is edited with; `board` is None for a new one."""

    board: Board | None
    village_name: str
    scheme: Scheme | None
    names: dict[int, str]

    def form(self, typed: Any = None) -> BoardForm:
        """The form as it was typed, or as the board is now."""
        known = {}
        if self.board is not None:
            content = content_of(self.board, self.scheme)
            known = typed_of(self.board, content, self.village_name)
        form = BoardForm(typed, data=known)
        form.offer(self.scheme, self.board, self.names)
        return form


@room.get("/boards/new")
@may("boards.edit")
def new_board() -> Any:
    """Begin a board of the village's own."""
    desk = _desk("")
    return _page(desk, desk.form())


@room.post("/boards/new")
@may("boards.edit")
def new_board_post() -> Any:
    """Make the board, or show what is wrong with it and keep what was typed."""
    desk = _desk("")
    form = desk.form(request.form)
    if not form.validate() or "preview" in request.form:
        return _page(desk, form), 422 if form.errors else 200
    try:
        with writing() as session:
            content = form.content(None, desk.village_name)
            slug = add_board(session, current_actor(), sent_request_id(), content, desk.scheme)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(desk, form, refusal), status_of(refusal)
    flash(_("“%(title)s”添好了", title=form.title.data), "ok")
    return redirect(url_for("boards.board", slug=slug), 303)


@room.get("/boards/<slug>/edit")
@may("boards.edit")
def edit_board(slug: str) -> Any:
    """Show what is said of a board, with how it would stand."""
    desk = _desk(slug)
    return _page(desk, desk.form())


@room.post("/boards/<slug>/edit")
@may("boards.edit")
def edit_board_post(slug: str) -> Any:
    """Change a board, or show what is wrong and keep what was typed."""
    desk = _desk(slug)
    form = desk.form(request.form)
    if not form.validate() or "preview" in request.form:
        return _page(desk, form), 422 if form.errors else 200
    try:
        with writing() as session:
            content = form.content(desk.board, desk.village_name)
            changed = change_board(session, current_actor(), slug, content, desk.scheme)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _page(desk, form), status_of(refusal)
    flash(_("改好了，下一期起就这样排") if changed else _("没有改动"), "ok")
    return redirect(url_for("boards.board", slug=slug), 303)


@room.post("/boards/preview")
@may("boards.edit")
def preview_board() -> Any:
    """How a board would stand, for the page that is typed into: part of a page."""
    desk = _desk(request.form.get("slug", ""))
    form = desk.form(request.form)
    form.validate()
    return render_template("boards/_preview.html", form=form, **_standing(desk, form))


@room.post("/boards/<slug>/reset")
@may("boards.edit")
def restore_board(slug: str) -> Any:
    """Let a board be as every village begins with it."""
    with writing() as session:
        changed = reset_board(session, current_actor(), slug)
    flash(_("恢复成默认的样子了") if changed else _("本来就是默认的样子"), "ok")
    return redirect(url_for("boards.board", slug=slug), 303)


@room.post("/boards/<slug>/hide")
@may("boards.edit")
def put_away(slug: str) -> Any:
    """Take a board out of use, or back into it (`back`)."""
    back = bool(request.form.get("back"))
    with writing() as session:
        scheme = scheme_in_force(session, current_actor().village_id, clock.today())
        hide_board(session, current_actor(), slug, scheme, hidden=not back)
    flash(_("又用上了") if back else _("收起来了；发布过的还在"), "ok")
    return redirect(url_for("boards.boards"), 303)


def _desk(slug: str) -> _Desk:
    """What is needed to edit; raises BoardUnknown."""
    village_id = current_actor().village_id
    with reading() as session:
        return _Desk(
            board=board_called(session, village_id, slug) if slug else None,
            village_name=village_info(session, village_id).name,
            scheme=scheme_in_force(session, village_id, clock.today()),
            names=item_names(session, village_id),
        )


def _page(desk: _Desk, form: BoardForm, refusal: MoralbankError | None = None) -> str:
    return render_template(
        "boards/edit_board.html",
        form=form,
        board=desk.board,
        request_id=next_request_id(refusal),
        **_standing(desk, form),
    )


def _standing(desk: _Desk, form: BoardForm) -> dict[str, Any]:
    """The board as it would hang in the current quarter; nothing where the form is wrong."""
    period = current_quarter()
    sheet: BoardSheet | None = None
    if not form.errors:
        with reading() as session:
            sheet = _preview(session, desk, form, period)
    return {"sheet": sheet, "period": period}


def _preview(session: Session, desk: _Desk, form: BoardForm, period: Period) -> BoardSheet:
    content = form.content(desk.board, desk.village_name)
    board = Board(slug=desk.board.slug if desk.board else "", **asdict(content))
    village_id = current_actor().village_id
    return board_sheet(session, village_id, rank_as(session, village_id, board, period))
