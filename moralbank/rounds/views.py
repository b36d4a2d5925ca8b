"""Pages of door-to-door rounds, and what the phone's page sends without being opened anew."""

from collections.abc import Callable
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.access.queries import users_of
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.local_numbers import number_or_unknown
from moralbank.paths import STATIC
from moralbank.photos import storage
from moralbank.photos.pictures import LARGEST_FILE, picture_of
from moralbank.rounds import service
from moralbank.rounds.export import round_list
from moralbank.rounds.forms import PLACES, NewRoundForm, Typed, read_typed, suggested
from moralbank.rounds.grid import SomeCellsRefused, take_sheet
from moralbank.rounds.opening import open_round
from moralbank.rounds.operations import read_backup, read_operations
from moralbank.rounds.pages import grid_facts, round_facts, taken_words
from moralbank.rounds.queries import (
    board_of,
    form_of,
    results_of,
    round_info,
    round_page,
)
from moralbank.rounds.scoring import (
    NotScorer,
    keep_photo,
    take_backup,
    take_scores,
)
from moralbank.rounds.walk import doors_of
from moralbank.scheme.queries import scheme_on
from moralbank.villages.queries import groups_of
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_number, asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import takes_photos

room = Blueprint("rounds", __name__)

ROUND: Final = "/rounds/<int:round_id>"


@room.get("/rounds")
@may("rounds.view")
def rounds() -> Any:
    """List the rounds, open ones first."""
    with reading() as session:
        page = round_page(session, current_actor().village_id, asked_page())
    return render_template(
        "rounds/rounds.html",
        page=page,
        pager=pager(page.place, "rounds.rounds"),
        may_manage=_may("rounds.manage"),
    )


@room.get("/rounds/new")
@may("rounds.manage")
def new() -> Any:
    """Ask for title, day, items, groups and scorers."""
    return _new_page(NewRoundForm())


@room.post("/rounds/new")
@may("rounds.manage")
def new_post() -> Any:
    """Open a round."""
    form = NewRoundForm(request.form)
    with reading() as session:
        scheme = _offer(session, form)
    if "fill" in request.form:  # without JavaScript: show the buttons that suit the items
        form.fill_choices(scheme)
        return _new_page(form)
    if not form.validate():
        return _new_page(form), 422
    try:
        with writing() as session:
            made = open_round(session, current_actor(), sent_request_id(), form.command(scheme))
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _new_page(form, refusal), status_of(refusal)
    flash(_("评比已开始，评分人现在就可以打开打分页"), "ok")
    return redirect(url_for("rounds.round", round_id=made), 303)


@room.get(ROUND, endpoint="round")
@may("rounds.view")
def round_(round_id: int) -> Any:
    """Show how a round stands, or what it gave."""
    return _round_page(round_id)


@room.post(ROUND + "/settle")
@may("rounds.manage")
def settle(round_id: int) -> Any:
    """Say which of two differing scores counts."""
    told = [number_or_unknown(request.form.get(name)) for name in ("household", "item", "points")]
    try:
        with writing() as session:
            service.settle(session, current_actor(), round_id, *told)
    except MoralbankError as refusal:
        return _round_page(round_id, refusal), status_of(refusal)
    flash(_("已定，按这个分算"), "ok")
    return redirect(url_for("rounds.round", round_id=round_id, _anchor="disputes"), 303)


@room.post(ROUND + "/close")
@may("rounds.manage")
def close(round_id: int) -> Any:
    """End a round and send its scores on; `unscored` ticked: though some households lack one."""
    actor, ticked = current_actor(), bool(request.form.get("unscored"))
    try:
        with writing() as session:
            service.close_round(session, actor, sent_request_id(), round_id, unscored_too=ticked)
    except MoralbankError as refusal:
        return _round_page(round_id, refusal), status_of(refusal)
    flash(_("评比已结束，得分的已作为申报送去核实、评议"), "ok")
    return redirect(url_for("rounds.round", round_id=round_id), 303)


