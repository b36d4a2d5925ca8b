"""What the pocket card shows, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PocketItem:
    """One item of the scheme: its points in words ("3 分"); for how much, and its cap, if any."""

    name: str
    points: str
    note: str = ""


@dataclass(frozen=True)
class PocketCategory:
    """A category and what gives points in it."""

    name: str
    items: tuple[PocketItem, ...]


@dataclass(frozen=True)
class PocketStep:
    """A step of recording: what to do in two or four characters, and how."""

    title: str
    words: str


@dataclass(frozen=True)
class PocketCard:
    """The card that committee members carry.

    `rules` are whole sentences; `people` are (duty, names); `edition` names the version of the
    scheme and since when it holds.
    """

    village: str
    organisation: str
    steps: tuple[PocketStep, ...]
    categories: tuple[PocketCategory, ...]
    rules: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    contact: str
    edition: str
