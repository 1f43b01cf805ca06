"""Whether a model's answer is what was asked for: checked against its schema, mended once, counted.

Belongs here: judging one answer. Does not belong here: which model is asked (``routing``), or what is kept (``journal``).
"""

import json
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from igny8_resources.ai.errors import AnswerInvalid, ProviderError
from igny8_resources.ai.providers import Repair, TextCall, TextProvider

T = TypeVar("T", bound=BaseModel)


def checked_answer(provider: TextProvider, call: TextCall) -> tuple[BaseModel, int, int, bool]:
    """A model's answer that fits its schema, after one attempt to mend one that does not.

    Returns:
        The answer, input and output tokens of everything that was asked, and whether tokens were estimated.

    Raises:
        AnswerInvalid: the mended answer does not fit either; it carries the tokens that were used.
        ProviderError: from the provider.
    """
    used = [0, 0]
    estimated = False

    def ask(asked: TextCall) -> BaseModel:
        nonlocal estimated
        try:
            answer = provider.complete(asked)
        except ProviderError as failure:
            # A refused or cut answer is charged for too.
            used[0] += failure.input_tokens
            used[1] += failure.output_tokens
            raise
        used[0] += answer.input_tokens
        used[1] += answer.output_tokens
        estimated = estimated or answer.tokens_estimated
        try:
            return checked_payload(call.schema, answer.payload, call.function)
        except AnswerInvalid as wrong:
            wrong.answer = json.dumps(answer.payload, ensure_ascii=False)
            raise

    try:
        try:
            checked = ask(call)
        except AnswerInvalid as wrong:
            if not wrong.answer:
                raise
            checked = ask(replace(call, repair=Repair(wrong.answer, str(wrong))))
    except ProviderError as failure:
        failure.input_tokens, failure.output_tokens = used[0], used[1]
        raise
    return checked, used[0], used[1], estimated


def checked_payload(schema: type[T], payload: dict[str, Any], function: str) -> T:
    """A structured answer as its model.

    Raises:
        AnswerInvalid: it does not fit; the message names the fields.
    """
    try:
        return schema.model_validate(payload)
    except ValidationError as invalid:
        places = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in invalid.errors()[:5]
        )
        raise AnswerInvalid(f"the answer to {function} does not fit its schema: {places}") from invalid


def count_words(value: object) -> int:
    """Words in all texts of a structured answer: what a reader would count."""
    if isinstance(value, BaseModel):
        return count_words(value.model_dump())
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(count_words(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(count_words(part) for part in value)
    return 0
