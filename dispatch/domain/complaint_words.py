"""The words by which residents complain of an office: what it is said to do, and how it is named.

Regular expressions over one clause. Kept apart from the reading (``dispatch.domain.conflicts``) so
that a case that was missed is mended here, with its sentence added to the tests.
"""

from __future__ import annotations

import re

ACCUSE = "投诉|举报|检举|控告|告发|状告|控诉|曝光|问责"

# Only an office or its people can do these: being named as the one who does is enough.
OFFICE_VICE = (
    r"不作为|乱作为|慢作为|懒政|失职|渎职|推诿|推脱|踢皮球|扯皮|互相推|推来推去|吃拿卡要|敷衍|糊弄"
    r"|应付了事|装聋作哑|爱[理答]不理|不理不睬|不闻不问|刁难"
    r"|态度(?:很|太|非常|特别|极其|十分|比较|都|真|也|极)*(?:差|恶劣|不好|蛮横|傲慢|嚣张|冷漠)"
    r"|服务(?:很|太|非常)?差|拖着不[办处管给]|不给[办处解]|不执法|选择性执法|[暴粗][力暴野]执法|执法不公"
    r"|不公[平正]|不管(?=不问|事|了|我|呢|啊|[，。！？；,;!?\s]|$)|不理(?!解|想|会)"
    r"|不依法|优亲厚友|以权谋私|滥用职权|徇私|暗箱操作|吃空饷|虚报冒领"
)
# These hide or sell something together with others, who may stand in between.
COLLUSION = (
    r"勾结|串通|通风报信|保护伞|包庇|袒护|收(?:了)?(?:[^，。]{0,6})?(?:钱|好处|红包|黑钱|保护费|礼(?!拜|堂)|烟)"
    r"|给了?(?:自己|自家)的?(?:亲戚|亲属|家|人)|受贿|索贿|贪污|挪用|侵吞|截留|克扣|吃回扣"
)
# Anybody may do these, so nobody else may stand between the office and the deed.
ANYBODYS_VICE = (
    r"乱收费|乱罚款|打人|打了(?=我|人|他|她|老)|骂人|骂我|殴打|辱骂|敲诈|勒索|威胁|弄虚作假|造假|强拆|霸占|强占|多占"
    r"|违规(?:收费|操作|执法|办理|审批|罚款|占地)|罚款不开票"
)
KIN_DEED = (
    r"违建|违章|私搭|乱搭|占地|占用|霸占|强占|抢占|圈地|多占|多建|偷倒|乱倒|低保|补贴|补助|承包|工程|宅基地"
    r"|打人|骂人|赌|放贷|占了"
)
KIN = (
    r"(?:他?们?的?)?(?:家|家里|家的|亲戚|儿子|女儿|弟弟|哥哥|兄弟|老婆|老公|妻子|丈夫|小舅子|侄子|外甥"
    r"|家属|家人|父亲|母亲)"
)

# Where something is, rather than whom it is about.
PLACE = re.compile(
    r"的?(?:家|办公楼|大楼|大院|那边|这边)?(?:门口|门前|大门|旁|边上|边的|对面|斜对面|附近|隔壁|后面|后边|后门|前面"
    r"|路口|楼下|楼上|院内|院子|院里|周边|周围|外面|围墙|停车场|背后|[东南西北]侧|[东南西北]边|那条路|这条路|宿舍|公交站)"
)
# An address or a number to complain to, not somebody complained of.
CHANNEL = re.compile(r"的?(?:投诉|举报|监督)?(?:电话|热线|窗口|平台|信箱|公众号)")

