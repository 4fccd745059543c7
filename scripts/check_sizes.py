#!/usr/bin/env python3
"""House rules that no linter has: file and function length, and words that have no place here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 50
# Written apart so that this file does not find itself.
FORBIDDEN = {
    "an absolute path of somebody's machine": re.compile(
        r"(?<![\w.])/(?:home|Users|work" + r"space)/\w+"
    ),
    "the host of a package registry": re.compile(
        r"registry\.npm" + r"js|npm" + r"mirror\.com|files\.python" + r"hosted|pypi\.tuna"
    ),
    "an open end: file an issue instead": re.compile(r"#\s*(?:TO" + r"DO|FIX" + r"ME|XXX)\b"),
    "a private key": re.compile(r"BEGIN [A-Z ]*PRIV" + r"ATE KEY"),
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".json",
    ".html",
    ".css",
    ".js",
    ".yml",
    ".yaml",
    ".sh",
    "",
}


def tracked_files() -> list[Path]:
    """Return what git knows or would add, as long as it exists."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def size_faults(path: Path, text: str) -> Iterator[str]:
    """Yield what is too long in a Python file; migrations are generated and exempt."""
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path.relative_to(ROOT)}: {lines} lines, at most {FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES:
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield f"{where}: {node.name} has {length} lines, at most {FUNCTION_LINES}"


def word_faults(path: Path, text: str) -> Iterator[str]:
    """Yield forbidden words of any text file."""
    for reason, pattern in FORBIDDEN.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.relative_to(ROOT)}:{line}: {reason}"


def main() -> int:
    """Print every fault; 1 when there is one."""
    faults: list[str] = []
    for path in tracked_files():
        if path.suffix not in TEXT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults += word_faults(path, text)
        if path.suffix == ".py" and "migrations" not in path.parts:
            faults += size_faults(path, text)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
