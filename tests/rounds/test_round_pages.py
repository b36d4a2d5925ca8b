"""Rounds at the pages: opened, typed in from paper, settled, ended; what phones send and get."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event
from sqlmodel import select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.photos.models import Photo, PhotoSubject
from moralbank.photos.queries import photos_of
from moralbank.rounds.models import Round, RoundItem
from tests.conftest import make_app
from tests.rounds.walk import BAI, DU, LOST_AND_FOUND, WANG, WEN, Walk
from tests.village import STAFF, VILLAGE_ID, Browser, Town, found_village

Browse = Callable[[Role], Browser]


@pytest.fixture
def picture() -> bytes:
    """A photo of a yard."""
    content = io.BytesIO()
    Image.effect_noise((320, 240), 40).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def _call(person: Browser, walk: Walk, content: Any, *, token: str | None = None) -> Any:
    """Post operations as the phone's script does; bytes are sent as they are."""
    told = person.client.get(f"/rounds/{walk.round_id}/token").get_json()
    body = content if isinstance(content, bytes) else json.dumps({"operations": content}).encode()
    headers = {"X-CSRFToken": told["token"] if token is None else token}
    return person.client.post(f"/rounds/{walk.round_id}/scores", data=body, headers=headers)


def _new_round(person: Browser, **changes: Any) -> Any:
    person.open("/rounds/new")
    form = {
        "request_id": person.value("request_id"),
        "title": "11 月庭院评比",
        "held_on": clock.today().isoformat(),
        "item_1": str(LOST_AND_FOUND),
        "choices_1": "优=5 良=3 合格=0",
        "groups": re.findall(r'name="groups" value="(\d+)"', person.page),
        "scorers": re.findall(r'name="scorers" value="(\d+)"', person.page),
    }
    return person.send("/rounds/new", **{**form, **changes})


def test_a_round_is_opened_or_says_what_is_wrong(browse: Browse, village: Town) -> None:
    admin = browse(Role.ADMIN)
    for changes, words in (
        ({"choices_1": "优=7 良=3"}, "只能给 1–5 分，不能给 7 分"),
        ({"choices_1": "优 良"}, "按钮要写成"),
        ({"held_on": "2031-01-01"}, "评比日期只能在"),
        ({"item_1": ""}, "请填写这一项"),
        ({"item_1": "41"}, "它是扣分项，不能评比"),
        ({"item_2": str(LOST_AND_FOUND)}, "不能重复"),
        ({"groups": []}, "请填写这一项"),
        ({"scorers": ["987"]}, "请至少选一个小组和一位评分人"),
        ({"title": " "}, "请填写这一项"),
    ):
        assert _new_round(admin, **changes).status_code == 422, changes
        assert words in admin.page, (changes, words)
        assert changes.get("choices_1", "优=5") in admin.page  # what was typed stays
    assert (
        _new_round(admin, choices_1="", item_2="1", choices_2="净=2 乱=0", fill="1").status_code
        == 200
    )
    assert 'value="优=5 良=3 合格=1 不合格=0"' in admin.page  # without JavaScript, by a button
    assert 'value="净=2 乱=0"' in admin.page
    answer = _new_round(admin, choices_1="")
    assert answer.status_code == 303
    with village.database.reading() as session:
        assert len(session.exec(select(Round)).all()) == 1
        assert json.loads(session.exec(select(RoundItem.choices)).one())[0] == ["优", 5]
    page = admin.open(answer.headers["Location"])
    assert "还没有评过一户，先去打分" in page
    assert 'action="/rounds/1/close"' not in page
    assert admin.send("/rounds/1/close", request_id="close-an-empty-one").status_code == 409
    assert "还没有评过一户，不能结束" in admin.page
    assert "11 月庭院评比" in admin.open("/rounds")
    assert admin.open("/rounds/987654", 404)


def test_what_phones_send_is_answered_in_json(walk: Walk, browse: Browse) -> None:
    phone = browse(Role.RECORDER)
    ops = [walk.op(DU, 5), walk.op(WANG, 4)]
    answer = _call(phone, walk, ops)
    assert [one["outcome"] for one in answer.get_json()["answers"]] == ["ok", "refused"]
    assert "没有 4 分这一档" in answer.get_json()["answers"][1]["words"]
    assert _call(phone, walk, ops).get_json()["answers"][0]["outcome"] == "duplicate"
    for garbage in (b"", b"{", b"[" * 50_000, b'{"operations": {}}', b"\xff", [{}] * 101):
        refused = _call(phone, walk, garbage)
        assert (refused.status_code, bool(refused.get_json()["words"])) == (422, True)
    assert _call(phone, walk, ops, token="").status_code == 400
    assert len(walk.rows()) == 1
    phone.open("/password")
    signed_out = phone.send("/sign-out")
    assert signed_out.status_code == 303
    assert phone.client.get(f"/rounds/{walk.round_id}/token").status_code == 302


