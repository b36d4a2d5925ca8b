"""Editing a board's lines before it is published: words, pictures, and who was asked."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from moralbank.access.permissions import Role
from moralbank.boards.edits import (
    DeedTooLong,
    Edit,
    NotToBeNamed,
    PhotoConsentMissing,
    edits_of,
    save_edit,
)
from moralbank.boards.periods import current_quarter
from moralbank.households.queries import HouseholdUnknown, MemberUnknown
from moralbank.photos.queries import PhotoUnknown
from moralbank.photos.service import keep
from tests.boards.deeds import board, do, edit, member
from tests.conftest import make_app
from tests.photos.phone import sent, snapshot
from tests.village import STAFF, Browser, Town, found_village

QUARTER = current_quarter().text
DU, WANG = "一组-012", "六组-042"
NOTE = "修东沟水渠五天"


@pytest.fixture
def lined(village: Town) -> Town:
    """Two households on 善举榜."""
    return _lined(village)


@pytest.fixture
def page(hamlet: Town, tmp_path: Path) -> Callable[[Role], Browser]:
    """Somebody of a role at the pages of such a village."""
    app = make_app(_lined(hamlet), tmp_path)
    return lambda role: _signed_in(app, role)


def _signed_in(app: Flask, role: Role) -> Browser:
    person = Browser(app).sign_in(STAFF[role])
    person.open("/password")
    return person


def _lined(town: Town) -> Town:
    do(town, WANG, "出义务工", 5, note=NOTE)
    do(town, WANG, "出义务工", note="雪后清路" * 20)
    do(town, DU, "出义务工", 3, note="清理河道")
    return town


def save(town: Town, label: str, **what: Any) -> bool:
    """Edit one household's line of 善举榜 as the recorder does."""
    household = town.household(label).id
    with town.database.writing() as session:
        return save_edit(session, town.actor(Role.RECORDER), "shanju", QUARTER, household, **what)


def kept(town: Town, slug: str = "shanju", period: str = QUARTER) -> dict[tuple[int, int], Edit]:
    """What is kept of a board."""
    with town.database.reading() as session:
        return edits_of(session, town.village_id, slug, period)


def picture(town: Town, folder: Path, role: Role = Role.RECORDER, colour: str = "blue") -> int:
    """A photo that somebody sent and nothing shows yet."""
    with town.database.writing() as session:
        return keep(session, town.actor(role), folder, sent(snapshot(colour=colour)))


def test_words_and_picture_are_kept_for_one_line(lined: Town, tmp_path: Path) -> None:
    wang = lined.household(WANG).id
    photo = picture(lined, tmp_path)
    assert save(lined, WANG, deed="  东沟水渠   他修了五天 ", photo_id=photo, consent=True)
    assert kept(lined) == {(wang, 0): Edit("东沟水渠 他修了五天", photo)}
    first = board(lined, "shanju").standings[0]
    assert (first.deed, first.photo_id) == ("东沟水渠 他修了五天", photo)
    assert board(lined, "zuimei").standings[0].deed != first.deed  # another board's is its own
    assert kept(lined, period="2001-Q1") == {}
    again = {"deed": "东沟水渠 他修了五天", "photo_id": photo, "consent": True}
    assert not save(lined, WANG, **again)
    assert save(lined, WANG, deed="换一句", photo_id=photo, consent=True)
    assert kept(lined)[wang, 0].deed == "换一句"
    assert save(lined, WANG)
    assert kept(lined) == {}
    # What was on a board stays to be chosen, and is nobody else's.
    assert save(lined, WANG, photo_id=photo, consent=True)
    with pytest.raises(PhotoUnknown):
        save(lined, DU, photo_id=photo, consent=True)


def test_what_cannot_be_kept_is_refused(lined: Town, tmp_path: Path) -> None:
    with pytest.raises(DeedTooLong):
        save(lined, WANG, deed="好" * 61)
    photo = picture(lined, tmp_path)
    with pytest.raises(PhotoConsentMissing):
        save(lined, WANG, photo_id=photo)
    with pytest.raises(PhotoUnknown):  # sent by somebody else, for something else
        save(lined, WANG, photo_id=picture(lined, tmp_path, Role.ADMIN, "gold"), consent=True)
    edit(lined, DU, consent=False)
    for what in ({"deed": "杜仁森修渠"}, {"photo_id": photo, "consent": True}):
        with pytest.raises(NotToBeNamed):
            save(lined, DU, **what)
    child = member(lined, WANG, "王小宝", minor=True)
    with pytest.raises(MemberUnknown):
        save(lined, WANG, member_id=child, deed="捡到钱包交给老师")
    found_village(lined.database, 150404103202, "河沿村")
    other = Town(lined.database, 150404103202)
    stranger = other.actor(Role.RECORDER)
    with lined.database.writing() as session, pytest.raises(HouseholdUnknown):
        save_edit(session, stranger, "shanju", QUARTER, 99, deed="没有的户")
    with pytest.raises(PhotoUnknown):
        save(other, DU, photo_id=photo, consent=True)
    assert kept(lined) == kept(other) == {}


