"""Speed is measured beside its limit, and a figure that nothing proves is worth nothing."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from moralbank.bench import printing
from moralbank.bench.bare_cards import bare_cards, cut_font
from moralbank.bench.commands import PAPER
from moralbank.bench.figures import MILLISECONDS, Figure, Round, at_least, at_most, per_second
from moralbank.bench.other_cards import fpdf2_cards, html_cards, merged_cards
from moralbank.bench.people import CardFaces, board, heads
from moralbank.bench.proofs import wrong_cards, wrong_names
from moralbank.bench.replay import drawn, replayed
from moralbank.boards.pdf import board_poster
from moralbank.cards.pdf import card_sheet
from tests.printing.paper import Paper
from tests.terminal import Terminal

FACES = CardFaces(20)
PAYLOADS = [face.payload for face in FACES]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """No village is asked: bench makes its own."""
    return Terminal("", tmp_path / "nobody", monkeypatch, capsys)


def _figures(said: str) -> dict[str, dict[str, Any]]:
    told = json.loads(said)
    assert told["machine"]["cores"]
    return {row["name"]: row for row in told["figures"]}


def test_paper_is_measured_row_by_row(shell: Terminal) -> None:
    chosen = ["--cards", "20", "--row", "cards"]
    rows = _figures(shell.run("bench", "--rounds", "3", "--json", "print", *chosen))
    (cards,) = rows.values()
    assert cards["verdict"] in {"ok", "missed"}
    assert (cards["unit"], cards["aim"]) == ("cards/s", ">= 0.6")
    assert cards["least"] <= cards["ratio"] <= cards["most"]
    assert cards["bytes"] == len(card_sheet(FACES))
    said = shell.run("bench", "print", "--rounds", "3", "--cards", "10", "--row", "cards-memory")
    assert "MB" in said
    assert " ok " in said
    assert "结论" in said


def test_every_row_has_its_measurement(shell: Terminal) -> None:
    assert tuple(printing.ROWS) == PAPER
    assert "cards-pigeon" in shell.run("bench", "print", "--row", "cards-pigeon", expect=2)


def test_a_package_that_is_not_there_is_named() -> None:
    def without(_faces: object) -> bytes:
        raise ModuleNotFoundError

    row = printing._beside(without, "fpdf2")("cards-fpdf2", 3, 20).row()
    assert row["verdict"] == '未装：pip install "moralbank[bench]"'
    assert row["ratio"] is None


def test_figures_are_read_the_way_their_aim_looks() -> None:
    rounds = tuple(Round([ours], [1.0]) for ours in (2.0, 4.0, 2.5))
    slow = Figure("f", "w", "b", MILLISECONDS, at_most(3), rounds)
    assert (slow.ratio, min(slow.ratios), max(slow.ratios)) == (2.5, 2.0, 4.0)
    assert slow.verdict == "ok"
    assert Figure("f", "w", "b", MILLISECONDS, at_most(2), rounds).verdict == "missed"
    quick = Figure("f", "w", "b", per_second(100, "cards"), at_least(0.5), rounds)
    assert (quick.ratio, quick.verdict) == (0.4, "missed")
    assert quick.row()["ours"] == 40
    beside = Figure("f", "w", "b", MILLISECONDS, None, rounds)
    assert (beside.verdict, beside.row()["aim"]) == ("", "")
    broken = Figure("f", "w", "b", MILLISECONDS, at_most(9), rounds, "a code says nothing")
    assert broken.verdict == "INVALID: a code says nothing"


def test_the_baseline_prints_the_same_cards() -> None:
    pdf = bare_cards(FACES, cut_font(FACES))
    assert not wrong_cards(pdf, PAYLOADS)
    assert sorted(Paper(pdf).codes()) == sorted(PAYLOADS)


@pytest.mark.parametrize(
    ("package", "make"),
    [("pypdf", merged_cards), ("weasyprint", html_cards), ("fpdf", fpdf2_cards)],
)
def test_the_usual_ways_print_the_same_cards(package: str, make: printing.Cards) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is of the extra `bench`")
    pdf = make(FACES)
    assert not wrong_cards(pdf, PAYLOADS)
    assert not wrong_names(pdf, [face.head for face in FACES])


def test_what_was_not_printed_is_found() -> None:
    pdf = card_sheet(FACES)
    assert not wrong_cards(pdf, PAYLOADS)
    assert wrong_cards(pdf, [*PAYLOADS, "one more"]) == "2 pages instead of 3"
    assert wrong_cards(pdf, ["another", *PAYLOADS[1:]]) == "1 codes that can't be read"
    assert not wrong_names(pdf, FACES.heads)
    assert "王不在" in wrong_names(pdf, ["王不在"])


def test_a_sheet_is_drawn_again_string_by_string() -> None:
    pages = drawn(board_poster(board(0), paper="a4"))
    again = drawn(replayed(pages))
    assert [page.size for page in again] == [page.size for page in pages]
    for page, copy in zip(pages, again, strict=True):
        assert len(copy.strings) == len([text for *_place, text in page.strings if text.strip()])
        assert len(copy.boxes) == len(page.boxes) > 100


def test_cards_are_made_when_asked_for_and_always_the_same() -> None:
    many = CardFaces(2500)
    assert len({face.token for face in many}) == len(many) == 2500
    assert many[-1] == list(many)[-1]
    assert many[1003].head == many[3].head
    assert [face.token for face in many[5:8]] == [many[place].token for place in (5, 6, 7)]
    assert len(set(heads(1000))) > 990
