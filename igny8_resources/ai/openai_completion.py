"""Reading a chat completion: the few fields that every OpenAI-compatible server fills, and what can be wrong there."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import (
    AnswerCut,
    AnswerEmpty,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    Refused,
)
from igny8_resources.ai.openai_failures import OPENAI
from igny8_resources.ai.provider_failures import broken_off, charged
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.ai.text_exchange import json_object, tokens_in


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


def read_completion(content: bytes, server: str, names: ConnectionNames = OPENAI) -> Completion:
    """Read the body of a successful answer; ``names`` are the settings that the messages name.

    Raises:
        ProviderUnavailable: a gateway answered 200 with an error inside, or the body broke off on its way.
        ProviderRejected: the body is not a chat completion, so the address is not that of such an API.
    """
    try:
        body: Any = json.loads(content)
        if isinstance(body, dict) and body.get("error"):
            raise ProviderUnavailable(f"{server} answered with an error: {json.dumps(body['error'])[:300]}")
        if isinstance(body, dict) and "choices" in body:
            return Completion.model_validate({**body, "usage": _counted(body.get("usage"))})
    except ValidationError:
        pass
    except ValueError:
        if content.lstrip().startswith(b"{"):
            raise broken_off(server) from None
    start = " ".join(content[:80].decode("utf-8", "replace").split())
    raise ProviderRejected(
        f"{server} answered with something other than a chat completion ({start!r}). Check that {names.base_url} is "
        f"{names.root}."
    )


def answer_of(completion: Completion, call: TextCall, asked: list[dict[str, str]]) -> TextAnswer:
    """The JSON object in a completion, with the tokens it used; ``asked`` are the messages that were sent.

    An answer that cannot be used carries, as an error, what the server counted for it.

    Raises:
        Refused: the model or a content filter declined.
        AnswerCut: the answer ended at the length limit.
        AnswerEmpty: there is no text.
        AnswerInvalid: the text is not a JSON object; the error carries it.
    """
    try:
        payload = _payload(completion, call)
    except ProviderError as unusable:
        if completion.usage is None:
            raise
        # The server counted, so it has to be paid.
        raise charged(
            unusable, completion.usage.prompt_tokens, completion.usage.completion_tokens
        ) from unusable.__cause__
    if completion.usage is not None:
        return TextAnswer(payload, completion.usage.prompt_tokens, completion.usage.completion_tokens)
    read = sum(len(message["content"]) for message in asked)
    written = len(completion.choices[0].message.content or "")
    return TextAnswer(payload, tokens_in(read), tokens_in(written), tokens_estimated=True)


def _payload(completion: Completion, call: TextCall) -> dict[str, object]:
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
    return json_object(text, call.function)


def _counted(usage: object) -> object:
    whole = isinstance(usage, dict) and all(isinstance(usage.get(name), int) for name in Usage.model_fields)
    return usage if whole else None
