"""What the paper form of a round shows, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class FormItem:
    """An item to score, with its choices in order: the word and what it gives, in points."""

    name: str
    choices: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class FormGroup:
    """A group with its households in walking order: number and head of each."""

    name: str
    households: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RoundForm:
    """The form to walk with. `number` is the round's village-local number."""

    village: str
    title: str
    held_on: date
    number: int
    items: tuple[FormItem, ...]
    groups: tuple[FormGroup, ...]
    scorers: tuple[str, ...]
