"""The page that leads to all paper; previews; sheets that take long; the pocket card."""

import io
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import click
import pypdfium2
import pytest
from flask import Flask
from PIL import Image

from moralbank import cli, console
from moralbank.access.permissions import PERMISSIONS, VILLAGE_ROLES, Role
from moralbank.paper import jobs, keeping
from moralbank.paper.catalogue import CATALOGUE
from moralbank.paper.jobs import Order, Press
from moralbank.paper.keeping import SheetNotKept
from moralbank.paper.pictures import Leaves
from moralbank.paper.queries import pocket_card
from moralbank.paper.quick_start import quick_start
from moralbank.paper.sheets import PocketCategory, PocketItem
from moralbank.paper.sizes import for_a_shop, paper_words, size_words
from moralbank.printing import Progress
from moralbank.printing.sheet import A4, Document, Paper
from moralbank.villages.service import change_setting
from moralbank.villages.settings import CONTACT, NOTICE_DAYS
from moralbank.web import printed
from moralbank.web.closing import Closing
from tests.conftest import make_app
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

POCKET = "/paper/quick-start.pdf"
ENTRIES = [entry for group in CATALOGUE for entry in group.entries]


@pytest.fixture
def office(hamlet: Town, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(hamlet, tmp_path)
    yield made
    made.extensions["moralbank"].close()


@pytest.fixture
def somebody(office: Flask) -> Callable[[Role], Browser]:
    return lambda role: Browser(office).sign_in(STAFF[role])


def looked(person: Browser, address: str, came_from: str = "/paper") -> str:
    """Ask to look at a sheet; the address of its page."""
    headers = {"Referer": f"http://localhost{came_from}"}
    answer = person.client.get(f"{address}?look=1", headers=headers)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def long_list(pages: int, paper: Paper = A4) -> bytes:
    document = Document(paper, "长")
    for number in range(1, pages + 1):
        document.canvas.drawString(90, 90, str(number))
        document.canvas.showPage()
    return document.close()


def test_every_role_finds_what_it_may_print_and_nothing_else(
    office: Flask, somebody: Callable[[Role], Browser]
) -> None:
    for role in VILLAGE_ROLES:
        person = somebody(role)
        page = person.open("/paper")
        shown = {
            re.split(r"\s*<", unescape(words))[0]
            for words in re.findall(r'paper__name">([^<]+)<', page)
        }
        own = [one for one in ENTRIES if role in PERMISSIONS[one.permission]]
        assert shown == {one.words for one in own}, role
        addresses = re.findall(r'class="paper" href="([^"]+)"', page)
        assert len(addresses) == len(own)
        for address in addresses:
            assert person.client.get(unescape(address)).status_code in {200, 303}, address
    assert {one.endpoint for one in ENTRIES} <= set(office.view_functions)
    pictures = (Path(cli.__file__).parent.parent / "static" / "paper.svg").read_text("utf-8")
    assert all(f'id="{one.picture}"' in pictures for one in ENTRIES)


def test_the_command_line_lists_them_and_knows_every_command(
    terminal: Terminal,
) -> None:
    said = terminal.run("paper", "list", who=STAFF[Role.GRID])
    assert "记分员口袋卡" in said
    assert "存折" not in said
    rooms = cli.Rooms()
    for entry in ENTRIES:
        command: click.Command | None = rooms
        for word in entry.command.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
        assert command is not None, entry.command


def test_a_sheet_is_looked_at_printed_and_saved(somebody: Callable[[Role], Browser]) -> None:
    person = somebody(Role.GRID)
    address = looked(person, POCKET, "/scheme?x=1")
    assert f'href="{address}">记分员口袋卡 <' in person.open("/paper")
    page = person.open(address)
    assert "A4，共 1 页" in page
    assert 'href="/scheme?x=1"' in page
    assert "往后折" in page
    sheet = re.findall(r'href="(/paper/[0-9a-f]{32}/sheet\.pdf[^"]*)"', page)
    shown, saved = (person.client.get(address) for address in sheet[:2])
    assert shown.data == saved.data == person.client.get(POCKET).data
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, saved, person.client.get(POCKET), person.client.get("/objections.xlsx")):
        assert answer.headers["Cache-Control"] == "no-store"
    pictures = re.findall(r"(/paper/[0-9a-f]{32}/pages/1/\w+\.png) (\d+)w", page)
    assert [int(dots) for _address, dots in pictures] == [600, 1240]
    for address, dots in pictures * 2:  # drawn, then kept
        answer = person.client.get(address)
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-store")
        assert abs(Image.open(io.BytesIO(answer.data)).width - int(dots)) <= 1
        assert len(answer.data) < 150_000
    for wrong in ("pages/2/small.png", "pages/0/small.png", "pages/1/huge.png"):
        person.open(f"{pictures[0][0].partition('/pages')[0]}/{wrong}", 404)


