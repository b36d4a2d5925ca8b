import secrets
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moralbank.cards.token import TokenInvalid, looks_like_token, make_token, read_token

TOKENS = st.integers(0, 10**14 - 1).map(lambda number: make_token(lambda _below: number))


@given(TOKENS)
def test_it_is_read_however_it_comes(token: str) -> None:
    grouped = f"{token[:5]} {token[5:10]} {token[10:]}"
    for text in (
        token,
        f"HTTPS://BANK.EXAMPLE.CN:8443/C/{token}",
        f"http://192.168.1.5:8000/c/{token}\r\n",
        grouped,
        grouped.replace(" ", "-"),
        f"卡号 {token}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in token),
    ):
        assert read_token(text) == token
        assert looks_like_token(text)


@given(TOKENS, st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(token: str, place: int, change: int) -> None:
    wrong = str((int(token[place]) + change) % 10)
    with pytest.raises(TokenInvalid):
        read_token(token[:place] + wrong + token[place + 1 :])


@given(st.text())
def test_anything_else_is_refused_plainly(text: str) -> None:
    with suppress(TokenInvalid):
        assert len(read_token(text)) == 15


@pytest.mark.parametrize(
    "text", ["", "杜仁森", "12345", "6901421101014", "1234567890123456", "٠" * 15, "0" * 14]
)
def test_what_is_no_card(text: str) -> None:
    with pytest.raises(TokenInvalid):
        read_token(text)


def test_the_check_digit_is_luhn() -> None:
    """The example of ISO/IEC 7812-1, annex B: 7992739871 has the check digit 3."""
    assert make_token(lambda _below: 7992739871) == "000079927398713"


def test_names_and_telephones_are_no_cards() -> None:
    for typed in ("杜仁森", "drs", "一组-012", "13847600000"):
        assert not looks_like_token(typed)


def test_tokens_are_drawn_from_the_whole_range() -> None:
    drawn = {make_token(secrets.randbelow) for _time in range(400)}
    assert len(drawn) == 400
    assert {token[0] for token in drawn} == set("0123456789")
