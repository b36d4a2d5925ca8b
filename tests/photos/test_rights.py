"""Who sees a photo: those whose work it belongs to; for everybody else it doesn't exist."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from flask import Flask

from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.households.portrait import portrait
from moralbank.photos import storage
from moralbank.photos.models import PhotoSubject
from moralbank.photos.queries import PhotoInfo, photo
from moralbank.photos.service import attach, keep
from tests.conftest import make_app
from tests.counter.till import Till
from tests.photos.phone import PDF, from_a_phone, opened, sent, snapshot
from tests.village import STAFF, Browser, Town, found_village

EVIDENCE: Final = {Role.RECORDER, Role.GRID, Role.REVIEWER, Role.SUPERVISOR}
SEEN_BY: Final = {
    PhotoSubject.AWARD: EVIDENCE,
    PhotoSubject.REMINDER: EVIDENCE,
    PhotoSubject.OBJECTION: EVIDENCE,
    PhotoSubject.ROUND: EVIDENCE,
    PhotoSubject.HOUSEHOLD: set(VILLAGE_ROLES),
    PhotoSubject.PRODUCT: {Role.ADMIN, Role.SHOPKEEPER, Role.ACCOUNTANT, Role.SUPERVISOR},
    PhotoSubject.SLIP: {Role.SHOPKEEPER, Role.ACCOUNTANT, Role.SUPERVISOR},
    PhotoSubject.VOUCHER: {Role.ADMIN, Role.ACCOUNTANT, Role.SUPERVISOR},
    PhotoSubject.LAUREATE: set(VILLAGE_ROLES),
}
NEIGHBOUR: Final = 150404103202


@pytest.fixture
def hamlet_app(hamlet: Town, tmp_path: Path) -> Flask:
    return make_app(hamlet, tmp_path)


def _kept(town: Town, folder: Path, content: bytes, role: Role) -> PhotoInfo:
    with town.database.writing() as session:
        number = keep(session, town.actor(role), storage.folder_of(folder), content)
        return photo(session, town.village_id, number)


def test_each_kind_is_seen_by_its_own_roles(
    hamlet_app: Flask, hamlet: Town, tmp_path: Path
) -> None:
    people = {role: Browser(hamlet_app).sign_in(STAFF[role]) for role in VILLAGE_ROLES}
    found_village(hamlet.database, NEIGHBOUR, "小河沿村")
    neighbours = [
        Browser(hamlet_app).sign_in(STAFF[role] + str(NEIGHBOUR)[-3:])
        for role in (Role.SUPERVISOR, Role.ADMIN)
    ]
    till = Till(hamlet)  # a signature is seen with its slip
    till.stock(SALT_400G=1)
    till.give("一组-012", 10)
    till.redeem("一组-012", SALT_400G=1)
    shade = 0
    for kind in PhotoSubject:
        shade += 20
        shown = _kept(hamlet, tmp_path, sent(snapshot(colour=f"#{shade:02x}8040")), Role.GRID)
        with hamlet.database.writing() as session:
            attach(session, hamlet.village_id, [shown.id], kind, 1)
        seen = {
            role
            for role, one in people.items()
            if one.client.get(f"/photos/{shown.id}.jpg").status_code == 200
        }
        assert seen == SEEN_BY[kind], kind
        for one in (*neighbours, Browser(hamlet_app)):
            assert one.client.get(f"/photos/{shown.id}.jpg").status_code in {302, 404}
    assert set(SEEN_BY) == set(PhotoSubject)


def test_what_belongs_to_nothing_is_its_senders(
    hamlet_app: Flask, hamlet: Town, tmp_path: Path
) -> None:
    loose = _kept(hamlet, tmp_path, from_a_phone((800, 480)), Role.SHOPKEEPER)
    address = f"/photos/{loose.id}.jpg"
    people = {role: Browser(hamlet_app).sign_in(STAFF[role]) for role in VILLAGE_ROLES}
    for role, one in people.items():
        assert one.client.get(address).status_code == (200 if role == Role.SHOPKEEPER else 404)
    keeper = people[Role.SHOPKEEPER].client
    with hamlet.database.writing() as session:
        attach(session, hamlet.village_id, [loose.id], PhotoSubject.AWARD, 1)
    assert keeper.get(address).status_code == 404  # it is evidence now
    with hamlet.database.writing() as session:
        attach(session, hamlet.village_id, [loose.id], PhotoSubject.PRODUCT, 1)
    answer = keeper.get(address)  # and of its own kind, too
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert opened(answer.data).size == (480, 800)
    assert opened(keeper.get(f"{address}?size=small").data).size == (216, 360)
    assert keeper.get("/photos/99.jpg").status_code == 404
    folder = storage.folder_of(tmp_path) / str(hamlet.village_id)
    assert keeper.get(f"/uploads/photos/{hamlet.village_id}/{loose.name}.jpg").status_code == 404
    (folder / f"{loose.name}.jpg").unlink()
    assert keeper.get(address).status_code == 404


def test_a_households_photo_is_added_replaced_and_taken_away(
    app: Flask, village: Town, browse: Callable[[Role], Browser]
) -> None:
    del app
    number = village.household("一组-012").id
    page, where = f"/households/{number}", f"/households/{number}/photo"
    admin = browse(Role.ADMIN)
    assert "放一张照片" in admin.open(page)

    def shown() -> int | None:
        with village.database.reading() as session:
            found = portrait(session, village.village_id, number)
        return found.id if found else None

    admin.open(where)
    assert admin.send(where, consent="y").status_code == 422
    assert "请选一张照片" in admin.page
    assert admin.upload(where, "photos", "house.pdf", PDF, consent="y").status_code == 422
    assert admin.upload(where, "photos", "house.jpg", from_a_phone()).status_code == 422
    assert "请先问过这一户" in admin.page
    kept = admin.value("photos_kept")  # the photo stays with the form, only the word is missing
    assert shown() is None
    assert admin.send(where, photos_kept=kept, consent="y").status_code == 303
    first = shown()
    assert f"/photos/{first}.jpg" in admin.open(page)
    house = sent(snapshot((60, 40), "blue"))
    admin.open(where)
    assert admin.upload(where, "photos", "b.jpg", house, consent="y").status_code == 303
    assert shown() not in {None, first}
    reviewer = browse(Role.REVIEWER)
    assert "/photos/" in reviewer.open(page)
    assert "放一张照片" not in re.sub(r"\s+", "", reviewer.page)
    assert reviewer.client.get(where).status_code == 403
    admin.open(where)
    assert admin.send(f"{where}/remove").status_code == 303
    assert shown() is None
    assert admin.send(f"{where}/remove").status_code == 303  # pressed twice
    assert admin.client.get("/households/987654/photo").status_code == 404