@room.get(ROUND + "/form.pdf")
@may("rounds.view")
def form(round_id: int) -> Any:
    """Print the paper form."""
    from moralbank.rounds.pdf import round_form  # noqa: PLC0415 - only when something is printed

    with reading() as session:
        sheet = form_of(session, current_actor().village_id, round_id)
    name = _("评比表-%(title)s.pdf", title=sheet.title)
    return printed(name, lambda _told: round_form(sheet))


@room.get(ROUND + ".xlsx")
@may("rounds.view")
def export(round_id: int) -> Any:
    """Download every household with its scores."""
    village_id = current_actor().village_id
    with reading() as session:
        info = round_info(session, village_id, round_id)
        board = board_of(session, village_id, info)
        results = {
            (one.household_id, one.item): one for one in results_of(session, village_id, round_id)
        }
    name = _("评比-%(title)s.xlsx", title=info.title)
    return excel_file(round_list(info, board, results), name, len(results))


@room.get(ROUND + "/score")
@may("rounds.score")
def score(round_id: int) -> Any:
    """Show the page to walk with."""
    actor = current_actor()
    with reading() as session:
        info = round_info(session, actor.village_id, round_id)
        if actor.user_id not in info.scorers:
            raise NotScorer
        groups = doors_of(session, actor, info)
    return render_template(
        "rounds/score.html", info=info, groups=groups, user=actor, village_id=actor.village_id
    )


@room.get(ROUND + "/token")
@may("rounds.score")
def token(round_id: int) -> Any:
    """Tell the phone who is signed in, what our clock says, and its token for sending."""
    actor = current_actor()

    def act() -> dict[str, Any]:
        with reading() as session:
            info = round_info(session, actor.village_id, round_id)
        return {
            "token": generate_csrf(),
            "user": actor.user_id,
            "name": actor.name,
            "scorer": actor.user_id in info.scorers,
            "open": info.open,
            "now": clock.now().isoformat(),
        }

    return _in_json(act)


@room.post(ROUND + "/scores")
@may("rounds.score")
def scores(round_id: int) -> Any:
    """Take what the phone sends, and answer each operation."""

    def act() -> dict[str, Any]:
        sent = read_operations(request.get_data(cache=False))
        with writing() as session:
            answers = take_scores(session, current_actor(), round_id, sent)
        return {"answers": [vars(one) for one in answers]}

    return _in_json(act)


@room.post(ROUND + "/photos")
@takes_photos
@may("rounds.score")
def photos(round_id: int) -> Any:
    """Keep the photo of an operation, before the operation itself comes."""

    def act() -> dict[str, Any]:
        file, op = request.files.get("photo"), request.form.get("op", "")
        picture = picture_of(file.stream.read(LARGEST_FILE + 1) if file else b"")
        with writing() as session:
            number = keep_photo(session, current_actor(), _folder(), round_id, op, picture)
        return {"photo": number}

    return _in_json(act)


@room.get(ROUND + "/grid")
@may("rounds.manage")
def grid(round_id: int) -> Any:
    """Ask who walked, then for the scores that stand on paper."""
    return _grid_page(round_id, asked_number("scorer"))


@room.post(ROUND + "/grid")
@may("rounds.manage")
def grid_post(round_id: int) -> Any:
    """Take a paper form; after a refusal what was typed is still there."""
    scorer, typed = number_or_unknown(request.form.get("scorer")), read_typed(request.form)
    try:
        with writing() as session:
            sheet = typed.sheet(scorer)
            n = take_sheet(session, current_actor(), sent_request_id(), round_id, sheet)
    except MoralbankError as refusal:
        return _grid_page(round_id, scorer, typed, refusal), status_of(refusal)
    flash(_("已存 %(n)s 格", n=n), "ok")
    group = asked_number("group")
    return redirect(url_for("rounds.grid", round_id=round_id, scorer=scorer, group=group), 303)


