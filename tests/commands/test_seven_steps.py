"""The main job from the command line: from an empty folder to a bag of rice, proved at the end."""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from moralbank import clock
from tests.browser.conftest import run_command
from tests.roster import roster_256
from tests.terminal import Terminal

PASSWORD = "hao-ren-hao-shi-7\n"


@dataclass
class Bank:
    """`moralbank` on one instance folder, as somebody types it.

    Called, it runs in this process, which takes a twentieth of the time; `process` starts one
    of its own, once in each step.
    """

    instance: Path
    terminal: Terminal

    def __call__(self, *arguments: str, user: str = "", stdin: str = "", expect: int = 0) -> str:
        return self.terminal.run(*arguments, who=user, stdin=stdin, expect=expect)

    def process(self, *arguments: str, user: str = "", stdin: str = "", expect: int = 0) -> str:
        """What the command said in a process of its own."""
        return run_command(self.instance, *arguments, user=user, stdin=stdin, expect=expect)


@pytest.fixture
def bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bank:
    """An empty folder, where the database will lie too: no other is named."""
    folder = tmp_path / "bank"
    return Bank(folder, Terminal("", folder, monkeypatch, capsys))


def test_seven_steps(bank: Bank, tmp_path: Path) -> None:
    # 1. The village opens, and its people get their parts.
    opening = ["--village-code", "150404103201", "--village-name", "羊圈湾村", "--admin", "王秀兰"]
    assert "已开户" in bank.process("init", *opening, "--password-stdin", stdin=PASSWORD)
    for name, role in (("李建军", "recorder"), ("赵德顺", "reviewer"), ("周桂兰", "shopkeeper")):
        add = ["users", "add", name, "--role", role, "--password-stdin"]
        bank(*add, user="王秀兰", stdin=PASSWORD)
    bank("settings", "set", "public_address", "https://bank.example.cn", user="王秀兰")
    bank("settings", "set", "notice_days", "0", user="王秀兰")  # the shortest way: no notice

    # 2. The roster: looked at first, then imported; a second time nothing is left to do.
    roster = tmp_path / "花名册.xlsx"
    roster.write_bytes(roster_256())
    assert "256" in bank("households", "import", str(roster), user="王秀兰")
    assert json.loads(bank("households", "list", "--json", user="王秀兰")) == []
    bank.process("households", "import", str(roster), "--commit", user="王秀兰")
    households = json.loads(bank("households", "list", "--json", user="王秀兰"))
    assert len(households) == 256
    assert len({household["group"] for household in households}) == 6
    bank("households", "import", str(roster), "--commit", user="王秀兰")
    assert len(json.loads(bank("households", "list", "--json", user="王秀兰"))) == 256

    # 3. Deeds are recorded, then approved by somebody else.
    record = ["awards", "record", "--item"]
    bank(*record, "志愿服务", "--household", "一组-012", "--quantity", "6", user="李建军")
    two = ["--household", "一组-012", "--household", "六组-042"]
    bank(*record, "庭院清洁达标", *two, user="李建军")
    assert "评议员" in bank("awards", "approve", "--all", user="李建军", expect=1)
    bank.process("awards", "approve", "--all", user="赵德顺")
    posted = json.loads(bank("awards", "list", "--state", "posted", "--json", user="赵德顺"))
    assert sorted(award["points"] for award in posted) == [3, 3, 6]

    # 4. Cards are printed, and each code decodes to the card's number.
    cards = tmp_path / "cards.pdf"
    bank.process("cards", "print", "--group", "一组", "-o", str(cards), user="李建军")
    codes = _codes(cards)
    assert len(codes) == 43
    assert all(re.fullmatch(r"HTTPS://BANK\.EXAMPLE\.CN/C/\d{15}", code) for code in codes)
    [card] = json.loads(bank("cards", "show", "一组-012", "--json", user="李建军"))
    assert card["payload"] in codes

    # 5. At the counter: goods come in, a card is read, goods go out; twice sent is once done.
    goods = json.loads(bank("store", "list", "--json", user="周桂兰"))
    cheap = min(goods, key=lambda product: int(product["price_fen"]))
    bank("store", "receive", "--product", f"{cheap['sku']}=5", user="周桂兰")
    redeem = ["counter", "redeem", "--card", card["payload"], "--product", f"{cheap['sku']}=2"]
    redeem += ["--request-id", "counter-000001"]
    slip = bank.process(*redeem, user="周桂兰")
    assert re.search(r"DH\d{8}-\d{4}", slip)
    assert bank(*redeem, user="周桂兰") == slip
    left = json.loads(bank("store", "list", "--json", user="周桂兰"))
    assert next(one["stock"] for one in left if one["sku"] == cheap["sku"]) == 3

    # 6. The boards are ranked and printed.
    boards = {"shanju": bank.process, "xiaoxing": bank, "haoren": bank, "zuimei": bank}
    for slug, typed in boards.items():
        poster = tmp_path / f"{slug}.pdf"
        typed("boards", "print", slug, "--period", _quarter(), "-o", str(poster), user="赵德顺")
        assert len(pypdfium2.PdfDocument(poster)) == 1
    assert "杜仁森" in _text(tmp_path / "shanju.pdf")

    # 7. The books are proved, and so is what was printed from them.
    statement = json.loads(bank("ledger", "statement", "一组-012", "--json", user="赵德顺"))
    spent = -(-2 * int(cheap["price_fen"]) // 100)
    assert statement[0]["balance"] == 9 - spent
    assert "账目无误" in bank.process("check", "--printed", statement[0]["mark"])


def test_refusals_say_why_and_change_nothing(bank: Bank, tmp_path: Path) -> None:
    assert "moralbank init" in bank.process("check", expect=1)
    assert "开户" in bank.process("--help")
    opening = ["--village-code", "12345", "--village-name", "羊圈湾村", "--admin", "王秀兰"]
    assert "12 位" in bank("init", *opening, "--password-stdin", stdin=PASSWORD, expect=1)
    opening[1] = "150404103201"
    bank("init", *opening, "--password-stdin", stdin=PASSWORD)
    assert "--as" in bank("households", "list", expect=1)
    assert "没有“李四”" in bank("households", "list", user="李四", expect=1)
    bank("users", "add", "李建军", "--role", "king", user="王秀兰", expect=2)
    photo = tmp_path / "花名册.xlsx"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "没有办成" in bank("households", "import", str(photo), user="王秀兰", expect=1)
    assert "账目无误" in bank("check")


def _codes(path: Path) -> list[str]:
    """What every QR code of a PDF says, at 200 dpi."""
    found = []
    document = pypdfium2.PdfDocument(path)
    for page in document:
        picture = page.render(scale=200 / 72).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    document.close()
    return found


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def _quarter() -> str:
    today = clock.today()
    return f"{today.year}-Q{(today.month + 2) // 3}"
