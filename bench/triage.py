"""How good triage is: ``bench/triage.py --train FILE --test FILE [--json] [--quick] [--all] [--taxonomy FILE]``.

Both files hold one JSON object a line: ``{title, body, label}``; any set of labels will do, each is a
category. Everything (also the lines for dispatching unasked) is fixed on ``--train``; ``--test`` is only
answered. ``--taxonomy`` is a CSV whose columns are the levels of the category tree, first the labels
(default: ``taxonomy.csv`` beside ``--train`` if there is one). Without ``--json`` (or with ``--all``)
hotspots, duplicates, danger words and the whole pipeline are measured too. The data are not part of the project.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._fields import WORDS
from dispatch.triage.candidate import Candidate
from dispatch.triage.learned import Example, Leaf, Targets, TrainedModel, evaluate, save_model
from dispatch.triage.learned.evaluation import class_f1, macro_f1
from dispatch.triage.learned.training import Learned, learn, train

ROOT = Path(__file__).resolve().parent.parent
SEED = 7
CURVE = (0, 50, 200, 500, 2000)
LEVEL_POINTS = (1.5, 2.0)
"""Lexicon points of the names on the tree's second and third level."""
OTHER = "其他"
SPEED_CHARACTERS = 200
SPEED_MESSAGES = 300


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a file."""

    title: str
    body: str
    label: str

    @property
    def text(self) -> str:
        """The message as a report's text."""
        return f"{self.title}\n{self.body}".strip()


@dataclass(frozen=True, slots=True)
class Bench:
    """What every section may look at; ``learned`` is from the whole training file."""

    training: Sequence[Message]
    test: Sequence[Message]
    leaves: Sequence[Leaf]
    learned: Learned
    sure95: TrainedModel
    sure98: TrainedModel
    quick: bool
    everything: bool
    folder: Path


def read_messages(path: Path) -> list[Message]:
    """Read a file; lines without a label are left out, unknown fields ignored."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return [
        Message(
            str(row.get("title") or ""),
            str(row.get("body") or row.get("text") or ""),
            str(row["label"]),
        )
        for row in rows
        if row.get("label") not in {None, ""}
    ]


def build_leaves(labels: Sequence[str], taxonomy: Path | None) -> list[Leaf]:
    """Make a category of each label, with the words of the hand-written lexicon and the tree's names."""
    terms: dict[str, dict[str, float]] = {label: {} for label in labels}
    if taxonomy:
        with taxonomy.open(encoding="utf-8-sig", newline="") as file:
            for label, *names in list(csv.reader(file))[1:]:
                for name, points in zip(names, LEVEL_POINTS, strict=False):
                    for part in re.split("[和及、与]", name):
                        if label in terms and part != OTHER and len(part) > 1:
                            terms[label][part] = max(points, terms[label].get(part, 0.0))
    for label in labels:
        for points, words in WORDS.get(label, {}).items():
            terms[label].update(dict.fromkeys(words.split(), float(points)))
    return [Leaf(label, label, "", "", tuple(terms[label].items())) for label in labels]


def examples_of(messages: Sequence[Message]) -> list[Example]:
    return [Example(row.text, row.label) for row in messages]


def answer(model: TrainedModel, texts: Sequence[str]) -> list[Candidate]:
    """Return the best candidate for each text."""
    nothing = Candidate("", 0.0, 0.0)
    ranked = (model.rank(text, hints=(), chosen="") for text in texts)
    return [row[0] if row else nothing for row in ranked]


def quality(bench: Bench) -> dict[str, object]:
    """Accuracy and macro-F1 on the whole message, its title, and its first characters."""
    truth = [row.label for row in bench.test]
    forms = {
        "": [row.text for row in bench.test],
        "title_only_": [row.title for row in bench.test],
        "first_30_": [row.text[:30] for row in bench.test],
        "first_60_": [row.text[:60] for row in bench.test],
    }
    found: dict[str, object] = {}
    print(f"\n{'text':<14}{'accuracy':>10}{'macro-F1':>10}")
    for name, texts in forms.items():
        said = [row.code for row in answer(bench.sure98, texts)]
        accuracy = sum(map(str.__eq__, truth, said)) / len(truth)
        found |= {f"{name}accuracy": accuracy, f"{name}macro_f1": macro_f1(truth, said)}
        label = name.rstrip("_").replace("_", " ") or "whole message"
        print(f"{label:<14}{accuracy:>10.4f}{macro_f1(truth, said):>10.4f}")
        if not name:
            found["per_class_f1"] = class_f1(truth, said)
    return found


def confidence(bench: Bench) -> dict[str, object]:
    """Calibration, and what is dispatched unasked at lines fixed on the training file."""
    held = examples_of(bench.test)
    at95, at98 = evaluate(bench.sure95, held), evaluate(bench.sure98, held)
    print(f"\nECE {at98['ece']:.4f}   right among the best two {at98['top2']:.4f}")
    for name, row, model in (("95 %", at95, bench.sure95), ("98 %", at98, bench.sure98)):
        print(
            f"line for {name}: unasked {row['auto_share']:.1%}, of these right "
            f"{row['auto_accuracy']:.2%}   (out of fold: {model.metrics['auto_share']:.1%}, "
            f"{model.metrics['auto_accuracy']:.2%})"
        )
    return {
        "ece": at98["ece"],
        "top2": at98["top2"],
        "auto_at_95": at95["auto_share"],
        "auto_at_95_accuracy": at95["auto_accuracy"],
        "auto_at_98": at98["auto_share"],
        "auto_at_98_accuracy": at98["auto_accuracy"],
    }


