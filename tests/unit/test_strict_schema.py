import importlib
import pkgutil
from typing import Annotated, Any, Literal, Union

import pytest
from pydantic import BaseModel, Field

import igny8_resources.contracts
from igny8_resources.ai.strict_schema import StrictSchemaError, strict_json_schema
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.writer import ArticleDraft, ImagePrompt
from tests.stand_ins.openai_server import strictness_problem


def contract_models() -> list[type[BaseModel]]:
    names = [
        f"igny8_resources.contracts.{found.name}" for found in pkgutil.iter_modules(igny8_resources.contracts.__path__)
    ]
    models = {
        model
        for name in names
        for model in vars(importlib.import_module(name)).values()
        if isinstance(model, type) and issubclass(model, Value) and model is not Value
    }
    return sorted(models, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", contract_models(), ids=lambda model: model.__name__)
def test_every_contract_is_accepted_in_strict_mode(model: type[BaseModel]) -> None:
    assert strictness_problem(strict_json_schema(model)) is None


def test_an_article_keeps_its_fields_and_its_meaning() -> None:
    schema = strict_json_schema(ArticleDraft)
    assert set(schema["properties"]) == set(ArticleDraft.model_fields)  # "title" is a field here, not a keyword
    assert schema["description"].startswith("Output of")
    section = schema["$defs"]["Section"]
    assert section["properties"]["table"] == {"anyOf": [{"$ref": "#/$defs/Table"}, {"type": "null"}]}
    assert "table" in section["required"]
    cells = schema["$defs"]["Table"]["properties"]["rows"]
    cell = {"type": "string", "description": "(maxLength: 240)"}
    assert cells == {"type": "array", "maxItems": 24, "items": {"type": "array", "maxItems": 8, "items": cell}}


def test_a_text_has_an_end_where_the_server_can_hold_a_model_to_it() -> None:
    cell = {"type": "string", "description": "(maxLength: 240)", "maxLength": 240}
    table = strict_json_schema(ArticleDraft, with_lengths=True)["$defs"]["Table"]["properties"]
    assert table["rows"]["items"]["items"] == table["caption"] == cell


def test_a_closed_vocabulary_stays_closed() -> None:
    assert strict_json_schema(ImagePrompt)["properties"]["role"]["enum"] == ["featured", "in_article"]


class Leaf(BaseModel):
    kind: Literal["leaf"] = "leaf"


class Branch(BaseModel):
    kind: Literal["branch"] = "branch"
    children: list[Annotated[Union["Branch", Leaf], Field(discriminator="kind")]] = []


class Everything(BaseModel):
    language: str = "en"
    title: str = Field(min_length=3, max_length=60, description="Shown in the tab.")
    link: str | None = Field(default=None, json_schema_extra={"format": "uri"})
    score: float = Field(ge=0, le=1)
    size: tuple[int, int]
    mixed: tuple[int, str, int]
    tags: set[str] = Field(max_length=5)
    leaf: Leaf = Field(description="The only leaf.")


def test_what_strict_mode_cannot_say_is_said_in_words() -> None:
    schema = strict_json_schema(Everything)
    fields = schema["properties"]
    assert strictness_problem(schema) is None
    assert fields["language"] == {"type": "string"}
    assert fields["title"] == {"type": "string", "description": "Shown in the tab. (minLength: 3, maxLength: 60)"}
    assert fields["link"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert fields["link"]["description"] == "(format: uri)"
    assert fields["score"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert fields["size"] == {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    assert fields["mixed"]["items"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert fields["tags"]["description"] == "(uniqueItems: True)"
    assert fields["leaf"] == {"description": "The only leaf.", "anyOf": [{"$ref": "#/$defs/Leaf"}]}


def test_a_recursive_model_has_an_object_at_its_root() -> None:
    schema = strict_json_schema(Branch)
    assert strictness_problem(schema) is None
    assert schema["properties"]["children"]["items"] == {
        "anyOf": [{"$ref": "#/$defs/Branch"}, {"$ref": "#/$defs/Leaf"}]
    }


class FreeKeys(BaseModel):
    prices: dict[str, float]


class Untyped(BaseModel):
    items: list[Any]


def nested(depth: int) -> type[BaseModel]:
    model: type[BaseModel] = Leaf
    for level in range(depth):
        model = type(f"Level{level}", (BaseModel,), {"__annotations__": {"inner": model}, "__module__": __name__})
    return model


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (FreeKeys, r"FreeKeys\.prices: .*not a dict"),
        (Untyped, r"Untyped\.items\[\]: .*replace Any"),
        (nested(10), "deeper than 10 levels"),
    ],
)
def test_a_model_that_cannot_be_strict_is_named_with_the_way_out(model: type[BaseModel], problem: str) -> None:
    with pytest.raises(StrictSchemaError, match=problem):
        strict_json_schema(model)


def test_ten_levels_are_accepted() -> None:
    assert strictness_problem(strict_json_schema(nested(9))) is None
