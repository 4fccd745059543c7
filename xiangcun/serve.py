"""The foreground supervisor behind ``make run``: web, worker and beat as children of one process.

Stops everything on Ctrl-C or SIGTERM, starts a child that died again with a growing pause, and
leaves no orphan when it is itself killed (Linux: the kernel signals the children).
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

from xiangcun.lib.env import env_int, env_str

# A task that needs longer is done again after the next start: its row still says what is due.
STOP_SECONDS = 4.0
START_SECONDS = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
HEALTHY_SECONDS = 20.0
BACKGROUND_DELAY = 1.5
PR_SET_PDEATHSIG = 1
# Many threads with a heap each keep memory they no longer use; two heaps save a web worker 14 MB.
CHILD_ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}


@dataclass(slots=True)
class Child:
    """One supervised command; ``pause`` grows while it keeps dying young."""

    name: str
    command: list[str]
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    restart_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts, watches and stops the children; ``say`` prints one line to the terminal."""

    children: list[Child]
    environment: dict[str, str]
    say: Callable[[str], None]
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Watch until told to stop; return the exit status."""
        while True:
            for child in self.children:
                self._watch(child)
            if self.stopping.wait(0.2):
                break
        self._stop_all()
        return 0

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - our own fixed commands
            child.command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            # Ctrl-C reaches the whole foreground group; only the supervisor shall act on it.
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),  # noqa: PLW1509 - one libc call, no threads yet matter
        )
        child.started_at = time.monotonic()
        threading.Thread(
            target=self._forward, args=(child.name, child.process), daemon=True
        ).start()

    def _forward(self, name: str, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self.say(f"{name:<6} | {line.rstrip()}")

    def _watch(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
            return
        status = child.process.poll()
        if status is None:
            return
        if now - child.started_at > HEALTHY_SECONDS:
            child.pause = FIRST_PAUSE
        self.say(f"{child.name:<6} | 意外退出（{status}），{child.pause:g} 秒后重新启动")
        kill_group(child.process, signal.SIGKILL)
        child.process = None
        child.restart_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop_all(self) -> None:
        processes = [child.process for child in self.children if child.process is not None]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # Grandchildren (pool processes) that outlived a clean stop go with their group.
            kill_group(process, signal.SIGKILL)
            process.wait()


def kill_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Signal the session that a child leads; it may be gone already."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def die_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what a child runs before exec so that it is terminated when the supervisor dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have died before the call above.
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def child_commands(host: str, port: int) -> list[Child]:
    """Return web, workers and beat."""
    python = sys.executable
    web = [python, "-m", "granian", *granian_options(host, port), "xiangcun.wsgi:application"]
    celery = [python, "-W", "ignore::UserWarning", "-m", "celery", "-q", "-A", "xiangcun"]
    quiet = ["-l", "WARNING"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", *quiet]
    # Photos have a worker of their own: a loose power line must not wait behind thirty renditions.
    triage = [*worker, "-Q", "default", "-n", "default@%h"]
    photos = [*worker, "-Q", "photos,outbox", "-n", "photos@%h", "-c", "1"]
    # What takes minutes has one, too, and gives way to everybody else on the processor.
    slow = [*(["nice"] if shutil.which("nice") else []), *worker]
    slow += ["-Q", "training,exports", "-n", "slow@%h", "-c", "1"]
    beat = [*celery, "beat", "--pidfile=", *quiet]
    # The web process has the processor to itself while it starts: somebody is waiting for it.
    later = time.monotonic() + BACKGROUND_DELAY
    return [
        Child("web", web),
        Child("worker", triage, restart_at=later),
        Child("photos", photos, restart_at=later),
        Child("slow", slow, restart_at=later + BACKGROUND_DELAY),
        Child("beat", beat, restart_at=later),
    ]


def granian_options(host: str, port: int) -> list[str]:
    """Return the web server's options; docs/adr/0005 has the reasons and figures."""
    workers = env_int("WEB_WORKERS", 2, low=1, high=64)
    threads = env_int("WEB_THREADS", 64, low=1, high=256)
    return [
        "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws", "--http", "1",
        "--workers", str(workers), "--blocking-threads", str(threads),
        "--respawn-failed-workers", "--respawn-interval", "1",
        "--workers-kill-timeout", "5", "--workers-lifetime", "21600", "--log-level", "error",
    ]  # fmt: skip


def port_is_free(host: str, port: int) -> bool:
    """Bind and let go; granian itself would share the port with a stranger (SO_REUSEPORT)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_until_up(port: int, stopping: threading.Event) -> bool:
    """Ask ``/healthz`` until it answers; False when it does not within a minute."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping.wait(0.1):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            if connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return True
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
    return False


def welcome(host: str, port: int, data_dir: Path, say: Callable[[str], None]) -> None:
    """Print where everything is, and the demo accounts when the township was seeded."""
    base = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104 - compared, not bound
    accounts = data_dir / "demo_accounts.txt"
    lines = [
        "",
        "乡村小脑 已启动 / is running（按 Ctrl-C 停止 / Ctrl-C stops it）",
        f"  管理后台 / console    {base}/admin/",
        f"  居民网页 / phone pages {base}/h5/",
        f"  居民接口 / API docs   {base}/api/docs",
        f"  运行状态 / readiness  {base}/readyz",
        f"  数据目录 / data       {data_dir}",
    ]
    if accounts.exists():
        lines += [
            "",
            "演示账号 / demo accounts",
            *accounts.read_text(encoding="utf-8").splitlines(),
        ]
    for line in [*lines, ""]:
        say(line)


def main() -> int:
    """Run the three processes until stopped; 2 when the configuration or the port is wrong."""
    try:
        host, port = env_str("HOST", "127.0.0.1"), env_int("PORT", 8000, low=1, high=65535)
        children = child_commands(host, port)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not port_is_free(host, port):
        sys.stderr.write(
            f"端口 {port} 已被占用，请换一个：PORT={port + 1} make run"
            f" / port {port} is in use, choose another\n"
        )
        return 2
    data_dir = Path(env_str("XIANGCUN_DATA", "var")).expanduser().resolve()
    temporary = data_dir / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    # Uploads and messages in flight stay on the disk of their destination: a move is a rename.
    environment = {**os.environ, **CHILD_ENVIRONMENT, "TMPDIR": str(temporary)}
    lock = threading.Lock()

    def say(line: str) -> None:
        with lock:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    supervisor = Supervisor(children, environment, say)

    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)

    def greet() -> None:
        if wait_until_up(port, supervisor.stopping):
            welcome(host, port, data_dir, say)

    threading.Thread(target=greet, daemon=True).start()
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
