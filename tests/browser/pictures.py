"""Take the pictures of the README and the manual: `make pictures`, from a demo village made for it.

`python -m tests.browser.pictures FOLDER --all` takes every page at both widths, for looking at.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import click
import pypdfium2
from playwright.sync_api import Browser, Page, expect, sync_playwright

from moralbank import clock
from tests.browser.conftest import (
    CHROMIUM,
    FLAGS,
    LAPTOP,
    PHONE,
    TABLET,
    fetch_form,
    free_port,
    run_command,
)

SIZES: Final = {"phone": PHONE, "laptop": LAPTOP, "tablet": TABLET}
NOTICE: Final = r"/notices /notices/\d+"
ROUND: Final = r"/rounds /rounds/\d+"
SITTING: Final = r"/sittings /sittings/\d+"
OBJECTION: Final = r"/objections /objections/\d+"
REMINDER: Final = r"/reminders /reminders/\d+"
RECHECK: Final = r"/supervision/rechecks /supervision/rechecks/\d+"
PUBLIC_NOTICE: Final = r"/n/{village} /n/\d+/\d+"
REFUND: Final = r"/counter/slips /counter/slips/\d+ /counter/slips/\d+/refund"
CLOSED_DAY: Final = r"/counter/days /counter/day\?day=.*"
RECEIPT: Final = r"/store/receipts /store/receipts/\d+"
COUNT: Final = r"/store/counts /store/counts/\d+"
VOUCHER: Final = r"/fund /fund/vouchers/\d+"
SETTLEMENT: Final = "/settlements/8"  # of the shop under contract, paid
# Role, page, name, sizes. A size with a star is taken for the README or the manual. A page may be
# the first of a list: then patterns of the links that lead from the list to it follow.
PAGES: Final = (
    ("", "/sign-in", "sign-in", "phone laptop"),
    ("", "/c/{card}", "own-card", "phone* laptop"),
    ("", "/c/{card}/claim", "own-claim", "phone laptop"),
    ("", "/n/{village}", "public-notices", "phone laptop"),
    ("", PUBLIC_NOTICE, "public-notice", "phone* laptop"),
    ("", PUBLIC_NOTICE + r" /n/\d+/\d+/\d+/object", "public-objection", "phone laptop"),
    ("", "/b/{village}/shanju", "public-board", "phone laptop"),
    ("管理员", "/", "home-admin", "phone laptop"),
    ("管理员", "/households", "households", "phone laptop*"),
    ("管理员", "/households/12", "household", "phone laptop"),
    ("管理员", "/households/import", "households-import", "phone laptop"),
    ("管理员", "/scheme", "scheme", "phone* laptop"),
    ("管理员", "/scheme/new", "scheme-new", "phone laptop"),
    ("管理员", "/cards", "cards-page", "phone laptop"),
    ("管理员", "/store/rates", "rates", "phone laptop"),
    ("管理员", "/store/shops", "shops", "phone laptop"),
    ("管理员", "/fund/lapse", "lapse", "phone laptop"),
    ("管理员", "/households/12/photo", "portrait", "phone laptop"),
    ("管理员", "/users", "users", "phone laptop"),
    ("管理员", "/users/new", "users-new", "phone laptop"),
    ("管理员", "/users/3", "user-grid", "phone laptop"),
    ("管理员", "/cards/household/12", "card-household", "phone laptop"),
    ("管理员", "/notices", "notices", "phone laptop"),
    ("管理员", NOTICE, "notice", "phone laptop"),
    ("管理员", "/notices/new", "notice-new", "phone laptop"),
    ("管理员", "/rounds", "rounds", "phone laptop"),
    ("管理员", "/rounds/new", "round-new", "phone laptop"),
    ("管理员", ROUND, "round", "phone laptop"),
    (
        "管理员",
        ROUND + r" /rounds/\d+/grid /rounds/\d+/grid\?scorer.*",
        "round-grid",
        "phone laptop",
    ),
    ("管理员", "/rounds/1", "round-closed", "phone laptop"),
    ("管理员", "/settings", "settings", "phone laptop"),
    ("管理员", "/password", "password", "phone laptop"),
    ("记分员", "/", "home-recorder", "phone* laptop"),
    ("记分员", "/awards/record", "record", "phone* laptop"),
    ("记分员", "/awards/record?household=12", "record-item", "phone laptop"),
    ("记分员", "/awards/record?household=12&item=1", "record-deed", "phone laptop"),
    ("记分员", "/awards/record-many", "record-many", "phone laptop"),
    ("记分员", "/awards/verify", "verify", "phone* laptop"),
    ("记分员", "/awards/mine", "mine", "phone laptop"),
    ("记分员", "/reminders", "reminders", "phone laptop"),
    ("记分员", REMINDER, "reminder", "phone laptop"),
    ("记分员", "/reminders/new?household=12", "reminder-new", "phone laptop"),
    ("记分员", "/objections/new", "objection-which", "phone laptop"),
    ("记分员", NOTICE + r" /objections/new\?award.*", "objection-new", "phone laptop"),
    ("网格员", "/", "home-grid", "phone laptop"),
    ("网格员", "/awards/verify", "verify-grid", "phone laptop"),
    ("网格员", ROUND + r" /rounds/\d+/score", "round-score", "phone* laptop"),
    ("网格员", "/password", "password-ties", "phone laptop"),
    ("评议员", "/", "home-reviewer", "phone laptop"),
    ("评议员", "/awards/review", "review", "phone* laptop"),
    ("评议员", "/awards/review?order=item", "review-by-item", "phone laptop"),
    ("评议员", "/sittings", "sittings", "phone laptop"),
    ("评议员", "/sittings/new", "sitting-new", "phone laptop"),
    ("评议员", SITTING, "sitting", "phone laptop"),
    ("评议员", "/awards", "awards", "phone laptop"),
    ("评议员", "/awards/12", "award", "phone laptop"),
    ("评议员", "/boards", "boards", "phone laptop"),
    ("评议员", "/boards/shanju", "board", "phone laptop*"),
    ("店长", "/", "home-shopkeeper", "phone laptop"),
    ("店长", "/counter", "counter-who", "phone tablet laptop*"),
    ("店长", "/counter?household=37", "counter", "phone* tablet laptop*"),
    ("店长", "/counter/slips", "slips", "phone laptop"),
    ("店长", "/counter/slips/12", "slip-page", "phone tablet laptop"),
    ("店长", "/counter/days", "days", "phone laptop"),
    ("店长", CLOSED_DAY, "day-page", "phone laptop"),
    ("店长", "/store", "store", "phone laptop*"),
    ("店长", "/store/receive", "store-receive", "phone laptop"),
    ("店长", RECEIPT, "receipt", "phone laptop"),
    ("店长", "/store/waste", "waste", "phone laptop"),
    ("店长", COUNT, "count", "phone laptop"),
    ("店长", "/store/expiring", "expiring", "phone laptop"),
    ("店长", "/store/order", "order", "phone laptop*"),
    ("店长", "/store/labels", "labels-page", "phone laptop"),
    ("店长", "/store/import", "store-import", "phone laptop"),
    ("店长", "/store/1", "product", "phone laptop"),
    ("监督员", "/", "home-supervisor", "phone laptop"),
    ("监督员", "/ledger", "books", "phone laptop"),
    ("监督员", "/objections", "objections", "phone laptop*"),
    ("监督员", OBJECTION, "objection", "phone laptop"),
    ("监督员", OBJECTION + r" /awards/\d+", "award-objected", "phone laptop"),
    ("监督员", "/supervision", "supervision", "phone laptop*"),
    ("监督员", "/supervision/decisions", "supervision-decisions", "phone laptop"),
    ("监督员", "/supervision/overrides", "supervision-overrides", "phone laptop"),
    ("监督员", "/supervision/reversals", "supervision-reversals", "phone laptop"),
    ("监督员", "/supervision/bars", "supervision-bars", "phone laptop"),
    ("监督员", "/supervision/ties", "supervision-ties", "phone laptop"),
    ("监督员", "/supervision/objections", "supervision-objections", "phone laptop"),
    ("监督员", "/supervision/rechecks", "rechecks", "phone laptop"),
    ("监督员", RECHECK, "recheck", "phone laptop"),
    ("会计", "/", "home-accountant", "phone laptop"),
    ("会计", REFUND, "refund", "phone laptop"),
    ("会计", "/fund", "fund", "phone laptop*"),
    ("会计", "/fund/income", "fund-income", "phone laptop"),
    ("会计", "/fund/buy", "fund-buy", "phone laptop"),
    ("会计", VOUCHER, "voucher", "phone laptop"),
    ("会计", "/fund/cover", "cover", "phone* laptop"),
    ("会计", "/settlements", "settlements", "phone laptop"),
    ("会计", "/settlements/new?shop=2", "settlement-new", "phone laptop"),
    ("会计", SETTLEMENT, "settlement-page", "phone laptop*"),
    ("会计", "/ledger/12", "statement", "phone laptop"),
)
BOARDS: Final = ("shanju", "xiaoxing", "haoren", "zuimei")


# The page that a paper is printed from, the paper's address behind it, its picture's name.
PAPERS: Final = (
    (NOTICE, "/list.pdf", "notice-list"),
    (NOTICE, "/details.pdf", "notice-details"),
    (NOTICE, "/objection-form.pdf", "objection-form"),
    (SITTING, "/minutes.pdf", "minutes"),
    (ROUND, "/form.pdf", "round-form"),
    (REMINDER, "/letter.pdf", "reminder-letter"),
    (RECHECK, "/sheet.pdf", "recheck-sheet"),
    (SETTLEMENT, "/sheet.pdf", "settlement"),
    ("/fund/cover", ".pdf", "cover"),
    ("/store/labels", ".pdf?" + "&".join(f"p={number}" for number in range(1, 25)), "labels"),
    (COUNT, "/sheet.pdf", "count-sheet"),
    (CLOSED_DAY, ".pdf", "day"),
)
VILLAGE: Final = "150404103201"
ADDRESS: Final = "https://bank.example.cn"


class Demo:
    """A demo village in a folder that goes away, served; as if it stood in the internet."""

    def __init__(self, folder: Path) -> None:
        """Make and serve it; ready when its address answers."""
        self.address = f"http://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moralbank", "demo", "--no-browser", "--port", port],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.people: dict[str, tuple[str, str]] = {}
        for line in self.process.stdout:
            found = re.search(r"^(\S+)：用户名 (\S+)，密码 (\S+)", line)
            if found:
                # Of two who do the same the first: the shopkeeper of the village's own shop.
                self.people.setdefault(found[1], (found[2], found[3]))
            if self.address in line:
                time.sleep(1)
                break
        instance = folder / "instance" / "demo"

        def command(role: str, *words: str) -> str:
            return run_command(instance, *words, user=self.people[role][0])

        command("管理员", "settings", "set", "public_address", ADDRESS)
        reminded = json.loads(command("网格员", "reminders", "list", "--json"))[0]["household"]
        cards = json.loads(command("记分员", "cards", "show", reminded, "--json"))
        self.card: str = next(one["token"] for one in cards if one["state"] == "active")

    def sign_in(self, browser: Browser, role: str, size: str) -> Page:
        """A device of this size with somebody of this role (nobody for "")."""
        page = browser.new_context(viewport=SIZES[size], locale="zh-CN").new_page()  # type: ignore[arg-type]
        if role:
            name, password = self.people[role]
            page.goto(f"{self.address}/sign-in")
            page.fill("[name=name]", name)
            page.fill("[name=password]", password)
            page.click("main button[type=submit]")
            page.wait_for_url(f"{self.address}/")
        return page

    def open(self, page: Page, way: str) -> int:
        """Go to a page of PAGES, by way of the list that it stands in; the answer's status."""
        first, *links = way.format(village=VILLAGE, card=self.card).split()
        answer = page.goto(self.address + first)
        for link in links:
            found = page.locator("a[href]").evaluate_all(
                "all => all.map(one => one.pathname + one.search)"
            )
            answer = page.goto(self.address + next(one for one in found if re.fullmatch(link, one)))
        return answer.status if answer else 0


