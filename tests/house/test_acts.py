"""The trail speaks in words: every act that the program writes down has some."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

from moralbank.awards.states import Act
from moralbank.households.headings import FIELDS
from moralbank.paths import PACKAGE
from moralbank.reminders.service import SETTLEMENTS
from moralbank.store.goods import ProductDetails
from moralbank.supervision.act_details import detail_words
from moralbank.supervision.act_words import EXPORTED, GROUPS, WORDS, act_words, group_words

MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
    if "migrations" not in path.parts
}
# Where the act comes out of a variable: what it can be there.
OUT_OF_VARIABLES = {
    "access/service.py": {"access.disable", "access.enable"},
    "awards/bars.py": {"awards.barred", "awards.own", "reminders.barred", "rounds.barred"},
    "awards/deciding.py": {f"awards.{act}" for act in Act},
    "awards/posting.py": {f"awards.{act}" for act in Act},
    "fund/service.py": {"fund.income", "fund.buy"},
    "reminders/service.py": {f"reminders.{state}" for state in SETTLEMENTS},
    "settlements/service.py": {"settlements.sign", "settlements.check"},
    "web/trail.py": {"access.denied", "paper.print", f"households{EXPORTED}"},
}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _texts(path: Path) -> dict[str, str]:
    """The texts that a module's names stand for, those it takes from others of ours too."""
    found = {}
    for node in _tree(path).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                found[target.id] = node.value.value
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                if alias.name.isupper():
                    text = _texts(MODULES[node.module]).get(alias.name)
                    found |= {alias.asname or alias.name: text} if text else {}
    return found


def _added(path: Path) -> Iterator[ast.Call]:
    """Wherever a module adds a line to the trail."""
    from_audit = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "moralbank.audit"
        and any(alias.name == "record" for alias in node.names)
        for node in _tree(path).body
    )
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "audit.record" or (from_audit and called == "record"):
                yield node


def test_every_act_of_the_program_has_words() -> None:
    acts, odd = set(), set()
    for path in MODULES.values():
        for line in _added(path) if "record(" in path.read_text("utf-8") else ():
            act = line.args[2]
            if isinstance(act, ast.Constant):
                acts.add(str(act.value))
            elif isinstance(act, ast.Name) and act.id in _texts(path):
                acts.add(_texts(path)[act.id])
            else:
                odd.add(str(path.relative_to(PACKAGE)))
    assert odd == set(OUT_OF_VARIABLES), "say here what acts these files can add"
    acts |= set().union(*OUT_OF_VARIABLES.values())
    assert len(acts) > 100
    wordless = {act for act in acts if act not in WORDS and not act.endswith(EXPORTED)}
    assert not wordless, f"supervision/act_words.py lacks {sorted(wordless)}"
    assert {act.partition(".")[0] for act in acts} <= set(GROUPS)


def test_every_detail_of_the_trail_has_words() -> None:
    """Those that are given by name, and fields of what people change."""
    keys = {field.name for field in fields(ProductDetails)} | set(FIELDS)
    for path in MODULES.values():
        for line in _added(path) if "record(" in path.read_text("utf-8") else ():
            keys |= {one.arg for one in line.keywords if one.arg}
    assert len(keys) > 80
    wordless = {key for key in keys if detail_words("", {key: "x"}, {}) == [(key, "x")]}
    assert not wordless, f"supervision/act_details.py lacks {sorted(wordless)}"


def test_acts_are_told_in_words_and_unknown_ones_by_their_name() -> None:
    assert (act_words("access.refused"), group_words("access.refused")) == (
        "登录没成功", "登录和用户",
    )  # fmt: skip
    assert act_words("households.export") == "导出表格"
    assert act_words("villages.export") == "导出全村数据"
    assert act_words("moon.land") == "moon.land"
