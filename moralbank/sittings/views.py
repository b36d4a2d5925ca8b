"""Pages of sittings of the review group."""

from flask import Blueprint

room = Blueprint("sittings", __name__)