def test_the_way_back_is_a_page_of_ours(somebody: Callable[[Role], Browser]) -> None:
    person = somebody(Role.GRID)
    foreign = {"Referer": "https://elsewhere.example/paper"}
    answer = person.client.get(f"{POCKET}?look=1", headers=foreign)
    page = person.open(answer.headers["Location"])
    assert "elsewhere" not in page
    assert 'class="heading__back" href="/paper"' in page


def test_nobody_else_sees_a_sheet(somebody: Callable[[Role], Browser]) -> None:
    address = looked(somebody(Role.GRID), POCKET)
    other = somebody(Role.ADMIN)
    for part in ("", "/state", "/sheet.pdf", "/pages/1/small.png"):
        assert "只留一小时" in other.open(f"{address}{part}", 404)
    other.open("/paper")
    assert other.send(f"{address}/cancel").status_code == 404


def test_a_sheet_that_was_swept_meanwhile_is_gone_and_none_outlives_its_hour(
    somebody: Callable[[Role], Browser], office: Flask, tmp_path: Path
) -> None:
    person = somebody(Role.GRID)
    address = looked(person, POCKET)
    (folder,) = tmp_path.glob(f"paper/*/*/{address.rpartition('/')[2]}")
    (folder / keeping.SHEET).rename(folder / "swept")
    for part in ("/sheet.pdf", "/pages/1/small.png"):
        assert "只留一小时" in person.open(f"{address}{part}", 404)
    (folder / "swept").rename(folder / keeping.SHEET)
    person.open(address)
    long_ago = time.time() - keeping.KEPT_SECONDS - 1
    os.utime(folder / "job.json", (long_ago, long_ago))
    office.extensions["closing"] = Closing()  # a minute later, whoever opens whatever
    person.open("/scheme")
    assert not folder.exists()


def test_many_pages_come_ten_at_a_time(
    office: Flask, hamlet: Town, somebody: Callable[[Role], Browser]
) -> None:
    person = somebody(Role.RECORDER)
    press: Press = office.extensions["press"]
    actor = hamlet.actor(Role.RECORDER)
    long = press.take(office.config["INSTANCE"], actor, Order("长.pdf"), lambda _t: long_list(23))
    assert long.wait(20)
    page = person.open(f"/paper/{long.token}", page=3)
    assert "第 21 到 23 页，共 23 页" in page
    assert re.findall(r"/pages/(\d+)/small\.png\"", page) == ["21", "22", "23"]
    assert page.count('loading="lazy"') == 3
    assert "下一批" not in page
    poster = Paper(800, 1200)
    wide = press.take(
        office.config["INSTANCE"], actor, Order("榜.pdf"), lambda _t: long_list(1, poster)
    )
    assert wide.wait(20)
    page = person.open(f"/paper/{wide.token}")
    assert "80 × 120 厘米" in page
    assert "图文店" in page
    picture = person.client.get(f"/paper/{wide.token}/pages/1/large.png")
    assert Image.open(io.BytesIO(picture.data)).size == (1240, 1860)


def test_a_slow_sheet_is_watched_without_scripts_and_cancelled(
    office: Flask, hamlet: Town, somebody: Callable[[Role], Browser]
) -> None:
    gate = threading.Event()

    def draw(told: Progress) -> bytes:
        done = 0
        while not gate.wait(0.02):
            done = min(done + 1, 7)
            told(done)
        return long_list(1)

    person, actor = somebody(Role.RECORDER), hamlet.actor(Role.RECORDER)
    run = office.extensions["press"].take(
        office.config["INSTANCE"], actor, Order("一组.pdf", 40, "/cards"), draw
    )
    while not person.client.get(f"/paper/{run.token}/state").json["done"]:
        assert not run.wait(0.05)
    page = person.open(f"/paper/{run.token}")
    assert '<meta http-equiv="refresh" content="2">' in page
    assert re.search(r"正在排版：第 \d 个，共 40 个", page)
    assert re.search(r'<progress [^>]*max="40" value="\d"', page)
    person.open(f"/paper/{run.token}/sheet.pdf", 404)
    assert person.send(f"/paper/{run.token}/cancel").status_code == 303
    page = person.open(f"/paper/{run.token}")
    assert "已取消，没有留下什么" in page
    assert "refresh" not in page
    assert 'href="/cards"' in page
    assert run.wait(20)


