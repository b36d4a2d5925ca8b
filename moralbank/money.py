"""Money: kept as whole fen, read and written as yuan."""

import unicodedata


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals: 1250 → "12.50"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def short_yuan(fen: int) -> str:
    """Fen as yuan for posters, whole yuan without decimals: 500 → "5", 1250 → "12.50"."""
    return yuan(fen).removesuffix(".00")


def fen_from_yuan(typed: str) -> int | None:
    """Fen from "12", "12.5" or "12.50"; None if it is no such amount."""
    typed = unicodedata.normalize("NFKC", typed).strip().removesuffix("元")
    whole, point, part = typed.partition(".")
    if not whole.isdecimal() or len(whole) > 7 or (point and not part.isdecimal()):  # noqa: PLR2004
        return None
    if len(part) > 2:  # noqa: PLR2004 - two decimals
        return None
    return int(whole) * 100 + int(part.ljust(2, "0"))
