"""Pages of publishing: editing lines, the issues and their posters, and what everybody may see."""

from dataclasses import replace
from typing import Any, Final

from flask import current_app, flash, redirect, render_template, request, url_for
from sqlmodel import Session

from moralbank import clock
from moralbank.access.permissions import may as role_may
from moralbank.boards import issuing
from moralbank.boards.deedline import COMFORTABLE
from moralbank.boards.definitions import STYLE_LABELS, boards_of
from moralbank.boards.edits import edits_of, offered_photos, save_edit
from moralbank.boards.forms import BoardWish, board_wish
from moralbank.boards.forms_issues import (
    CorrectForm,
    EditedLine,
    PublishForm,
    edited_lines,
)
from moralbank.boards.issued import Issue
from moralbank.boards.issues import (
    gone_shy,
    issue_sheet,
    issues_of,
    latest_issue,
    public_issue,
)
from moralbank.boards.issues import issue as read_issue
from moralbank.boards.papers import POSTER_PAPERS
from moralbank.boards.queries import Ranking, board_sheet, rank
from moralbank.boards.sheets import BoardSheet
from moralbank.boards.views_honours import room
from moralbank.db import reading, writing
from moralbank.errors import MoralbankError
from moralbank.i18n import _
from moralbank.paging import place
from moralbank.photos import storage
from moralbank.villages.queries import settings_of, village_info
from moralbank.villages.settings import PUBLIC_ADDRESS
from moralbank.web.errors import status_of
from moralbank.web.guards import current_actor, may, public
from moralbank.web.pages import asked_page, pager
from moralbank.web.printed import printed
from moralbank.web.request_ids import next_request_id, sent_request_id
from moralbank.web.uploads import take_photos, takes_photos

PAGE_ROWS: Final = 20
ONLINE: Final = "/b/<int(max=999999999999):village_id>/<slug>"


@room.get("/boards/<slug>/deeds")
@may("boards.publish")
def deeds(slug: str) -> Any:
    """Offer each line's words and the pictures of the first."""
    wish = board_wish(request.args)
    with reading() as session:
        ranking, lines = _lines(session, slug, wish)
    return _deeds_page(ranking, lines, wish)


@room.post("/boards/<slug>/deeds")
@takes_photos
@may("boards.publish")
def deeds_post(slug: str) -> Any:
    """Keep what was chosen for every line, or nothing and say what is wrong."""
    wish = board_wish(request.args)
    with reading() as session:
        ranking, lines = _lines(session, slug, wish, request.form)
    wrong = [line for line in lines if not _valid(line)]
    if wrong:
        return _deeds_page(ranking, lines, wish), 422
    try:
        with writing() as session:
            changed = sum(_save(session, ranking, line) for line in lines)
    except MoralbankError as refusal:
        return _deeds_page(ranking, lines, wish), status_of(refusal)
    flash(_("已保存，改了 %(n)s 行", n=changed) if changed else _("没有改动"), "ok")
    return redirect(_here("boards.deeds", slug, wish), 303)


@room.get("/boards/<slug>/publish")
@may("boards.publish")
def publish(slug: str) -> Any:
    """Show what would be published, and from when to when it would hang."""
    return _publish_page(slug, PublishForm())


@room.post("/boards/<slug>/publish")
@may("boards.publish")
def publish_post(slug: str) -> Any:
    """Publish a board."""
    wish, form = board_wish(request.args), PublishForm(request.form)
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id(), slug, wish.period)
            issue_id = issuing.publish(session, *act, group_id=wish.group_id)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _publish_page(slug, form, refusal), status_of(refusal)
    flash(_("已发布，请打印出来贴到公示栏"), "ok")
    return redirect(url_for("boards.issue", issue_id=issue_id), 303)