def test_what_takes_longer_than_patience_shows_its_page(
    somebody: Callable[[Role], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "PATIENCE", 0)
    person = somebody(Role.GRID)
    address = looked(person, POCKET)
    for _attempt in range(400):
        page = person.open(address)
        if "refresh" not in page:
            break
    assert "A4，共 1 页" in page


def test_a_refusal_in_time_is_told_where_it_was_asked(
    somebody: Callable[[Role], Browser], office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an unexpected fault shows the page of faults, its job forgotten."""

    def full(*_arguments: object) -> bytes:
        raise SheetNotKept

    person = somebody(Role.GRID)
    monkeypatch.setattr("moralbank.paper.quick_start.quick_start", full)
    assert "磁盘满了" in person.open(POCKET, 503, look=1)
    monkeypatch.setattr("moralbank.paper.quick_start.quick_start", lambda _card: 1 // 0)
    assert "系统出了意外" in person.open(POCKET, 500, look=1)
    kept = office.config["INSTANCE"] / "paper"
    assert not list(kept.glob("*/*/*"))


def test_ends_without_a_sheet_say_why(
    office: Flask, hamlet: Town, somebody: Callable[[Role], Browser]
) -> None:
    person, actor = somebody(Role.RECORDER), hamlet.actor(Role.RECORDER)
    instance = office.config["INSTANCE"]

    def refuse(_told: Progress) -> bytes:
        raise SheetNotKept

    refused = office.extensions["press"].take(instance, actor, Order("卡.pdf"), refuse)
    failed = office.extensions["press"].take(instance, actor, Order("卡.pdf"), lambda _t: b"no PDF")
    assert refused.wait(20)
    assert failed.wait(20)
    assert "磁盘满了" in person.open(f"/paper/{refused.token}")
    assert "系统出了意外" in person.open(f"/paper/{failed.token}")
    folder = jobs.find(instance, actor, failed.token).folder
    for name in ("end.json", "beat"):
        (folder / name).unlink()
    folder_before = folder.stat()
    (folder / "beat").write_bytes(b"")
    import os  # noqa: PLC0415

    os.utime(folder / "beat", (folder_before.st_mtime - 99, folder_before.st_mtime - 99))
    assert "没有排完，请重做" in person.open(f"/paper/{failed.token}")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("一组/二组:公示\r\n.pdf", "一组-二组-公示-.pdf"),
        ("../../etc/passwd.pdf", "etc-passwd.pdf"),
        ("榜" * 300 + ".pdf", "榜" * 100 + ".pdf"),
        ("cards.pdf", "cards.pdf"),
    ],
)
def test_names_of_files_are_harmless(wanted: str, kept: str) -> None:
    assert printed.file_name(wanted) == kept


def test_sizes_have_their_names() -> None:
    assert size_words(210, 297) == "A4"
    assert size_words(420.2, 296.9) == "A3 横放"
    assert size_words(3000, 800) == "300 × 80 厘米"
    assert size_words(86, 54) == "86 × 54 毫米"
    both = (Leaves(210, 297, 2), Leaves(148, 210, 8), Leaves(210, 297, 1))
    assert paper_words(both) == "A4 3 页；A5 8 页"
    assert not for_a_shop(both)


def test_the_pocket_card_holds_the_scheme_and_the_people(hamlet: Town) -> None:
    with hamlet.database.writing() as session:
        change_setting(session, hamlet.actor(Role.ADMIN), NOTICE_DAYS, "7")
        change_setting(session, hamlet.actor(Role.ADMIN), CONTACT, "王秀兰 0476-1234567")
        card = pocket_card(session, hamlet.village_id)
    words = _text(quick_start(card))
    for item in ("庭院清洁达标", "每 100 元、每年最多 20 分", "村 3、镇 5", "扣分（先提醒）"):
        assert item in words, item
    for said in ("张榜 7 天", "赵德顺", "0476-1234567", "羊圈湾村"):
        assert said in words, said
    assert quick_start(card) == quick_start(card)


def test_a_pocket_card_of_a_huge_scheme_says_what_is_missing(hamlet: Town) -> None:
    with hamlet.database.reading() as session:
        card = pocket_card(session, hamlet.village_id)
    items = tuple(PocketItem(f"事项{number}", "1 分") for number in range(150))
    from dataclasses import replace  # noqa: PLC0415

    huge = replace(card, categories=(PocketCategory("环境卫生", items),))
    words = _text(quick_start(huge))
    shown = len(set(re.findall(r"事项\d+", words)))
    missing = sum({int(n) for n in re.findall(r"其余 (\d+) 项", words)})
    assert shown > 50
    assert shown + missing == 150
    assert _text(quick_start(replace(card, categories=(), people=())))


def test_the_command_line_writes_a_sheet_whole_or_not_at_all(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "口袋卡.pdf"
    who = STAFF[Role.RECORDER]
    terminal.run("paper", "quick-start", "-o", str(target), who=who)
    whole = target.read_bytes()
    assert "记分员口袋卡" in _text(whole)

    def torn(grown: Path, _name: Path) -> None:
        assert grown.read_bytes() == b"%PDF-1.4 another"
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", torn)
    with pytest.raises(KeyboardInterrupt):
        console.write_file(target, b"%PDF-1.4 another")
    assert target.read_bytes() == whole
    assert [path.name for path in tmp_path.glob("*口袋卡*")] == ["口袋卡.pdf"]


def _text(content: bytes) -> str:
    """Everything that is written, also what stands on its head."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        upright = page.get_textpage().get_text_range()
        page.set_rotation(180)
        return str(upright + page.get_textpage().get_text_range())
