"""A form that came while the database was out of reach, once more: every field as it was sent.

The page that says so offers it with a button. Its request id is among the fields, so that an act
that was kept after all isn't done twice.
"""

import re
from typing import Final

from flask import request

from moralbank.errors import MoralbankError, Unavailable

LARGEST: Final = 100_000
"""Characters that a page repeats at most."""
_SECRET: Final = re.compile("password|passphrase|pin|code|secret|token")
_NEW_EACH_TIME: Final = "csrf_token"


def fields_again(refusal: MoralbankError) -> list[tuple[str, str]]:
    """What was sent, to be sent again as it is; nothing where that can't or mustn't be.

    Secrets are never repeated on a page, files can't be; and without them it would be another act.
    """
    if not isinstance(refusal, Unavailable) or request.method != "POST":
        return []
    sent = [
        (name, value) for name, value in request.form.items(multi=True) if name != _NEW_EACH_TIME
    ]
    secret = any(value and _SECRET.search(name) for name, value in sent)
    files = any(file.filename for file in request.files.values())
    too_long = sum(len(name) + len(value) for name, value in sent) > LARGEST
    return [] if secret or files or too_long else sent
