"""A sheet as an answer: drawn and given back at once, or looked at first, page by page."""

import re
from collections.abc import Callable
from typing import Final

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from moralbank.i18n import mark
from moralbank.paper import jobs
from moralbank.paper.choices import wall_choice
from moralbank.paper.jobs import Draw, Order, Press
from moralbank.web.files import pdf_file
from moralbank.web.guards import current_actor
from moralbank.web.trail import note_printed
from moralbank.web.way_back import page_before

DrawPoster = Callable[..., bytes]
"""Draws a poster; takes `paper` and `plain`."""
LOOK: Final = "look"
"""The address's or form's word for: show me the pages first."""
PATIENCE: Final = 1.5
"""Seconds that a request waits for its sheet before it shows how far the drawing is."""

DUPLEX: Final = mark("双面打印，沿长边翻转；选“实际大小”，不要缩放")
ACTUAL_SIZE: Final = mark("打印时选“实际大小”，不要缩放")
PRINT_SHOP: Final = mark("下载后拷到 U 盘，送图文店打印")

_LONGEST_NAME: Final = 100
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def install(app: Flask) -> None:
    """Give the application its press, and clear away what earlier ones left."""
    app.extensions["press"] = Press()
    jobs.sweep(app.config["INSTANCE"])


def printed(name: str, draw: Draw, *, pieces: int = 0, hint: str = "") -> Response:
    """The sheet as a PDF called `name`, or with `look` asked for the page that shows it.

    `pieces` is what `draw` will count up to; `hint` (in the reader's language) is what to tell
    the printer. The trail tells what somebody signed in got. Raises whatever `draw` refuses, as
    long as this request waits for it.
    """
    name = file_name(name)
    if not request.values.get(LOOK) or not current_user.is_authenticated:
        content = draw(_nobody_waits)
        note_printed(name, pieces)
        return pdf_file(content, name)
    instance, actor = current_app.config["INSTANCE"], current_actor()
    order = Order(name, pieces, _way_back(), hint)
    note_printed(name, pieces)  # once, however often its pages are looked at
    run = current_app.extensions["press"].take(instance, actor, order, draw)
    if run.wait(PATIENCE) and run.fault is not None:
        jobs.drop(instance, actor, run.token)
        raise run.fault
    return redirect(url_for("paper.job", token=run.token), 303)


def require_place() -> None:
    """Before it is written down that something was printed: whether the sheet could be shown now.

    Raises TooManySheets, SheetNotKept; of sheets that come at once there are never too many.
    """
    if request.values.get(LOOK):
        instance, actor = current_app.config["INSTANCE"], current_actor()
        current_app.extensions["press"].require_place(instance, actor)


def printed_poster(name: str, draw: DrawPoster) -> Response:
    """A sheet for the wall, on the paper that the address chooses; `name` without that.

    Raises WallPaperInvalid, and as `printed` does.
    """
    choice = wall_choice(request.args)
    return printed(
        f"{name}-{choice.key}.pdf", lambda _told: draw(paper=choice.paper, plain=choice.plain)
    )


def file_name(wanted: str) -> str:
    """A name that every system can save: no path, no control characters, not too long."""
    stem, dot, kind = _NOT_IN_NAMES.sub("-", wanted).strip(" .-").rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{kind}"


def _way_back() -> str:
    """The page of ours that led to the sheet; without one, the page above its address."""
    return page_before(request.path.rpartition("/")[0])


def _nobody_waits(_done: int) -> None:
    """Nobody sees how far a sheet is that comes at once."""
