from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from dispatch.triage.learned import Example, Leaf, ModelFault, Targets, evaluate, train
from dispatch.triage.learned.training import FOLDS, _folds
from tests.dispatch.triage.learned.made import LEAVES, made_examples, made_model


def test_it_works() -> None:
    model = made_model()
    found = evaluate(model, made_examples(80, seed=9))
    assert found["accuracy"] > 0.95
    assert found["auto_share"] > 0.5
    assert found["ece"] < 0.2
    assert model.version.startswith("model-")
    assert model.metrics["examples"] == 240
    assert model.metrics["classes_with_examples"] == 4


def test_without_examples_the_tree_itself_answers() -> None:
    model = train([], LEAVES, targets=Targets())
    best = model.rank("巷子里的路灯不亮", hints=(), chosen="")[0]
    assert best.code == "0303"
    assert "路灯" in "".join(best.words)
    # A name alone teaches, too.
    assert model.rank("门口的广告", hints=(), chosen="")[0].code == "0404"
    assert all(line > 1 for line in model.thresholds.values()), "nothing proves it right yet"


def test_the_same_input_and_seed_give_the_same_model() -> None:
    one, two = made_model(80), made_model(80)
    assert one.version == two.version
    assert made_model(84).version != one.version


def test_a_leaf_without_examples_still_answers() -> None:
    rest = [row for row in made_examples(120) if row.code != "0303"]
    model = train(rest, LEAVES, targets=Targets(0.9))
    assert model.rank("路灯不亮，晚上路灯漆黑", hints=(), chosen="")[0].code == "0303"
    assert model.threshold("0303") > 1
    assert model.metrics["classes_with_examples"] == 3


def test_examples_of_unknown_categories_and_empty_ones_are_left_out() -> None:
    rows = [*made_examples(40), Example("别的事", "9999"), Example("  ", "0401")]
    assert train(rows, LEAVES, targets=Targets()).metrics["dropped"] == 2


@pytest.mark.parametrize("leaves", [LEAVES[:1], LEAVES[:2], LEAVES[1:4:2]])
def test_small_trees(leaves: tuple[Leaf, ...]) -> None:
    model = train(made_examples(40), leaves, targets=Targets())
    ranked = model.rank("垃圾和小广告，路面坑洼", hints=(), chosen="")
    assert sorted(row.code for row in ranked) == sorted(leaf.code for leaf in leaves)
    assert sum(row.confidence for row in ranked) == pytest.approx(1.0, abs=0.001)


def test_a_single_example_and_a_flat_tree() -> None:
    flat = [replace(leaf, parent_code="", parent_name="") for leaf in LEAVES]
    model = train(made_examples(1), flat, targets=Targets())
    assert model.rank("路灯坏了", hints=(), chosen="")[0].code == "0303"


def test_an_empty_tree_is_refused() -> None:
    with pytest.raises(ModelFault) as caught:
        train([], [], targets=Targets())
    assert caught.value.code == "no_categories"
    assert "分类" in caught.value.message


def test_a_group_is_never_split_between_folds() -> None:
    rows = [replace(row, group=f"g{at // 3}") for at, row in enumerate(made_examples(60))]
    folds = _folds(rows, seed=3)
    by_group: dict[str, set[int]] = {}
    for row, fold in zip(rows, folds.tolist(), strict=True):
        by_group.setdefault(row.group, set()).add(fold)
    assert all(len(found) == 1 for found in by_group.values())
    assert set(folds.tolist()) <= set(range(FOLDS))


def test_reading_a_model_loads_neither_scikit_learn_nor_the_database() -> None:
    code = (
        "import sys; import dispatch.triage.learned;"
        "print([n for n in ('sklearn', 'scipy', 'django', 'dispatch.models') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