def categories(bench: Bench) -> dict[str, object]:
    """F1 by category with the lines it got."""
    truth = [row.label for row in bench.test]
    said = [row.code for row in answer(bench.sure98, [row.text for row in bench.test])]
    print(f"\n{'F1':>7}{'line 95':>9}{'line 98':>9}  category")
    for code, value in class_f1(truth, said).items():
        lines = f"{bench.sure95.threshold(code):>9.3f}{bench.sure98.threshold(code):>9.3f}"
        print(f"{value:>7.3f}{lines}  {code}")
    return {
        "thresholds_95": dict(bench.sure95.thresholds),
        "thresholds_98": dict(bench.sure98.thresholds),
    }


def cost(bench: Bench) -> dict[str, object]:
    """Milliseconds of processor time a message, size of the file, seconds of training."""
    texts = [row.text[:SPEED_CHARACTERS] for row in bench.test[:SPEED_MESSAGES]]
    answer(bench.sure98, texts[:10])
    began = time.process_time()
    answer(bench.sure98, texts)
    each = 1000 * (time.process_time() - began) / len(texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        save_model(bench.sure98, path, key=b"bench")
        size = path.stat().st_size / 1e6
    metrics = bench.learned.metrics
    print(f"\n{each:.2f} ms a message of {SPEED_CHARACTERS} characters, {size:.1f} MB on disk")
    print(
        f"{metrics['train_seconds']} s to train, cross-validated accuracy {metrics['cv_accuracy']}"
    )
    return {
        "ms_per_message": each,
        "megabytes": size,
        "train_seconds": metrics["train_seconds"],
        "cv_accuracy": metrics["cv_accuracy"],
        "version": bench.sure98.version,
    }


def learning_curve(bench: Bench) -> dict[str, object]:
    """Accuracy by the number of labels, drawn from the training file with a fixed seed."""
    if bench.quick:
        return {}
    order = examples_of(bench.training)
    random.Random(SEED).shuffle(order)
    held = examples_of(bench.test)
    curve: dict[str, dict[str, float]] = {}
    print(
        f"\n{'labels':<8}{'accuracy':>10}{'macro-F1':>10}{'ECE':>8}{'top-2':>8}{'unasked':>9}{'right':>8}"
    )
    for size in (*(number for number in CURVE if number < len(order)), len(order)):
        whole = size == len(order)
        model = (
            bench.sure98
            if whole
            else train(order[:size], bench.leaves, targets=Targets(0.98), seed=SEED)
        )
        row = evaluate(model, held)
        curve["all" if whole else str(size)] = row
        print(
            f"{size:<8}{row['accuracy']:>10.4f}{row['macro_f1']:>10.4f}{row['ece']:>8.3f}"
            f"{row['top2']:>8.3f}{row['auto_share']:>9.1%}{row['auto_accuracy']:>8.1%}"
        )
    return {"learning_curve": curve}


def others(bench: Bench) -> dict[str, object]:
    """Hotspots, duplicates, danger words and the whole pipeline, each by its own script.

    A part whose data or database is not here is named with the reason and stops nothing.
    """
    if not bench.everything:
        print("hotspots, duplicates, danger words and the whole pipeline: --all")
        return {}
    beside = bench.folder
    hotspots = ["--hotspots", beside / "hotspots.jsonl", "--topics", beside / "hotspot_topics.json"]
    parts: dict[str, list[str | Path]] = {
        "danger": ["danger.py"],
        "hotspots": ["hotspots.py", *hotspots],
        "pipeline": ["pipeline.py"],
    }
    found: dict[str, object] = {}
    for name, words in parts.items():
        command = [sys.executable, str(Path(__file__).with_name(str(words[0]))), "--json"]
        done = subprocess.run(
            [*command, *map(str, words[1:])], capture_output=True, text=True, check=False
        )
        lines = done.stdout.splitlines()
        if done.returncode or not lines:
            print(f"{name}: not measured ({(done.stderr.splitlines() or ['no output'])[-1][:200]})")
            continue
        print("\n".join(lines[:-1]))
        found[name] = json.loads(lines[-1])
    return found


SECTIONS: list[Callable[[Bench], dict[str, object]]] = [
    quality,
    confidence,
    categories,
    cost,
    learning_curve,
    others,
]
"""Each prints its table and returns what goes into the JSON object."""


def prepare(options: argparse.Namespace) -> Bench:
    """Read the files and train once."""
    training, test = read_messages(options.train), read_messages(options.test)
    beside = options.train.parent / "taxonomy.csv"
    taxonomy = options.taxonomy or (beside if beside.exists() else None)
    leaves = build_leaves(sorted({row.label for row in training}), taxonomy)
    print(
        f"{len(training)} messages to learn from, {len(test)} to answer, {len(leaves)} categories"
    )
    learned = learn(examples_of(training), leaves, seed=SEED)
    sure95, sure98 = (learned.model(Targets(aim)) for aim in (0.95, 0.98))
    return Bench(
        training, test, leaves, learned, sure95, sure98, options.quick,
        options.all or not (options.json or options.quick), options.train.parent,
    )  # fmt: skip


def main() -> int:
    """Run every section; with ``--json`` the last line is one object."""
    shared = Path(os.environ.get("XIANGCUN_SHARED", ROOT.parent / "shared")) / "data" / "complaints"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--train", type=Path, default=shared / "train.jsonl")
    parser.add_argument("--test", type=Path, default=shared / "dev.jsonl")
    parser.add_argument("--taxonomy", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--all", action="store_true", help="the other parts of triage, even with --json"
    )
    parser.add_argument("--quick", action="store_true", help="without the learning curve")
    options = parser.parse_args()
    for path in (options.train, options.test):
        if not path.exists():
            print(f"{path}: no such file (give --train and --test)")
            return 0 if path.parent == shared else 1
    bench = prepare(options)
    found: dict[str, object] = {}
    for section in SECTIONS:
        found |= section(bench)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