@room.get(ROUND + "/restore")
@may("rounds.manage")
def restore(round_id: int) -> Any:
    """Ask for a phone's backup file."""
    return _restore_page(round_id)


@room.post(ROUND + "/restore")
@takes_photos
@may("rounds.manage")
def restore_post(round_id: int) -> Any:
    """Take what a phone could not send itself."""
    actor, file = current_actor(), request.files.get("backup")
    try:
        backup = read_backup(file.stream.read() if file else b"", actor.village_id, round_id)
        with writing() as session:
            answers = take_backup(session, actor, round_id, backup, _folder())
    except MoralbankError as refusal:
        return _restore_page(round_id, refusal), status_of(refusal)
    for tone, words in taken_words(answers, backup.lost):
        flash(words, tone)
    return redirect(url_for("rounds.round", round_id=round_id), 303)


@room.get("/service-worker.js")
@public
def service_worker() -> Any:
    """The script that lets the scoring page open without a network.

    From the root, since a worker serves only what lies below its own address; asked for anew at
    each visit, since an old one would keep old pages.
    """
    script = (STATIC / "service-worker.js").read_bytes()
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def _may(permission: str) -> bool:
    return role_may(current_actor().role, permission)


def _folder() -> Any:
    return storage.folder_of(current_app.config["INSTANCE"])


def _in_json(act: Callable[[], dict[str, Any]]) -> Any:
    """Answer a script: with what `act` gives, or with its refusal in words."""
    try:
        return jsonify(act())
    except MoralbankError as refusal:
        return jsonify(code=refusal.code, words=refusal.message), status_of(refusal)


def _offer(session: Session, form: NewRoundForm) -> Any:
    """Fill in what a new round may choose from; gives back the scheme of its day."""
    village_id = current_actor().village_id
    scheme = scheme_on(session, village_id, max(form.held_on.data or clock.today(), clock.today()))
    form.offer(scheme, groups_of(session, village_id), users_of(session, village_id))
    return scheme


def _new_page(form: NewRoundForm, refusal: MoralbankError | None = None) -> str:
    with reading() as session:
        scheme = _offer(session, form)
    if request.method == "GET":
        form.take_all()
    return render_template(
        "rounds/new.html",
        form=form,
        places=PLACES,
        suggested=suggested(scheme),
        request_id=next_request_id(refusal),
    )


def _round_page(round_id: int, refusal: MoralbankError | None = None) -> str:
    """Progress by group and scorer, disputes, the scores, and what came of them."""
    actor = current_actor()
    with reading() as session:
        facts = round_facts(session, actor, round_id, asked_number("group"))
    return render_template(
        "rounds/round.html",
        **facts,
        refusal=refusal,
        may_manage=_may("rounds.manage"),
        may_score=_may("rounds.score") and actor.user_id in facts["info"].scorers,
        sees_photos=_may("photos.view"),
        request_id=next_request_id(refusal),
    )


def _grid_page(
    round_id: int,
    scorer: int | None,
    typed: Typed | None = None,
    refusal: MoralbankError | None = None,
) -> str:
    """Households × items with what was typed before; a refused form keeps what was typed now."""
    group_id = asked_number("group")
    with reading() as session:
        facts = grid_facts(session, current_actor(), round_id, scorer, group_id)
    cells = {**facts.pop("cells"), **(typed.cells if typed else {})}
    remarks = {**facts.pop("remarks"), **(typed.remarks if typed else {})}
    return render_template(
        "rounds/grid.html",
        **facts,
        group_id=group_id,
        cells=cells,
        remarks=remarks,
        wrong=refusal.cells if isinstance(refusal, SomeCellsRefused) else {},
        refusal=refusal,
        request_id=next_request_id(refusal),
    )


def _restore_page(round_id: int, refusal: MoralbankError | None = None) -> str:
    with reading() as session:
        info = round_info(session, current_actor().village_id, round_id)
    return render_template("rounds/restore.html", info=info, refusal=refusal)