def test_consent_taken_back_takes_words_and_picture_off(lined: Town, tmp_path: Path) -> None:
    save(lined, WANG, deed="王䶮修渠", photo_id=picture(lined, tmp_path), consent=True)
    edit(lined, WANG, consent=False)
    first = board(lined, "shanju").standings[0]
    assert (first.name, first.photo_id, first.notes) == ("王某某", None, ())
    assert "王䶮" not in first.deed


def test_the_page_offers_notes_and_keeps_what_is_chosen(page: Callable[[Role], Browser]) -> None:
    person = page(Role.RECORDER)
    text = person.open("/boards/shanju/deeds")
    assert f'value="={NOTE}"' in text
    assert "雪后清路" * 14 + "雪后清…" in text  # a note of eighty characters, cut to what is kept
    lines = {"line-7-0-choice": f"={NOTE}", "line-3-0-choice": "own", "line-3-0-deed": "清河道 <b>"}
    assert person.send("/boards/shanju/deeds", **lines).status_code == 303
    text = person.open("/boards/shanju/deeds")
    assert "已保存，改了 2 行" in text
    assert f'value="={NOTE}" checked' in text
    assert 'value="清河道 &lt;b&gt;"' in text
    assert "清河道 &lt;b&gt;" in person.open("/boards/shanju")


def test_a_board_with_a_line_for_every_household_can_be_sent(
    page: Callable[[Role], Browser],
) -> None:
    """Equals share the last place, so a board may be longer than any form is by default."""
    person = page(Role.RECORDER)
    person.open("/boards/shanju/deeds")
    others = {f"line-{number}-0-choice": "" for number in range(1000, 3000)}
    others |= {"line-7-0-choice": "own", "line-7-0-deed": "修渠五天", "csrf_token": person.token()}
    as_browsers_do = {"data": others, "content_type": "multipart/form-data"}
    answer = person.client.post("/boards/shanju/deeds", **as_browsers_do)
    assert answer.status_code == 303
    assert "已保存，改了 1 行" in person.open("/boards/shanju/deeds")


def test_a_refused_page_keeps_everything_typed(page: Callable[[Role], Browser]) -> None:
    person = page(Role.RECORDER)
    address = "/boards/shanju/deeds"
    person.open(address)
    long, good = "长" * 200, "修渠五天不要一分钱"
    lines = {"line-7-0-choice": "own", "line-7-0-deed": good, "line-3-0-choice": "own"}
    answer = person.send(address, **lines, **{"line-3-0-deed": long})
    assert answer.status_code == 422
    assert "太长：最多 60 个字" in person.page
    assert f'value="{long}"' in person.page
    assert f'value="{good}"' in person.page
    assert "有 1 行要改" in person.page
    answer = person.send(address, **lines, **{"line-3-0-deed": ""})
    assert "还没有写，请写一句" in person.page
    answer = person.send(address, **{"line-7-0-choice": "", "line-7-0-deed": good})
    assert answer.status_code == 422
    assert "写了一句却没有选" in person.page
    assert f'value="{good}"' in person.page
    assert 'value="own" checked' not in person.open(address)  # nothing of it was kept


def test_a_picture_needs_a_yes_and_outlives_a_refusal(page: Callable[[Role], Browser]) -> None:
    person = page(Role.RECORDER)
    address = "/boards/shanju/deeds"
    person.open(address)
    file = (io.BytesIO(sent(snapshot(colour="navy"))), "face.jpg")
    answer = person.send(address, **{"line-7-0-choice": "", "line-7-0-photos": file})
    assert answer.status_code == 422
    assert "同意照片上榜再勾上" in person.page
    assert 'name="line-7-0-photo" value="1" checked' in person.page
    chosen = {"line-7-0-choice": "", "line-7-0-photo": "1", "line-7-0-consent": "y"}
    assert person.send(address, **chosen).status_code == 303
    assert person.client.get("/photos/1.jpg?size=small").status_code == 200
    person.open(address)
    wrong = (io.BytesIO(b"%PDF-1.7"), "face.jpg")
    answer = person.send(address, **{"line-7-0-choice": "", "line-7-0-photos": wrong})
    assert answer.status_code == 422
    assert "这个文件不是照片" in person.page
    assert page(Role.SHOPKEEPER).client.get(address).status_code == 403


def test_who_is_not_to_be_named_has_nothing_to_edit(
    hamlet: Town, page: Callable[[Role], Browser]
) -> None:
    edit(hamlet, WANG, consent=False)
    person = page(Role.ADMIN)
    address = "/boards/shanju/deeds"
    text = person.open(address)
    assert "王某某" in text
    assert "王䶮" not in text
    assert NOTE not in text
    assert 'name="line-7-0-choice"' not in text
    # A form that was open before the household said no.
    lines = {"line-7-0-choice": "own", "line-7-0-deed": "王䶮修渠"}
    assert person.send(address, **lines).status_code == 303
    assert kept(hamlet) == {}
