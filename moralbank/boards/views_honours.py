"""Pages of what boards honour with: certificates and door plates.

The room's blueprint begins here; `views.py` and its other files add all other pages to it.
"""

from flask import Blueprint

room = Blueprint("boards", __name__)
