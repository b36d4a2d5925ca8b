"""Words: Chinese everywhere, English for every one of them, templates in their rooms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from moralbank.access.permissions import Role
from moralbank.i18n import _, unfilled, use_language
from moralbank.paths import PACKAGE, TEMPLATES

SHARED = {"base.html", "macros", "errors", "home", "trust"}
KEYWORDS = {"_": None, "mark": None}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _msgids() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for _line, msgid, _notes, _context in extract_from_file("python", path, KEYWORDS):
            yield str(msgid)
    options = {"trim_blocks": "true", "lstrip_blocks": "true"}
    for path in TEMPLATES.rglob("*.html"):
        found = extract_from_file("jinja2", path, KEYWORDS, options=options)
        for _line, msgid, _notes, _context in found:
            yield str(msgid)


def _english() -> dict[str, str]:
    with (PACKAGE / "locale" / "en.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


def test_every_msgid_has_english() -> None:
    english = _english()
    missing = sorted({msgid for msgid in _msgids() if not english.get(msgid)})
    assert not missing, f"{len(missing)} without English, e.g. {missing[:5]}"


def test_english_fills_the_same_places() -> None:
    places = re.compile(r"%\((\w+)\)[sd]")
    for msgid, english in _english().items():
        assert set(places.findall(msgid)) == set(places.findall(english)), msgid


@pytest.mark.parametrize(
    ("n", "points", "said"),
    [
        (1, 1, "1 record, 1 point in all"),
        (1, 2, "1 record, 2 points in all"),
        (3, 12, "3 records, 12 points in all"),
        (0, 0, "0 records, 0 points in all"),
    ],
)
def test_english_counts_one_and_many(n: int, points: int, said: str) -> None:
    use_language("en")
    assert _("%(n)s 条，共 %(points)s 分", n=n, points=points) == said
    use_language("zh")
    assert _("%(n)s 条，共 %(points)s 分", n=n, points=points) == f"{n} 条，共 {points} 分"


def test_words_alone_are_counted_by_n() -> None:
    use_language("en")
    assert [_("次", n=1), _("次", n=2), _("次")] == ["time", "times", "times"]
    use_language("zh")


def test_no_half_of_a_pair_is_left_over() -> None:
    """Every ‖ stands between two words, so that no reader ever sees one."""
    use_language("en")
    for msgid in _english():
        assert "‖" not in unfilled(msgid, {}), msgid
    use_language("zh")


def test_no_chinese_stands_unmarked_in_templates() -> None:
    """Outside `_('…')` and comments a template holds no Chinese."""
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"_\(\s*('[^']*'|\"[^\"]*\")", "", text)
        found = CHINESE.search(text)
        assert not found, f"{path.name}: {text[max(0, found.start() - 30) : found.end() + 20]!r}"


def test_every_template_belongs_to_a_room() -> None:
    rooms = {models.parent.name for models in PACKAGE.glob("*/views.py")}
    for path in TEMPLATES.iterdir():
        assert path.name in rooms | SHARED, path.name


def test_every_template_is_named_by_its_endpoint_or_shared_in_its_room() -> None:
    """A page's template is found by its endpoint; parts begin with an underscore."""
    rendered = {f"home/{role}.html" for role in Role}
    for path in PACKAGE.rglob("*.py"):
        rendered |= set(re.findall(r"\"([a-z_]+/[a-z_]+\.html)\"", path.read_text("utf-8")))
    for path in TEMPLATES.rglob("*.html"):
        name = path.relative_to(TEMPLATES)
        if name.parts[0] in {"base.html", "macros"} or path.name.startswith("_"):
            continue
        assert str(name) in rendered, f"{name} is rendered by nobody"


def test_source_files_are_short() -> None:
    """A file above 400 lines is a room with two tenants."""
    for path in [*PACKAGE.rglob("*.py"), *Path(TEMPLATES).rglob("*.html")]:
        if "versions" in path.parts:
            continue
        assert len(path.read_text("utf-8").splitlines()) <= 400, path
