"""What a public notice shows on paper, as plain values. Points are whole and never negative."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class HouseholdLine:
    """One household of a notice: what it had, and what the notice would change.

    `place` counts the lines of the notice from 1, in walking order; `number` is the household's
    own (012). `balance` are its points when the notice was frozen, `exchanged` what it used since
    the notice before and is gone from `balance` already.
    """

    place: int
    group: str
    number: str
    head: str
    balance: int
    exchanged: int
    added: int
    deducted: int

    @property
    def after(self) -> int:
        """What it will have once the notice is posted; never below zero."""
        return max(self.balance + self.added - self.deducted, 0)


@dataclass(frozen=True, kw_only=True)
class DeedLine:
    """One deed of a notice. `place` is that of its household.

    `member` is "" for the household as a whole; `quantity_words` say how often ("3 次"), "" for
    once. Of a deduction paper shows neither item nor note.
    """

    place: int
    group: str
    number: str
    head: str
    member: str
    item: str
    note: str
    quantity_words: str
    points: int
    deduction: bool
    deed_on: date


@dataclass(frozen=True, kw_only=True)
class CorrectionLine:
    """A posted deed that was taken back since the notice before, and why."""

    group: str
    number: str
    head: str
    item: str
    points: int
    deduction: bool
    deed_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class NoticeSheet:
    """One notice as it hangs.

    `number` is its village-local number. `days_words` say how long it hangs ("3 天", "3 个工作日"),
    `posts_words` what comes then, as a whole sentence. `contact` says who takes objections and
    where; its parts stand apart by line ends or full-width spaces. `mark` is the end of the
    ledger when the notice was frozen ("1234-ab12cd34"), `digest` the sha256 of its frozen lines
    in hexadecimal. `public_url` is None where the village has no public address. `warning` is
    what else everybody has to be told, such as points that lapse. Formal dates are in Chinese
    numerals unless `arabic_dates`.
    """

    village: str
    town: str
    organisation: str
    number: int
    title: str
    first_day: date
    last_day: date
    days_words: str
    contact: str
    mark: str
    digest: str
    public_url: str | None
    households: tuple[HouseholdLine, ...]
    deeds: tuple[DeedLine, ...]
    corrections: tuple[CorrectionLine, ...]
    posts_words: str
    warning: str = ""
    arabic_dates: bool = False


@dataclass(frozen=True, kw_only=True)
class LetterSheet:
    """A notice as a formal letter to all villagers (红头公告), its lists attached.

    `document_number` is the letter's own ("羊村委公〔2026〕3 号"), "" where the village numbers
    none. `refused` and `returned` count the deeds that were not approved, or sent back, between
    the notice before and this one. `answer_words` say within how many days an objection is
    answered ("3 天", "3 个工作日"). `plain` is all in black.
    """

    notice: NoticeSheet
    document_number: str
    refused: int
    returned: int
    answer_words: str
    plain: bool = False
