"""The words of click itself, in Chinese: "Usage:", "Missing option" and the like.

click looks its words up by gettext in compiled catalogues of the whole process; we keep none, so
the name under which its modules know gettext is pointed at the table below. A word that a newer
click adds stays English until it is added here; nothing breaks.
"""

import gettext
from types import ModuleType
from typing import Final

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from moralbank.i18n import CHINESE, current_language

_MODULES: Final[tuple[ModuleType, ...]] = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)
_CHINESE: Final = {
    "Usage:": "用法：",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "Missing command.": "没有写要做什么：缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Error: {message}": "用法不对：{message}",
    "Try '{command} {option}' for help.": "看用法请运行：{command} {option}",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中一个：{possibilities}？",
    "No such command {name!r}.": "没有 {name} 这个命令。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not a valid {number_type}.": "“{value}”不是整数。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{name} {filename!r} does not exist.": "{name}“{filename}”不存在。",
    "{name} {filename!r} is a file.": "“{filename}”是文件，不是文件夹。",
    "{name} {filename!r} is a directory.": "“{filename}”是文件夹，不是文件。",
    "{name} {filename!r} is not readable.": "{name}“{filename}”不能读。",
    "{name} {filename!r} is not writable.": "{name}“{filename}”不能写。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "default: {default}": "默认 {default}",
    "env var: {var}": "环境变量 {var}",
    "required": "必填",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "Show the version and exit.": "显示版本。",
    "Show this message and exit.": "显示这份用法。",
    "Repeat for confirmation": "再输一遍",
    "Error: The two entered values do not match.": "两次输入的不一样，请重新输入。",
    "{value!r} is not {choice}.": "“{value}”不在可选之列：{choice}。",
    "Option {name!r} does not take a value.": "选项 {name} 后面不带值。",
}


def _word(english: str) -> str:
    if current_language() == CHINESE:
        return _CHINESE.get(english, english)
    return gettext.gettext(english)


def _words(one: str, many: str, count: int) -> str:
    if current_language() == CHINESE:
        english = one if count == 1 else many
        return _CHINESE.get(english, english)
    return gettext.ngettext(one, many, count)


def install() -> None:
    """Let click speak Chinese from here on, unless English was asked for."""
    words = {"_": _word, "ngettext": _words}
    for module in _MODULES:
        vars(module).update({name: ours for name, ours in words.items() if hasattr(module, name)})
