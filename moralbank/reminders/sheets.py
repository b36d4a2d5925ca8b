"""What the letter of a reminder says, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class ReminderLetter:
    """A private letter to one household.

    `number` is the reminder's village-local number, `household` the household as it is spoken of
    ("一组 012 号"), `points` what a deduction would be (positive whole points).
    """

    village: str
    organisation: str
    number: int
    head: str
    household: str
    item: str
    seen_on: date
    note: str
    put_right_by: date
    points: int
    given_on: date
    contact: str
