"""Taking scores: each op and revision once, whatever the network does to the answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.awards.bars import note_bar
from moralbank.awards.judging import HouseholdMoved
from moralbank.errors import Denied, Invalid, MoralbankError, Refused
from moralbank.households.queries import HouseholdInfo, household_labels
from moralbank.i18n import _, in_the_villages_language, listed, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock
from moralbank.photos.models import Photo, PhotoSubject
from moralbank.photos.pictures import Picture
from moralbank.photos.queries import PhotoUnknown
from moralbank.photos.service import attach, keep_picture
from moralbank.rounds.choices import legend
from moralbank.rounds.models import RoundScore
from moralbank.rounds.operations import (
    MOST_AT_ONCE,
    Backup,
    Operation,
    OperationNotReadable,
    Sent,
    TooManyOperations,
    is_op,
)
from moralbank.rounds.queries import RoundInfo, round_info, scores_of
from moralbank.rounds.service import (
    BAR,
    HouseholdBarred,
    HouseholdNotWalked,
    RoundClosed,
    barred_for,
)
from moralbank.rounds.standing import Cell, Score, stand

_scores = RoundScore.__table__  # type: ignore[attr-defined]
_photos = Photo.__table__  # type: ignore[attr-defined]

_DIGITS_OF_DOTS: Final = 24


class NotScorer(Denied):
    """Only the round's scorers score in it."""

    text = mark("您不是这次评比的评分人，请找管理员")
    code = "not_scorer"


class OpReused(Refused):
    """The same op and revision came before with another content, or the op is another place's."""

    text = mark("这一处在另一台手机上改过，请刷新本页，核对后重新点一次")
    code = "op_reused"


class ItemNotScored(Invalid):
    """The round has no such item."""

    text = mark("这次评比没有这一项")
    code = "item_not_scored"


class PointsNotOffered(Invalid):
    """The item has no button of these points."""

    text = mark("“%(item)s”没有 %(points)s 分这一档，只有 %(choices)s")
    code = "points_not_offered"


class SettledAlready(Refused):
    """The committee has said which score counts."""

    text = mark("村委会已定为 %(points)s 分")
    code = "settled_already"


class Outcome(StrEnum):
    """What became of an operation. All but `refused` stand in the books of the round."""

    OK = "ok"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Answer:
    """What became of one operation, in words where the scorer should know more."""

    op: str
    revision: int
    outcome: Outcome
    words: str = ""


def take_scores(
    session: Session,
    actor: Actor,
    round_id: int,
    sent: Sequence[Sent],
    *,
    scorer: int | None = None,
) -> list[Answer]:
    """Take up to 100 operations and answer each, in order; what is refused hinders no other.

    `scorer` is whose scores they are, where somebody else hands them in. Raises RoundUnknown,
    NotScorer, TooManyOperations.
    """
    if len(sent) > MOST_AT_ONCE:
        raise TooManyOperations
    lock(session, actor.village_id)
    desk = _Desk(session, actor, round_info(session, actor.village_id, round_id), scorer)
    read = [one.operation for one in sent if one.operation is not None]
    desk.prepare(read)
    answers = [
        desk.take(one.operation)
        if one.operation is not None
        else Answer(one.op, one.revision, Outcome.REFUSED, OperationNotReadable().message)
        for one in sent
    ]
    desk.write()
    return answers


def take_operations(
    session: Session, actor: Actor, info: RoundInfo, scorer: int, given: Sequence[Operation]
) -> list[Answer]:
    """Take scores that somebody typed from paper, however many; `actor` hands them in."""
    desk = _Desk(session, actor, info, scorer)
    desk.prepare(given)
    answers = [desk.take(one) for one in given]
    desk.write()
    return answers


