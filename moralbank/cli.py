"""The command line: assembly only. Each room's commands stand in its `commands.py`.

A room is imported when one of its commands is called, and what commands stand on (database, tables)
when any is, so `moralbank --help` stays quick.
"""

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from moralbank import __version__, click_words, logs
from moralbank.errors import MoralbankError
from moralbank.i18n import _, mark, use_language
from moralbank.loading import without_garbage

REFUSED: Final = 1
"""Exit code of a refusal; 2 is click's own for wrong usage."""

# command → (where it is, what the list of commands says of it)
COMMANDS: Final = {
    "init": ("villages.commands:init", mark("开户：建立一个村的道德银行")),
    "serve": ("web.commands:serve", mark("启动网页，供本机或局域网使用")),
    "demo": ("demo.commands:demo", mark("启动演示村（256 户，半年的账）")),
    "db": ("web.commands:database", mark("数据库：升级")),
    "villages": ("villages.commands_moving:villages", mark("村：列出、迁出、迁入")),
    "settings": ("villages.commands:settings", mark("本村设置：查看、修改")),
    "users": ("access.commands:users", mark("用户与岗位")),
    "households": ("households.commands:households", mark("住户：导入花名册、查询")),
    "proposals": ("proposals.commands:proposals", mark("双人复核：等复核的事、同意、退回")),
    "scheme": ("scheme.commands:scheme", mark("积分细则")),
    "awards": ("awards.commands:awards", mark("记分、评议、入账、冲正")),
    "rounds": ("rounds.commands:rounds", mark("评比：逐户打分、纸表、结束")),
    "reminders": ("reminders.commands:reminders", mark("提醒：扣分前先私下提醒")),
    "sittings": ("sittings.commands:sittings", mark("评议会：开会、会议记录")),
    "notices": ("notices.commands:notices", mark("公示：张榜、到期入账")),
    "objections": ("objections.commands:objections", mark("异议：登记、答复")),
    "supervision": ("supervision.commands:supervision", mark("监督：决定一览、随机抽查")),
    "cards": ("cards.commands:cards", mark("积分卡：打印、查询、挂失补办")),
    "passbooks": ("passbooks.commands:passbooks", mark("存折：打印、续页、重印")),
    "paper": ("paper.commands:paper", mark("打印：有哪些纸，细则海报、用卡图解、速查卡")),
    "store": ("store.commands:store", mark("积分超市：商品、进货、兑换比例")),
    "counter": ("counter.commands:counter", mark("柜台：兑换、退货、日结、兑换单")),
    "settlements": ("settlements.commands:settlements", mark("结算：与店里对账、付款")),
    "fund": ("fund.commands:fund", mark("基金：收入、付货款、保障、积分到期")),
    "boards": ("boards.commands:boards", mark("红榜：排名、发布、打印、奖状、门牌")),
    "ledger": ("ledger.commands:ledger", mark("账目：对账单")),
    "regions": ("regions.commands:regions", mark("乡镇与县区：开通、用户、各村对比与排名")),
    "check": ("ledger.commands:check", mark("验账：证明账目分毫不差")),
    "backup": ("backup.commands:backup", mark("备份：设置、备份、核对、恢复")),
    "doctor": ("doctor.commands:doctor", mark("体检：电脑、数据库、备份、网址")),
    "bench": ("bench.commands:bench", mark("量速度：与空壳相比的比值")),
}


class Rooms(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a bank's day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the room that has this command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        with without_garbage():
            found: Any = getattr(import_module(f"moralbank.{module}"), name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section(_("命令")):
            formatter.write_dl([(name, _(words)) for name, (_where, words) in COMMANDS.items()])


def _make() -> click.Group:
    use_language(os.environ.get("MORALBANK_LANGUAGE", "zh"))
    click_words.install()

    @click.group(
        cls=Rooms,
        help=_("道德银行：村民积分、积分超市与红榜。\n\n每个命令后加 --help 可看用法。"),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    )
    @click.option(
        "--instance",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="MORALBANK_INSTANCE",
        help=_("数据文件夹（默认 ./instance）"),
    )
    @click.option(
        "--as", "user", envvar="MORALBANK_USER", help=_("由谁来办：用户名，按其岗位的权限办事")
    )
    @click.version_option(__version__, prog_name="moralbank")
    @click.pass_context
    def moralbank(ctx: click.Context, instance: Path | None, user: str | None) -> None:
        from moralbank.console import Console  # noqa: PLC0415 - slow to import: all tables

        ctx.obj = Console(instance, user)

    return moralbank


def _run(group: click.Group, arguments: Iterable[str] | None) -> int:
    """Run the command line; refusals are said on stderr and end with 1."""
    try:
        given = list(arguments) if arguments is not None else None
        with logs.for_a_command():
            code = group.main(args=given, standalone_mode=False)
    except MoralbankError as refusal:
        click.echo(_("没有办成：%(why)s", why=refusal.message), err=True)
        return REFUSED
    except click.exceptions.Abort:
        click.echo(_("已取消"), err=True)
        return REFUSED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        name = error.filename or ""
        click.echo(_("文件读写不成：%(name)s %(why)s", name=name, why=error.strerror), err=True)
        return REFUSED
    # Outside standalone mode click gives back the code of `--help`, `--version` and `ctx.exit`.
    return code if isinstance(code, int) else 0


def main(arguments: list[str] | None = None) -> None:
    """Run and exit: 0 done, 1 refused, 2 wrong usage."""
    sys.exit(_run(_make(), arguments))
