"""Pages of goods that come in as a file: chosen, looked over, imported."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for

from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import _
from moralbank.store import importing
from moralbank.store.forms import ImportForm
from moralbank.store.views_shops import room
from moralbank.tables.cells import Fate, fate_label
from moralbank.tables.waiting import Shelf, Upload
from moralbank.web.errors import status_of
from moralbank.web.files import excel_file
from moralbank.web.guards import current_actor, may

ONE = "/store/import/<token>"


@room.route("/store/import", methods=["GET", "POST"])
@may("store.manage")
def import_goods() -> Any:
    """Take a file and lead on to what importing it would do."""
    form = ImportForm()
    if request.method == "POST":
        sent = request.files.get("goods")
        content, filename = (sent.read(), sent.filename or "") if sent else (b"", "")
        try:
            with reading() as session:
                importing.preview(session, current_actor(), content, filename)
        except Invalid as refusal:
            refusal.field = "goods"
            form.take_refusal(refusal)
        else:
            token = _shelf().keep(current_actor(), filename, content)
            return redirect(url_for("store.preview_import", token=token), 303)
    return render_template("store/import_goods.html", form=form), 422 if form.errors else 200


@room.get(ONE)
@may("store.manage")
def preview_import(token: str) -> Any:
    """Show what importing the file would do."""
    return _preview_page(_shelf().find(current_actor(), token))


@room.post(ONE)
@may("store.manage")
def confirm_import(token: str) -> Any:
    """Import the file, judged anew against the shop as it now stands."""
    shelf, actor = _shelf(), current_actor()
    upload = shelf.find(actor, token)
    skip = request.form.get("skip_errors") == "1"
    try:
        with writing() as session:
            done = importing.import_goods(
                session, actor, upload.content, upload.filename, skip_errors=skip
            )
    except importing.GoodsHaveErrors as refusal:
        return _preview_page(upload, refusal.message), status_of(refusal)
    shelf.drop(actor, token)
    words = {"new": done.new, "changed": done.changed, "skipped": done.skipped}
    flash(_("已导入：新增 %(new)s 种，更新 %(changed)s 种，跳过 %(skipped)s 行", **words), "ok")
    return redirect(url_for("store.store", all=1), 303)


@room.post(f"{ONE}/drop")
@may("store.manage")
def drop_import(token: str) -> Any:
    """Forget the file."""
    _shelf().drop(current_actor(), token)
    flash(_("已取消，没有改动任何内容"), "ok")
    return redirect(url_for("store.import_goods"), 303)


@room.get(f"{ONE}/marked.xlsx")
@may("store.manage")
def marked_import(token: str) -> Any:
    """Download the user's own sheet with every row's fate beside it."""
    upload = _shelf().find(current_actor(), token)
    content = importing.marked_copy(_judged(upload))
    stem = upload.filename.rpartition(".")[0] or upload.filename
    return excel_file(content, _("%(name)s-核对.xlsx", name=stem))


def _shelf() -> Shelf:
    return Shelf(current_app.config["INSTANCE"], "goods")


def _judged(upload: Upload) -> importing.GoodsPreview:
    with reading() as session:
        return importing.preview(session, current_actor(), upload.content, upload.filename)


def _preview_page(upload: Upload, trouble: str = "") -> str:
    """Every row with its fate, of one fate where the address asks for it."""
    judged = _judged(upload)
    asked = request.args.get("fate", "")
    fate = Fate(asked) if asked in list(Fate) else None
    return render_template(
        "store/preview_import.html",
        upload=upload,
        preview=judged,
        trouble=trouble,
        fate=fate,
        fate_label=fate_label,
        rows=judged.of(fate),
    )
