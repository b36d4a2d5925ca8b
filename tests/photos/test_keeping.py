"""Keeping photos: the files, the rows, who may look, what is swept away."""

import os
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.photos import storage
from moralbank.photos.models import Photo, PhotoSubject
from moralbank.photos.queries import PhotoUnknown, photo, photos_of, same_photo
from moralbank.photos.service import attach, keep
from tests.photos.phone import from_a_phone, sent, snapshot
from tests.village import Town, found_village

AWARD = PhotoSubject.AWARD


class Album:
    """The photos of a village."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.place = folder / str(town.village_id)

    def keep(self, content: bytes, role: Role = Role.GRID) -> int:
        with self.town.database.writing() as session:
            return keep(session, self.town.actor(role), self.folder, content)

    def keep_in_vain(self, content: bytes) -> None:
        """Undo the transaction in which a photo was kept; its files stay behind."""
        with self.town.database.writing() as session:
            keep(session, self.town.actor(Role.GRID), self.folder, content)
            raise RuntimeError

    def attach(self, subject_id: int, *ids: int, subject: PhotoSubject = AWARD) -> None:
        with self.town.database.writing() as session:
            attach(session, self.town.village_id, ids, subject, subject_id)

    def name(self, number: int) -> str:
        with self.town.database.reading() as session:
            return photo(session, self.town.village_id, number).name

    def files(self) -> set[str]:
        return {path.name for path in self.place.glob("*.jpg")}


@pytest.fixture
def album(village: Town, tmp_path: Path) -> Album:
    return Album(village, storage.folder_of(tmp_path))


def test_a_kept_photo_and_what_it_shows(album: Album) -> None:
    first, second = album.keep(from_a_phone()), album.keep(sent(snapshot(colour="blue")))
    assert (first, second) == (1, 2)
    name = album.name(first)
    assert album.files() == {
        f"{one}{kind}.jpg" for one in map(album.name, (1, 2)) for kind in ("", "-small")
    }
    for path in album.place.glob("*.jpg"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(album.place.stat().st_mode) == 0o700
    album.attach(7, second, first, first)
    album.attach(7, first)
    album.attach(9, first)
    album.attach(9, second, subject=PhotoSubject.REMINDER)
    village_id = album.town.village_id
    with album.town.database.reading() as session:
        shown = photos_of(session, village_id, AWARD, [7, 8, 9])
        assert {number: [one.id for one in several] for number, several in shown.items()} == {
            7: [1, 2],
            9: [1],
        }
        assert (shown[9][0].name, shown[9][0].width, shown[9][0].height) == (name, 24, 40)
        assert photos_of(session, village_id, AWARD, []) == {}
    with pytest.raises(PhotoUnknown):
        album.attach(7, 99)


def test_the_same_picture_is_found_again_but_never_in_another_village(album: Album) -> None:
    ours = album.keep(from_a_phone())
    assert album.keep(from_a_phone()) == ours  # a button pressed twice
    theirs = album.keep(from_a_phone(), Role.RECORDER)  # the same picture from somebody else
    later = clock.now() + timedelta(hours=2)
    with clock.at(later):
        again = album.keep(from_a_phone())
    assert len({ours, theirs, again}) == 3
    other = album.keep(sent(snapshot(colour="blue")))
    for subject_id, number in ((1, ours), (2, theirs), (3, again), (4, other), (5, ours)):
        album.attach(subject_id, number)
    album.attach(6, ours, subject=PhotoSubject.OBJECTION)
    found_village(album.town.database, 150404103202, "小河沿村")
    neighbour = Album(Town(album.town.database, 150404103202), album.folder)
    neighbour.attach(8, neighbour.keep(from_a_phone()))
    with album.town.database.reading() as session:
        twins = same_photo(session, album.town.village_id, AWARD, [1, 2, 4])
        assert twins == {1: [2, 3, 5], 2: [1, 3, 5]}
        assert same_photo(session, neighbour.town.village_id, AWARD, [8]) == {}


def test_what_nothing_came_of_is_swept_after_a_day(album: Album) -> None:
    used, unused = album.keep(from_a_phone()), album.keep(sent(snapshot(colour="blue")))
    album.attach(1, used)
    kept, dropped = album.name(used), album.name(unused)
    with pytest.raises(RuntimeError):
        album.keep_in_vain(sent(snapshot((9, 9))))
    assert len(album.files()) == 6
    old = time.time() - 2 * storage.KEPT_LOOSE
    for path in album.place.iterdir():
        os.utime(path, (old, old))
    with clock.at(clock.now() + timedelta(days=2)):
        fresh = album.keep(sent(snapshot(colour="white")))
    names = (kept, album.name(fresh))
    assert album.files() == {f"{one}{kind}.jpg" for one in names for kind in ("", "-small")}
    with album.town.database.reading() as session:
        assert session.get(Photo, (album.town.village_id, unused)) is None
        assert session.get(Photo, (album.town.village_id, used)) is not None
    assert dropped not in names
    before = album.files()
    with clock.at(clock.now() + timedelta(days=4)):  # swept today already: nothing is looked at
        album.keep(sent(snapshot(colour="black")))
    assert before < album.files()


def test_a_disk_that_takes_nothing_says_so(album: Album, tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file where the folder should be")
    with pytest.raises(storage.PhotoNotKept):
        album.keep(from_a_phone())
