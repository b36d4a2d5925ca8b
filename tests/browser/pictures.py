"""Take the pictures of the README and the manual: `make pictures`, from a demo village made for it.

`python -m tests.browser.pictures FOLDER --all` takes every page at both widths, for looking at.
"""

import base64
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
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import (
    CHROMIUM,
    FLAGS,
    LAPTOP,
    PHONE,
    TABLET,
    free_port,
    run_command,
)

SIZES: Final = {"phone": PHONE, "laptop": LAPTOP, "tablet": TABLET}
USUAL_SIZES: Final = ["phone", "laptop"]
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
SETTLEMENT: Final = r"/settlements /settlements/\d+"
ISSUE: Final = r"/boards/issues?board={board} /boards/issues/\d+"
CERTIFICATES: Final = ISSUE + r" /boards/issues/\d+/certificates"
PASSBOOK: Final = r"/passbooks /passbooks/household/\d+"
# By role: page, name, and sizes where they aren't the usual two. A size with a star is taken for
# the README or the manual. A page may be the first of a list: then patterns of the links that lead
# from the list to it follow.
PAGES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "": (
        ("/sign-in", "sign-in"),
        ("/c/{card}", "own-card", "phone*", "laptop"),
        ("/c/{card}/claim", "own-claim"),
        ("/n/{village}", "public-notices"),
        (PUBLIC_NOTICE, "public-notice", "phone*", "laptop"),
        (PUBLIC_NOTICE + r" /n/\d+/\d+/\d+/object", "public-objection"),
        ("/b/{village}/{board}", "public-board", "phone*", "laptop"),
    ),
    "管理员": (
        ("/", "home-admin"),
        ("/households", "households", "phone", "laptop*"),
        ("/households/12", "household"),
        ("/households/import", "households-import"),
        ("/scheme", "scheme", "phone*", "laptop"),
        ("/scheme/new", "scheme-new"),
        ("/cards", "cards-page", "phone", "laptop*"),
        ("/paper", "paper", "phone*", "laptop*"),
        ("/boards/{board}.pdf?paper=a3&look=1", "preview", "phone", "laptop*"),
        ("/boards/{board}/edit", "board-edit", "phone", "laptop*"),
        ("/boards/new", "board-new"),
        ("/boards/{board}/deeds", "board-deeds", "phone*", "laptop"),
        ("/boards/{board}/publish", "board-publish"),
        ("/boards/issues", "issues"),
        (ISSUE, "issue", "phone", "laptop*"),
        (ISSUE + r" /boards/issues/\d+/correct", "issue-correct"),
        (CERTIFICATES, "certificates"),
        ("/boards/plates", "plates"),
        ("/passbooks", "passbooks"),
        (PASSBOOK, "passbook", "phone*", "laptop"),
        ("/store/rates", "rates"),
        ("/store/shops", "shops"),
        ("/fund/lapse", "lapse"),
        ("/households/12/photo", "portrait"),
        ("/users", "users"),
        ("/users/new", "users-new"),
        ("/users/3", "user-grid"),
        ("/cards/household/12", "card-household"),
        ("/notices", "notices"),
        (NOTICE, "notice"),
        ("/notices/new", "notice-new"),
        ("/rounds", "rounds"),
        ("/rounds/new", "round-new"),
        (ROUND, "round"),
        (ROUND + r" /rounds/\d+/grid /rounds/\d+/grid\?scorer.*", "round-grid"),
        ("/rounds/1", "round-closed"),
        ("/settings", "settings"),
        ("/password", "password"),
    ),
    "记分员": (
        ("/", "home-recorder", "phone*", "laptop"),
        ("/awards/record", "record", "phone*", "laptop"),
        ("/awards/record?household=12", "record-item"),
        ("/awards/record?household=12&item=1", "record-deed"),
        ("/awards/record-many", "record-many"),
        ("/awards/verify", "verify", "phone*", "laptop"),
        ("/awards/mine", "mine"),
        ("/reminders", "reminders"),
        (REMINDER, "reminder"),
        ("/reminders/new?household=12", "reminder-new"),
        ("/objections/new", "objection-which"),
        (NOTICE + r" /objections/new\?award.*", "objection-new"),
    ),
    "网格员": (
        ("/", "home-grid"),
        ("/awards/verify", "verify-grid"),
        (ROUND + r" /rounds/\d+/score", "round-score", "phone*", "laptop"),
        ("/password", "password-ties"),
    ),
    "评议员": (
        ("/", "home-reviewer"),
        ("/awards/review", "review", "phone*", "laptop"),
        ("/awards/review?order=item", "review-by-item"),
        ("/sittings", "sittings"),
        ("/sittings/new", "sitting-new"),
        (SITTING, "sitting"),
        ("/awards", "awards"),
        ("/awards/12", "award"),
        ("/boards", "boards"),
        ("/boards/shanju", "board", "phone", "laptop*"),
    ),
    "店长": (
        ("/", "home-shopkeeper"),
        ("/counter", "counter-who", "phone", "tablet", "laptop*"),
        ("/counter?household=24", "counter", "phone*", "tablet", "laptop*"),
        ("/counter/slips", "slips"),
        ("/counter/slips/12", "slip-page", "phone", "tablet", "laptop"),
        ("/counter/days", "days"),
        (CLOSED_DAY, "day-page"),
        ("/store", "store", "phone", "laptop*"),
        ("/store/receive", "store-receive"),
        (RECEIPT, "receipt"),
        ("/store/waste", "waste"),
        (COUNT, "count"),
        ("/store/expiring", "expiring"),
        ("/store/order", "order", "phone", "laptop*"),
        ("/store/labels", "labels-page"),
        ("/store/import", "store-import"),
        ("/store/1", "product"),
    ),
    "监督员": (
        ("/", "home-supervisor"),
        ("/ledger", "books"),
        ("/objections", "objections", "phone", "laptop*"),
        (OBJECTION, "objection"),
        (OBJECTION + r" /awards/\d+", "award-objected"),
        ("/supervision", "supervision", "phone", "laptop*"),
        ("/supervision/decisions", "supervision-decisions"),
        ("/supervision/overrides", "supervision-overrides"),
        ("/supervision/reversals", "supervision-reversals"),
        ("/supervision/bars", "supervision-bars"),
        ("/supervision/ties", "supervision-ties"),
        ("/supervision/objections", "supervision-objections"),
        ("/supervision/rechecks", "rechecks"),
        (RECHECK, "recheck"),
    ),
    "会计": (
        ("/", "home-accountant"),
        (REFUND, "refund"),
        ("/fund", "fund", "phone", "laptop*"),
        ("/fund/income", "fund-income"),
        ("/fund/buy", "fund-buy"),
        (VOUCHER, "voucher"),
        ("/fund/cover", "cover", "phone*", "laptop"),
        ("/settlements", "settlements"),
        ("/settlements/new?shop=2", "settlement-new"),
        (SETTLEMENT, "settlement-page", "phone", "laptop*"),
        ("/ledger/12", "statement"),
    ),
}
# The page that a paper is printed from, the paper's address behind it, its picture's name.
PAPERS: Final[tuple[tuple[str, str, str], ...]] = (
    (NOTICE, "/list.pdf", "notice-list"),
    (NOTICE, "/letter.pdf", "notice-letter"),
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
    ("/counter/slips/12", ".pdf", "slip"),
    ("/scheme", "/poster.pdf?paper=a3", "scheme-poster"),
    ("/store", "/prices.pdf?paper=a3", "price-list"),
    ("/cards", "/guide.pdf?paper=a3", "card-guide"),
    ("/paper", "/quick-start.pdf", "pocket-card"),
)
# Dots that a point of a paper becomes, where it isn't the usual number.
SCALES: Final = {
    "slip": 1.6,
    "scheme-poster": 0.8,
    "price-list": 0.8,
    "card-guide": 0.8,
}
# A published board, paper and style, the picture's name, dots a point.
POSTERS: Final = (
    ("shanju", "a4", "festive", "board-shanju", 0.9),
    ("xiaoxing", "a4", "plain", "board-xiaoxing", 0.9),
    ("haoren", "a4", "modern", "board-haoren", 0.9),
    ("zuimei", "60x90", "festive", "board-zuimei", 0.38),
    ("shanju", "banner", "festive", "board-banner", 0.12),
)
# The page with a form that prints, the form, what is chosen in it; the picture of each page.
FORMS: Final[tuple[tuple[str, str, dict[str, str], tuple[str, ...], float], ...]] = (
    ("/cards", "sheet.pdf", {"backs": "duplex"}, ("cards", "cards-backs"), 0.9),
    (
        "/cards/household/12",
        "sheet.pdf",
        {"stock": "pvc", "skip": "", "backs": "duplex"},
        ("card-front", "card-back"),
        2.4,
    ),
    (
        "/cards/household/12",
        "sheet.pdf",
        {"stock": "pvc", "skip": "", "ink": "saving"},
        ("card-saving",),
        2.4,
    ),
    (CERTIFICATES, "print.pdf", {}, ("award",), 0.9),
    (
        CERTIFICATES + r" /boards/issues/\d+/certificates\?kind=honour",
        "print.pdf",
        {},
        ("honour",),
        0.9,
    ),
    (
        "/boards/plates?kind=shixing&q=wy",
        "print.pdf",
        {"scope": "listed", "usual": "8"},
        ("plate",),
        0.9,
    ),
    (
        PASSBOOK,
        "print.pdf",
        {"how": "booklet"},
        ("passbook-cover", "passbook-inside"),
        0.9,
    ),
)
VILLAGE: Final = "150404103201"
BOARD: Final = "shanju"
ADDRESS: Final = "https://bank.example.cn"
COLOURS: Final = 256
USUAL_SCALE: Final = 0.9


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
        first, *links = way.format(village=VILLAGE, card=self.card, board=BOARD).split()
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
    for role, pages in PAGES.items():
        for path, name, *sizes in pages:
            for size in sizes or USUAL_SIZES:
                if everything or size.endswith("*"):
                    plain = size.rstrip("*")
                    if (role, plain) not in devices:
                        devices[role, plain] = demo.sign_in(browser, role, plain)
                    page = devices[role, plain]
                    _take(demo, page, path, f"{name}-{plain}", folder, everything=everything)


