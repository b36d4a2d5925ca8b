"""Who may import whom: data flows one way, and a room's inside stays its own."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
    "prepared",
    "pipeline",
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
    "proposals": {"access", "households", "scheme", "store"},
    "reminders": {"awards", "photos"},
    "rounds": {"awards", "photos"},
    "settlements": {"fund"},
    "store": {"photos"},
    "villages": {"access"},
}
# What a file calls that writes rows: such a file is as good as a service, whatever its name.
WRITES = {"audit.record", "session.add", "session.add_all", "session.delete"}
WRITES_BY_SQL = {"insert", "update", "delete"}
ENTRANCES = ("views", "commands")


@cache
def _nodes(path: Path) -> tuple[ast.Import | ast.ImportFrom | ast.Call, ...]:
    """What a file imports and calls, wherever in it."""
    whole = ast.walk(ast.parse(path.read_text("utf-8")))
    return tuple(node for node in whole if isinstance(node, ast.Import | ast.ImportFrom | ast.Call))


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, and what it takes from it."""
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _ours(path: Path) -> set[str]:
    """Every module of ours that a file imports ("moralbank." left out)."""
    return {
        name.removeprefix("moralbank.") for name in _imports(path) if name.startswith("moralbank.")
    }


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_imports_go_to_the_right_only() -> None:
    wrong = {_name(path): _left_of(path) for path in MODULES if _left_of(path)}
    assert not wrong


def _left_of(path: Path) -> set[str]:
    """What a file imports of what stands to its left."""
    banned = set(LEFT_OF.get(path.name, ()))
    return {name for name in _ours(path) if set(name.split(".")[:2]) & banned}


def test_only_the_web_knows_flask() -> None:
    wrong = {_name(path): _flask_in(path) for path in MODULES if not _may_know_flask(path)}
    assert not any(wrong.values()), {name for name, found in wrong.items() if found}


def _may_know_flask(path: Path) -> bool:
    parts = path.relative_to(PACKAGE).parts
    if set(parts) & set(FLASK_MAY_STAND_IN) or path.name.startswith("views"):
        return True
    return parts == ("access", FLASK_IN_ACCESS)


def _flask_in(path: Path) -> set[str]:
    return {name for name in _imports(path) if name.split(".")[0].startswith("flask")}


def test_the_paper_kit_knows_neither_database_nor_flask() -> None:
    for path in (PACKAGE / "printing").rglob("*.py"):
        ours = {name.split(".")[0] for name in _ours(path)}
        assert ours <= {"printing", "i18n", "errors", "readings"}, _name(path)
        outside = {name.split(".")[0] for name in _imports(path)}
        assert not outside & {"flask", "sqlalchemy", "sqlmodel"}, _name(path)


def test_the_kernel_knows_no_room() -> None:
    """Its pages and commands may show households; its books may not."""
    for path in (PACKAGE / "ledger").glob("*.py"):
        if path.name.startswith(ENTRANCES):
            continue
        for name in _ours(path):
            assert name.split(".")[0] in KERNEL_KNOWS, f"{_name(path)} imports {name}"


def _writes(path: Path) -> bool:
    """Whether a file is a service, or changes rows as one does."""
    imported = set(_imports(path))
    writing = WRITES | {
        name for name in WRITES_BY_SQL if {f"sqlalchemy.{name}", f"sqlmodel.{name}"} & imported
    }
    calls = (_called(node.func) for node in _nodes(path) if isinstance(node, ast.Call))
    return path.name == "service.py" or any(call in writing for call in calls)


def _called(function: ast.expr) -> str:
    """What is called, as "update" or "session.add"; of anything longer nothing."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def test_services_call_the_services_that_are_written_down_and_no_others() -> None:
    inside = [
        path
        for path in PACKAGE.glob("*/*.py")
        if path.parent.name != "web" and not path.name.startswith(ENTRANCES)
    ]
    writing = {f"{path.parent.name}.{path.stem}" for path in inside if _writes(path)}
    called: dict[str, set[str]] = {}
    for path in inside:
        room = path.parent.name
        rooms = {name.partition(".")[0] for name in _ours(path) & writing} - {room, "ledger"}
        if rooms:
            called.setdefault(room, set()).update(rooms)
    anybody = {room for room, others in ROOMS_WHOSE_SERVICES_ARE_CALLED.items() if "*" in others}
    assert called == {
        room: called[room] if room in anybody else others
        for room, others in ROOMS_WHOSE_SERVICES_ARE_CALLED.items()
    }


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
