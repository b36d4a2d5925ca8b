"""Pages of settlements."""

from typing import Any

from flask import Blueprint, redirect, url_for

from moralbank.web.guards import may

room = Blueprint("settlements", __name__)


@room.get("/settlements")
@may("settlements.view")
def settlements() -> Any:
    """List the settlements."""
    return redirect(url_for("home.home"))