def _take(demo: Demo, page: Page, path: str, name: str, folder: Path, *, everything: bool) -> None:
    """One picture; says the answer's status, and where a page is wider than its screen."""
    status = demo.open(page, path)
    if path.startswith("/counter?household"):
        _fill_basket(page)
    if path.endswith("/score"):
        expect(page.locator(".mark").first).to_be_enabled()
    if path.endswith("look=1"):
        _wait_for_leaf(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    click.echo(f"{name}: {status}{' TOO WIDE' if wide else ''}")
    picture = folder / f"{name}.png"
    page.screenshot(path=picture, full_page=everything)
    if not everything:
        _lighten(Image.open(picture), picture)


def _fill_basket(page: Page) -> None:
    """Put into the basket what a diligent household can afford."""
    for product in ("小麦粉", "加碘食用盐", "酱油"):
        page.locator("[data-product]", has_text=product).get_by_role("button").first.click()
    page.evaluate("scrollTo(0, 0)")


def _wait_for_leaf(page: Page) -> None:
    """Wait until a sheet was drawn and the picture of its first page is there."""
    leaf = page.locator(".leaf img").first
    expect(leaf).not_to_have_js_property("naturalWidth", 0, timeout=30_000)


def take_sheets(demo: Demo, browser: Browser, folder: Path) -> None:
    """Pictures of what is printed."""
    watcher = demo.sign_in(browser, "监督员", "laptop")
    for way, file, name in PAPERS:
        demo.open(watcher, way)
        address, mark, asked = watcher.url.partition("?")
        paper = watcher.request.get(address + file + mark + asked)
        draw(paper.body(), folder, (name,), SCALES.get(name, USUAL_SCALE))
    for board, paper_key, style, name, scale in POSTERS:
        demo.open(watcher, ISSUE.replace("{board}", board))
        poster = watcher.request.get(f"{watcher.url}.pdf?paper={paper_key}&style={style}")
        draw(poster.body(), folder, (name,), scale)
    recorder = demo.sign_in(browser, "记分员", "laptop")
    for way, file, chosen, names, size in FORMS:
        demo.open(recorder, way)
        draw(_printed(recorder, f"form[action$='{file}']", chosen), folder, names, size)


def _printed(page: Page, selector: str, chosen: dict[str, str]) -> bytes:
    """What a page's form prints with this chosen in it, without looking at it first."""
    encoded = page.evaluate(
        """async ([selector, chosen]) => {
            const form = document.querySelector(selector);
            const body = new FormData(form);
            body.delete("look");
            for (const [name, value] of Object.entries(chosen)) body.set(name, value);
            const answer = await fetch(form.action, {method: "POST", body});
            const bytes = new Uint8Array(await answer.arrayBuffer());
            return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
        }""",
        [selector, chosen],
    )
    return base64.b64decode(encoded)


def draw(pdf: bytes, folder: Path, names: tuple[str, ...], scale: float) -> None:
    """The first pages of a PDF as pictures, one for each name; `scale` is dots for a point."""
    assert pdf.startswith(b"%PDF"), f"{names}: no PDF, but {pdf[:200]!r}"
    document = pypdfium2.PdfDocument(pdf)
    for page, name in zip(document, names, strict=False):
        _lighten(page.render(scale=scale).to_pil(), folder / f"{name}.png")
    document.close()


def _lighten(picture: Image.Image, path: Path) -> None:
    """Keep a picture with few colours: it is there to be seen on a page, not to be printed."""
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


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
