"""Reading a chat completion: the few fields that every OpenAI-compatible server fills, and what can be wrong there."""

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from igny8_resources.ai.errors import (
    AnswerCut,
    AnswerEmpty,
    AnswerInvalid,
    ProviderRejected,
    ProviderUnavailable,
    Refused,
)
from igny8_resources.ai.providers import TextAnswer, TextCall

CHARACTERS_PER_TOKEN = 4  # rule of thumb for English; used only where a server reports no usage

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)  # reasoning that a local server left in the answer
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Message(_Lenient):
    """What the model said, or why it declined."""

    content: str | None = None
    refusal: str | None = None


class Choice(_Lenient):
    """One answer and why it ended."""

    message: Message
    finish_reason: str | None = None


class Usage(_Lenient):
    """Tokens as the server counted them."""

    prompt_tokens: int
    completion_tokens: int


class Completion(_Lenient):
    """A chat completion; ``usage`` is None where a local server does not count."""

    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None


def read_completion(content: bytes, server: str) -> Completion:
    """Read the body of a successful answer.

    Raises:
        ProviderUnavailable: a gateway answered 200 with an error inside.
        ProviderRejected: the body is not a chat completion, so the address is not that of such an API.
    """
    try:
        body: Any = json.loads(content)
        if isinstance(body, dict) and body.get("error"):
            raise ProviderUnavailable(f"{server} answered with an error: {json.dumps(body['error'])[:300]}")
        if isinstance(body, dict) and "choices" in body:
            return Completion.model_validate({**body, "usage": _counted(body.get("usage"))})
    except (ValueError, ValidationError):
        pass
    start = " ".join(content[:80].decode("utf-8", "replace").split())
    raise ProviderRejected(
        f"{server} answered with something other than a chat completion ({start!r}). Check that IGNY8_OPENAI_BASE_URL "
        "is the API's root (it usually ends in /v1)."
    )


def answer_of(completion: Completion, call: TextCall, asked: list[dict[str, str]]) -> TextAnswer:
    """The JSON object in a completion, with the tokens it used; ``asked`` are the messages that were sent.

    Raises:
        Refused: the model or a content filter declined.
        AnswerCut: the answer ended at the length limit.
        AnswerEmpty: there is no text.
        AnswerInvalid: the text is not a JSON object.
    """
    if not completion.choices:
        raise AnswerEmpty(f"{call.function}: the model gave no answer. Run it again.")
    choice = completion.choices[0]
    text = choice.message.content or ""
    if choice.message.refusal:
        raise Refused(f"{call.function}: the model declined: {choice.message.refusal[:300]}")
    if choice.finish_reason == "content_filter":
        raise Refused(f"{call.function}: a content filter stopped the answer. Change the brief or the keywords.")
    if choice.finish_reason == "length":
        raise AnswerCut(
            f"{call.function}: the answer was cut at {call.max_output_tokens} tokens. Allow more, or ask for less text."
        )
    if not text.strip():
        raise AnswerEmpty(f"{call.function}: the model answered with nothing. Run it again.")
    payload = _json_object(text, call.function)
    if completion.usage is not None:
        return TextAnswer(payload, completion.usage.prompt_tokens, completion.usage.completion_tokens)
    read = sum(len(message["content"]) for message in asked)
    return TextAnswer(payload, _tokens_in(read), _tokens_in(len(text)), tokens_estimated=True)


def _json_object(text: str, function: str) -> dict[str, object]:
    bare = _THOUGHTS.sub("", text)
    fenced = _FENCE.match(bare)
    try:
        payload: Any = json.loads(fenced.group(1) if fenced else bare)
    except ValueError as broken:
        raise AnswerInvalid(f"{function}: the answer is not valid JSON ({broken}). Run it again.") from broken
    if not isinstance(payload, dict):
        raise AnswerInvalid(f"{function}: expected a JSON object, the answer is a {type(payload).__name__}.")
    return payload


def _counted(usage: object) -> object:
    whole = isinstance(usage, dict) and all(isinstance(usage.get(name), int) for name in Usage.model_fields)
    return usage if whole else None


def _tokens_in(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
