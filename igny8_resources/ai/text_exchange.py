"""What a text model is told and how its answer is read, whatever API it stands behind.

Belongs here: the turns of a conversation, a JSON schema said in words, the JSON object in an answer. Does not belong here:
the shape of any provider's request, and whether the answer fits its Pydantic model.
"""

import json
import re
from typing import Any

from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.providers import TextCall

CHARACTERS_PER_TOKEN = 4  # rule of thumb for English; used only where nobody counts

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)  # reasoning that a local server left in the answer
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


def turns_of(call: TextCall) -> list[dict[str, str]]:
    """The conversation after the instructions: the brief and, for a repair, the earlier answer and the complaint."""
    turns = [{"role": "user", "content": call.inputs.model_dump_json()}]
    if call.repair is not None:
        turns.append({"role": "assistant", "content": call.repair.answer.strip() or "(nothing)"})
        turns.append(
            {
                "role": "user",
                "content": f"That answer cannot be used: {call.repair.complaint}\n"
                "Answer again with the whole corrected JSON object and nothing else.",
            }
        )
    return turns


def with_schema_in_words(instructions: str, schema: dict[str, Any]) -> str:
    """The instructions followed by the schema, for a model that its server does not hold to it."""
    return (
        f"{instructions}\n\nAnswer with one JSON object and nothing else: no introduction, no code fence, no comment. "
        f"It must fit this JSON schema:\n{json.dumps(schema, ensure_ascii=False, separators=(',', ':'))}"
    )


def function_name(function: str) -> str:
    """An AI function's key in the letters that APIs allow in names, at most 64 of them."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", function)[:64]


def json_object(text: str, function: str) -> dict[str, object]:
    """The JSON object that an answer is, without what local models put around it.

    Raises:
        AnswerInvalid: it is none; the error carries the text.
    """
    bare = _THOUGHTS.sub("", text)
    fenced = _FENCE.match(bare)
    try:
        payload: Any = json.loads(fenced.group(1) if fenced else bare)
    except ValueError as broken:
        raise AnswerInvalid(f"{function}: the answer is not valid JSON ({broken}). Run it again.", text) from broken
    if not isinstance(payload, dict):
        kind = type(payload).__name__
        raise AnswerInvalid(f"{function}: expected a JSON object, the answer is a {kind}.", text)
    return payload


def tokens_in(characters: int) -> int:
    """About how many tokens so many characters are, rounded up."""
    return -(-characters // CHARACTERS_PER_TOKEN)
