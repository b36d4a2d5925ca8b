"""Files as answers: lists to be kept, sheets to be looked at and printed."""

import io
from hashlib import sha256

from flask import Response, request, send_file

from moralbank.excel import XLSX
from moralbank.web.trail import note_exported


def excel_file(content: bytes, name: str, rows: int | None = None) -> Response:
    """An Excel file to be saved under this name; the trail tells that it was taken away.

    `rows` is how many of the village's lines stand in it, where they are counted; of none at all,
    as in a form to be filled in, the trail is silent. Raises Unavailable if it can't be written.
    """
    if rows != 0:
        note_exported(name, rows)
    return _unkept(send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name))


def pdf_file(content: bytes, name: str, *, save: bool = False) -> Response:
    """A sheet that the browser shows, or with `save` keeps at once, under this name."""
    file = io.BytesIO(content)
    return _unkept(send_file(file, "application/pdf", as_attachment=save, download_name=name))


def framed(answer: Response) -> Response:
    """A sheet that a page of ours prints at once, in a frame that nobody sees."""
    answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'self'"
    return answer


def _unkept(answer: Response) -> Response:
    """Figures and names of today, for whoever asked: nobody on the way keeps them, no browser."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def photo_file(content: bytes) -> Response:
    """A photo that is shown in the page and kept by nobody on the way.

    The browser may keep it and asks each time whether it may still show it: slow networks carry a
    photo once, and whose session ended sees none.
    """
    answer = send_file(io.BytesIO(content), "image/jpeg", download_name="photo.jpg")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(sha256(content).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
