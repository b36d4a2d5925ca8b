"""What a password may not be: too short, or what is tried first (OWASP ASVS 4, 2.1.1 and 2.1.7).

No rule asks for capitals, digits or signs, and no password grows too old (ASVS 2.1.9, 2.1.10): both
make people choose worse ones. Whoever guesses is held up by `signing_in.py`.
"""

import re
from collections.abc import Iterable
from typing import Final

from moralbank.errors import Invalid
from moralbank.i18n import mark
from moralbank.readings import syllables

SHORTEST: Final = 8
LONGEST: Final = 128

# Of the passwords found most often in stolen lists, those of eight characters or more: the world's
# (SecLists, 10-million-password-list-top-1000) and China's (the lists leaked in 2011, CSDN's and
# Tianya's, as counted by Li, Han and Xu, "A Large-Scale Empirical Analysis of Chinese Web
# Passwords", USENIX Security 2014), and what a village would think of by itself.
COMMONEST: Final = frozenset(
    """
    0000000000 00000000 000000000 0123456789 01234567 0987654321 1020304050 10101010 111111111
    1111111111 11111111 11223344 1122334455 112233445566 11112222 12121212 121212121 123123123
    1231231234 12312312 123321123 123454321 12344321 12345600 12345678 123456789 1234567890
    12345678910 1234567891 123456780 123456788 123456987 12345679 1234abcd 1234qwer 123456aa
    123456abc 123456qq 123abc123 12qwaszx 13131313 131313131 13141314 1314520520 131452013
    147258369 14725836 147852369 159357258 159753456 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
    1qaz2wsx3edc 1qazxsw2 20082008 20202020 22222222 222222222 23232323 25802580 31415926 314159265
    33333333 3.1415926 44444444 456456456 52013140 5201314520 520520520 52052052 5201314a a5201314
    520131400 55555555 55667788 5845201314 584520584 66666666 666666666 66668888 741852963 77777777
    777777777 7777777a 78787878 789456123 78945612 87654321 88886666 88888888 888888888 8888888888
    963852741 96385274 987456321 987654321 9876543210 99999999 999999999 a1234567 a12345678
    a123456789 a1b2c3d4 aa123456 aa123456789 aaa123456 aaaaaaaa abc12345 abc123456 abc123456789
    abcd1234 abcd12345 abcdefgh abcdefg1 adminadmin admin123 admin1234 admin12345 admin123456
    administrator asd12345 asd123456 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl baseball
    changeme computer daodeyinhang daode123 daode1234 dearbook dragon123 football google123
    helloworld iloveyou iloveyou1 internet jordan23 letmein1 liverpool master123 michael1 michelle
    monkey123 moralbank moralbank1 nihao123 nihao1234 p@ssw0rd p@ssword pass1234 passw0rd password
    password1 password12 password123 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc
    qq123456 qq123456789 qq5201314 qweasd123 qweasdzxc qweqweqwe qwer1234 qwerasdf qwert123
    qwert12345 qwerty12 qwerty123 qwerty1234 qwertyui qwertyuiop sunshine superman test1234 testtest
    trustno1 wang123456 welcome1 welcome123 whatever woaini123 woaini1314 woaini520 woaini521
    woainima woaiwojia wocaonima wodemima woshishui xiaoxiao zaq12wsx zhang123456 zhongguo zxc12345
    zxc123456 zxcvbnm1 zxcvbnm123 zxcvbnmm zz123456 道德银行道德银行
    """.split()  # noqa: SIM905 - a list of words is read as words
)
_SIGNS: Final = re.compile(r"[\W\d_]+")


class PasswordWeak(Invalid):
    """A password is 8 to 128 characters, not one repeated, not a common one, and no name."""

    text = mark(
        "密码太简单：至少 8 位，不能全是同一个字，不能是 12345678 这样人人会猜的，"
        "也不能是用户名、村名（加几个数字也不行）"
    )
    code = "password_weak"


def require_strong(password: str, names: Iterable[str], field: str) -> None:
    """Raise PasswordWeak for what would be guessed.

    `names` are those that stand near: the user's, the village's. None of them is a password, not in
    pinyin and not with digits or signs around it.
    """
    fits = SHORTEST <= len(password) <= LONGEST
    plain = password.casefold()
    if not fits or len(set(plain)) == 1 or plain in COMMONEST or _is_name(plain, names):
        raise PasswordWeak(field=field)


def _is_name(plain: str, names: Iterable[str]) -> bool:
    letters = _SIGNS.sub("", plain)
    said = [name.casefold() for name in names if name]
    spoken = ["".join(syllables(name)) for name in said]
    return letters in {_SIGNS.sub("", name) for name in (*said, *spoken)} or plain in said
