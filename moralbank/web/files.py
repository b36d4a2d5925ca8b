"""Files as answers: lists to be kept, sheets to be looked at and printed."""

import io

from flask import Response, send_file

from moralbank.excel import XLSX


def excel_file(content: bytes, name: str) -> Response:
    """An Excel file to be saved under this name."""
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


def pdf_file(content: bytes, name: str) -> Response:
    """A sheet that the browser shows, and saves under this name."""
    return send_file(io.BytesIO(content), "application/pdf", download_name=name)


def framed(answer: Response) -> Response:
    """A sheet that a page of ours prints at once, in a frame that nobody sees."""
    answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'self'"
    return answer


def photo_file(content: bytes) -> Response:
    """A photo that is shown in the page and kept by nobody on the way."""
    answer = send_file(io.BytesIO(content), "image/jpeg", download_name="photo.jpg")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
