"""What a village may set for itself: each key, its kind, default and meaning."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from moralbank.errors import Invalid, NotFound
from moralbank.i18n import listed, mark


class SettingUnknown(NotFound):
    """No setting has this key."""

    text = mark("没有“%(key)s”这项设置。可用的有：%(known)s")
    code = "setting_unknown"


class AddressInvalid(Invalid):
    """The public address must be http(s)://host[:port] without a path."""

    text = mark("公开网址不对：应像 https://bank.example.cn 这样，后面不带路径")
    code = "address_invalid"


class TooLong(Invalid):
    """A setting is at most 60 characters."""

    text = mark("内容太长：最多 60 个字")
    code = "too_long"


@dataclass(frozen=True)
class Setting:
    """One thing that can be set. `check` gives back the clean value or raises Invalid."""

    key: str
    label: str
    hint: str
    default: str
    check: Callable[[str], str]


def _short_text(value: str) -> str:
    if len(value) > 60:  # noqa: PLR2004 - said in the message
        raise TooLong
    return value


def _address(value: str) -> str:
    value = value.rstrip("/")
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise AddressInvalid
    return value


PUBLIC_ADDRESS: Final = "public_address"
TOWN: Final = "town"
ORGANISATION: Final = "organisation"
CONTACT: Final = "contact"
SLOGAN: Final = "slogan"

SETTINGS: Final = {
    setting.key: setting
    for setting in (
        Setting(
            PUBLIC_ADDRESS,
            mark("公开网址"),
            mark("印在积分卡的二维码里，例如 https://bank.example.cn；不填则二维码只含卡号"),
            "",
            _address,
        ),
        Setting(TOWN, mark("乡镇"), mark("印在卡片和榜上，例如 哈拉道口镇"), "", _short_text),
        Setting(
            ORGANISATION,
            mark("落款单位"),
            mark("榜与公示的落款；不填则为“某某村村民委员会”"),
            "",
            _short_text,
        ),
        Setting(
            CONTACT,
            mark("异议联系人和电话"),
            mark("印在榜下方，例如 村务监督委员会 0476-0000000"),
            "",
            _short_text,
        ),
        Setting(SLOGAN, mark("标语"), mark("印在积分卡上"), "善行存进来 · 好处兑出去", _short_text),
    )
}


def setting(key: str) -> Setting:
    """The setting with this key; raises SettingUnknown."""
    if key not in SETTINGS:
        raise SettingUnknown(key=key, known=listed(SETTINGS))
    return SETTINGS[key]
