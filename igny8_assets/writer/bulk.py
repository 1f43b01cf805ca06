"""Works through the articles of a large request in one process: many at a time, each through its whole chain.

Belongs here: the order of stages and checks for one article, how many run at once, what one failure means for the others.
Does not belong here: Dagster (``bulk_job``), what a stage does (its domain), batches at a provider (``batch_deferral``).
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from igny8_assets.chain_checks import BLOCKING_CHECKS, Findings, figure_findings, verdict_findings
from igny8_assets.findings import Finding, passed
from igny8_assets.known_failures import is_transient, sentence, wait_asked_for
from igny8_assets.linker.completing import link_article
from igny8_assets.linker.html_blocks import read_page
from igny8_assets.review import Verdict
from igny8_assets.schema.building import build_article_schema
from igny8_assets.writer.pictures import make_images, plan_images
from igny8_assets.writer.writing import write_article
from igny8_resources.ai.batch_deferral import CallDeferred
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store

# As for a run of one article: twice more, and not at once.
RETRIES = 2
SECONDS_BETWEEN = 20.0
SECONDS_BETWEEN_LOOKS = 1.0

Facts = dict[str, Any]


@dataclass(frozen=True)
class CheckResult:
    """What a check found on one article; one that is not ``blocking`` passes only when it found nothing."""

    asset: str
    name: str
    findings: tuple[Finding, ...]
    blocking: bool = True

    @property
    def passed(self) -> bool:
        """Whether there is nothing to mend; of a blocking check, whether the article may go on."""
        return passed(self.findings) if self.blocking else not self.findings

    @property
    def said(self) -> str:
        """The first error, or how many hints there are."""
        errors = [each.message for each in self.findings if each.severity == "error" or not self.blocking]
        return errors[0] if errors else f"hints for the editor: {len(self.findings)}"


@dataclass(frozen=True)
class StageDone:
    """One asset of an article that was made, and what there is to say about it."""

    asset: str
    facts: Facts


@dataclass
class Outcome:
    """How far an article came in this pass.

    ``failure`` is one sentence, empty when nothing went wrong; ``batch_id`` names the batch that it waits for; ``transient``
    says that another attempt may do, ``wait`` after how many seconds at least.
    """

    partition: str
    stages: list[StageDone] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    failure: str = ""
    batch_id: int | None = None
    stopped: bool = False
    transient: bool = False
    wait: float = 0.0

    @property
    def done(self) -> bool:
        """Whether the article is complete."""
        return not self.failure and self.batch_id is None and not self.stopped


def write_whole_article(
    parts: Platform, partition: str, run_id: str = "", is_stopped: Callable[[], bool] = lambda: False
) -> Outcome:
    """One article through all stages; a blocking check stops it in place, as it stops a run. Never raises an ``Exception``."""
    outcome, verdicts = Outcome(partition), list[Verdict]()
    try:
        for asset, make in _stages(parts, partition, run_id, verdicts):
            if is_stopped():
                outcome.stopped = True
                return outcome
            facts = make()
            outcome.stages.append(StageDone(asset, facts))
            if asset in BLOCKING_CHECKS:
                name, find = BLOCKING_CHECKS[asset]
                found = verdict_findings(verdicts[0]) if verdicts else find(parts, partition)
                check = CheckResult(asset, name, tuple(found))
                outcome.checks.append(check)
                if not check.passed:
                    outcome.failure = f"the check {name} failed: {check.said}"
                    return outcome
            if asset in HINTS:
                name, find = HINTS[asset]
                outcome.checks.append(CheckResult(asset, name, tuple(find(parts, partition)), blocking=False))
    except CallDeferred as deferred:
        outcome.batch_id = deferred.batch_id
    except Exception as failure:  # noqa: BLE001 - one article's failure is its own, whatever it is
        outcome.failure, outcome.transient = sentence(failure), is_transient(failure)
        outcome.wait = wait_asked_for(failure)
    return outcome


def _links_missing(parts: Platform, partition: str) -> list[Finding]:
    with parts.warehouse.read() as session:
        content, _, _ = store.content_of(session, partition)
    if read_page(content.html).links:
        return []
    return [Finding(check="links", severity="warning", passage="text", message="it links to no other page")]


# By asset: the check beside it that stops nothing.
HINTS: dict[str, tuple[str, Findings]] = {
    "article": ("figures_have_sources", figure_findings),
    "internal_links": ("links_lead_somewhere", _links_missing),
}


def _stages(
    parts: Platform, partition: str, run_id: str, verdicts: list[Verdict]
) -> tuple[tuple[str, Callable[[], Facts]], ...]:
    def article() -> Facts:
        written = write_article(parts, partition, run_id)
        content = written.content
        return {
            "title": content.title,
            "words": content.word_count,
            "version": content.version,
            "primary_keyword": content.primary_keyword,
            "page": f"{parts.settings.draft_url(partition)}{content.slug}/",
            **_paid(written.calls),
        }

    def image_prompts() -> Facts:
        planned = plan_images(parts, partition)
        return {"images": len(planned.value.images), **_paid([planned.call])}

    def images() -> Facts:
        made = make_images(parts, partition)
        return {
            "images": len(made),
            "files": sum(len(picture.variants) for picture in made),
            **_paid([picture.call for picture in made if picture.call is not None]),
        }

    def article_schema() -> Facts:
        built = build_article_schema(parts, partition)
        if built.data is None:
            return {"skipped": built.skipped}
        return {"nodes": len(built.nodes), **_paid([built.call] if built.call else [])}

    def internal_links() -> Facts:
        done = link_article(parts, partition)
        # The verdict was just settled with the links; judging the same rows once more would say the same.
        verdicts.append(done.verdict)
        return {
            "outbound": len(done.linked.outbound),
            "inbound": len(done.linked.inbound),
            "status": done.content.status,
            "page": done.page.url,
            **_paid(done.calls),
        }

    return (
        ("article", article),
        ("image_prompts", image_prompts),
        ("images", images),
        ("article_schema", article_schema),
        ("internal_links", internal_links),
    )


def _paid(calls: Sequence[Any]) -> Facts:
    return {
        "credits": float(sum(call.credits for call in calls)),
        "provider": ", ".join(sorted({f"{call.provider} ({call.model})" for call in calls})) or "none",
        "answered_from_journal": sum(call.replayed for call in calls),
    }


@dataclass
class Pace:
    """How far a pass is: of ``total`` articles, how many are done, failed or wait for a batch, and since when it runs."""

    total: int
    done: int = 0
    failed: int = 0
    deferred: int = 0
    began: float = field(default_factory=time.monotonic)

    def count(self, outcome: Outcome) -> None:
        """Take note of one more article."""
        self.done += outcome.done
        self.failed += bool(outcome.failure)
        self.deferred += outcome.batch_id is not None

    @property
    def ended(self) -> int:
        """How many articles this pass has dealt with."""
        return self.done + self.failed + self.deferred

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before the first article ended."""
        if not self.ended:
            return None
        return (time.monotonic() - self.began) / self.ended * (self.total - self.ended)

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.total} articles"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.deferred} wait for a batch"] if self.deferred else []
        left = self.seconds_left
        parts += [f"about {_spoken(left)} left"] if left else []
        return ", ".join(parts)


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


