"""What villagers write about places: sentence, the village the point is in, the place that contradicts.

The villages lie in two rows of three: 前新社区 前悦社区 临江村 / 前峰村 三丰村 江东区块社区.
"""

from __future__ import annotations

QIANFENG, SANFENG, LINJIANG = (30.3024, 120.4797), (30.3003, 120.5003), (30.3203, 120.5198)
QIANXIN, QIANYUE, JIANGDONG = (30.3203, 120.4803), (30.3208, 120.5003), (30.3006, 120.5198)

FLAGGED = [
    ("前峰村村口的路灯不亮了", LINJIANG, "前峰村"),
    ("我们前峰村三组路边垃圾堆成山", LINJIANG, "前峰村"),
    ("在临江村的河边有人倒建筑垃圾", QIANFENG, "临江村"),
    ("住在前新社区，楼下油烟很大", JIANGDONG, "前新社区"),
    ("三丰村村委会门口的井盖坏了", QIANXIN, "三丰村"),
    ("我是三丰村村民，前峰村的桥栏杆断了", JIANGDONG, "前峰村"),
    ("前峰那边的水管爆了", LINJIANG, "前峰村"),
    ("我在三丰，停电三个小时了", QIANXIN, "三丰村"),
    ("前新12组的下水道堵了", JIANGDONG, "前新社区"),
    ("江东区块的公厕太脏", QIANXIN, None),
    ("江东区块那里的公厕太脏", QIANXIN, "江东区块社区"),
    ("前峰村附近的工地半夜施工", LINJIANG, "前峰村"),
    ("示例农贸市场里面污水横流", QIANFENG, "示例农贸市场"),
    ("示例卫生院门口乱停车", JIANGDONG, "示例卫生服务中心"),
    ("示例湿地公园的垃圾桶满了", QIANXIN, "示例湿地公园"),
    ("前峰村已经停水三天了", LINJIANG, "前峰村"),
    ("不是三丰村，是前峰村的路塌了", LINJIANG, "前峰村"),
    ("前峰社区的健身器材坏了", LINJIANG, "前峰村"),
    ("隔壁前峰村的养殖场天天排污水", LINJIANG, "前峰村"),
    ("前峰村路灯坏了", LINJIANG, "前峰村"),
    ("三丰村路边的沟堵了", QIANXIN, "三丰村"),
    ("从前新社区到前峰村的路坑坑洼洼", JIANGDONG, "前新社区"),
]
QUIET = [
    # Where the point is, or just across the border.
    ("三丰村村口的路灯不亮了", SANFENG),
    ("在前峰村旁边的路口，红绿灯坏了", (30.3024, 120.4905)),
    ("三丰那边有人乱倒垃圾", SANFENG),
    ("示例文化礼堂的灯坏了", SANFENG),
    ("前峰村和三丰村交界的桥坏了", (30.3006, 120.4905)),
    # A road between two places.
    ("从前峰村到临江村的路坑坑洼洼", (30.311, 120.5)),
    ("前峰村通往江东区块社区的公交太少", SANFENG),
    # Where somebody comes from or goes to.
    ("我是前峰村村民，想问一下社保怎么交", LINJIANG),
    ("本人是前峰村的，孩子上学问题", LINJIANG),
    ("路太烂了，盼解决。前峰村全体村民2026年11月", LINJIANG),
    ("往前峰村方向的公交站牌倒了", LINJIANG),
    ("去三丰村的路上有个大坑", QIANXIN),
    ("路过前峰村办事，回来发现车被划了", LINJIANG),
    # An office, a comparison, a denial, a list.
    ("三丰村委会不作为，电话打不通", QIANXIN),
    ("投诉前峰村书记态度恶劣", LINJIANG),
    ("人家前峰村都通了天然气，我们这里什么时候通", LINJIANG),
    ("像三丰村那样装个路灯不行吗", QIANXIN),
    ("不在三丰村，就在小区门口", QIANXIN),
    ("前峰村、三丰村、前新社区都没有卫生室，太不方便", LINJIANG),
    # Other words.
    ("公园里练张三丰太极拳的人太吵", QIANXIN),
    ("临江路上的井盖松了", QIANFENG),
    ("临江而建的房子漏水", QIANFENG),
    ("三丰面馆油烟扰民", QIANXIN),
    ("临江村路口到底归谁管，前悦社区的人说不知道", LINJIANG),
    ("前悦小区的电梯又坏了", QIANFENG),
    ("前峰村大道路灯不亮", LINJIANG),
    ("这里的水质很差，一直没人管", LINJIANG),
]
