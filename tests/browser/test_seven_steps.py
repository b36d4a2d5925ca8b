"""The main job in a real browser on a real server: from a roster to a bag of rice."""

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import zxingcpp
from playwright.sync_api import Page, expect

from moralbank.access.permissions import Role
from tests.browser.conftest import LAPTOP, PHONE, Served, fetch_form, run_command
from tests.roster import roster_256
from tests.village import PASSWORD, STAFF

OWN_PASSWORD = "wo-zi-ji-de-mi-ma-8"


def _open_village(instance: Path) -> None:
    opening = ["--village-code", "150404103201", "--village-name", "羊圈湾村"]
    admin = ["--admin", STAFF[Role.ADMIN], "--password-stdin"]
    run_command(instance, "init", *opening, *admin, stdin=f"{PASSWORD}\n")


def _sign_in(page: Page, served: Served, role: Role, *, first_time: bool = True) -> None:
    page.goto(f"{served.address}/sign-in")
    page.get_by_label("用户名").fill(STAFF[role])
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    if first_time:
        page.get_by_label("现在的密码").fill(PASSWORD)
        page.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
        page.get_by_label("再输一遍新密码").fill(OWN_PASSWORD)
        page.locator("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name=f"{STAFF[role]}，您好")).to_be_visible()


def _add_users(page: Page, served: Served) -> None:
    for role, label in (
        (Role.RECORDER, "记分员"),
        (Role.REVIEWER, "评议员"),
        (Role.SHOPKEEPER, "店长"),
    ):
        page.goto(f"{served.address}/users/new")
        page.get_by_label("用户名").fill(STAFF[role])
        page.get_by_text(label, exact=True).first.click()
        page.get_by_label("初始密码").fill(PASSWORD)
        page.get_by_role("button", name="添加").click()
        expect(page.get_by_text("已添加用户")).to_be_visible()


def _import_roster(page: Page, served: Served, folder: Path) -> None:
    roster = folder / "花名册.xlsx"
    roster.write_bytes(roster_256())
    page.goto(f"{served.address}/households/import")
    page.get_by_label("花名册文件").set_input_files(roster)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("256").first).to_be_visible()
    page.goto(f"{served.address}/households?typed=drs")
    expect(page.get_by_text("杜仁森")).to_be_visible()


def _record_deeds(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/awards/record")
    page.get_by_role("searchbox").fill("drs")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="杜仁森", exact=True).click()
    page.get_by_role("link", name="志愿服务").first.click()
    page.get_by_role("spinbutton").fill("8")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status").first).to_contain_text("杜仁森")
    page.goto(f"{served.address}/awards/record-many")
    page.get_by_role("link", name="庭院清洁达标").first.click()
    for head in ("杜仁森", "王䶮"):
        page.get_by_text(head, exact=True).click()
    page.get_by_role("button", name="给勾选的户记分").click()
    expect(page.get_by_role("status").first).to_contain_text("已记 2 户")


def _approve(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/awards/review")
    expect(page.locator("input[name=awards]")).to_have_count(3)
    for box in page.locator("input[name=awards]").all():
        box.check()
    page.get_by_role("button", name="通过勾选的").click()
    expect(page.locator("input[name=awards]")).to_have_count(0)


def _print_cards(page: Page, served: Served) -> list[str]:
    """The codes of a whole village's cards, through the form's own fields."""
    page.goto(f"{served.address}/cards")
    document = pypdfium2.PdfDocument(fetch_form(page, "form[action$='sheet.pdf']"))
    assert len(document) == 26
    codes = [
        code.text
        for number in (0, 25)
        for code in zxingcpp.read_barcodes(document[number].render(scale=200 / 72).to_pil())
    ]
    document.close()
    return codes


def _redeem(page: Page, served: Served, token: str) -> None:
    page.goto(f"{served.address}/store/receive")
    row = page.get_by_role("spinbutton", name=re.compile("香皂"))
    row.fill("12")
    page.get_by_role("button", name="确认进货").click()
    page.goto(f"{served.address}/counter")
    page.keyboard.type(f"HTTPS://BANK.EXAMPLE.CN/C/{token}\n", delay=5)
    expect(page.get_by_text("杜仁森").first).to_be_visible()
    for _time in range(2):
        page.locator(".product__face", has_text="香皂").click()
    page.get_by_role("button", name="确认兑换").click()
    expect(page.get_by_text(re.compile(r"DH\d{8}-0001")).first).to_be_visible()
    expect(page.get_by_text("11 分 → 7 分")).to_be_visible()
    page.get_by_role("link", name="下一位").click()
    page.get_by_label("没带卡").fill("司马")
    page.get_by_role("button", name="认户").click()
    expect(page.get_by_text("司马玉珍").first).to_be_visible()


def _read_boards(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/boards")
    for title in ("善举榜", "孝星榜", "好人榜", "最美羊圈湾人"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.goto(f"{served.address}/boards/shanju")
    expect(page.locator(".redboard").get_by_text("杜仁森")).to_be_visible()
    poster = page.request.get(f"{served.address}/boards/zuimei.pdf?paper=a3")
    assert poster.ok
    document = pypdfium2.PdfDocument(poster.body())
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "杜仁森" in text


def test_seven_steps(
    serve: Callable[[], Served], person: Callable[..., Page], tmp_path: Path
) -> None:
    _open_village(tmp_path / "instance")
    served = serve()
    admin = person(LAPTOP)
    _sign_in(admin, served, Role.ADMIN, first_time=False)
    admin.goto(f"{served.address}/settings")
    admin.get_by_label("公开网址").fill("https://bank.example.cn")
    admin.get_by_label("公示几天").fill("0")  # the shortest way: no notice
    admin.get_by_role("button", name="保存设置").click()
    _add_users(admin, served)
    _import_roster(admin, served, tmp_path)

    recorder, reviewer = person(PHONE), person(PHONE)
    _sign_in(recorder, served, Role.RECORDER)
    _record_deeds(recorder, served)
    _sign_in(reviewer, served, Role.REVIEWER)
    _approve(reviewer, served)

    codes = _print_cards(recorder, served)
    assert len(codes) == 16
    assert all(re.fullmatch(r"HTTPS://BANK\.EXAMPLE\.CN/C/\d{15}", code) for code in codes)
    card = served.command("cards", "show", "一组-012", "--json", user=STAFF[Role.RECORDER])
    token = re.search(r'"token": "(\d{15})"', card)
    assert token is not None

    shopkeeper = person(LAPTOP)
    _sign_in(shopkeeper, served, Role.SHOPKEEPER)
    _redeem(shopkeeper, served, token[1])
    _read_boards(reviewer, served)

    admin.goto(f"{served.address}/ledger")
    admin.get_by_role("button", name="现在验账").click()
    expect(admin.get_by_text("账目无误").first).to_be_visible()
    villager = person(PHONE)
    villager.goto(f"{served.address}/C/{token[1]}")
    expect(villager.get_by_text("杜**").first).to_be_visible()
    assert "账目无误" in served.command("check")
