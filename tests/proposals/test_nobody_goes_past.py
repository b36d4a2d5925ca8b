"""No page and no command does by itself what takes two people."""

import ast

from moralbank.paths import PACKAGE

GUARDED = frozenset(
    {
        "add_user",
        "adopt",
        "adopt_default",
        "change_role",
        "enlist",
        "erase",
        "open_shop",
        "replace_password",
        "reset_password",
        "set_disabled",
        "set_rate",
    }
)
"""The services behind the acts of `proposals/acts.py`, and what calls them in turn."""
AT_THE_COMPUTER = {
    # Where a village begins nobody is there who could second it.
    ("villages/commands.py", "adopt_default"),
    ("villages/commands.py", "open_shop"),
    ("villages/commands.py", "add_user"),
    # An office above villages has overseers alone, none of whom decides on anything.
    ("regions/commands.py", "add_user"),
    ("regions/commands.py", "reset_password"),
    ("regions/commands.py", "set_disabled"),
}
ENTRANCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.name.startswith(("views", "commands")) or path.parent.name == "web"
)


def test_pages_and_commands_propose_what_takes_two() -> None:
    assert _named() == AT_THE_COMPUTER


def _named() -> set[tuple[str, str]]:
    """Every guarded service that a page or a command names: (file, service)."""
    found = set()
    for path in ENTRANCES:
        where = str(path.relative_to(PACKAGE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.Name, ast.Attribute)):
                name = node.id if isinstance(node, ast.Name) else node.attr
                if name in GUARDED:
                    found.add((where, name))
    return found
