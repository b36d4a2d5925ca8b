"""Pages of photos."""

from flask import Blueprint

room = Blueprint("photos", __name__)
