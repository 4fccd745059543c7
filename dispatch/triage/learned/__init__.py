"""The classifier that learns: pure Python and numpy, no database; scikit-learn only while training."""

from dispatch.triage.learned.evaluation import evaluate
from dispatch.triage.learned.model import TrainedModel
from dispatch.triage.learned.shapes import Example, Leaf, ModelFault, Targets
from dispatch.triage.learned.storage import load_model, save_model
from dispatch.triage.learned.training import train

__all__ = [
    "Example",
    "Leaf",
    "ModelFault",
    "Targets",
    "TrainedModel",
    "evaluate",
    "load_model",
    "save_model",
    "train",
]
