"""Made-up messages of four categories in two parents, from a few sentences each."""

from __future__ import annotations

import random

from dispatch.triage.learned import Example, Leaf, Targets, TrainedModel, train

LEAVES = (
    Leaf("0401", "暴露垃圾", "04", "环境卫生", (("垃圾", 3.0), ("臭", 2.0), ("垃圾费", -4.0))),
    Leaf("0404", "小广告", "04", "环境卫生", (("小广告", 4.0), ("[举报]", 2.0))),
    Leaf("0303", "路灯不亮", "03", "道路交通", (("路灯…不亮", 4.0), ("路灯", 3.0))),
    Leaf("0301", "路面坑洼", "03", "道路交通", (("坑洼", 4.0), ("路面", 2.0))),
)
SENTENCES = {
    "0401": ("垃圾桶满了没人清运", "垃圾堆在巷口臭得不行", "厨余垃圾到处是苍蝇很多"),
    "0404": ("楼道贴满小广告", "电线杆上全是牛皮癣广告", "墙上喷了办证电话"),
    "0303": ("路灯坏了晚上漆黑", "巷子里路灯一直不亮", "灯杆歪了灯泡不亮"),
    "0301": ("路面坑洼车子颠簸", "水泥路裂开一个大坑", "下雨积水路面塌陷"),
}
OPENINGS = ("你好", "我是村里的住户", "请问", "向你们反映一下", "老问题了", "昨天发现")
ENDINGS = ("请尽快处理", "谢谢", "已经好几天了", "希望有人管管", "孩子老人都不方便")


def made_examples(count: int, *, seed: int = 0) -> list[Example]:
    """Return ``count`` messages, the categories in turn."""
    draw = random.Random(seed)
    codes = sorted(SENTENCES)
    found = []
    for number in range(count):
        code = codes[number % len(codes)]
        parts = [draw.choice(SENTENCES[code]), draw.choice(SENTENCES[code])]
        text = f"{parts[0]}\n{draw.choice(OPENINGS)}，{parts[1]}，{draw.choice(ENDINGS)}。"
        found.append(Example(text, code))
    return found


def made_model(count: int = 240, *, accuracy: float = 0.9, seed: int = 0) -> TrainedModel:
    return train(made_examples(count), LEAVES, targets=Targets(accuracy), seed=seed)
