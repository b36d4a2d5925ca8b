"""Changing our own code for the length of a test: one text of a function, or of the database."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sqlalchemy import Engine, event

from moralbank.db import newest_migration


@dataclass(frozen=True)
class Swap:
    """In the source of `where` ("module:name" or "module:Class.name") `old` becomes `new`.

    `where` is a function, a property, or a statement that a module keeps under a name.
    """

    where: str
    old: str
    new: str

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let it be so inside the block, for everybody who imported it."""
        path, _colon, name = self.where.partition(":")
        module = importlib.import_module(path)
        found: Any = reduce(getattr, name.split("."), module)
        function = found.fget if isinstance(found, property) else found
        if not isinstance(function, FunctionType):
            with self._assigned(module, name):
                yield
            return
        before = function.__code__
        function.__code__ = self._changed_code(function)
        try:
            yield
        finally:
            function.__code__ = before

    def _changed_code(self, function: FunctionType) -> CodeType:
        changed = ast.parse(self._changed(textwrap.dedent(inspect.getsource(function))))
        defined = changed.body[0]
        assert isinstance(defined, ast.FunctionDef), self.where
        defined.decorator_list.clear()
        names: dict[str, Any] = {}
        exec(compile(changed, f"<mutant of {self.where}>", "exec"), function.__globals__, names)  # noqa: S102 - our own source
        made: FunctionType = names[function.__name__]
        return made.__code__

    @contextmanager
    def _assigned(self, module: ModuleType, name: str) -> Iterator[None]:
        """A module's own name, assigned anew; who imported the name itself keeps the old value."""
        source = inspect.getsource(module)
        statement = next(
            node
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign | ast.AnnAssign) and name in _assigns(node)
        )
        text = self._changed(ast.get_source_segment(source, statement) or "")
        before = getattr(module, name)
        exec(compile(text, f"<mutant of {self.where}>", "exec"), vars(module))  # noqa: S102 - our own source
        try:
            yield
        finally:
            setattr(module, name, before)

    def _changed(self, source: str) -> str:
        """The source after the change; a text that stands there twice, or not, is our mistake."""
        assert source.count(self.old) == 1, f"{self.where} has {self.old!r} not once"
        return source.replace(self.old, self.new)


@dataclass(frozen=True)
class Unguarded:
    """A guard of SQLite's that is gone on every connection: a trigger, or all CHECKs.

    Whoever uses it throws the database away afterwards.
    """

    statement: str

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let it be taken away before every transaction inside the block.

        A database that is still being migrated keeps it: migrations count on it.
        """

        def take_away(connection: Any) -> None:
            if connection.dialect.name == "sqlite" and _is_current(connection):
                connection.exec_driver_sql(self.statement)

        event.listen(Engine, "begin", take_away)
        try:
            yield
        finally:
            event.remove(Engine, "begin", take_away)


def _is_current(connection: Any) -> bool:
    tables = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
    if not connection.exec_driver_sql(tables).scalar():
        return False
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return bool(version == newest_migration())


Change = Swap | Unguarded


@contextmanager
def changed(changes: tuple[Change, ...]) -> Iterator[None]:
    """Let all these changes hold inside the block."""
    with ExitStack() as stack:
        for change in changes:
            stack.enter_context(change.applied())
        yield


def _assigns(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