async def write_all(
    parts: Platform,
    partitions: Sequence[str],
    *,
    ended: Callable[[Outcome, Pace], None],
    is_called_off: Callable[[], bool],
    run_id: str = "",
    seconds_between: float = SECONDS_BETWEEN,
) -> Pace:
    """Write articles, ``IGNY8_BULK_CONCURRENCY`` at a time.

    Args:
        parts: The platform; with a router that defers, calls wait for a batch instead of being made.
        partitions: The articles, in the order in which they are begun.
        ended: Told of each article when it has ended, in the calling thread, one after the other.
        is_called_off: Whether to stop; asked between articles and between an article's stages.
        run_id: Shown to whoever waits for an article.
        seconds_between: How long to wait before a transient failure is tried again.

    Returns:
        The final count. An article that was called off is in none of its numbers.
    """
    pace = Pace(len(partitions))
    waiting = iter(partitions)
    look = _Look(is_called_off)
    concurrency = max(1, min(parts.settings.bulk_concurrency, len(partitions)))
    loop = asyncio.get_running_loop()

    async def work(pool: ThreadPoolExecutor) -> None:
        for partition in waiting:
            if look():
                return
            for attempt in range(RETRIES + 1):
                outcome = await loop.run_in_executor(pool, write_whole_article, parts, partition, run_id, look)
                if not outcome.transient or attempt == RETRIES or look():
                    break
                await asyncio.sleep(max(seconds_between, outcome.wait))
            pace.count(outcome)
            ended(outcome, pace)

    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="article")
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work(pool))
    except BaseExceptionGroup as several:
        # A worker fails only where something is wrong with all of them; the first reason is the reason.
        raise several.exceptions[0] from several
    finally:
        # Articles under way end before their next stage.
        look.end()
        pool.shutdown(wait=True, cancel_futures=True)
    return pace


class _Look:
    """Whether to stop, asked at most once a second however many threads want to know."""

    def __init__(self, is_called_off: Callable[[], bool]) -> None:
        self._is_called_off = is_called_off
        self._lock = threading.Lock()
        self._next = 0.0
        self._said = False

    def __call__(self) -> bool:
        with self._lock:
            if not self._said and time.monotonic() >= self._next:
                self._said = self._is_called_off()
                self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS
            return self._said

    def end(self) -> None:
        """Say yes from now on."""
        with self._lock:
            self._said = True
