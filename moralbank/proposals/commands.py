"""`moralbank proposals`."""

from typing import Any

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import A_NUMBER, acts, show, show_json, with_json, with_request_id
from moralbank.db import reading, writing
from moralbank.i18n import _
from moralbank.proposals import service
from moralbank.proposals.queries import ProposalInfo
from moralbank.proposals.queries import proposal as read_proposal
from moralbank.proposals.queries import proposals as read_proposals


@click.group(help=_("双人复核：定比例、出新细则、给岗位、重设密码，一人提请，另一人同意才办。"))
def proposals() -> None:
    """Group of commands."""


@proposals.command("list", help=_("列出提请，等复核的在前。"))
@with_json
@acts("proposals.view")
def list_proposals(actor: Actor, *, as_json: bool) -> None:
    """List proposals."""
    with reading() as session:
        found = read_proposals(session, actor.village_id)
    heads = {
        "id": _("提请号"),
        "what": _("什么事"),
        "words": _("内容"),
        "proposed_by": _("提请人"),
        "proposed_at": _("提请时间"),
        "state": _("结果"),
        "decided_by": _("复核人"),
    }
    show([_row(one, as_json=as_json) for one in found], heads, as_json=as_json)


@proposals.command("show", help=_("看一件提请：现在是什么，要改成什么。"))
@click.argument("number", type=A_NUMBER)
@with_json
@acts("proposals.view")
def view(actor: Actor, *, number: int, as_json: bool) -> None:
    """Show one, change by change."""
    with reading() as session:
        found = read_proposal(session, actor.village_id, number)
    changes = [
        {"label": one.label, "before": one.before, "after": one.after} for one in found.changes
    ]
    if as_json:
        show_json({**_row(found, as_json=True), "changes": changes, "answer": found.answer})
        return
    heads = {"label": _("改什么"), "before": _("现在"), "after": _("改成")}
    words = _(
        "第 %(n)s 号 · %(what)s · %(who)s %(at)s 提请 · %(state)s",
        n=found.id,
        what=found.title,
        who=found.proposer,
        at=clock.minute(found.proposed_at),
        state=found.state_label,
    )
    show(changes, heads, as_json=False, title=words)
    if found.answer:
        click.echo(_("退回的原因：%(words)s", words=found.answer))


@proposals.command(help=_("同意，马上办成，如：proposals confirm 3（提请人自己不能同意）"))
@click.argument("number", type=A_NUMBER)
@with_request_id
@acts("proposals.decide")
def confirm(actor: Actor, *, number: int, request_id: str) -> None:
    """Agree."""
    with writing() as session:
        service.confirm(session, actor, request_id, number)
        done = read_proposal(session, actor.village_id, number)
    click.echo(_("已同意，第 %(n)s 号提请已办成：%(words)s", n=number, words=done.words))


@proposals.command("turn-down", help=_("退回，如：proposals turn-down 3 --reason 村民会议还没有开"))
@click.argument("number", type=A_NUMBER)
@click.option("--reason", required=True, help=_("退回的原因"))
@with_request_id
@acts("proposals.decide")
def turn_down(actor: Actor, *, number: int, reason: str, request_id: str) -> None:
    """Say no."""
    with writing() as session:
        service.turn_down(session, actor, request_id, number, reason)
    click.echo(_("第 %(n)s 号提请已退回，没有改动任何内容", n=number))


@proposals.command(help=_("撤回自己提请的，如：proposals withdraw 3"))
@click.argument("number", type=A_NUMBER)
@with_request_id
@acts("proposals.view")
def withdraw(actor: Actor, *, number: int, request_id: str) -> None:
    """Take back."""
    with writing() as session:
        service.withdraw(session, actor, request_id, number)
    click.echo(_("第 %(n)s 号提请已撤回，没有改动任何内容", n=number))


def say_waits(proposed: service.Proposed) -> None:
    """Say at the command line that an act waits for a second person, and what they type."""
    click.echo(proposed.words)
    said = {"who": proposed.others[0], "n": proposed.proposal_id}
    click.echo(_("他在这里同意：moralbank --as %(who)s proposals confirm %(n)s", **said))


def _row(one: ProposalInfo, *, as_json: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "act": one.act,
        "what": one.title,
        "words": one.told,
        "proposed_by": one.proposer,
        "proposed_at": clock.minute(one.proposed_at),
        "state": one.state.value if as_json else one.state_label,
        "decided_by": one.decider,
    }
