"""Scores as a phone sends them and as its backup file holds them: JSON that may be anything."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from moralbank.errors import Invalid, Refused
from moralbank.i18n import mark
from moralbank.local_numbers import LARGEST
from moralbank.photos.pictures import Picture, picture_of

MOST_AT_ONCE: Final = 100
LONGEST_REMARK: Final = 100
BACKUP_KIND: Final = "moralbank-round"

_OP: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SAID: Final = 40


class NotReadable(Invalid):
    """What was sent is no list of operations."""

    text = mark("发来的成绩读不懂，一条也没有收。成绩都还在手机里，请刷新本页再试")
    code = "operations_not_readable"


class TooManyOperations(Invalid):
    """At most 100 operations come at once."""

    text = mark("一次最多发 100 条成绩")
    code = "too_many_operations"


class OperationNotReadable(Invalid):
    """One operation lacks something, or holds what no score can hold."""

    text = mark("这条成绩读不懂，没有收")
    code = "operation_not_readable"


class BackupNotReadable(Invalid):
    """The file is no backup of a phone's scores."""

    text = mark("这不是评比的备份文件，请选手机上“保存备份”得到的那个文件")
    code = "backup_not_readable"


class OtherRoundsBackup(Refused):
    """The backup is of another round or another village."""

    text = mark("这份备份是别的评比的，不能导入这一次")
    code = "other_rounds_backup"


@dataclass(frozen=True)
class Operation:
    """One score as a phone gave it: under its own id, a changed mind under the next revision.

    `scored_at` is what the phone's clock said, None where that is no time; it only informs.
    """

    op: str
    revision: int
    household_id: int
    item: int
    points: int
    remark: str = ""
    photo_id: int | None = None
    scored_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """What came in one place of the list; `operation` is None where it can't be read.

    `op` and `revision` are what it called itself, so that the answer finds it on the phone.
    """

    op: str
    revision: int
    operation: Operation | None


@dataclass(frozen=True)
class Backup:
    """A phone's backup file: whose scores, and the pictures that had not been sent yet, by op.

    `lost` is how many pictures can't be read.
    """

    scorer: int
    sent: tuple[Sent, ...]
    pictures: Mapping[str, Picture]
    lost: int


def read_operations(content: bytes) -> list[Sent]:
    """The operations of a request, in order; raises NotReadable, TooManyOperations."""
    found = _read(content)
    listed = found.get("operations") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise NotReadable
    if len(listed) > MOST_AT_ONCE:
        raise TooManyOperations
    return [_sent(one) for one in listed]


def read_backup(content: bytes, village_id: int, round_id: int) -> Backup:
    """A phone's backup of this round; raises BackupNotReadable, OtherRoundsBackup."""
    found = _read(content)
    if not isinstance(found, dict) or found.get("kind") != BACKUP_KIND:
        raise BackupNotReadable
    listed, scorer = found.get("operations"), _whole(found.get("user"))
    if not isinstance(listed, list) or scorer is None:
        raise BackupNotReadable
    if (found.get("village"), found.get("round")) != (village_id, round_id):
        raise OtherRoundsBackup
    pictures, lost = {}, 0
    for one in listed:
        data = one.get("photo_data") if isinstance(one, dict) else None
        if not isinstance(data, str) or not data:
            continue
        picture = _picture(data)
        if picture is None:
            lost += 1
        else:
            pictures[_said(one.get("op"))] = picture
    return Backup(scorer, tuple(_sent(one) for one in listed), pictures, lost)


def is_op(typed: str) -> bool:
    """Whether this is an id as phones make them: 32 digits and letters a to f."""
    return _OP.fullmatch(typed) is not None


def _read(content: bytes) -> Any:
    """JSON, or None for what is none: also for what is nested too deep or numbered too long."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _sent(given: Any) -> Sent:
    if not isinstance(given, dict):
        return Sent("", 0, None)
    op, revision = _said(given.get("op")), _whole(given.get("revision")) or 0
    numbers = [_whole(given.get(name)) for name in ("household", "item", "points")]
    remark, photo = given.get("remark", ""), given.get("photo")
    sound = (
        is_op(op)
        and revision > 0
        and None not in numbers
        and isinstance(remark, str)
        and (photo is None or _whole(photo) is not None)
    )
    if not sound:
        return Sent(op, revision, None)
    household_id, item, points = (number or 0 for number in numbers)
    plain = "".join(letter for letter in remark if letter.isprintable()).strip()
    operation = Operation(
        op=op,
        revision=revision,
        household_id=household_id,
        item=item,
        points=points,
        remark=plain[:LONGEST_REMARK],
        photo_id=_whole(photo),
        scored_at=_moment(given.get("at")),
    )
    return Sent(op, revision, operation)


def _whole(given: Any) -> int | None:
    """A whole number that a column can hold; None for anything else, true and 1.0 too."""
    if type(given) is not int or not 0 <= given <= LARGEST:
        return None
    return given


def _said(given: Any) -> str:
    """A word as it was sent, short enough and clean enough to be sent back."""
    if not isinstance(given, str):
        return ""
    return "".join(letter for letter in given if letter.isprintable())[:_SAID]


def _moment(given: Any) -> datetime | None:
    """A moment with its zone; None for anything else, and for years beyond any calendar."""
    if not isinstance(given, str):
        return None
    try:
        read = datetime.fromisoformat(given)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _picture(data: str) -> Picture | None:
    """The picture of a data address ("data:image/jpeg;base64,…"); None where it is none."""
    try:
        return picture_of(base64.b64decode(data.rpartition(",")[2], validate=True))
    except (binascii.Error, ValueError, Invalid):
        return None
