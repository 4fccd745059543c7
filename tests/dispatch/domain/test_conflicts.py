"""Whom a text complains of: sentences as residents write them, half of them traps."""

from __future__ import annotations

import pytest

from dispatch.domain.conflicts import ComplaintReader
from dispatch.queries.parties import Party

SANFENG = "330114007202"
ENFORCEMENT, SANITATION, POLICE, MARKET, SANFENG_ID, LINJIANG_ID, HEALTH, POWER = range(1, 9)
READER = ComplaintReader(
    (
        Party(ENFORCEMENT, ("综合行政执法队", "执法队", "城管"), people=("王示例",)),
        Party(SANITATION, ("环境卫生管理所", "环卫所")),
        Party(POLICE, ("派出所", "民警")),
        Party(MARKET, ("市场监督管理所", "市场监管所")),
        Party(SANFENG_ID, ("三丰村",), village_code=SANFENG, people=("李示例",)),
        Party(LINJIANG_ID, ("临江村",), village_code="330114007200"),
        Party(HEALTH, ("社区卫生服务中心", "卫生中心", "卫生院")),
        Party(POWER, ("供电所",)),
    )
)

COMPLAINTS = [
    ("我要投诉执法队，占道经营从来不去查", {ENFORCEMENT}),
    ("举报城管执法队收了钱不管小摊", {ENFORCEMENT}),
    ("综合行政执法队不作为", {ENFORCEMENT}),
    ("城管的人吃拿卡要，不给烟就掀摊子", {ENFORCEMENT}),
    ("环卫所的工作人员态度非常恶劣", {SANITATION}),
    ("打了环卫所三次电话，每次都是推诿", {SANITATION}),
    ("找派出所民警报案，一直推脱不立案", {POLICE}),
    ("民警打人，我身上都是伤", {POLICE}),
    ("我在菜场门口被城管打了", {ENFORCEMENT}),
    ("对环卫所的处理结果很不满", {SANITATION}),
    ("供电所的抄表员乱收费", {POWER}),
    ("市场监管所和那家店老板串通，提前通风报信", {MARKET}),
    ("村书记收钱办低保", {SANFENG_ID}),
    ("村主任家违建三层没人敢管", {SANFENG_ID}),
    ("举报村干部贪污征地款", {SANFENG_ID}),
    ("三丰村村委会不公开账目，优亲厚友", {SANFENG_ID}),
    ("临江村书记的小舅子霸占集体鱼塘", {LINJIANG_ID}),
    ("我要投诉三丰村，分红一分没有", {SANFENG_ID}),
    ("三丰村不作为，路烂了三年", {SANFENG_ID}),
    ("投诉李示例，说好的补偿款不发", {SANFENG_ID}),
    ("执法队的王示例骂人", {ENFORCEMENT}),
    ("不作为的执法队，天天看着不动", {ENFORCEMENT}),
    ("卫生院医生态度差，挂号窗口爱理不理", {HEALTH}),
    ("环卫所也不管，垃圾堆成山", {SANITATION}),
    ("问村干部，村干部踢皮球说找街道", {SANFENG_ID}),
    ("要求问责执法队", {ENFORCEMENT}),
    ("三丰村村主任把低保给了自己亲戚", {SANFENG_ID}),
    ("我要举报派出所某民警，收了对方的钱", {POLICE}),
    ("环卫所和执法队互相推诿", {SANITATION, ENFORCEMENT}),
    ("反映环卫所推诿扯皮的问题", {SANITATION}),
    ("实名举报三丰村支书", {SANFENG_ID}),
    ("居委会主任态度差，办个证明刁难人", {SANFENG_ID}),
    ("投诉市场监管所不处理我的举报", {MARKET}),
]
TRAPS = [
    "三丰村路灯不亮，打电话投诉过没人管",
    "投诉三丰村村民在路边养鸡，臭得很",
    "投诉三丰村垃圾不分类",
    "举报三丰村有人偷倒建筑垃圾",
    "店外经营影响走路，投诉过没用",
    "投诉派出所对面的烧烤摊，油烟太大",
    "举报派出所隔壁棋牌室赌博",
    "向执法队投诉过占道经营，现在又来了",
    "希望执法队查处乱收费的停车场",
    "物业乱收费不开票，请市场监管所查一下",
    "邻居打人，派出所来过了",
    "执法队接到举报来过一次，摊子走了又回来",
    "环卫所好几天没来清垃圾了",
    "供电所停电也不提前通知，什么时候来电",
    "不是投诉环卫所，就是想多放两个桶",
    "环卫所的师傅从不推诿，给他们点赞",
    "村主任让我来报的，路灯坏了",
    "村书记家门口的路灯坏了",
    "村干部已经来看过，说要你们派人修",
    "投诉了城管也没用，摊子还在",
    "执法队投诉电话是多少",
    "建议市场监管所约谈推诿扯皮的物业",
    "社区卫生服务中心门口违章停车堵路",
    "隔壁老板收钱不找零，市场监管所能管吗",
    "三丰村施工队态度恶劣，挖断水管不修",
    "举报有人在临江村偷挖河沙",
    "临江村村口的饭店打人",
    "我家被邻居占地，村委会调解过两次",
    "民警劝过了，楼上还是打人骂人",
    "感谢执法队，没有推诿，当天就拆了违建",
    "举报有人假冒民警收钱",
    "请执法队严查收钱占道的黑停车",
    "举报饭店后厨脏，市场监管所查了没有",
    "供电所的变压器噪音大，投诉几次没解决",
    "我们村书记很负责，就是路太烂",
    "派出所让我来反映的，邻居噪音",
    "村委会门口的广场舞太吵",
]


@pytest.mark.parametrize(("text", "parties"), COMPLAINTS)
def test_it_works(text: str, parties: set[int]) -> None:
    assert set(READER.complaints(text, village_code=SANFENG)) == parties


@pytest.mark.parametrize("text", TRAPS)
def test_it_is_not_caught_in_a_trap(text: str) -> None:
    assert READER.complaints(text, village_code=SANFENG) == {}


def test_without_a_grid_a_cadre_is_nobody_known() -> None:
    assert READER.complaints("村书记收钱办低保") == {}
    assert READER.complaints("临江村书记收钱办低保") != {}


def test_it_shows_no_name_of_a_person() -> None:
    assert "示例" not in repr(Party(1, ("环卫所",), people=("张示例",)))
