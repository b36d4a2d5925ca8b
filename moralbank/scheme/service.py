"""Adopting a version of the scheme. A version that stands is never changed: a new one follows."""

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.ledger.service import lock, take_number, take_numbers
from moralbank.paths import SEEDS
from moralbank.scheme.models import (
    CapMeasure,
    CapPer,
    CapPeriod,
    SchemeCategory,
    SchemeItem,
    SchemeVersion,
)
from moralbank.scheme.queries import Cap, latest_scheme
from moralbank.scheme.rules import (
    NewItem,
    NewScheme,
    check_items,
    check_resolution,
    check_succession,
)


def default_items() -> tuple[NewItem, ...]:
    """The items of the default scheme, in the order of their numbers."""
    seed = _seed()
    merits = [
        _seed_item(raw, category["name"])
        for category in seed["categories"]
        for raw in category["items"]
    ]
    deductions = [
        _seed_item({**raw, "evidence": True}, raw["category"], deduction=True)
        for raw in seed["deductions"]
    ]
    return (*merits, *deductions)


def adopt_default(session: Session, actor: Actor) -> int:
    """Begin with the default scheme; gives back its version.

    It holds from 1 January of last year: a village that opens its bank writes up the deeds of
    the months before, and no rule of its own stood then which this one could overturn.
    """
    today = clock.today()
    wanted = NewScheme(
        resolution=_seed()["resolution"],
        adopted_on=today,
        valid_from=date(today.year - 1, 1, 1),
        items=default_items(),
    )
    check_items(wanted.items)
    return _write(session, actor, wanted)


def adopt(session: Session, actor: Actor, wanted: NewScheme) -> int:
    """Adopt a new version and give back its number. Raises the refusals of `rules`.

    What was recorded before keeps the version that it was recorded under.
    """
    lock(session, actor.village_id)
    last = latest_scheme(session, actor.village_id)
    check_resolution(wanted, last)
    check_items(wanted.items)
    if last is not None:
        check_succession(wanted.items, last)
    return _write(session, actor, wanted)


def _write(session: Session, actor: Actor, wanted: NewScheme) -> int:
    """Write the version, its categories in the order of their first item, and its items."""
    village_id = actor.village_id
    version = take_number(session, village_id, "scheme_version")
    here = {"village_id": village_id, "version": version}
    connection = session.connection()
    connection.execute(
        insert(SchemeVersion),
        {
            **here,
            "valid_from": wanted.valid_from,
            "adopted_on": wanted.adopted_on,
            "resolution": wanted.resolution.strip(),
            "created_by": actor.user_id,
            "created_at": clock.now(),
        },
    )
    names = list(dict.fromkeys(item.category.strip() for item in wanted.items))
    positions = {name: position for position, name in enumerate(names, start=1)}
    connection.execute(
        insert(SchemeCategory),
        [{**here, "position": position, "name": name} for name, position in positions.items()],
    )
    numbered = _numbered(session, village_id, wanted.items)
    connection.execute(
        insert(SchemeItem),
        [{**here, **_item_row(item, number, positions)} for number, item in numbered],
    )
    audit.record(session, actor, "scheme.adopt", f"{version}", valid_from=wanted.valid_from)
    return version


def _numbered(
    session: Session, village_id: int, items: Iterable[NewItem]
) -> list[tuple[int, NewItem]]:
    """Give a number that was never used to every item which has none."""
    items = list(items)
    new = sum(item.number is None for item in items)
    fresh = iter(take_numbers(session, village_id, "scheme_item", new) if new else ())
    return [(next(fresh) if item.number is None else item.number, item) for item in items]


def _item_row(item: NewItem, number: int, positions: dict[str, int]) -> dict[str, Any]:
    cap = item.cap
    return {
        "number": number,
        "category": positions[item.category.strip()],
        "name": item.name,
        "points_min": item.points_min,
        "points_max": item.points_max,
        "levels": json.dumps(item.levels, ensure_ascii=False),
        "unit": item.unit.strip(),
        "cap_amount": cap.amount if cap else None,
        "cap_measure": cap.measure if cap else None,
        "cap_period": cap.period if cap else None,
        "cap_per": cap.per if cap else CapPer.HOUSEHOLD,
        "evidence": item.evidence,
        "deduction": item.deduction,
        "note": item.note.strip(),
    }


def _seed() -> dict[str, Any]:
    return tomllib.loads((SEEDS / "scheme.toml").read_text(encoding="utf-8"))


def _seed_item(raw: dict[str, Any], category: str, *, deduction: bool = False) -> NewItem:
    levels = tuple((str(name), int(points)) for name, points in raw.get("levels", ()))
    amounts = [points for _name, points in levels] or raw["points"]
    least, most = (min(amounts), max(amounts)) if isinstance(amounts, list) else (amounts, amounts)
    return NewItem(
        name=raw["name"],
        category=category,
        points_min=least,
        points_max=most,
        unit=raw["unit"],
        levels=levels,
        cap=_seed_cap(raw["cap"]) if "cap" in raw else None,
        evidence=raw.get("evidence", False),
        deduction=deduction,
        note=raw.get("note", ""),
    )


def _seed_cap(raw: dict[str, Any]) -> Cap:
    return Cap(
        amount=raw["amount"],
        measure=CapMeasure(raw["measure"]),
        period=CapPeriod(raw["period"]),
        per=CapPer(raw.get("per", CapPer.HOUSEHOLD)),
    )
