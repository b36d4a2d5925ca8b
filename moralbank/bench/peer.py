"""Our kernel beside django-hordak, a double-entry ledger for Django, on the same PostgreSQL.

Both do one transfer that may not take more than is there, kept durably: ours by `ledger.post`
under the village's lock, with its event and hash; hordak's by its `Account.transfer_to` in an
atomic block, after the account's row was locked and its balance asked for. Eight callers at once,
so that both wait for the disk together: ours in a village each, hordak's with accounts of their
own. Accounts are as many on both sides, and each begins with one transfer; hordak's balance is the
sum of an account's legs, so that it gets slower as they grow in number, which ours does not.
"""

import importlib.util
from functools import partial
from typing import Any, Final

from sqlalchemy import make_url

from moralbank.bench.figures import Figure, Round, Unmeasured, at_least, per_second
from moralbank.bench.ground import CODE, HOUSEHOLDS, Ground
from moralbank.bench.plan import Measured, Plan
from moralbank.bench.postgres import is_there, server
from moralbank.bench.redeeming import Act, Crowd, refused, together
from moralbank.ledger.check import check_ledger
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import account_of, balances, total
from moralbank.ledger.service import Leg, post

WORK: Final = "one transfer by the kernel: locked, not below zero, event, hash; PostgreSQL"
BASELINE: Final = "a transfer by django-hordak: account locked, balance asked, transfer_to"
AIM: Final = at_least(5)
CURRENCY: Final = "CNY"
CALLERS: Final = 8
FUNDS: Final = 1_000_000
"""What each of hordak's accounts begins with, so that none runs dry."""


class Short(RuntimeError):
    """A transfer would take more than is there."""


def measure(plan: Plan) -> Measured:
    """Transfers a second of both, in turns."""
    if not is_there() or importlib.util.find_spec("hordak") is None:
        return Measured([Unmeasured("peer", WORK, BASELINE, "needs the extra bench")])
    with server(plan.folder) as cluster:
        url, acts = cluster.database("ours"), plan.size.acts * CALLERS
        ours = [Ours(Ground(plan.folder, url, CODE + number)) for number in range(CALLERS)]
        theirs = Theirs(cluster.database("hordak"))
        sides = ([one.transfer for one in ours], theirs.callers(acts))
        crowds = [
            [together(callers, acts) for callers in sides] for _round in range(plan.rounds + 1)
        ]
        wrong = _wrong(crowds) or _proved(ours, theirs, acts * len(crowds))
        for one in ours:
            one.ground.database.close()
        theirs.close()
    taken = tuple(Round(one.round.ours, other.round.ours) for one, other in crowds[1:])
    scale = per_second(acts, "transfers")
    return Measured([Figure("peer", WORK, BASELINE, scale, AIM, taken, wrong)])


def _wrong(crowds: list[list[Crowd]]) -> str:
    return next((wrong for pair in crowds if (wrong := refused(pair))), "")


class Ours:
    """A point from a household to the points that were exchanged."""

    def __init__(self, ground: Ground) -> None:
        """Remember the accounts."""
        self.ground: Final = ground
        with ground.database.reading() as session:
            held = balances(session, ground.village_id, AccountKind.HOUSEHOLD_POINTS)
            self._accounts: Final = [held[home].account for home in ground.households]
            self._exchanged: Final = account_of(
                session, ground.village_id, AccountKind.POINTS_EXCHANGED
            ).account
        self.begun: Final = self.left()

    def transfer(self, turn: int) -> None:
        """One of them, of the household whose turn it is."""
        debit = self._accounts[turn % len(self._accounts)]
        with self.ground.database.writing() as session:
            legs = [Leg(debit, self._exchanged, 1)]
            post(session, self.ground.village_id, EventKind.REDEEM, legs, actor=0)

    def left(self) -> int:
        """What all households have together."""
        with self.ground.database.reading() as session:
            return total(session, self.ground.village_id, AccountKind.HOUSEHOLD_POINTS)

    def problem(self) -> str:
        """The first thing that is wrong with the ledger, or nothing."""
        with self.ground.database.reading() as session:
            problems = check_ledger(session, self.ground.village_id)
        return problems[0].text if problems else ""


class Theirs:
    """The same by hordak: liabilities towards households, to one for what was exchanged."""

    def __init__(self, url: str) -> None:
        """Set Django up, make hordak's tables and as many accounts; fund each."""
        _set_up(url)
        # Django's models can be imported once it is set up.
        from django.db import connection, transaction  # noqa: PLC0415
        from hordak.models import Account, AccountType  # noqa: PLC0415
        from moneyed import Money  # noqa: PLC0415

        self._connection: Final = connection
        self._atomic: Final = transaction.atomic
        self._account: Final = Account
        self._one: Final = Money(1, CURRENCY)
        opened = [
            Account.objects.create(name=name, type=AccountType.liability, currencies=[CURRENCY])
            for name in ("issued", "exchanged", *map(str, range(CALLERS * HOUSEHOLDS)))
        ]
        self._exchanged: Final = opened[1]
        self._numbers: Final = [one.pk for one in opened[2:]]
        for account in opened[2:]:
            account.transfer_to(opened[0], Money(FUNDS, CURRENCY))
        self.begun: Final = self.left()

    def close(self) -> None:
        """Hang up this thread's connection: Django has one for each."""
        self._connection.close()

    def callers(self, acts: int) -> list[Act]:
        """Transfers of several callers, each of accounts of its own; so many together."""
        return [partial(self._transfer, self._numbers[n::CALLERS], acts) for n in range(CALLERS)]

    def _transfer(self, numbers: list[int], acts: int, turn: int) -> None:
        """One of them, of the household whose turn it is; after the caller's last it hangs up."""
        number = numbers[turn // CALLERS % len(numbers)]
        with self._atomic():
            account = self._account.objects.select_for_update().get(pk=number)
            if account.get_simple_balance()[CURRENCY] < self._one:
                raise Short
            self._exchanged.transfer_to(account, self._one)
        if turn + CALLERS >= acts:
            self.close()

    def left(self) -> int:
        """What all households have together."""
        households = self._account.objects.filter(pk__in=self._numbers)
        return sum(int(one.get_simple_balance()[CURRENCY].amount) for one in households)


def _set_up(url: str) -> None:
    """Django with hordak alone, in the database at `url`."""
    import django  # noqa: PLC0415 - of the extra bench
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    there = make_url(url)
    place: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": there.database,
        "USER": there.username,
        "HOST": there.query.get("host", there.host),
        "PORT": there.port or "",
        "PASSWORD": there.password or "",
    }
    if settings.configured:  # a second run, in another database
        connections.settings["default"].update(place)
        connections["default"].close()
        del connections["default"]
        call_command("migrate", verbosity=0)
        return
    settings.configure(
        DATABASES={"default": place},
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY=CURRENCY,
        CURRENCIES=[CURRENCY],
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _proved(ours: list[Ours], theirs: Theirs, transfers: int) -> str:
    """What is wrong on either side: as many points must have left the households."""
    gone = {
        "ours": sum(one.begun - one.left() for one in ours),
        "hordak": theirs.begun - theirs.left(),
    }
    for name, points in gone.items():
        if points != transfers:
            return f"{name}: {points} points went instead of {transfers}"
    return next((problem for one in ours if (problem := one.problem())), "")