@room.get("/boards/issues")
@may("boards.view")
def issues() -> Any:
    """List what was published, the newest first."""
    slug, village_id = request.args.get("board", ""), current_actor().village_id
    with reading() as session:
        found = issues_of(session, village_id, slug)
        boards = boards_of(session, village_id, hidden=True)
        village = village_info(session, village_id)
    here = place(len(found), asked_page(), PAGE_ROWS)
    return render_template(
        "boards/issues.html",
        issues=found[here.offset : here.offset + PAGE_ROWS],
        boards=[(one.slug, one.title_for(village.name)) for one in boards],
        slug=slug,
        pager=pager(here, "boards.issues", board=slug or None),
    )


@room.get("/boards/issues/<int:issue_id>")
@may("boards.view")
def issue(issue_id: int) -> Any:
    """Show an issue as it hangs."""
    actor = current_actor()
    with reading() as session:
        shown = read_issue(session, actor.village_id, issue_id)
        sheet = _page_sheet(session, shown)
        shy = gone_shy(session, actor.village_id, shown)
        address = settings_of(session, actor.village_id)[PUBLIC_ADDRESS]
    return render_template(
        "boards/issue.html",
        issue=shown,
        sheet=sheet,
        papers=POSTER_PAPERS.values(),
        styles=STYLE_LABELS,
        photos=_addresses(shown),
        shy=shy,
        online=bool(address),
        may_publish=role_may(actor.role, "boards.publish"),
        may_see_names=role_may(actor.role, "households.view"),
    )


@room.get("/boards/issues/<int:issue_id>.pdf")
@may("boards.view")
def issue_poster(issue_id: int) -> Any:
    """Print an issue, on any of the papers."""
    from moralbank.boards.pdf import board_poster  # noqa: PLC0415 - slow to import

    wish = board_wish(request.args)
    folder = storage.folder_of(current_app.config["INSTANCE"])
    with reading() as session:
        shown = read_issue(session, current_actor().village_id, issue_id)
        sheet = issue_sheet(session, folder, shown)
    name = f"{shown.title}{shown.group}-{shown.called}-{wish.paper}.pdf"
    style = wish.style or shown.style
    return printed(name, lambda _progress: board_poster(sheet, paper=wish.paper, style=style))


@room.get("/boards/issues/<int:issue_id>/correct")
@may("boards.publish")
def correct(issue_id: int) -> Any:
    """Ask what is to be corrected, and show how the board stands now."""
    return _correct_page(issue_id, CorrectForm())


@room.post("/boards/issues/<int:issue_id>/correct")
@may("boards.publish")
def correct_post(issue_id: int) -> Any:
    """Publish an issue anew."""
    form = CorrectForm(request.form)
    if not form.validate():
        return _correct_page(issue_id, form), 422
    try:
        with writing() as session:
            act = (current_actor(), sent_request_id())
            corrected = issuing.correct(session, *act, issue_id, form.reason.data)
    except MoralbankError as refusal:
        form.take_refusal(refusal)
        return _correct_page(issue_id, form, refusal), status_of(refusal)
    flash(_("更正的一期已发布，请把旧榜换下来"), "ok")
    return redirect(url_for("boards.issue", issue_id=corrected), 303)


@room.get(ONLINE)
@public
def public_board(village_id: int, slug: str) -> Any:
    """Show everybody the board's newest issue, where the village has a public address."""
    return _public_page(village_id, slug)


@room.get(f"{ONLINE}/<int:number>")
@public
def public_issue_page(village_id: int, slug: str, number: int) -> Any:
    """Show everybody the issue whose poster they scanned."""
    return _public_page(village_id, slug, number)


def _lines(
    session: Session, slug: str, wish: BoardWish, sent: Any = None
) -> tuple[Ranking, list[EditedLine]]:
    """The board as it stands, and its lines' forms."""
    village_id = current_actor().village_id
    ranking = rank(session, village_id, slug, wish.period, wish.group_id)
    edits = edits_of(session, village_id, slug, wish.period.text)
    photos = offered_photos(
        session, village_id, {one.household_id for one in ranking.honoured if one.shown}
    )
    return ranking, edited_lines(ranking, edits, photos, sent)