def test_the_scoring_page_knows_who_walks(walk: Walk, browse: Browse) -> None:
    walk.declare_kin(Role.GRID, WEN, "女儿家")
    walk.send(Role.RECORDER, walk.op(DU, 3))
    walk.send(Role.GRID, walk.op(BAI, 5, op="ab" * 16, remark="柴草码得齐"))
    page = browse(Role.GRID).open(f"/rounds/{walk.round_id}/score")
    doors = [
        door
        for told in re.findall(r"<template data-doors>(.*?)</template>", page)
        for door in json.loads(told)
    ]
    (wen,) = [door["barred"] for door in doors if "barred" in door]
    (du,) = [door["others"] for door in doors if "others" in door]
    (own,) = [door["own"] for door in doors if "own" in door]
    assert (wen, du) == ("回避（女儿家）：这一户由别人来评", "李建军已评")
    assert [(one["op"], one["points"], one["remark"]) for one in own] == [
        ("ab" * 16, 5, "柴草码得齐")
    ]
    assert len(doors) == 8
    script = browse(Role.GRID).client.get("/service-worker.js")
    assert (script.mimetype, script.headers["Cache-Control"]) == ("text/javascript", "no-cache")


def test_a_photo_comes_first_and_once(walk: Walk, browse: Browse, picture: bytes) -> None:
    phone, op = browse(Role.GRID), "cd" * 16
    phone.open(f"/rounds/{walk.round_id}/score")
    token = phone.client.get(f"/rounds/{walk.round_id}/token").get_json()["token"]

    def send(content: bytes) -> Any:
        data = {"op": op, "photo": (io.BytesIO(content), "photo.jpg")}
        address = f"/rounds/{walk.round_id}/photos"
        return phone.client.post(address, data=data, headers={"X-CSRFToken": token})

    numbers = {send(picture).get_json()["photo"] for _again in range(3)}
    assert len(numbers) == 1
    for broken in (picture[: len(picture) // 2], b"PK\x03\x04 not a photo", b""):
        answer = send(broken)
        assert (answer.status_code, bool(answer.get_json()["words"])) == (422, True)
    (number,) = numbers
    assert (
        _call(phone, walk, [walk.op(DU, 5, photo=number)]).get_json()["answers"][0]["outcome"]
        == "ok"
    )
    recorder = browse(Role.RECORDER)
    other = _call(recorder, walk, [walk.op(DU, 5, photo=number)])
    assert other.get_json()["answers"][0]["outcome"] == "refused"
    _call(recorder, walk, [walk.op(DU, 3, op="ef" * 16)])  # they differ: the photo helps
    assert f"/photos/{number}.jpg?size=small" in recorder.open(f"/rounds/{walk.round_id}")
    _call(recorder, walk, [walk.op(DU, 5, op="ef" * 16, revision=2)])
    admin = browse(Role.ADMIN)
    assert "还有 7 户没评，照样结束" in admin.open(f"/rounds/{walk.round_id}")
    address = f"/rounds/{walk.round_id}/close"
    assert admin.send(address, request_id=admin.value("request_id")).status_code == 409
    assert "还有 7 户没评。先去补评" in admin.page
    closed = admin.send(address, request_id=admin.value("request_id"), unscored="1")
    assert closed.status_code == 303
    with walk.town.database.reading() as session:
        assert len(session.exec(select(Photo)).all()) == 1
        shown = photos_of(session, VILLAGE_ID, PhotoSubject.AWARD, range(1, 9))
    assert [[one.id for one in photos] for photos in shown.values()] == [[number]]


def test_paper_is_typed_in_by_place_word_or_first_character(walk: Walk, browse: Browse) -> None:
    recorder, scorer = browse(Role.RECORDER), walk.user(Role.GRID)
    du, wang, wen = (walk.town.household(label).id for label in (DU, WANG, WEN))
    address = f"/rounds/{walk.round_id}/grid"
    assert "先选这张纸表是谁走的" in recorder.open(address)
    walk.declare_kin(Role.RECORDER, WEN)

    def save(**cells: str) -> Any:
        recorder.open(address, scorer=scorer)
        request_id = recorder.value("request_id")
        return recorder.send(address, request_id=request_id, scorer=scorer, **cells)

    typed = {f"s-{du}-{LOST_AND_FOUND}": "2", f"s-{wang}-{LOST_AND_FOUND}": "好", f"r-{du}": "整齐"}
    assert save(**typed).status_code == 422
    assert 'value="好"' in recorder.page
    assert save(**{f"r-{du}": "整齐"}).status_code == 422
    assert "还没有填分" in recorder.page
    assert save(**typed).status_code == 422
    assert "看不懂：请填 1 优（5 分）、2 良（3 分）、3 合格（0 分）" in recorder.page
    assert walk.rows() == []
    typed[f"s-{wang}-{LOST_AND_FOUND}"] = "优"
    for _twice in range(2):
        assert save(**typed).status_code == 303
    assert (walk.points(DU), walk.points(WANG), len(walk.rows())) == (3, 5, 2)
    typed[f"s-{du}-{LOST_AND_FOUND}"] = "1"
    save(**typed)
    assert (walk.points(DU), len(walk.rows())) == (5, 3)
    assert walk.rows()[0].device.startswith("李建军 代录")
    assert save(**{f"s-{du}-{LOST_AND_FOUND}": ""}).status_code == 422
    assert "不能清空" in recorder.page
    assert save(**{f"s-{wen}-{LOST_AND_FOUND}": "1"}).status_code == 403
    assert walk.trail("rounds.barred")[0].subject == WEN


def test_a_dispute_is_settled_on_the_page(walk: Walk, browse: Browse) -> None:
    walk.send(Role.RECORDER, walk.op(WANG, 3, remark="有柴草"))
    walk.send(Role.GRID, walk.op(WANG, 5))
    admin = browse(Role.ADMIN)
    page = admin.open(f"/rounds/{walk.round_id}")
    assert page.count("按优算") == page.count("按良算") == 1
    assert "按优算" not in browse(Role.GRID).open(f"/rounds/{walk.round_id}")
    close = {"request_id": admin.value("request_id")}
    assert admin.send(f"/rounds/{walk.round_id}/close", **close).status_code == 409
    assert "还有 1 处打分不一致没有定：六组 042 号 王䶮" in admin.page
    choice = {"household": walk.town.household(WANG).id, "item": LOST_AND_FOUND, "points": 3}
    assert admin.send(f"/rounds/{walk.round_id}/settle", **choice).status_code == 303
    page = admin.open(f"/rounds/{walk.round_id}")
    assert "村委会定" in page
    ending = {"request_id": admin.value("request_id"), "unscored": "1"}
    admin.send(f"/rounds/{walk.round_id}/close", **ending)
    page = admin.open(f"/rounds/{walk.round_id}")
    assert "评比已结束" in page
    assert 'href="/awards/1"' in page
    assert admin.client.get(f"/rounds/{walk.round_id}.xlsx").status_code == 200
    assert admin.client.get(f"/rounds/{walk.round_id}/form.pdf").data.startswith(b"%PDF")


def test_a_backup_gives_what_the_phone_could_not_send(
    walk: Walk, browse: Browse, picture: bytes
) -> None:
    recorder, scorer = browse(Role.RECORDER), walk.user(Role.GRID)
    known = walk.op(DU, 5)
    walk.send(Role.GRID, known)
    data = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    fresh = walk.op(WANG, 3, photo=None, photo_data=data)
    broken = walk.op(WEN, 5, photo_data="data:image/jpeg;base64,xx")
    content = {
        "kind": "moralbank-round",
        "village": VILLAGE_ID,
        "round": walk.round_id,
        "user": scorer,
        "operations": [known, fresh, broken, walk.op(BAI, 4)],
    }
    address = f"/rounds/{walk.round_id}/restore"

    def upload(given: Any) -> Any:
        recorder.open(address)
        file = given if isinstance(given, bytes) else json.dumps(given).encode()
        return recorder.upload(address, "backup", "评比.json", file)

    for wrong in (b"{", b"", {**content, "kind": "x"}, {**content, "user": "何志勇"}):
        assert upload(wrong).status_code == 422
    assert upload({**content, "round": 7}).status_code == 409
    assert upload({**content, "user": 987}).status_code == 403
    for _twice in range(2):
        assert upload(content).status_code == 303
    page = recorder.open(f"/rounds/{walk.round_id}")
    assert "1 条没收" in page
    assert len(walk.rows()) == 3
    photo = next(one.photo_id for one in walk.rows() if one.points == 3)
    assert photo is not None
    assert {one.scorer for one in walk.rows()} == {scorer}


def test_a_neighbours_round_is_nobodys(hamlet: Town, tmp_path: Path) -> None:
    walk = Walk(hamlet).begin()
    found_village(hamlet.database, 150404103202, "小河沿村", (("一组", "012", "欧阳春"),))
    app = make_app(hamlet, tmp_path)
    stranger = Browser(app).sign_in(STAFF[Role.RECORDER] + "202")
    stranger.open("/rounds/new")
    for part in ("", "/score", "/grid", "/restore", "/form.pdf", ".xlsx", "/token"):
        assert stranger.client.get(f"/rounds/{walk.round_id}{part}").status_code == 404, part
    for part in ("/settle", "/close", "/grid", "/restore"):
        assert stranger.send(f"/rounds/{walk.round_id}{part}").status_code in {404, 422}, part
    sent = json.dumps({"operations": [walk.op(DU, 5)]})
    address, headers = f"/rounds/{walk.round_id}/scores", {"X-CSRFToken": stranger.token()}
    assert stranger.client.post(address, data=sent, headers=headers).status_code == 404
    assert walk.rows() == []
    app.extensions["moralbank"].close()


def test_statements_do_not_grow_with_scores(walk: Walk) -> None:
    counted: list[str] = []
    engine = walk.town.database.engine

    def count(*given: Any) -> None:
        counted.append(given[2])

    numbers = []
    for labels in ((DU,), (WANG, WEN, BAI)):
        operations = [walk.op(label, 5) for label in labels]
        counted.clear()
        event.listen(engine, "before_cursor_execute", count)
        walk.send(Role.GRID, *operations)
        walk.board()
        event.remove(engine, "before_cursor_execute", count)
        numbers.append(len(counted))
    assert numbers[0] == numbers[1]
