"""Certificates and door plates of named villagers: whose, in which words, and who printed them."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from moralbank import clock
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.boards.honour_sheets import CertificateKind
from moralbank.boards.honours import usual_words
from moralbank.i18n import ENGLISH, use_language
from tests.boards.deeds import edit
from tests.boards.hung import DU, GAOWA, WANG, correct, honour, publish, read, settle
from tests.conftest import make_app
from tests.printing.paper import size_of, text_of
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town, found_village

CERTIFICATES = "/boards/issues/1/certificates"
PRINT = f"{CERTIFICATES}/print.pdf"
PLATES = "/boards/plates/print.pdf"
RECORDER = STAFF[Role.RECORDER]
WORDS = {
    "body": "在【时段】荣登【榜名】【名次】，【事迹】。",
    "closing": "特发此状。",
    "organisation": "羊圈湾村党支部",
    "date": "二〇二六年除夕",
    "ink": "colour",
    "kind": "award",
}
DOOR = {"kind": "shixing", "size": "20x13", "door": "full", "organisation": "羊圈湾村村委会"}


@pytest.fixture
def site(hamlet: Town, tmp_path: Path) -> Flask:
    """A village whose 善举榜 is published; one household on it asked not to be named."""
    honour(hamlet)
    edit(hamlet, GAOWA, consent=False)
    publish(hamlet)
    return make_app(hamlet, tmp_path)


@pytest.fixture
def clerk(site: Flask) -> Browser:
    """The recorder, on the page of certificates."""
    person = Browser(site).sign_in(RECORDER)
    person.open(CERTIFICATES)
    return person


def printings(town: Town, act: str) -> list[tuple[str, dict[str, object]]]:
    """Subject and detail of everything noted of an act."""
    with town.database.reading() as session:
        rows = session.connection().execute(
            text("SELECT subject, detail FROM audit_entries WHERE act = :act ORDER BY id"),
            {"act": act},
        )
        return [(row.subject, json.loads(row.detail)) for row in rows]


def test_the_first_three_get_their_certificates(hamlet: Town, clerk: Browser) -> None:
    page = clerk.page
    for words in (
        "荣登【榜名】【名次】",
        "特发此状，以资鼓励。",
        "羊圈湾村村民委员会",
        "不愿具名，不印",
    ):
        assert words in page
    assert "特发此证，以资表彰。" in clerk.open(CERTIFICATES, kind="honour")
    answer = clerk.send(PRINT, places="three", **WORDS)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    told = text_of(answer.data)
    assert told.count("羊圈湾村党支部") == 2
    for words in ("王䶮家庭：", "第一名，修东沟水渠五天。", "杜仁森家庭：", "二〇二六年除夕", "账"):
        assert words in told
    assert told.count("清理河道。") == 1
    assert "某某" not in told
    [(subject, detail)] = printings(hamlet, "boards.certificates")
    assert subject == "善举榜 第 1 期"
    assert "王䶮" in str(detail["names"])
    assert "高娃" not in str(detail)
    assert "1 个不愿具名，没有印" in clerk.open("/paper")


def test_what_was_typed_stays_beside_what_is_wrong(hamlet: Town, clerk: Browser) -> None:
    typed = {**WORDS, "places": "first"}
    for wrong, said in (
        ({"body": "荣登【榜】"}, "认不得“【榜】”"),
        ({"body": "荣" * 161}, "最多 160 个字"),
        ({"body": " "}, "请填写这一项"),
        ({"right": "60"}, "要在 -40 到 40 毫米之间"),
        ({"chosen": "1"}, "却没有选“勾选的”"),
        ({"places": "chosen"}, "没有可印的人"),
        ({"places": "chosen", "chosen": "9"}, "没有可印的人"),
    ):
        refused = clerk.send(PRINT, **{**typed, **wrong})
        assert refused.status_code == 422, wrong
        assert said in clerk.page
        assert "羊圈湾村党支部" in clerk.page
    masked = next(n for n in "1234" if f'value="{n}" disabled' in clerk.page.replace("  ", " "))
    refused = clerk.send(PRINT, **{**typed, "places": "chosen", "chosen": ["1", masked]})
    assert refused.status_code == 409
    assert "不愿具名，不能印奖状" in clerk.page
    edit(hamlet, WANG, consent=False)  # who asks for it after the board was published, too
    told = text_of(clerk.send(PRINT, **{**typed, "places": "all", "body": "好"}).data)
    assert "王䶮" not in told
    assert "杜仁森" in told
    assert len(printings(hamlet, "boards.certificates")) == 1


def test_a_corrected_issue_and_strangers_get_none(
    hamlet: Town, site: Flask, clerk: Browser
) -> None:
    correct(hamlet, 1)
    assert "印第 2 期的" in clerk.open(CERTIFICATES)
    clerk.open("/boards/issues/2/certificates")
    refused = clerk.send(PRINT, places="first", **WORDS)
    assert refused.status_code == 409
    assert "已由第 2 期更正" in clerk.page
    clerk.open("/boards/issues/9/certificates", expect=404)
    found_village(hamlet.database, 150404103202, "河沿村")
    stranger = Browser(site).sign_in(f"{RECORDER}202")
    stranger.open("/boards/issues/2/certificates", expect=404)
    stranger.open("/boards/plates", issue="2", expect=404)
    stranger.open("/boards/plates")
    assert stranger.send(PLATES, scope="ticked", household="99", **DOOR).status_code == 404
    for role in VILLAGE_ROLES:
        if role not in {Role.ADMIN, Role.RECORDER}:
            person = Browser(site).sign_in(STAFF[role])
            person.open("/boards/plates", expect=403)
            person.open("/boards/issues/2/certificates", expect=403)
            assert "印奖状" not in person.open("/boards/issues/2")


def test_plates_for_those_ticked_with_their_own_stars(hamlet: Town, clerk: Browser) -> None:
    assert "爱国爱党" in clerk.open("/boards/plates")
    assert "爱国爱党" not in clerk.open("/boards/plates", kind="qingjie", q="杜仁森")
    page = clerk.open("/boards/plates", q="杜仁森")
    number = clerk.value("household")
    for wrong, said in (
        ({"usual": "11"}, "要在 0 到 10 之间"),
        ({"period": "年" * 21}, "最多 20 个字"),
        ({"household": []}, "请勾选要做门牌的户"),
    ):
        sent = {"household": number, "q": "杜仁森", f"stars-{number}": ["0", "3"], **DOOR, **wrong}
        refused = clerk.send(PLATES, scope="ticked", **sent)
        assert refused.status_code == 422
        assert said in clerk.page
        assert clerk.page.count(" checked") >= 3  # both stars, and whose name stands there
    sent = {"household": number, f"stars-{number}": ["0", "3", "77"], "usual": "10", **DOOR}
    few = clerk.send(PLATES, scope="ticked", **sent)
    assert "012号户主杜仁森" in text_of(few.data)
    sent.pop(f"stars-{number}")
    assert clerk.send(PLATES, scope="ticked", **sent).data != few.data
    assert printings(hamlet, "boards.plates")[0][1]["households"] == [DU]
    assert "高娃" not in page


def test_plates_for_an_issue_and_a_whole_group(hamlet: Town, clerk: Browser) -> None:
    page = clerk.open("/boards/plates", issue="1", kind="wenming")
    assert "印列出的 3 户" in page
    answer = clerk.send(PLATES, scope="listed", issue="1", **{**DOOR, "kind": "wenming"})
    told = text_of(answer.data)
    assert "王䶮" in told
    assert "文明家庭" in told
    assert size_of(answer.data) == (210, 297)
    clerk.open("/boards/plates", kind="wenming")
    answer = clerk.send(PLATES, scope="listed", **{**DOOR, "kind": "wenming", "size": "30x20"})
    told = text_of(answer.data)
    assert size_of(answer.data) == (420, 297)
    assert "二组007号" in told
    assert "高娃" not in told  # the number stands there, the name does not
    assert "1 户不愿具名" in clerk.open("/paper")
    assert clerk.open("/boards/plates", kind="没有", expect=404)
    assert len(printings(hamlet, "boards.plates")) == 2


def test_by_command(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    honour(village)
    publish(village)
    paper = tmp_path / "纸.pdf"

    def run(*words: str, expect: int = 0, who: str = RECORDER) -> str:
        return terminal.run("boards", *words, "-o", str(paper), who=who, expect=expect)

    assert "共 4 张" in run("certificates", "1", "--kind", "honour", "--places", "all")
    assert "特发此证，以资表彰。" in text_of(paper.read_bytes())
    blank = ("--line", "1", "--body", "【事迹】", "--ink", "words", "--offset", "3", "-2")
    assert "共 1 张" in run("certificates", "1", *blank)
    told = text_of(paper.read_bytes())
    assert "修东沟水渠五天" in told
    assert "荣誉证书" not in told
    assert "认不得" in run("certificates", "1", "--body", "【他】", expect=1)
    assert "最多 30 个字" in run("certificates", "1", "--closing", "好" * 31, expect=1)
    assert "没有发布过这一期榜" in run("certificates", "7", expect=1)
    assert "不能做这件事" in run("certificates", "1", expect=1, who=STAFF[Role.GRID])
    chosen = ("--household", DU, "--household", DU, "--issue", "1", "--stars", "孝老爱亲、邻里和睦")
    assert "共 4 块" in run("plates", *chosen)
    assert "012号户主杜仁森" in text_of(paper.read_bytes())
    assert "没有“勤快”这颗星" in run("plates", "--household", DU, "--stars", "勤快", expect=1)
    assert "请勾选要做门牌的户" in run("plates", expect=1)
    assert len(printings(village, "boards.plates")) == 1
    assert len(printings(village, "boards.certificates")) == 2


def test_the_day_on_a_certificate_is_chinese_whoever_prints_it(hamlet: Town) -> None:
    honour(hamlet)
    publish(hamlet)
    settle(hamlet, "formal_dates", "arabic")
    use_language(ENGLISH)
    with hamlet.database.reading() as session:
        words = usual_words(session, read(hamlet, 1), CertificateKind.AWARD)
    today = clock.today()
    assert words.date == f"{today.year}年{today.month}月{today.day}日"


def test_a_sheet_is_looked_at_first(clerk: Browser) -> None:
    answer = clerk.send(PRINT, places="first", look="1", **WORDS)
    assert answer.status_code == 303
    assert "/paper/" in answer.location
