"""A task that is still running when the broker goes away; only the worker of the test includes it."""

import time

from celery import shared_task


@shared_task(name="tests.sleep")
def sleep(seconds: float) -> None:
    time.sleep(seconds)
