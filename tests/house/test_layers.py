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
FLASK_MAY_STAND_IN = ("app.py", "web", "bench")
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
    "awards": {"photos"},
    "bench": {"*"},
    "boards": {"photos"},
    "cards": {"awards"},
    "counter": {"cards", "photos", "store"},
    "demo": {"*"},
    "fund": {"photos"},
    "households": {"photos", "villages"},
    "notices": {"awards"},
    "objections": {"awards", "photos"},
    "reminders": {"awards", "photos"},
    "rounds": {"awards", "photos"},
    "settlements": {"fund"},
    "store": {"photos"},
    "villages": {"access", "scheme", "store"},
}
# A room's files that write, beside its service.
WRITING = {
    "service",
    "claims",
    "closing",
    "costing",
    "counting",
    "deciding",
    "edits",
    "goods",
    "issuing",
    "lapse_rules",
    "lapsing",
    "moving",
    "opening",
    "pins",
    "posting",
    "refunding",
    "scores",
    "scoring",
    "shops",
}
ENTRANCES = ("views", "commands")


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
    if set(parts) & set(FLASK_MAY_STAND_IN) or path.name.startswith("views"):
        return
    if parts == ("access", FLASK_IN_ACCESS):
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
    called: dict[str, set[str]] = {}
    for path in PACKAGE.glob("*/*.py"):
        room = path.parent.name
        if path.name.startswith(ENTRANCES) or room == "web":
            continue
        parts = [name.split(".") for name in _ours(path)]
        others = {one[0] for one in parts if len(one) > 1 and one[1] in WRITING}
        called.setdefault(room, set()).update(others - {room, "ledger"})
    for room, others in called.items():
        allowed = ROOMS_WHOSE_SERVICES_ARE_CALLED.get(room, set())
        assert "*" in allowed or others <= allowed, f"{room} calls {others - allowed}"


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
DIVIDED = re.compile(r"(views|commands|forms)_\w+\.py")
"""A room of many pages divides these: `views_after.py`."""


def _other_names(room: Path) -> set[str]:
    """A room's files that bear none of the usual names."""
    names = {path.name for path in room.glob("*.py")} - USUAL
    return {name for name in names if not DIVIDED.fullmatch(name)}


def test_every_file_of_another_name_is_explained() -> None:
    """ARCHITECTURE.md says of each what it is for: no more of them, and no less."""
    rooms = {
        path.parent for name in ("models.py", "commands.py") for path in PACKAGE.glob(f"*/{name}")
    }
    found = {room.name: _other_names(room) for room in rooms if room.name != "web"}
    written: dict[str, set[str]] = {}
    room = ""
    page = (PACKAGE.parent / "ARCHITECTURE.md").read_text("utf-8")
    for said, name in re.findall(r"^\| (\w*) ?\| `(\w+\.py)` \| \S.* \|$", page, re.MULTILINE):
        room = said or room
        written.setdefault(room, set()).add(name)
    assert written == {room: names for room, names in found.items() if names}