def _valid(line: EditedLine) -> bool:
    """Judge a line, and keep the picture that came with it whatever becomes of the rest."""
    if line.form is None:
        return True
    good = line.form.validate()
    if line.medalled:
        taken = take_photos(f"{line.prefix}photos")
        line.photos[:0] = [one for one in taken.photos if one not in line.photos]
        line.form.photo.data = str(taken.ids[-1]) if taken.ids else line.form.photo.data
        line.form.photo.errors = [refusal.message for refusal in taken.refusals]
        good = good and not taken.refusals
    return bool(good)


def _save(session: Session, ranking: Ranking, line: EditedLine) -> bool:
    """Keep one line; a refusal is said beside it, and raised."""
    if line.form is None:
        return False
    whose = (line.standing.household_id, line.standing.member_id)
    what = (ranking.board.slug, ranking.period.text, *whose)
    try:
        return save_edit(session, current_actor(), *what, **line.form.command())
    except MoralbankError as refusal:
        line.form.take_refusal(refusal)
        raise


def _deeds_page(ranking: Ranking, lines: list[EditedLine], wish: BoardWish) -> str:
    return render_template(
        "boards/deeds.html",
        ranking=ranking,
        lines=lines,
        wish=wish,
        wrong=sum(bool(line.form and line.form.errors) for line in lines),
        comfortable=COMFORTABLE,
    )


def _publish_page(slug: str, form: PublishForm, refusal: MoralbankError | None = None) -> str:
    wish, village_id = board_wish(request.args), current_actor().village_id
    with reading() as session:
        ranking = rank(session, village_id, slug, wish.period, wish.group_id)
        sheet = board_sheet(session, village_id, ranking)
        before = latest_issue(session, village_id, slug, wish.period.text, ranking.group)
        settings = settings_of(session, village_id)
    return render_template(
        "boards/publish.html",
        ranking=ranking,
        sheet=sheet,
        before=before,
        today=clock.today(),
        hangs=issuing.hanging_days(settings, ranking.board.notice_days),
        wish=wish,
        form=form,
        request_id=next_request_id(refusal),
    )


def _correct_page(issue_id: int, form: CorrectForm, refusal: MoralbankError | None = None) -> str:
    village_id = current_actor().village_id
    with reading() as session:
        old = read_issue(session, village_id, issue_id)
        ranking = issuing.as_it_stands(session, old)
        sheet = board_sheet(session, village_id, ranking)
    return render_template(
        "boards/correct.html",
        issue=old,
        ranking=ranking,
        sheet=sheet,
        changes=issuing.changes(old, ranking),
        form=form,
        request_id=next_request_id(refusal),
    )


def _public_page(village_id: int, slug: str, number: int | None = None) -> Any:
    """A page for villagers' own phones, which search engines leave alone."""
    with reading() as session:
        village, shown = public_issue(session, village_id, slug, number)
        sheet = _page_sheet(session, shown)
    page = render_template("boards/public_board.html", village=village, issue=shown, sheet=sheet)
    return page, 200, {"X-Robots-Tag": "noindex"}


def _page_sheet(session: Session, shown: Issue) -> BoardSheet:
    """An issue as pages show it: days in the reader's way, pictures by their addresses."""
    return replace(issue_sheet(session, None, shown), notice=shown.notice_words)


def _addresses(shown: Issue) -> dict[int, str]:
    """The pictures of an issue's first, by their places in the list from 0."""
    return {
        place: url_for("photos.photo", photo_id=line.photo_id, size="small")
        for place, line in enumerate(shown.lines)
        if line.photo_id is not None
    }


def _here(endpoint: str, slug: str, wish: BoardWish) -> str:
    return url_for(endpoint, slug=slug, period=wish.period.text, group=wish.group_id)
