"""What requests say, without characters that nobody can see.

Scanners and forged requests send control characters. PostgreSQL refuses the first of them, SQLite
keeps it, paper and Excel choke on others: so none of them comes in, whichever the database.
"""

from typing import Any, Final

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from moralbank.forms import visible


class Typed(ImmutableMultiDict[str, Any]):
    """A form's or an address's values; tabs and line breaks stay in them.

    A part of a forged body may have no name at all: it says nothing.
    """

    def __init__(self, said: Any = None) -> None:
        """Take over what was said."""
        pairs: Final = MultiDict(said).items(multi=True)
        named = [(name, value) for name, value in pairs if name is not None]
        super().__init__([(name, _visible(value)) for name, value in named])


class TypedRequest(Request):
    """A request of ours."""

    parameter_storage_class = Typed


def _visible(value: Any) -> Any:
    """The value; files come in the same way and are left alone."""
    return visible(value) if isinstance(value, str) else value
