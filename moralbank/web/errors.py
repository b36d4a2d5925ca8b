"""How refusals and faults look on a page; the only place that knows HTTP statuses."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Flask, g, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from moralbank.errors import (
    Denied,
    Invalid,
    MoralbankError,
    NotFound,
    Refused,
    Unavailable,
)
from moralbank.i18n import _, mark
from moralbank.logs import brief
from moralbank.web.again import fields_again
from moralbank.web.request_log import route
from moralbank.web.trail import note_denied

_log = logging.getLogger(__name__)

_STATUS: Final = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Denied: HTTPStatus.FORBIDDEN,
    Refused: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_WORDS: Final = {
    400: mark("浏览器发来的内容不完整，请返回重做。"),
    404: mark("没有这个页面，或者它属于别的村。"),
    405: mark("不能这样打开这个页面，请从菜单进入。"),
    413: mark(
        "内容太大：表格最大 5 MB，照片一共最大 25 MB，文字也不能太长。"
        "请缩小后重做，这次没有改动什么。"
    ),
    429: mark("试得太频繁，请等一分钟再试。"),
}
_TITLES: Final = {
    HTTPStatus.UNPROCESSABLE_ENTITY: mark("填写有误"),
    HTTPStatus.NOT_FOUND: mark("没有找到"),
    HTTPStatus.FORBIDDEN: mark("不能这样做"),
    HTTPStatus.CONFLICT: mark("没有办成"),
    HTTPStatus.SERVICE_UNAVAILABLE: mark("暂时不能用"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: mark("内容太大"),
    HTTPStatus.TOO_MANY_REQUESTS: mark("请稍等"),
}


def status_of(error: MoralbankError) -> HTTPStatus:
    """The HTTP status of a refusal."""
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def install(app: Flask) -> None:
    """Answer every refusal and every fault with a page in plain words."""
    app.register_error_handler(MoralbankError, _refusal)
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(RateLimitExceeded, http_page)
    app.register_error_handler(HTTPException, http_page)
    app.register_error_handler(Exception, _fault)


def _refusal(error: MoralbankError) -> tuple[str, int]:
    status = status_of(error)
    if isinstance(error, Denied):
        note_denied(error)
    if isinstance(error, Unavailable):
        g.unavailable = True  # the page mustn't ask who is signed in, and fail at it once more
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("unavailable: %s: %s", error.code, brief(error.__cause__ or error))
    return _page(status, error.message, again=fields_again(error), uncertain=error.uncertain)


def _stale_page(_error: CSRFError) -> tuple[str, int]:
    return _page(
        HTTPStatus.BAD_REQUEST,
        _("页面放得太久，或没有允许 Cookie。请返回上一页刷新后重做，这次没有改动任何内容。"),
    )


def http_page(error: HTTPException) -> tuple[str, int]:
    """The page that says why a request was not even looked at."""
    return _page(error.code or 500, http_words(error))


def http_words(error: HTTPException) -> str:
    """The same in one sentence, for scripts."""
    return _(_WORDS.get(error.code or 500, _WORDS[400]))


def _fault(error: Exception) -> tuple[str, int]:
    _log.error("unexpected fault at %s %s", request.method, route(), exc_info=error)
    return _page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("系统出了意外，这次没有写入任何内容。请重试；若还不行，请告诉管理员。"),
    )


def _page(
    status: int,
    message: str,
    *,
    again: Sequence[tuple[str, str]] = (),
    uncertain: bool = False,
) -> tuple[str, int]:
    page = render_template(
        "errors/error.html",
        status=int(status),
        title=_(_TITLES.get(HTTPStatus(status), mark("没有办成"))),
        message=message,
        kept=_("您填的内容。点“再试一次”就照原样再发一次，不用重填。") if again else "",
        again=again,
        uncertain=uncertain,
        number=g.request_name if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
        action_url=url_for("home.home"),
        action_label=_("回到首页"),
    )
    return page, int(status)