def take_backup(
    session: Session, actor: Actor, round_id: int, backup: Backup, folder: Path
) -> list[Answer]:
    """Take what a phone's backup holds, by the same rules as if the phone had sent it.

    `folder` is the photos'. Raises RoundUnknown, NotScorer, PhotoNotKept.
    """
    lock(session, actor.village_id)
    info = round_info(session, actor.village_id, round_id)
    numbers = {
        op: keep_photo(session, actor, folder, round_id, op, picture, scorer=backup.scorer)
        for op, picture in backup.pictures.items()
        if is_op(op) and info.open  # of a closed round each score is told so, below
    }
    sent = [_with_photo(one, numbers.get(one.op)) for one in backup.sent]
    answers = []
    for first in range(0, len(sent), MOST_AT_ONCE):
        part = sent[first : first + MOST_AT_ONCE]
        answers += take_scores(session, actor, round_id, part, scorer=backup.scorer)
    audit.record(
        session,
        actor,
        "rounds.restore",
        info.title,
        round=round_id,
        scorer=backup.scorer,
        operations=len(sent),
    )
    return answers


def keep_photo(
    session: Session,
    actor: Actor,
    folder: Path,
    round_id: int,
    op: str,
    picture: Picture,
    *,
    scorer: int | None = None,
) -> int:
    """Keep the photo of an op and give back its number, the same however often it is sent.

    It belongs to the round at once, so that it waits for its score as long as a phone is without
    a network. Raises RoundUnknown, NotScorer, RoundClosed, OperationNotReadable, PhotoNotKept.
    """
    if not is_op(op):
        raise OperationNotReadable
    info = round_info(session, actor.village_id, round_id)
    _require_scorer(info, scorer or actor.user_id)

    def perform() -> int:
        if not info.open:
            raise RoundClosed
        number = keep_picture(session, actor, folder, picture)
        attach(session, actor.village_id, [number], PhotoSubject.ROUND, round_id)
        return number

    request_id = f"{op}-{picture.original[:_DIGITS_OF_DOTS]}"
    content = {"round": round_id, "op": op, "by": actor.user_id}
    return once(session, actor.village_id, request_id, "rounds.photo", content, perform).result


def conflict_words(cell: Cell, info: RoundInfo, own: int) -> str:
    """What a scorer is told where others scored differently; whose scores, not which."""
    others = dict.fromkeys(one.scorer for one in cell.scores if one.scorer != own)
    if not others:
        return _("您在两台手机上打的分不一样，由村委会来定")
    names = listed(info.scorers.get(number, "") for number in others)
    return _("与%(names)s打的分不一样，由村委会来定", names=names)


def _require_scorer(info: RoundInfo, user_id: int) -> None:
    if user_id not in info.scorers:
        raise NotScorer


def _with_photo(sent: Sent, photo_id: int | None) -> Sent:
    if sent.operation is None or photo_id is None:
        return sent
    return replace(sent, operation=replace(sent.operation, photo_id=photo_id))