def take_pages(demo: Demo, browser: Browser, folder: Path, *, everything: bool) -> None:
    """Pictures of pages; those of the README show one screen, the others the whole page."""
    devices: dict[tuple[str, str], Page] = {}
    for role, path, name, sizes in PAGES:
        for size in sizes.split():
            if not (everything or size.endswith("*")):
                continue
            plain = size.rstrip("*")
            key = (role, plain)
            if key not in devices:
                devices[key] = demo.sign_in(browser, role, plain)
            page = devices[key]
            status = demo.open(page, path)
            if name == "counter":
                _fill_basket(page)
            if name == "round-score":
                expect(page.locator(".mark").first).to_be_enabled()
            wide = page.evaluate("document.documentElement.scrollWidth") > SIZES[plain]["width"]
            click.echo(f"{name}-{plain}: {status}{' TOO WIDE' if wide else ''}")
            page.screenshot(path=folder / f"{name}-{plain}.png", full_page=everything)


def _fill_basket(page: Page) -> None:
    """Put into the basket what a diligent household can afford."""
    for product in ("小麦粉", "加碘食用盐", "酱油"):
        page.locator("[data-product]", has_text=product).get_by_role("button").first.click()
    page.evaluate("scrollTo(0, 0)")


def take_sheets(demo: Demo, browser: Browser, folder: Path) -> None:
    """Pictures of what is printed."""
    today = clock.today()
    quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    clerk = demo.sign_in(browser, "店长", "laptop")
    for slug in BOARDS:
        poster = clerk.request.get(f"{demo.address}/boards/{slug}.pdf?period={quarter}&paper=a4")
        draw(poster.body(), folder / f"board-{slug}.png", 0.9)
    _take_papers(demo, browser, folder)
    slip = clerk.request.get(f"{demo.address}/counter/slips/12.pdf")
    draw(slip.body(), folder / "slip.png", 1.6)
    recorder = demo.sign_in(browser, "记分员", "laptop")
    recorder.goto(f"{demo.address}/cards")
    sheet = fetch_form(recorder, "form[action$='sheet.pdf']")
    draw(sheet, folder / "cards.png", 1.2)


def _take_papers(demo: Demo, browser: Browser, folder: Path) -> None:
    """Pictures of what the path of a deed, the shop and the fund are printed as."""
    watcher = demo.sign_in(browser, "监督员", "laptop")
    for way, file, name in PAPERS:
        demo.open(watcher, way)
        address, mark, asked = watcher.url.partition("?")
        paper = watcher.request.get(address + file + mark + asked)
        draw(paper.body(), folder / f"{name}.png", 0.9)


def draw(pdf: bytes, path: Path, scale: float) -> None:
    """The first page of a PDF as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=scale).to_pil().save(path, optimize=True)
    document.close()


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        demo = Demo(Path(place))
        try:
            take_pages(demo, browser, folder, everything="--all" in sys.argv)
            take_sheets(demo, browser, folder)
        finally:
            demo.process.terminate()
            demo.process.wait()
            browser.close()


if __name__ == "__main__":
    main()
