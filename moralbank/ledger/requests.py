"""Request ids: the same request again finds its first result; a refused one stays refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlmodel import Session

from moralbank import clock
from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.ledger.chain import canonical_json
from moralbank.ledger.models import Request
from moralbank.ledger.service import let_go, lock
from moralbank.prepared import Prepared, adding, savepoint

_requests = Request.__table__  # type: ignore[attr-defined]

_EARLIER: Final = Prepared(
    select(_requests.c.act, _requests.c.digest, _requests.c.result, _requests.c.refusal).where(
        _requests.c.village_id == bindparam("village"), _requests.c.id == bindparam("request")
    )
)
_WRITE: Final = adding(_requests)

SHORTEST, LONGEST = 8, 64


class RequestIdInvalid(Invalid):
    """A request id is 8 to 64 letters, digits, dashes or underscores."""

    text = mark("请求编号不对：须是 8 到 64 个字母、数字、短横或下划线")
    code = "request_id_invalid"


class RequestReused(Refused):
    """The same request id came with another content.

    `act` is what it was used for, `result` the number that this gave (None: it was refused), so
    that a room can say what was done.
    """

    text = mark("这个请求编号已经用在另一件事上。这次没有办，要办请核对后重新办一次")
    code = "request_reused"

    def __init__(self, act: str, result: int | None) -> None:
        """Remember what the id was used for."""
        super().__init__()
        self.act = act
        self.result = result


class RefusedBefore(Refused):
    """The request was refused the first time, and so it is again, in the same words."""

    code = "refused_before"

    def __init__(self, code: str, text: str, values: dict[str, Any]) -> None:
        """Speak as the first refusal did."""
        super().__init__(**values)
        self.code = code  # type: ignore[misc]
        self.text = text  # type: ignore[misc]


@dataclass(frozen=True)
class Answer:
    """The village-local number that an act gave, and whether it was given before."""

    result: int
    repeated: bool


def once(
    session: Session,
    village_id: int,
    request_id: str,
    act: str,
    content: Any,
    perform: Callable[[], int],
) -> Answer:
    """Do `perform` once for this request id, whatever happens to the answer on its way back.

    `content` is what was asked for (anything JSON can hold): the same id with another content
    raises RequestReused. `perform` returns a village-local number, which every repetition gets.
    A `Refused` inside is undone to the last grain, written down, and raised.
    """
    _require_valid(request_id)
    lock(session, village_id)
    digest = sha256(f"{act}:{canonical_json(content)}".encode()).hexdigest()
    earlier = _EARLIER.first(session, village=village_id, request=request_id)
    if earlier is not None:
        if earlier.digest != digest:
            raise RequestReused(earlier.act, earlier.result)
        return _repeat(earlier.result, earlier.refusal)
    row = {
        "village_id": village_id,
        "id": request_id,
        "act": act,
        "digest": digest,
        "at": clock.now(),
    }
    try:
        with savepoint(session):
            result = perform()
    except Refused as refusal:
        let_go(session)
        written = {"code": refusal.code, "text": refusal.text, "values": refusal.values}
        _write(session, {**row, "result": None, "refusal": json.dumps(written, default=str)})
        refusal.kept = True
        raise
    _write(session, {**row, "result": result, "refusal": None})
    return Answer(result, repeated=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a request: the number that it gave, or why it was refused."""

    act: str
    result: int | None
    refusal: str


def outcome(session: Session, village_id: int, request_id: str) -> Outcome | None:
    """What became of a request id; None where nothing with it has been done (yet)."""
    found = _EARLIER.first(session, village=village_id, request=request_id)
    if found is None:
        return None
    words = RefusedBefore(**json.loads(found.refusal)).message if found.refusal else ""
    return Outcome(found.act, found.result, words)


def _require_valid(request_id: str) -> None:
    letters = request_id.replace("-", "").replace("_", "")
    if not (SHORTEST <= len(request_id) <= LONGEST and letters.isascii() and letters.isalnum()):
        raise RequestIdInvalid(field="request_id")


def _repeat(result: int | None, refusal: str | None) -> Answer:
    if result is None:
        raise RefusedBefore(**json.loads(refusal or "{}"))
    return Answer(result, repeated=True)


def _write(session: Session, row: dict[str, Any]) -> None:
    _WRITE.run(session, **row)
