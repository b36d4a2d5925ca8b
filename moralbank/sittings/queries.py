"""Reading sittings."""

from sqlmodel import Session, select

from moralbank.sittings.models import Sitting, SittingState


def open_sitting(session: Session, village_id: int) -> int | None:
    """The number of the sitting that goes on now, if there is one."""
    return session.exec(
        select(Sitting.id).where(
            Sitting.village_id == village_id, Sitting.state == SittingState.OPEN
        )
    ).first()
