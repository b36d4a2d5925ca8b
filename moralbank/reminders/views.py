"""Pages of private reminders."""

from flask import Blueprint

room = Blueprint("reminders", __name__)
