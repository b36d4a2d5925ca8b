"""Forms of editing a board's lines before it is published, and of correcting what was."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wtforms import BooleanField, RadioField, TextAreaField, ValidationError

from moralbank.boards.deedline import cut
from moralbank.boards.edits import AS_TOLD, LONGEST_DEED, Edit, Key
from moralbank.boards.issuing import LONGEST_REASON
from moralbank.boards.queries import Ranking, Standing
from moralbank.forms import AtMost, BaseForm, Required, TextField
from moralbank.i18n import _, mark
from moralbank.local_numbers import number_or_unknown
from moralbank.photos.queries import PhotoInfo

_AUTO: Final = ""
"""The line is as the deeds' notes tell it."""
_OWN: Final = "own"
"""The line is as it was typed."""
_NOTE: Final = "="
"""Before a note that was chosen."""


class LineForm(BaseForm):
    """One line as it will hang: one of the notes or words of one's own, and a picture.

    `kept` is what was typed for it before, and saved.
    """

    kept: str = ""
    choice = RadioField(mark("榜上写哪件事"), validate_choice=False)
    deed = TextField(mark("自己写一句"), [AtMost(LONGEST_DEED)])
    photo = RadioField(mark("照片"), validate_choice=False)
    consent = BooleanField(mark("本人同意照片上榜"))

    def validate_deed(self, field: TextField) -> None:
        """Words typed and the choice must agree: nothing that was typed is passed over."""
        chosen, typed = self.choice.data == _OWN, field.data or ""
        if chosen and not typed:
            raise ValidationError(_("还没有写，请写一句，或选上面的"))
        if not chosen and typed not in {"", self.kept}:
            raise ValidationError(_("写了一句却没有选“自己写”：要用就选上，不用就删掉"))

    def settle(self, notes: Collection[str]) -> None:
        """A note that was chosen and isn't offered any more is taken for words of one's own."""
        chosen = self.choice.data or _AUTO
        if chosen.startswith(_NOTE) and chosen.removeprefix(_NOTE) not in notes:
            self.choice.data, self.deed.data = _OWN, chosen.removeprefix(_NOTE)

    def show(self, edit: Edit, notes: Collection[str]) -> None:
        """Fill in what was saved."""
        is_note = edit.deed in notes
        self.choice.data = f"{_NOTE}{edit.deed}" if is_note else (_OWN if edit.deed else _AUTO)
        self.deed.data = "" if is_note else edit.deed
        self.photo.data = str(edit.photo_id or "")
        self.consent.data = edit.photo_id is not None

    def command(self) -> dict[str, Any]:
        """Words, picture and consent as `edits.save_edit` takes them."""
        chosen = self.choice.data or _AUTO
        deed = self.deed.data or "" if chosen == _OWN else chosen.removeprefix(_NOTE)
        photo = self.photo.data or ""
        return {
            "deed": deed,
            "photo_id": number_or_unknown(photo) if photo else None,
            "consent": bool(self.consent.data),
        }


@dataclass(frozen=True)
class EditedLine:
    """One who stands on the board, with the form of their line.

    `form` is None where nothing can be chosen: for donors, and for who isn't to be named. `notes`
    are offered as (value of the choice, words); `medalled` says that a picture may go with it,
    `photos` which there are.
    """

    standing: Standing
    form: LineForm | None
    notes: tuple[tuple[str, str], ...]
    medalled: bool
    photos: list[PhotoInfo]

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return prefix_of(self.standing)


def prefix_of(standing: Standing) -> str:
    """What the names of a line's fields begin with."""
    return f"line-{standing.household_id}-{standing.member_id}-"


def edited_lines(
    ranking: Ranking,
    edits: Mapping[Key, Edit],
    photos: Mapping[int, tuple[PhotoInfo, ...]],
    sent: Any = None,
) -> list[EditedLine]:
    """Everybody on the board with their forms, filled with what was `sent`, else with `edits`."""
    medalled = len(ranking.honoured)
    lines = []
    for place, standing in enumerate(ranking.standings):
        notes = tuple(dict.fromkeys(_fitting(note) for note in standing.notes))
        edit = edits.get((standing.household_id, standing.member_id), AS_TOLD)
        lines.append(
            EditedLine(
                standing,
                _form(standing, edit, notes, sent),
                tuple((f"{_NOTE}{note}", note) for note in notes),
                place < medalled,
                list(photos.get(standing.household_id, ())) if place < medalled else [],
            )
        )
    return lines


def _form(standing: Standing, edit: Edit, notes: tuple[str, ...], sent: Any) -> LineForm | None:
    if not standing.shown or not standing.household_id:
        return None
    prefix = prefix_of(standing)
    # Who came onto the board after the page was opened was not in the form.
    was_there = sent is not None and f"{prefix}choice" in sent
    form = LineForm(sent if was_there else None, prefix=prefix)
    form.kept = "" if edit.deed in notes else edit.deed
    if was_there:
        form.settle(notes)
    else:
        form.show(edit, notes)
    return form


def _fitting(note: str) -> str:
    """A note as one line that can be kept."""
    return cut(" ".join(note.split()), LONGEST_DEED)


class PublishForm(BaseForm):
    """That a board is to be published: which one stands in the address."""


class CorrectForm(BaseForm):
    """Why an issue is published anew."""

    reason = TextAreaField(mark("更正什么、为什么"), [Required(), AtMost(LONGEST_REASON)])
