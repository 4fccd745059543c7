"""Where WeChat's pushes reach the resident's world. ``AppConfig.ready`` imports this module."""

from __future__ import annotations

from reports.domain.checks import hear_picture
from reports.domain.subscriptions import hear_change, hear_choice, hear_failure
from xiangcun.lib import wechat

wechat.register("subscribe_msg_popup_event", hear_choice)
wechat.register("subscribe_msg_change_event", hear_change)
wechat.register("subscribe_msg_sent_event", hear_failure)
wechat.register("wxa_media_check", hear_picture)
