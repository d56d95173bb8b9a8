"""Let a CUDA build of torchvision be imported beside a CPU build of torch.

``import torchvision`` registers Python implementations for two compiled operators and fails with "operator
torchvision::nms does not exist" where its compiled library cannot be loaded. Declaring the two schemas first is
enough for everything that is pure Python (transforms, models, datasets), and all that timm, torchmetrics and
Lightning ask for. Where the library loads, nothing is changed.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import pathlib
import sys
from collections.abc import Sequence
from types import ModuleType

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_libraries: list[object] = []


def declare_operators(package: pathlib.Path) -> bool:
    """Declare the schemas if the compiled library in ``package`` does not load; tell whether that was needed."""
    import torch

    for library in sorted(package.glob("_C*")):
        try:
            torch.ops.load_library(str(library))
            return False
        except OSError:
            continue
    fragment = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        fragment.define(schema)
    _libraries.append(fragment)  # the declaration lives as long as this object
    return True


class TorchvisionFinder(importlib.abc.MetaPathFinder):
    """Declare the missing operators in the moment before torchvision is first imported, then step aside."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return None, always: the ordinary finders load the package."""
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            spec = importlib.util.find_spec(fullname)
            if spec is not None and spec.origin is not None:
                declare_operators(pathlib.Path(spec.origin).parent)
        return None


def install() -> None:
    """Put the finder first, once per process."""
    if not any(isinstance(finder, TorchvisionFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, TorchvisionFinder())
