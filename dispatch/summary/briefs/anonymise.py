"""Residents' and handlers' words made fit for print: no contacts, no persons, no door numbers.

It errs towards hiding and still catches not everything, which is why a person ticks every case before
it is printed, and why the editor's page points at what looks like a name (:func:`suspicions`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xiangcun.lib.text import clean_text, mask_contacts, strip_links

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛"
    "禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌"
    "霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳段富焦谷车侯"
    "全仲宫宁仇栾甘厉祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲从鄂索咸赖卓蔺屠蒙池乔阴胥苍双闻党翟谭贡劳"
    "姬申扶堵冉宰桑桂牛寿边燕浦尚农温庄晏柴瞿阎充慕连茹习宦艾鱼容向古易廖居衡步都耿满弘匡国文寇广聂晁勾敖融冷"
    "辛阚那简饶空曾沙养鞠须丰巢关查后荆红游竺权盖益桓公肖付闫代覃涂岳佟佘"
)
_DOUBLE = "欧阳|上官|司马|诸葛|东方|夏侯|皇甫|尉迟|公孙|慕容|司徒|令狐|宇文|长孙|端木|百里|南宫"
_S, _HAN = f"(?:{_DOUBLE}|[{_SURNAMES}])", r"[\u4e00-\u9fff]"
_TITLES = (
    "先生|女士|小姐|太太|大爷|大妈|大伯|大叔|大哥|大姐|大娘|大婶|阿姨|阿婆|阿公|叔叔|伯伯|爷爷|奶奶|婆婆|老伯"
    "|老太|师傅|老板娘|老板|老师|医生|书记|主任|村长|组长|队长|所长|站长|科长|局长|经理|会计|同志"
)
# Who is called so is named next.
_CUES = (
    "居民|村民|业主|住户|户主|租户|租客|房东|邻居|店主|商户|经营户|农户|当事人|反映人|举报人|投诉人|上报人|联系|告知|约谈|劝导|联系人|负责人"
    "|法人|工作人员|网格员|姓名|名叫|名字叫|叫做|我叫|本人|我是|我姓|丈夫|妻子|儿子|女儿|父亲|母亲"
)
# What follows a cue and begins like a surname without being one.
_NO_NAME = (
    "反映|要求|希望|说|称|表示|家|们|的|多次|已|都|一致|投诉|举报|在|从|对|和|与|及|因|向|认为|满意|不|代表|委员|自治|群众"
    "|安全|安置|方面|方便|时|常|经常|经过|全体|全部|成立|成员|关于|关心|高度|高兴|包括|向上|和谐|都在|双方|许多|万|全家|石|后|花|路|车"
)
_NAME_AFTER_CUE = re.compile(
    rf"(?P<cue>{_CUES})(?P<gap>[\s:：是为叫“”\"（(]{{0,3}})(?!{_NO_NAME}){_S}(?:某{{1,2}}|{_HAN}{{1,2}}?(?=[，。、；：！？,.;:!?\s（(）)”\"]|家|称|说|反映|表示|的|在|于|和|与|等|已|到|对|将|正|去|来|现场|负责|联系|电话|手机|把|被|将|修|私|乱|占|搭|堆|停|$))"
)
_NAME_WITH_TITLE = re.compile(
    rf"(?:[老小阿]?{_S})(?:{_HAN})??(?:{_TITLES})|(?<!{_HAN}){_S}某{{1,2}}"
)
# 小时, 小车, 老房 and the like: things, though the second sign is a surname.
_NO_NICK = "(?![老小](?:时|车|路|房|花|羊|牛|鱼|米|麻|水|家|年|段|干|方便|全|白菜))"
_NICKNAME = re.compile(
    rf"(?:(?<!{_HAN})|(?<=[找问跟和与是被让叫请])){_NO_NICK}[老小阿]{_S}(?=家|的|说|称|他|她|，|。|、)|{_NO_NICK}[老小阿]{_S}(?=家(?:门|旁|后|前|里|院|隔壁|的))"
)
_SOMEBODYS_HOUSE = re.compile(
    rf"(?<!{_HAN}){_S}{_HAN}{{1,2}}(?:家|户)(?=门|旁|后|前|里|院|隔壁|的|屋|楼|东|西|南|北|对面|附近)"
)
_FIGURE = r"[\dA-Za-z一二三四五六七八九十百零〇０-９]"
_DOOR = re.compile(
    rf"(?:第?{_FIGURE}{{1,5}}(?:[-－—/]\s?{_FIGURE}{{1,5}})*\s?"
    r"(?:组|队|幢|栋|座|单元|弄|支弄|号楼|号院|室|户(?![外主籍口型])|号(?!线|令|文|楼|桥|公路|国道|省道|路灯|灯杆|杆|泵|闸|机|井)))+"
)
_DATE = re.compile(rf"{_FIGURE}{{1,3}}月{_FIGURE}{{1,3}}[日号]")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}"
)
# What is left of a masked number says nothing to a reader and still narrows down whose it is.
_MASKED = re.compile(
    r"[，,、]?(?:联系)?(?:电话|手机|微信|号码|邮箱|身份证)?号?[\s:：是为]*[A-Za-z0-9()（）-]*\*{3,}[A-Za-z0-9@.]*"
)
_BLANK = re.compile(r"[（(]\s*[）)]|(?<=，)，|(?<=。)。")


def named_persons(text: str) -> set[str]:
    """Return the names that a text gives by what stands around them: they may stand bare elsewhere."""
    return {
        name
        for match in _NAME_AFTER_CUE.finditer(clean_text(text))
        if "某" not in (name := match.group()[len(match["cue"]) + len(match["gap"]) :])
    }


def anonymise(text: str, *, names: Iterable[str] = ()) -> str:
    """Return ``text`` for print; ``names`` are persons known to be near it (reporter, handlers)."""
    text = strip_links(mask_contacts(clean_text(text))).replace("\n", " ")
    for name in sorted({*names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, "有关人员")
    text = _PLATE.sub("某车", _MASKED.sub("", text))
    text = _NAME_AFTER_CUE.sub(lambda found: f"{found['cue']}某某", text)
    text = _NAME_WITH_TITLE.sub("某某", text)
    text = _NICKNAME.sub("某某", text)
    text = _SOMEBODYS_HOUSE.sub("某户", text)
    return _BLANK.sub("", cut_door_numbers(text)).strip()


def cut_door_numbers(text: str) -> str:
    """Cut house numbers, groups and flats, so that village or road is left; dates stay."""
    dates = {match.span() for match in _DATE.finditer(text)}
    kept: list[str] = []
    at = 0
    for match in _DOOR.finditer(text):
        if any(start <= match.start() < end for start, end in dates):
            continue
        kept.append(text[at : match.start()])
        at = match.end()
    return "".join(kept) + text[at:]


def suspicions(text: str) -> list[str]:
    """Return what in a text looks like a person, an address or a contact, for whoever ticks it."""
    found: list[str] = []
    for pattern in (_NAME_AFTER_CUE, _NAME_WITH_TITLE, _NICKNAME, _SOMEBODYS_HOUSE, _PLATE):
        found += [match.group() for match in pattern.finditer(text) if "某某" not in match.group()]
    dates = [match.span() for match in _DATE.finditer(text)]
    found += [
        match.group()
        for match in _DOOR.finditer(text)
        if not any(start <= match.start() < end for start, end in dates)
    ]
    if mask_contacts(text) != text:
        found.append("联系方式")
    return list(dict.fromkeys(found))
