"""Composition root: settings, URLs, Celery, health. Nothing outside imports it but ``xiangcun.lib``."""

from __future__ import annotations

from xiangcun.celery import app as celery_app

__all__ = ("celery_app",)
