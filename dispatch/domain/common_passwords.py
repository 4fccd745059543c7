"""Passwords that everybody tries first: Django's own list of 20,000, and what people type here."""

from __future__ import annotations

import re
from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator

_STEMS = frozenset({
    # keyboards
    "qwe", "qwer", "qwert", "qwerty", "qwertyuiop", "asd", "asdf", "asdfgh", "asdfghjkl", "zxc",
    "zxcv", "zxcvbn", "zxcvbnm", "qaz", "qazwsx", "qazwsxedc", "wsx", "edc", "qweasd", "qweasdzxc",
    "1qaz2wsx", "1qaz2wsx3edc", "zaq12wsx", "1q2w3e4r", "1q2w3e4r5t", "q1w2e3r4", "q1w2e3", "1q2w3e",
    "abc", "abcd", "abcde", "abcdef", "aaa", "aa", "a", "aaaa", "aaaaaa",
    # English
    "password", "passwd", "pass", "pwd", "admin", "administrator", "root", "user", "test", "guest",
    "welcome", "letmein", "hello", "login", "changeme", "default", "system", "manager", "iloveyou",
    "superman", "dragon", "monkey", "huawei", "lenovo", "office", "server", "master", "demo",
    # pinyin: greetings, love, luck
    "woaini", "woaiwojia", "woaizhongguo", "wo", "woai", "nihao", "nihaoma", "zhongguo", "china",
    "beijing", "shanghai", "hangzhou", "zhejiang", "xiaoshan", "qiantang", "qianjin", "jiedao",
    "shequ", "cunwei", "zhengfu", "zhihuishi", "xiangcun", "xiaonao", "wangge", "mima", "guanliyuan",
    "yonghu", "gongzuo", "gongdan", "fuwu", "renmin", "weirenminfuwu", "xinxi", "dianhua", "shouji",
    "baobao", "baobei", "laopo", "laogong", "mama", "baba", "haha", "hehe", "tiantian", "kuaile",
    "pingan", "jiankang", "fendou", "jiayou", "xinnian", "kaixin", "wodemima", "yishengyishi",
    "zhangsan", "lisi", "wangwu", "liu", "wang", "zhang", "chen", "yang", "caonima", "taobao",
    "wangyi", "tencent", "alibaba", "zhifubao", "weixin", "gongan", "dangyuan", "chengguan",
    # digits that are said aloud
    "520", "521", "5201314", "1314", "1314520", "147258", "147258369", "147852369", "159357",
    "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123123",
    "123321", "112233", "111", "1111", "111111", "000000", "666666", "888888", "654321", "987654321",
    "11223344", "121212", "a123456", "woaini1314", "woaini520",
})  # fmt: skip
_LEET = str.maketrans(
    {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s"}
)
_EDGES = re.compile(r"^[\d\W_]+|[\d\W_]+$")
_LETTERS = re.compile(r"[^a-z]+")
_LONGEST_CHAIN = 4


def is_common(folded: str) -> bool:
    """Whether a folded password is a known one, or known words strung together with figures.

    ``Qwe@123456`` and ``P@ssw0rd2026`` are known words with a tail; ``Woaini520!`` too.
    """
    if folded in _STEMS or folded in _listed():
        return True
    bare = _EDGES.sub("", folded)
    spelled = _EDGES.sub("", folded.translate(_LEET))
    parts = [part for part in _LETTERS.split(folded) if part]
    return (
        (folded.isascii() and not parts)
        or bare in _STEMS
        or spelled in _STEMS
        or bare in _listed()
        or (
            folded.isascii()
            and len(parts) <= _LONGEST_CHAIN
            and all(part in _STEMS for part in parts)
        )
    )


@cache
def _listed() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
