"""Lists on pages: which page an address asks for, and the links to its neighbours."""

from typing import Any, Final

from flask import request, url_for

from moralbank.local_numbers import local_number
from moralbank.paging import Place

LONGEST_SEARCH: Final = 60


def asked_number(name: str) -> int | None:
    """A village-local number from the address; None for anything else."""
    return local_number(request.args.get(name, ""))


def asked_page() -> int:
    """The page of a list that the address asks for."""
    return asked_number("page") or 1


def asked_words() -> str:
    """What was typed into a list's search."""
    return request.args.get("q", "").strip()[:LONGEST_SEARCH]


def asked_also(*names: str) -> dict[str, str]:
    """The search and filters of the address, for links that shall keep them."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def pager(place: Place, endpoint: str, **kept: Any) -> dict[str, Any]:
    """What the macro `pager` needs: links to the page before and after, with what they keep."""

    def link(number: int) -> str | None:
        return url_for(endpoint, **kept, page=number) if 1 <= number <= place.pages else None

    return {
        "number": place.number,
        "pages": place.pages,
        "total": place.total,
        "previous_url": link(place.number - 1),
        "next_url": link(place.number + 1),
    }
