"""Pages of door-to-door rounds."""

from flask import Blueprint

room = Blueprint("rounds", __name__)
