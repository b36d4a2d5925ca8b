"""Pages of the books: what is in them, their proof, a household's statement."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from moralbank.access.permissions import may as role_may
from moralbank.db import reading
from moralbank.households.erased import shown_lines
from moralbank.households.queries import household
from moralbank.i18n import _
from moralbank.ledger.models import AccountKind
from moralbank.ledger.queries import (
    account_of,
    head_mark,
    rate_on,
    statement,
    total,
)
from moralbank.ledger.views_public import room
from moralbank.printed_marks import LONGEST, verdicts
from moralbank.web.guards import current_actor, may
from moralbank.web.pages import asked_number

__all__ = ["room"]


@room.get("/ledger")
@may("ledger.check")
def books() -> Any:
    """Show what the books hold in all."""
    village_id = current_actor().village_id
    with reading() as session:
        figures = {
            "issued": -total(session, village_id, AccountKind.POINTS_ISSUED),
            "held": total(session, village_id, AccountKind.HOUSEHOLD_POINTS),
            "exchanged": total(session, village_id, AccountKind.POINTS_EXCHANGED),
            "lapsed": total(session, village_id, AccountKind.POINTS_LAPSED),
            "credit": total(session, village_id, AccountKind.HOUSEHOLD_CREDIT),
            "accepted": total(session, village_id, AccountKind.SHOP_ACCEPTED),
        }
        rate = rate_on(session, village_id)
        mark = head_mark(session, village_id)
    return render_template("ledger/books.html", figures=figures, rate=rate, mark=mark)


@room.post("/ledger/check")
@may("ledger.check")
def check() -> Any:
    """Prove the books, and say what was found."""
    from moralbank.check import check_village  # noqa: PLC0415 - every room's proofs

    with reading() as session:
        problems = check_village(session, current_actor().village_id)
        mark = head_mark(session, current_actor().village_id)
    return render_template("ledger/check.html", problems=problems, mark=mark)


@room.post("/ledger/printed")
@may("ledger.check")
def printed() -> Any:
    """Say whether a mark from a printed sheet still stands in the books."""
    typed = request.form.get("mark", "")[:LONGEST]
    with reading() as session:
        found = verdicts(session, current_actor().village_id, typed)
    for one in found:
        if one.stands:
            said = {"mark": one.mark, "what": one.what, "day": one.day}
            flash(_("“%(mark)s”仍在账中，没有被改动：%(day)s %(what)s", **said), "ok")
    if not found or not all(one.stands for one in found):
        words = _("账中没有“%(mark)s”：请核对印的字；若没有抄错，账可能被改动过", mark=typed)
        flash(words, "error")
    return redirect(url_for("ledger.books"), 303)


@room.get("/ledger/<int:household_id>")
@may("ledger.statement")
def household_statement(household_id: int) -> Any:
    """Show a household's points, line by line, newest first."""
    village_id = current_actor().village_id
    with reading() as session:
        shown = household(session, village_id, household_id)
        points = account_of(session, village_id, AccountKind.HOUSEHOLD_POINTS, household_id)
        credit = account_of(session, village_id, AccountKind.HOUSEHOLD_CREDIT, household_id)
        lines = statement(session, village_id, points.account, before=_before())
    return render_template(
        "ledger/statement.html",
        household=shown,
        points=points,
        credit=credit,
        lines=shown_lines(shown, lines),
        has_passbook=role_may(current_actor().role, "cards.view"),
    )


def _before() -> tuple[int, int] | None:
    """Where the next page of a statement goes on."""
    seq, leg = asked_number("seq"), asked_number("leg")
    return None if seq is None or leg is None else (seq, leg)
