"""Deeds verified on the spot on pages, and what comes back to whom it comes from."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards import deciding
from moralbank.awards.models import AwardSource, AwardState
from tests.awards.deeds import DU, WANG, Deeds, fresh_id
from tests.awards.queue import (
    PAPER,
    look_after,
    part_of,
    photo,
    photos_kept,
    tie,
    trail,
)
from tests.village import Browser

Browse = Callable[[Role], Browser]


def test_grid_workers_verify_in_their_own_groups_alone(deeds: Deeds, browse: Browse) -> None:
    near = deeds.record(DU, "邻里互助", **PAPER)
    far = deeds.record(WANG, "邻里互助", **PAPER)
    own = deeds.record(DU, "出义务工", who=deeds.town.actor(Role.GRID), **PAPER)
    kin = deeds.record("一组-006", "邻里互助", **PAPER)
    tie(deeds, deeds.town.actor(Role.GRID), "一组-006", "岳父家")
    grid = browse(Role.GRID)
    assert "还没有分管的小组" in grid.open("/awards/verify")
    look_after(deeds, DU)
    page = grid.open("/awards/record")  # begins with the groups one walks through
    assert f"/awards/record?household={deeds.town.household(DU).id}" in page
    assert f"/awards/record?household={deeds.town.household(WANG).id}" not in page
    page = grid.open("/awards/verify")
    assert f'id="deed-{far}"' not in page
    assert "属实" in part_of(page, near)
    for barred, why in ((own, "您自己记的，要由别人来核实"), (kin, "您须回避：岳父家")):
        part = part_of(page, barred)
        assert why in part
        assert "属实" not in part
        assert " disabled" in part
    request_id = grid.value("request_id")
    for number, why in ((far, "不归您管"), (own, "是您自己记的"), (kin, "您须回避")):
        path = f"/awards/{number}/verify?queue=1"
        answer = grid.send(path, finding="right", request_id=f"{request_id}-{number}")
        assert answer.status_code == 403
        assert why in grid.page
        assert deeds.row(number).state is AwardState.CLAIMED
    assert [hit["awards"] for hit in trail(deeds, "awards.barred")] == [[kin]]
    assert grid.send("/awards/verify", awards=[near], request_id=request_id).status_code == 303
    assert deeds.row(near).state is AwardState.VERIFIED
    assert f'id="deed-{far}"' in browse(Role.RECORDER).open("/awards/verify", group="")
    reviewer = browse(Role.REVIEWER)
    reviewer.open("/awards/review")
    assert reviewer.send("/awards/verify", awards=[far], request_id="f-000001").status_code == 403


def test_what_is_found_on_the_spot_stays_in_the_trail(deeds: Deeds, browse: Browse) -> None:
    look_after(deeds, DU)
    right, wrong, unclear = (
        deeds.record(label, "拾金不昧", points_each=2, note="拾到钱包", **PAPER)
        for label in (DU, "一组-006", "一组-001")
    )
    grid = browse(Role.GRID)

    def find(number: int, **said: Any) -> int:
        grid.open("/awards/verify")
        request_id = f"{grid.value('request_id')}-{number}"
        path = f"/awards/{number}/verify?queue=1"
        named = {f"a{number}-{name}": value for name, value in said.items() if name != "finding"}
        answer = grid.send(path, finding=said["finding"], request_id=request_id, **named)
        return int(answer.status_code)

    assert find(right, finding="right") == 422  # asks for evidence
    assert "要有依据" in grid.page
    said = {"witness": "组长王海", "note": "失主认得", "photos": [photo()]}
    assert find(right, finding="right", **said) == 303
    assert photos_kept(deeds, right) == 1
    assert find(wrong, finding="doubt", reason="没有这回事") == 422  # which of the two?
    assert "没有这回事" in part_of(grid.page, wrong)
    assert find(wrong, finding="doubt", doubt="wrong", reason=" ", witness="王海") == 422
    assert 'value="王海"' in part_of(grid.page, wrong)
    assert find(wrong, finding="doubt", doubt="wrong", reason="没有这回事") == 303
    assert find(unclear, finding="doubt", doubt="ask", reason="哪天的事") == 303
    states = [deeds.row(number).state for number in (right, wrong, unclear)]
    assert states == [AwardState.VERIFIED, AwardState.REFUSED, AwardState.RETURNED]
    page = unescape(browse(Role.REVIEWER).open(f"/awards/{right}"))
    for words in ("核实属实", "何志勇", "见证人：组长王海", "说明：失主认得", "photos__picture"):
        assert words in page
    assert "photos__picture" not in browse(Role.ACCOUNTANT).open(f"/awards/{right}")


def test_what_came_back_is_completed_by_whom_it_comes_from(deeds: Deeds, browse: Browse) -> None:
    recorder = browse(Role.RECORDER)
    who, what = deeds.town.household(DU).id, deeds.number("植树绿化")
    said = {"household": who, "item": what, "quantity": "1", "deed_on": str(clock.today())}
    recorder.open("/awards/record", household=who, item=what)
    request_id = recorder.value("request_id")
    sent_as = {"act": "draft", "paper": "y", "request_id": request_id, **said}
    assert recorder.send("/awards/record", **sent_as).status_code == 422
    assert "谁帮着办的" in recorder.page
    recorder.open("/awards/record", household=who, item=what)
    sent_as = {**sent_as, "helper": "组长王海", "request_id": recorder.value("request_id")}
    assert recorder.send("/awards/record", **sent_as).status_code == 303
    (made,) = re.findall(r"/awards/(\d+)/amend", recorder.open("/awards/mine"))
    assert deeds.row(int(made)).state is AwardState.DRAFT
    path, number = f"/awards/{made}/amend", int(made)
    assert 'value="组长王海"' in recorder.open(path)
    assert browse(Role.GRID).open(path)  # may be read; not handed in by another

    def amend(**more: Any) -> int:
        request = {"request_id": recorder.value("request_id"), **said, **more}
        return int(recorder.send(path, paper="y", helper="组长王海", **request).status_code)

    assert amend(deed_on="2099-01-01", photos=[photo()], note="村西") == 422
    assert "村西" in recorder.page
    kept = recorder.value("photos_kept")
    assert amend(photos_kept=kept, note="村西荒坡", act="draft") == 303
    assert (photos_kept(deeds, number), deeds.row(number).state) == (1, AwardState.DRAFT)
    recorder.open(path)
    assert amend(note="村西荒坡", act="submit") == 303
    assert deeds.row(number).state is AwardState.CLAIMED
    with deeds.town.database.writing() as session:
        deciding.send_back(session, deeds.town.actor(Role.REVIEWER), number, "哪天栽的")
    assert "哪天栽的" in recorder.open("/awards/mine")
    recorder.open(f"/awards/{made}")
    assert recorder.send(f"/awards/{made}/withdraw", reason="").status_code == 422
    assert recorder.send(f"/awards/{made}/withdraw", reason="记错了户").status_code == 303
    assert "没有草稿，也没有退回的" in recorder.open("/awards/mine")
    assert recorder.send(path, request_id=fresh_id(), **said).status_code == 409


def test_photos_and_words_stay_through_a_refusal(deeds: Deeds, browse: Browse) -> None:
    recorder, grid = browse(Role.RECORDER), browse(Role.GRID)
    who, what = deeds.town.household(DU).id, deeds.number("植树绿化")
    said = {"household": who, "item": what, "deed_on": str(clock.today()), "note": "村西荒坡"}

    def send(person: Browser, **more: Any) -> int:
        person.open("/awards/record", household=who, item=what)
        request_id = person.value("request_id")
        form = {"quantity": "1", "request_id": request_id, **said, **more}
        return int(person.send("/awards/record", **form).status_code)

    assert send(recorder, photos=[(io.BytesIO(b"PK\x03\x04 no photo"), "a.jpg")]) == 422
    assert "村西荒坡" in recorder.page
    assert 'aria-describedby="photos-error"' in recorder.page
    assert send(recorder, quantity="0", photos=[photo("green"), photo("red")]) == 422
    names = re.findall(r'name="photos_kept" value="(\w+)"', recorder.page)
    assert len(names) == 2
    assert send(grid, photos_kept=names, note="别人的照片") == 303
    assert send(recorder, photos_kept=names, photos=[photo("blue")]) == 303
    assert [photos_kept(deeds, number) for number in (1, 2)] == [0, 3]
    assert deeds.row(1).source is AwardSource.GRID
