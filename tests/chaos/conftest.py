"""What breaks a broker needs a real one: without Redis there is nothing to collect here."""

from django.conf import settings

collect_ignore_glob = [] if settings.REDIS_URL else ["test_*.py"]