class _Desk:
    """Where operations are looked at one by one, against what stands in the round already."""

    def __init__(self, session: Session, actor: Actor, info: RoundInfo, scorer: int | None) -> None:
        """Raise NotScorer unless whoever scored belongs to the round."""
        self._session, self._actor, self._info = session, actor, info
        self._scorer = scorer or actor.user_id
        _require_scorer(info, self._scorer)
        self._known: dict[tuple[str, int], Score] = {}
        self._households: dict[int, HouseholdInfo] = {}
        self._photos: set[int] = set()
        self._new: list[Score] = []
        self._barred = barred_for(session, actor, scorer)
        self._hit: list[int] = []

    def prepare(self, given: Iterable[Operation]) -> None:
        """Read what all of these speak of, in a fixed number of statements."""
        listed_once = list(given)
        households = {one.household_id for one in listed_once}
        ops = {one.op for one in listed_once}
        photos = {one.photo_id for one in listed_once if one.photo_id is not None}
        village_id = self._actor.village_id
        there = scores_of(self._session, village_id, self._info.id, households=households, ops=ops)
        self._known = {(one.op, one.revision): one for one in there}
        self._households = household_labels(self._session, village_id, households)
        if photos:
            self._photos = set(
                self._session.connection().scalars(
                    select(_photos.c.id).where(
                        _photos.c.village_id == village_id,
                        _photos.c.id.in_(photos),
                        _photos.c.taken_by.in_({self._scorer, self._actor.user_id}),
                    )
                )
            )

    def take(self, given: Operation) -> Answer:
        """Judge one operation; what is taken is written by `write`."""
        try:
            if self._came_before(given):
                outcome, cell = Outcome.DUPLICATE, self._cell(given)
            else:
                self._judge(given)
                self._add(given)
                cell = self._cell(given)
                outcome = Outcome.CONFLICT if cell and cell.open else Outcome.OK
        except MoralbankError as refusal:
            return Answer(given.op, given.revision, Outcome.REFUSED, refusal.message)
        words = conflict_words(cell, self._info, self._scorer) if cell and cell.open else ""
        return Answer(given.op, given.revision, outcome, words)

    def write(self) -> None:
        """Write what was taken, and who tried to judge kin."""
        if self._hit:
            note_bar(self._session, self._actor, BAR, self._hit, round=self._info.id)
        if self._new:
            key = {"village_id": self._actor.village_id, "round_id": self._info.id}
            rows = [{**key, **vars(one)} for one in self._new]
            self._session.connection().execute(insert(_scores), rows)

    def _came_before(self, given: Operation) -> bool:
        """Whether this very score stands already; raises OpReused where it was another one."""
        known = self._known.get((given.op, given.revision))
        if known is None:
            return False
        same = (
            known.place == (given.household_id, given.item)
            and known.points == given.points
            and known.remark == given.remark
            and known.scorer == self._scorer
        )
        if not same:
            raise OpReused
        return True

    def _judge(self, given: Operation) -> None:
        """Raise the first rule that stands against a new score."""
        if not self._info.open:
            raise RoundClosed
        household = self._households.get(given.household_id)
        if household is None or household.group_id not in self._info.groups:
            raise HouseholdNotWalked
        if household.moved:
            raise HouseholdMoved(household=household.spoken)
        if given.household_id in self._barred:
            self._hit.append(given.household_id)
            raise HouseholdBarred(household=household.spoken)
        self._check_points(given)
        if given.photo_id is not None and given.photo_id not in self._photos:
            raise PhotoUnknown
        if any(
            one.place != (given.household_id, given.item) or one.scorer != self._scorer
            for one in self._known.values()
            if one.op == given.op
        ):
            raise OpReused
        cell = self._cell(given)
        if cell and cell.settled and cell.settled.points != given.points:
            raise SettledAlready(points=cell.settled.points)

    def _check_points(self, given: Operation) -> None:
        item = self._info.item(given.item)
        if item is None:
            raise ItemNotScored
        if given.points not in {one.points for one in item.choices}:
            raise PointsNotOffered(
                item=item.name, points=given.points, choices=legend(item.choices)
            )

    def _add(self, given: Operation) -> None:
        score = Score(
            op=given.op,
            revision=given.revision,
            household_id=given.household_id,
            item=given.item,
            points=given.points,
            remark=given.remark,
            photo_id=given.photo_id,
            scorer=self._scorer,
            handed_in_by=self._actor.user_id,
            settles=False,
            scored_at=given.scored_at,
            received_at=clock.now(),
            device=self._device(),
        )
        self._known[score.op, score.revision] = score
        self._new.append(score)

    def _device(self) -> str:
        """From where a score came; with the name of who handed it in for somebody else."""
        if self._scorer == self._actor.user_id:
            return self._actor.device[:80]
        words = {"name": self._actor.name, "device": self._actor.device}
        with in_the_villages_language():
            return _("%(name)s 代录 %(device)s", **words)[:80]

    def _cell(self, given: Operation) -> Cell | None:
        """How the place of a score stands with what was taken so far."""
        place = (given.household_id, given.item)
        return stand(one for one in self._known.values() if one.place == place).get(place)
