"""The operator's way in when nobody in the office can help: unlock an account, take a lost telephone off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dispatch.domain.lockout import unlock_account
from dispatch.domain.second_factor import reset_second_factor
from dispatch.domain.sessions import revoke_sessions_of
from dispatch.models import Staff


class Command(BaseCommand):
    help = "解除登录锁定（--unlock）、重置动态口令（--reset-second-factor）、全部下线（--sign-off）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--unlock", action="store_true")
        parser.add_argument("--reset-second-factor", action="store_true")
        parser.add_argument("--sign-off", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        now, name = timezone.now(), options["username"]
        user = Staff.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"没有账号 {name}")
        if not (options["unlock"] or options["reset_second_factor"] or options["sign_off"]):
            raise CommandError("请至少指定一项：--unlock、--reset-second-factor、--sign-off")
        if options["unlock"]:
            gone = unlock_account(name, actor=None, roles=frozenset(), now=now)
            self.stdout.write(f"已解除锁定，清除失败记录 {gone} 条")
        if options["reset_second_factor"]:
            reset_second_factor(
                user, actor=None, roles=frozenset(), reason="运维人员在服务器上重置", now=now
            )
            self.stdout.write("已重置动态口令")
        if options["sign_off"]:
            gone = revoke_sessions_of(user, actor=None, now=now)
            self.stdout.write(f"已下线 {gone} 个登录")
