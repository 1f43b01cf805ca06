"""Measures how large the encoder's activations get, once, for ``activation_ranges.npz``.

Run as ``python -m igny8_resources.ai.minilm.calibration`` after a change of the texts. The file is kept with the code, so
that every machine builds the same int8 graph. The texts are of many kinds and languages and of no test set; what lies
beyond the ranges is clipped.
"""

from pathlib import Path

import numpy as np

from igny8_resources.ai.minilm.graph import HIDDEN, LAYERS, RANGES_FILE, ActivationRanges, build_graph
from igny8_resources.ai.minilm.weights import load_weights, model_folder

TEXTS_FILE = Path(__file__).with_name("calibration_texts.txt")


def measure_ranges(texts: list[str]) -> ActivationRanges:
    """The largest activations over texts, each encoded alone by the float32 graph."""
    from igny8_resources.ai.minilm.sessions import open_session
    from igny8_resources.ai.minilm.tokens import TokenCutter

    folder = model_folder()
    model = build_graph(load_weights(folder), show_activations=True)
    session = open_session(bytes(model.SerializeToString()), threads=0)
    inputs, gelu = np.zeros((LAYERS, 3, HIDDEN), np.float32), np.zeros(LAYERS, np.float32)
    for row in TokenCutter(folder).cut(texts):
        _, *activations = session.run(None, {"token_ids": row[None].astype(np.int64)})
        for place, activation in enumerate(activations):
            layer, projection = divmod(place, 4)
            if projection == 3:
                gelu[layer] = max(gelu[layer], activation.max())
            else:
                inputs[layer, projection] = np.maximum(inputs[layer, projection], np.abs(activation).max(axis=0))
    return ActivationRanges(inputs, gelu)


def main() -> None:
    """Measure on the kept texts and write the file."""
    texts = TEXTS_FILE.read_text(encoding="utf-8").split("\n")
    ranges = measure_ranges([*texts, " ".join(texts)])
    np.savez_compressed(RANGES_FILE, inputs=ranges.inputs.astype(np.float16), gelu=ranges.gelu.astype(np.float16))


if __name__ == "__main__":
    main()
