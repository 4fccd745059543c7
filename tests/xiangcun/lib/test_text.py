"""Cleaning and masking of what people type. All numbers are invented."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiangcun.lib import text


def test_it_works() -> None:
    assert (
        text.clean_text("  路灯\u200b不亮，\t请来看！\r\n\r\n\r\n谢谢 ")
        == "路灯不亮， 请来看！\n\n谢谢"
    )


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("", ""),
        ("\u200b\ufeff\u2060", ""),
        ("\x00垃\x07圾\x1b", "垃圾"),
        ("\u202e反\u202c向\u2066隔\u2069", "反向隔"),
        ("\u3164\u115f\u2800", ""),
        ("全角\u3000空格\xa0这里", "全角 空格 这里"),
        ("一\u2028二\x85三\r四", "一\n二\n三\n四"),
        ("「引号」，。！？；：（１２３）ＡＢ", "「引号」，。！？；：（１２３）ＡＢ"),
        ("😀👍🏽", "😀👍🏽"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"),
        ("字\u200d字", "字字"),
        ("𠮷野家 \U00030000", "𠮷野家 \U00030000"),
        ("e\u0301", "é"),
        ("\ud800坏\udfff", "坏"),
        ("a" + "\u0301" * 40, "\u00e1" + "\u0301" * 3),
        ("a  b \n  c", "a b\nc"),
    ],
)
def test_it_cleans(raw: str, clean: str) -> None:
    assert text.clean_text(raw) == clean


@given(st.text(alphabet=st.characters(), max_size=60))
def test_clean_text_is_clean_and_stays_so(raw: str) -> None:
    clean = text.clean_text(raw)

    assert text.clean_text(clean) == clean
    assert not text.has_control_characters(clean)
    assert clean == clean.strip()
    clean.encode()
    assert unicodedata.is_normalized("NFC", clean)


def test_it_finds_control_characters() -> None:
    assert text.has_control_characters("a\x00b")
    assert text.has_control_characters("\ud800")
    assert not text.has_control_characters("一行\n二行\t😀\r\n")


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("电话13812345678，急", "电话138****5678，急"),
        ("138-1234-5678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("138 123 45678", "138****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
        ("+86 13812345678", "+86 138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("0571-82345678", "0571-****5678"),
        ("(0571)82345678", "(0571)****5678"),
        ("010 6234 5678", "010 ****5678"),
        ("座机：82345678", "座机：****5678"),
        ("身份证33011419900101123X。", "身份证330*************3X。"),
        ("330114 19900101 1234", "330*************34"),
        ("卡号6222021234567890128", "卡号6222***********0128"),
        ("6222 0212 3456 7890 128", "6222***********0128"),
        ("微信:abc_12345", "微信:***"),
        ("加我微信号是zhang-san88吧", "加我微信号是***吧"),
        ("VX：wxid9876", "VX：***"),
        ("qq 123456789", "qq ***"),
        ("zhangsan@example.com", "z***@example.com"),
        ("微信13812345678", "微信***"),
    ],
)
def test_it_masks_contacts(raw: str, masked: str) -> None:
    assert text.mask_contacts(raw) == masked


@pytest.mark.parametrize(
    "harmless",
    [
        "浙A12345乱停在3号楼",
        "浙AD12345",
        "2026-11-24 09:30:00",
        "工单20261124000123456",
        "网格330114007200001",
        "拨打12345、110、119",
        "30.312345,120.501678",
        "欠薪120000元，拖了3个月",
        "微信群里说的",
        "用微信支付交的钱",
        "8栋1单元1302室",
        "电话没人接",
        "4001234567",
    ],
)
def test_it_leaves_the_rest(harmless: str) -> None:
    assert text.mask_contacts(harmless) == harmless


@given(before=st.text(max_size=20), number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_no_phone_survives(before: str, number: str) -> None:
    assert number not in text.mask_contacts(f"{before}，{number}。")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0571-82345678", "057****5678"),
        ("82345678", "****5678"),
        ("110", "****"),
        ("", ""),
    ],
)
def test_it_masks_a_phone(phone: str, masked: str) -> None:
    assert text.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修文", "欧**"),
        ("张", "张*"),
        (" ", ""),
        ("Ann", "A**"),
    ],
)
def test_it_masks_a_name(name: str, masked: str) -> None:
    assert text.mask_name(name) == masked


@pytest.mark.parametrize(
    ("raw", "stripped"),
    [
        ("看https://evil.example/a?b=1这里", "看[链接]这里"),
        ("www.evil.example", "[链接]"),
        ("上bad-shop.com.cn/x领奖", "上[链接]领奖"),
        ("weixin://dl/chat 点", "[链接] 点"),
        ("邮箱a@example.com", "邮箱a@example.com"),
        ("3.5米宽，第2.1条", "3.5米宽，第2.1条"),
    ],
)
def test_it_strips_links(raw: str, stripped: str) -> None:
    assert text.strip_links(raw) == stripped
