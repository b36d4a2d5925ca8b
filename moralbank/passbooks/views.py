"""Pages of passbooks."""

from flask import Blueprint

room = Blueprint("passbooks", __name__)
