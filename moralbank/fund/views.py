"""Pages of the fund: its money, what stands behind the points, lapse."""

from typing import Any

from flask import Blueprint, redirect, url_for

from moralbank.web.guards import may

room = Blueprint("fund", __name__)


@room.get("/fund")
@may("fund.view")
def fund() -> Any:
    """Show the fund's money."""
    return redirect(url_for("home.home"))


@room.get("/fund/cover")
@may("fund.cover")
def cover() -> Any:
    """Show what stands behind the points."""
    return redirect(url_for("home.home"))
