"""The page that leads to everything that can be printed."""

from typing import Any

from flask import Blueprint, render_template

from moralbank.web.guards import may

room = Blueprint("paper", __name__)


@room.get("/paper")
@may("paper.view")
def paper() -> Any:
    """Show what can be printed."""
    return render_template("paper/paper.html")
