"""OpenAI's Batch API: a file of requests, answered within a day at half the price.

Belongs here: how batches are handed in, found, followed and read. Does not belong here: which calls are in one
(``batch_deferral``), what their answers mean for the journal (``batch_collecting``).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.openai_failures import failure_of_connection, failure_of_status
from igny8_resources.settings import Settings

if TYPE_CHECKING:
    import openai
    from openai.types import Batch

OPENAI = "openai"
OPENAI_URL = "https://api.openai.com/v1"
ENDPOINT: Final = "/v1/chat/completions"
WINDOW: Final = "24h"
TAG = "igny8_batch"
ENDED = ("completed", "failed", "expired", "cancelled")
# The API takes 50,000 lines and 200 MB; smaller files fail and come back sooner.
MOST_LINES = 10_000
MOST_BYTES = 100_000_000
MOST_LISTED = 1_000


@dataclass(frozen=True)
class BatchState:
    """A batch as the provider has it; ``status`` is the provider's word, ``error`` why it was refused as a whole."""

    external_id: str
    status: str
    input_file_id: str = ""
    output_file_id: str = ""
    error_file_id: str = ""
    total: int = 0
    completed: int = 0
    failed: int = 0
    error: str = ""
    error_code: str = ""


@dataclass(frozen=True)
class Line:
    """One answered request: the completion's body, or why there is none; ``again`` says that asking again may do."""

    custom_id: str
    body: dict[str, Any] | None
    error: str = ""
    again: bool = False


class OpenAIBatches:
    """Hands batches in and reads them back, over the openai SDK; safe to share between threads."""

    def __init__(self, base_url: str, api_key: str, timeout: float = 120.0) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        address = urlsplit(base_url)
        self.server = f"{address.hostname}:{address.port}" if address.port else str(address.hostname)
        self._client: openai.OpenAI | None = None

    def submit(self, lines: Iterable[bytes], tag: str) -> str:
        """Hand in one batch; ``tag`` goes with it as metadata, so that it can be found again.

        Returns:
            The provider's id.

        Raises:
            ConnectionError: whether the batch was taken is not known.
            ProviderError: it certainly was not, see ``igny8_resources.ai.errors``.
        """
        import openai

        try:
            file = self._connected().files.create(file=(f"{tag}.jsonl", b"\n".join(lines) + b"\n"), purpose="batch")
        except openai.APIError as failure:
            raise self._failure(failure) from None
        try:
            batch = self._connected().batches.create(
                input_file_id=file.id, endpoint=ENDPOINT, completion_window=WINDOW, metadata={TAG: tag}
            )
        except openai.APIConnectionError as broken:
            raise ConnectionError(f"{self.server} gave no answer to the batch that was handed in: {broken}") from broken
        except openai.APIStatusError as failure:
            if failure.status_code >= 500 or failure.status_code == 408:
                raise ConnectionError(f"{self.server} answered {failure.status_code} to the batch") from None
            raise self._failure(failure) from None
        return batch.id

    def find(self, tag: str, since: datetime) -> str | None:
        """The id of the batch that was handed in with this tag; None when there is none since then.

        Raises:
            ProviderError: the list cannot be read.
        """
        import openai

        try:
            for number, batch in enumerate(self._connected().batches.list(limit=100)):
                if batch.created_at < since.timestamp() or number >= MOST_LISTED:
                    return None
                if (batch.metadata or {}).get(TAG) == tag:
                    return batch.id
        except openai.APIError as failure:
            raise self._failure(failure) from None
        return None

    def state(self, external_id: str) -> BatchState:
        """How far a batch is.

        Raises:
            ProviderError: it cannot be read.
        """
        import openai

        try:
            return _state_of(self._connected().batches.retrieve(external_id))
        except openai.APIError as failure:
            raise self._failure(failure) from None

    def cancel(self, external_id: str) -> None:
        """Ask that a batch be stopped; what is answered already stays answered.

        Raises:
            ProviderError: it cannot be stopped.
        """
        import openai

        try:
            self._connected().batches.cancel(external_id)
        except openai.APIError as failure:
            raise self._failure(failure) from None

    def lines(self, file_id: str) -> Iterator[Line]:
        """The lines of an output or error file, in whatever order they are; what is no line of a batch is left out.

        Raises:
            ProviderError: the file cannot be read.
        """
        import openai

        try:
            content = self._connected().files.content(file_id).content
        except openai.APIError as failure:
            raise self._failure(failure) from None
        # Not splitlines(): texts may hold other line separators unescaped.
        for raw in content.split(b"\n"):
            line = _line_of(raw)
            if line is not None:
                yield line

    def _failure(self, failure: "openai.APIError") -> ProviderError:
        import openai

        if isinstance(failure, openai.APIStatusError):
            return failure_of_status(failure, self.server, "", self._api_key, kind="a model that batches take")
        if isinstance(failure, openai.APIConnectionError):
            return failure_of_connection(failure, self.server, self._timeout)
        return ProviderError(f"{self.server}: {failure}")

    def _connected(self) -> "openai.OpenAI":
        import openai

        if self._client is None:
            self._client = openai.OpenAI(
                base_url=self._base_url, api_key=self._api_key or "none", max_retries=0, timeout=self._timeout
            )
        return self._client


def batches_of(settings: Settings) -> OpenAIBatches | None:
    """The client for the configured OpenAI connection; None without one."""
    if not (settings.openai_base_url or settings.openai_api_key):
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    return OpenAIBatches(settings.openai_base_url or OPENAI_URL, key, settings.openai_timeout_seconds)


def request_line(custom_id: str, body: dict[str, Any]) -> bytes:
    """One line of a batch's input file."""
    line = {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def _state_of(batch: "Batch") -> BatchState:
    counts = batch.request_counts
    errors = (batch.errors.data if batch.errors else None) or []
    return BatchState(
        external_id=batch.id,
        status=batch.status,
        input_file_id=batch.input_file_id,
        output_file_id=batch.output_file_id or "",
        error_file_id=batch.error_file_id or "",
        total=counts.total if counts else 0,
        completed=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        error="; ".join(error.message or error.code or "" for error in errors[:3]),
        error_code=(errors[0].code or "") if errors else "",
    )


def _line_of(raw: bytes) -> Line | None:
    try:
        read: Any = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(read, dict) or not isinstance(read.get("custom_id"), str):
        return None
    response = read.get("response") or {}
    status, body = response.get("status_code", 0), response.get("body")
    if status == 200 and isinstance(body, dict):
        return Line(read["custom_id"], body)
    told = read.get("error") or (body.get("error") if isinstance(body, dict) else None) or {}
    code, message = str(told.get("code") or ""), str(told.get("message") or "no reason was given")
    again = status in {0, 408, 409, 429} or status >= 500
    return Line(read["custom_id"], None, f"{code or status}: {message}"[:500], again)
