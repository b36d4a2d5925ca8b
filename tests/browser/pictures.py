"""Take the pictures of the README and the manual: `make pictures`, from a demo village made for it.

`python -m tests.browser.pictures FOLDER --all` takes every page at both widths, for looking at.
"""

import base64
import json
import os
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
from tests.browser.pictured import (
    FORMS,
    ISSUE,
    OFFICE_PAGES,
    PAGES,
    PAPERS,
    POSTERS,
    RANKING,
    SCALES,
    Pictured,
)
from tests.browser.pictured_town import OVERSEER, make_town
from tests.village import PASSWORD

SIZES: Final = {"phone": PHONE, "laptop": LAPTOP, "tablet": TABLET}
USUAL_SIZES: Final = ["phone", "laptop"]
VILLAGE: Final = "150404103201"
BOARD: Final = "shanju"
ADDRESS: Final = "https://bank.example.cn"
COLOURS: Final = 256
USUAL_SCALE: Final = 0.9


class Served:
    """A bank in a folder of its own, served; who signs in stands in `people`, by role."""

    def __init__(self, folder: Path, *command: str) -> None:
        """Start the server; whoever comes after waits until it tells its address."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.people: dict[str, tuple[str, str]] = {}
        self.card = self.mark = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moralbank", *command, "--no-browser", "--port", str(port)],
            cwd=folder,
            stdout=subprocess.PIPE,
            env={**os.environ, "MORALBANK_LOG_LEVEL": "WARNING"},
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.hear(line)
            if self.address in line:
                time.sleep(1)
                break

    def hear(self, line: str) -> None:
        """A line that the program says at its start: who signs in, where it is a demo."""
        found = re.search(r"^(\S+)：用户名 (\S+)，密码 (\S+)", line)
        if found:
            # Of two who do the same the first: the shopkeeper of the village's own shop.
            self.people.setdefault(found[1], (found[2], found[3]))

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait()

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
        words = {"village": VILLAGE, "card": self.card, "board": BOARD, "mark": self.mark}
        first, *links = way.format(**words).split()
        answer = page.goto(self.address + first)
        for link in links:
            found = page.locator("a[href]").evaluate_all(
                "all => all.map(one => one.pathname + one.search)"
            )
            answer = page.goto(self.address + next(one for one in found if re.fullmatch(link, one)))
        return answer.status if answer else 0


class Demo(Served):
    """A demo village; as if it stood in the internet."""

    def __init__(self, folder: Path) -> None:
        """Make and serve it."""
        super().__init__(folder, "demo")
        instance = folder / "instance" / "demo"

        def command(role: str, *words: str) -> str:
            return run_command(instance, *words, user=self.people[role][0])

        command("管理员", "settings", "set", "public_address", ADDRESS)
        reminded = json.loads(command("网格员", "reminders", "list", "--json"))[0]["household"]
        cards = json.loads(command("记分员", "cards", "show", reminded, "--json"))
        self.card = next(one["token"] for one in cards if one["state"] == "active")
        self.mark = json.loads(run_command(instance, "villages", "list", "--json"))[0]["mark"]


class Office(Served):
    """A town of five villages, with its overseer."""

    def __init__(self, folder: Path) -> None:
        """Make and serve it."""
        make_town(folder / "instance")
        super().__init__(folder, "serve")
        self.people["乡镇督导"] = (OVERSEER, PASSWORD)


def take_pages(
    demo: Served, pictured: Pictured, browser: Browser, folder: Path, *, everything: bool
) -> None:
    """Pictures of pages; those of the README show one screen, the others the whole page."""
    devices: dict[tuple[str, str], Page] = {}
    for role, pages in pictured.items():
        for path, name, *sizes in pages:
            for size in sizes or USUAL_SIZES:
                if everything or size.endswith("*"):
                    plain = size.rstrip("*")
                    if (role, plain) not in devices:
                        devices[role, plain] = demo.sign_in(browser, role, plain)
                    page = devices[role, plain]
                    _take(demo, page, path, f"{name}-{plain}", folder, everything=everything)


def _take(
    demo: Served, page: Page, path: str, name: str, folder: Path, *, everything: bool
) -> None:
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


def take_ranking(office: Office, browser: Browser, folder: Path) -> None:
    """The picture of the sheet that an overseer prints."""
    overseer = office.sign_in(browser, "乡镇督导", "laptop")
    paper = overseer.request.get(office.address + RANKING)
    draw(paper.body(), folder, ("ranking",), USUAL_SCALE)


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
    everything = "--all" in sys.argv
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        demo = Demo(Path(place))
        try:
            take_pages(demo, PAGES, browser, folder, everything=everything)
            take_sheets(demo, browser, folder)
        finally:
            demo.stop()
        office = Office(Path(place) / "office")
        try:
            take_pages(office, OFFICE_PAGES, browser, folder, everything=everything)
            take_ranking(office, browser, folder)
        finally:
            office.stop()
            browser.close()


if __name__ == "__main__":
    main()
