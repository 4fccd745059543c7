"""Where a matter goes that is not for this township: one text a reason, with a number to dial.

The numbers are national ones (12345 政务服务, 12348 法律服务, 12368 诉讼服务, 12388 纪检监察, 110);
the person who rejects may change every word before the resident reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.enums import RejectReason

REFERRALS: Mapping[RejectReason, str] = MappingProxyType(
    {
        RejectReason.NOT_OUR_AREA: (
            "您反映的地点不在本街道辖区。请拨打 12345 政务服务便民热线，说明具体地址，由热线转给当地办理。"
        ),
        RejectReason.PETITION: (
            "您反映的是信访事项，请向区信访局提出：可登录国家信访局网上信访平台，"
            "或到区信访局接待窗口；也可拨打 12345 咨询。"
        ),
        RejectReason.LITIGATION: (
            "您反映的事项已进入诉讼、仲裁或复议程序，请向受理的法院或机构了解进展："
            "法院诉讼服务热线 12368，法律咨询热线 12348。"
        ),
        RejectReason.DISCIPLINE: (
            "您反映的事项由纪检监察机关受理，请拨打 12388 举报电话，或登录 12388 举报网站提出。"
        ),
        RejectReason.POLICE: (
            "您反映的是警情。情况紧急请立即拨打 110；不紧急的，请到就近派出所报案或咨询。"
        ),
        RejectReason.INSUFFICIENT: (
            "现有信息不足，无法确定地点和问题。请补充现场照片和具体位置后重新上报，"
            "或拨打 12345 说明情况。"
        ),
        RejectReason.NOT_A_CASE: (
            "您的留言中没有需要办理的具体事项。如有具体诉求，欢迎写明地点和情况重新上报；"
            "政策咨询可拨打 12345。"
        ),
    }
)
