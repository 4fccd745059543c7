"""``/wechat/push``: where WeChat tells us what happened. Not a part of the resident API."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from xiangcun.lib.wechat import PushError, PushKeys
from xiangcun.lib.wechat.push import WINDOW, check_call, deliver, open_push

logger = logging.getLogger(__name__)
MAX_BODY_BYTES = 256 * 1024


@csrf_exempt  # WeChat has no cookie of ours; its signature is the proof
@require_http_methods(["GET", "POST"])
def wechat_push(request: HttpRequest) -> HttpResponse:
    """Answer WeChat's test of the address (GET), or take a message (POST).

    A message is taken once: its signature is remembered as long as it is good, and forgotten when a
    handler failed, so that WeChat's next try is heard. 404 where no token is configured.
    """
    if not settings.WECHAT_PUSH_TOKEN:
        return _plain("", 404)
    keys = PushKeys(settings.WECHAT_APPID, settings.WECHAT_PUSH_TOKEN, settings.WECHAT_PUSH_AES_KEY)
    query = {name: str(value) for name, value in request.GET.items()}
    try:
        signature = check_call(keys, query, now=timezone.now())
        if request.method == "GET":
            return _plain(query.get("echostr", "")[:200])
        return _take(keys, query, request, signature)
    except PushError as error:
        logger.warning("wechat_push_refused reason=%s", error.reason)
        return _plain("", 403)


def _take(
    keys: PushKeys, query: dict[str, str], request: HttpRequest, signature: str
) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        return _plain("", 413)
    event = open_push(keys, query, request.body)
    # In plain mode nobody has checked msg_signature: another word there must not make a call new.
    key = f"wechat-push:{query['msg_signature'] if keys.aes_key else signature}"
    if not cache.add(key, 1, timeout=2 * WINDOW.total_seconds()):
        return _plain("success")
    try:
        handlers = deliver(event)
    except Exception:  # noqa: BLE001 - logged by deliver; WeChat shall call again
        cache.delete(key)
        return _plain("", 500)
    logger.info("wechat_push event=%s handlers=%s", event.event[:64], handlers)
    return _plain("success")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
