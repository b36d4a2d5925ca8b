"""What stands around the program: how browsers reach it, certificates, backups."""

from collections.abc import Iterator
from typing import Final

from moralbank.backup.queries import page, standing
from moralbank.config import Settings
from moralbank.db import reading
from moralbank.doctor.findings import Finding, careful, fine, wrong
from moralbank.i18n import _, clauses
from moralbank.villages.queries import settings_of, village_names
from moralbank.villages.settings import PUBLIC_ADDRESS

HTTPS: Final = "https://"


def addresses(settings: Settings) -> Iterator[Finding]:
    """Whether what cards carry can be opened, and by https; the database must have been reached."""
    with reading() as session:
        for number, name in village_names(session).items():
            address = settings_of(session, number)[PUBLIC_ADDRESS]
            yield _address(name, address, settings)


def _address(village: str, address: str, settings: Settings) -> Finding:
    if not address:
        words = _(
            "%(village)s：没有设公开网址，卡上的二维码只有卡号（柜台扫码照样能用）", village=village
        )
        return fine("address", words)
    said = {"village": village, "address": address}
    if not address.startswith(HTTPS):
        return careful(
            "address",
            _("%(village)s：公开网址 %(address)s 没有加密", **said),
            _("配好 https，再运行 moralbank settings set public_address https://…，卡要重印"),
        )
    if not settings.secure_cookies:
        return careful(
            "address",
            _("%(village)s：公开网址 %(address)s 是 https，登录的 Cookie 却没有限定 https", **said),
            _("启动前设 MORALBANK_SECURE_COOKIES=1；前面有反向代理的，再设 MORALBANK_PROXIES=1"),
        )
    return fine("address", _("%(village)s：公开网址 %(address)s", **said))


def backups(settings: Settings) -> Iterator[Finding]:
    """Whether a backup was made lately, another could be made now, and lies on another disk."""
    state = standing(settings.instance)
    if state.good:
        yield fine("backup", state.words)
    elif state.made_at is None and not state.failure:
        yield careful("backup", state.words, _by_hand())
    else:
        missing = page(settings.instance).missing  # then its first sentence says all
        told = [state.words] if missing or not state.failure else [state.words, state.failure]
        yield wrong("backup", clauses(told), _by_hand() if not missing else _back_in())
    if page(settings.instance).same_disk:
        yield careful(
            "backup_disk",
            _("备份和账放在同一块磁盘上，磁盘坏了会一起没有"),
            _("插一个 U 盘，运行 moralbank backup set --folder U盘里的文件夹"),
        )


def _back_in() -> str:
    return _("插好 U 盘；换了的，运行 moralbank backup set --folder 重新指定，再备份一次")


def _by_hand() -> str:
    return _("运行 moralbank backup create，再看 moralbank backup list")
