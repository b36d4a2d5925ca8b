"""Who may import whom: data flows one way, and a room's inside stays its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from moralbank.paths import PACKAGE

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)

# What a file may not import, by its name: everything that stands to its left in the house.
# A room's own forms, service, queries stand side by side; views and commands come before them.
LEFT_OF = {
    "models.py": ("views", "commands", "forms", "service", "queries", "pdf", "app", "cli"),
    "queries.py": ("views", "commands", "forms", "pdf", "app", "cli"),
    "service.py": ("views", "commands", "forms", "pdf", "app", "cli"),
    "forms.py": ("views", "commands", "pdf", "app", "cli"),
    "pdf.py": ("views", "commands", "forms", "service", "queries", "models", "app", "cli", "db"),
    "check.py": ("views", "commands", "forms", "pdf", "app", "cli"),
}
FLASK_MAY_STAND_IN = ("app.py", "web", "views.py")
FLASK_IN_ACCESS = "session.py"
KERNEL_KNOWS = {
    "ledger",
    "columns",
    "clock",
    "errors",
    "i18n",
    "local_numbers",
    "db",
    "audit",
    "villages.models",
}
ROOMS_WHOSE_SERVICES_ARE_CALLED = {
    # caller → the rooms whose service it may call; each is explained in ARCHITECTURE.md
    "awards": {"scheme"},
    "cards": set(),
    "counter": {"store"},
    "demo": {"*"},
    "households": {"villages"},
    "villages": {"access", "scheme", "store"},
}


def _imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports ("moralbank." left out)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _ours(path: Path) -> set[str]:
    return {
        name.removeprefix("moralbank.") for name in _imports(path) if name.startswith("moralbank.")
    }


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_to_the_right_only(path: Path) -> None:
    banned = LEFT_OF.get(path.name, ())
    wrong = {name for name in _ours(path) if set(name.split(".")[:2]) & set(banned)}
    assert not wrong, f"{_name(path)} imports {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_the_web_knows_flask(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if set(parts) & set(FLASK_MAY_STAND_IN) or parts == ("access", FLASK_IN_ACCESS):
        return
    flask = {name for name in _imports(path) if name.split(".")[0].startswith("flask")}
    assert not flask, f"{_name(path)} imports {flask}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "printing").rglob("*.py")), ids=_name)
def test_the_paper_kit_knows_neither_database_nor_flask(path: Path) -> None:
    allowed = {"printing", "i18n", "errors"}
    assert {name.split(".")[0] for name in _ours(path)} <= allowed
    outside = {name.split(".")[0] for name in _imports(path)}
    assert not outside & {"flask", "sqlalchemy", "sqlmodel"}


def test_the_kernel_knows_no_room() -> None:
    """Its pages and commands may show households; its books may not."""
    for path in (PACKAGE / "ledger").glob("*.py"):
        if path.name in {"views.py", "commands.py"}:
            continue
        for name in _ours(path):
            assert name.split(".")[0] in KERNEL_KNOWS, f"{_name(path)} imports {name}"


def test_services_call_only_the_services_that_are_written_down() -> None:
    for path in PACKAGE.glob("*/service.py"):
        room = path.parent.name
        allowed = ROOMS_WHOSE_SERVICES_ARE_CALLED.get(room, set())
        called = {
            name.split(".")[0] for name in _ours(path) if name.split(".")[1:2] == ["service"]
        } - {room, "ledger"}
        assert "*" in allowed or called <= allowed, f"{room} calls {called - allowed}"


def test_commits_stand_in_db_alone() -> None:
    found = {_name(path) for path in MODULES if ".commit(" in path.read_text("utf-8")}
    assert found == {"db.py"}


def test_no_relationship_crosses_rooms() -> None:
    for path in PACKAGE.glob("*/models.py"):
        assert "Relationship(" not in path.read_text("utf-8"), _name(path)


USUAL = {
    "__init__.py",
    "models.py",
    "forms.py",
    "service.py",
    "queries.py",
    "views.py",
    "commands.py",
    "pdf.py",
    "check.py",
}
SPECIAL = {
    # room → its files of other names; what each is for stands in ARCHITECTURE.md
    "access": {"permissions", "session"},
    "awards": {"caps", "export", "filters", "judging", "rows", "states"},
    "boards": {"deedline", "definitions", "periods", "podium", "sheets"},
    "cards": {"faces", "paper", "public", "token"},
    "counter": {"basket", "export", "reckoning", "slips"},
    "demo": {"days", "deeds", "material", "people", "town", "trade"},
    "households": {
        *("cells", "entry", "export", "headings", "marking", "masking", "pinyin", "preview"),
        *("roster", "table", "uploads", "workbook"),
    },
    "ledger": {"accounts", "chain", "rates", "requests"},
    "scheme": {"rules"},
    "store": {"export", "prices"},
    "villages": {"settings"},
}


@pytest.mark.parametrize("room", sorted(SPECIAL))
def test_every_file_of_a_room_has_a_known_name(room: str) -> None:
    """A newcomer finds any feature by the room's word and the file's."""
    found = {path.name for path in (PACKAGE / room).glob("*.py")} - USUAL
    assert {name.removesuffix(".py") for name in found} == SPECIAL[room]


def test_no_room_is_forgotten() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/commands.py")} - {"web"}
    assert rooms == set(SPECIAL)


def test_every_file_of_another_name_is_explained() -> None:
    """ARCHITECTURE.md says of each what it is for: no more of them, and no less."""
    written: dict[str, set[str]] = {}
    room = ""
    page = (PACKAGE.parent / "ARCHITECTURE.md").read_text("utf-8")
    for said, name in re.findall(r"^\| (\w*) ?\| `(\w+)\.py` \| \S.* \|$", page, re.MULTILINE):
        room = said or room
        written.setdefault(room, set()).add(name)
    assert written == SPECIAL
