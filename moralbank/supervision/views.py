"""Pages of what the supervisor sees."""

from flask import Blueprint

room = Blueprint("supervision", __name__)