OBJECT_LEFT = re.compile(
    rf"(?P<verb>{ACCUSE})(?:一下|下|的是|的就是|的对象是|了|过|[“”\"「」]|我们|咱们|你们|当地|本地|这个|那个|某个?"
    r"|镇上的?|街道的?|村里的?|街道|镇|区里的?|社区|辖区|的)*$"
)
TOLD_TO = re.compile(r"[了过]$")
IN_VAIN = re.compile(
    r"(?:也|都|还是|仍然|仍|但|就)*(?:没用|没人|没有用|没反应|没结果|没解决|没下文|不解决|没处理)"
)
DENIED = re.compile(
    r"(?:不是|并非|没有|没|不想|不要|不打算|无意|不敢|不会|别)(?:要|想|来|是|在|说)*$"
)
AIMED_LEFT = re.compile(r"(?:对|针对|关于)(?:当地|我们|本|街道|镇|你们|这个)*的?$")
AIMED_RIGHT = re.compile(rf"^[^，。]{{0,12}}?(?:不满|有意见|很失望|{ACCUSE})")
PASSIVE_LEFT = re.compile(r"(?:被|遭|遭到|受到)(?:几个|一个|两个|一名|那个|这个|当地|的)*$")
PASSIVE_RIGHT = re.compile(
    r"^.{0,6}?(?:打|骂|推倒|赶走|乱罚|敲诈|勒索|威胁|刁难|欺负|没收|扣)(?!扫|电话)"
)
# Asked to do something about it.
ASKED = re.compile(
    r"(?:希望|恳请|请求|请|让|叫|建议|要求|盼望|盼|求|麻烦|需要|应该由|应由|由|督促|通知|呼吁|感谢|谢谢|表扬|多亏)"
    r"(?:一下|下|你们|我们|相关|有关|部门|当地|镇里?|街道|的|等|领导|贵)*$"
)
PRETENDED = re.compile(r"(?:假冒|冒充|假装|自称|假扮)(?:是|的|成|为)?$")
# Gone to, whatever became of it.
WENT_TO = re.compile(
    r"(?:找|向|跟|和|到|去|打给|打|报|告诉|问|给|联系|反映到|投诉到|举报到|转给|转到)"
    r"(?:了|过|一下|当地|我们|镇里?|街道|的|等)*$"
)
HANDLING = re.compile(
    r"查|管一管|管管|处理|抓|治理|整治|处罚|看看|过问|介入|出面|核实|约谈|打击|取缔|制止|劝|帮|接到|发现|出警|解决|清理"
)
FIGHTING = re.compile(r"查处|整治|处罚|约谈|打击|制止|应该查|去查|调查")
OTHERS = re.compile(
    r"物业|老板|店|商家|商户|商贩|小贩|摊|邻居|房东|施工|工地|司机|业主|开发商|厂|企业|公司|医院|学校|老师|有人|村民"
    r"|住户|居民|中介|包工头|骗子|[他她那这]家|车主|男子|小孩|青年|对方|别人|客人|顾客|老人|经营户|养殖户"
)
DENIED_VICE = re.compile(
    r"(?:没有|没|并未|未|不会|不曾|从不|从没|绝不|别|不要|不准|不能|不可以|不得|防止|避免|杜绝|不是|不再|不)$"
)
OF_ANOTHER = re.compile(r"的(?!人|事|行为|问题|态度|作风|工作|情况|现象|样子|嫌疑|厉害|时候|很|$)")
LEAD_IN = re.compile(
    r"(?:一直|都|还|就|也|总是|总|是|每次|结果|却|反而|但|可|可是|很|太|非常|他们|人家|工作人员|接电话的人?|接待的人?|窗口|值班的人?"
    r"|来的人|的|根本|完全|纯粹|明显|存在|严重|涉嫌|有|人员|互相|相互|简直|居然|竟然|长期|多次|天天|有些|几个|人|队员|同志|们|里|经常)*"
)

CADRE_TAIL = r"(?:党)?(?:总支|支部)?(?:书记|支书|主任|副主任|干部|会计|两委|委会|委员会|委|领导|工作人员|治保主任|妇女主任|网格长)"
CADRE = re.compile(
    rf"(?:村|社区|居民区)(?:里)?的?(?:老)?{CADRE_TAIL}|村长|村官|居委会?|(?<!村)两委"
)
ELSEWHERE = re.compile(r"(?:隔壁|外|别的|其他|其它|邻|老家|娘家)$")

TRIGGER = re.compile(
    f"{ACCUSE}|{OFFICE_VICE}|{COLLUSION}|{ANYBODYS_VICE}|{KIN_DEED}|不满|有意见|很失望|被|遭"
)
