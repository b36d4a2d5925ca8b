"""Pages of objections."""

from flask import Blueprint

room = Blueprint("objections", __name__)
