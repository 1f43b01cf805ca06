"""What every image provider does alike, over real HTTP, and what each does in its own way.

The first tests run for OpenAI's image models, Runware and ComfyUI against their stand-in servers.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from igny8_resources.ai.comfyui_images import ComfyUiImageProvider
from igny8_resources.ai.errors import (
    AnswerEmpty,
    AnswerInvalid,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
    Refused,
)
from igny8_resources.ai.openai_images import OpenAIImageProvider
from igny8_resources.ai.picture_answers import fitted
from igny8_resources.ai.providers import ImageAnswer, ImageCall, ImageProvider, Palette
from igny8_resources.ai.runware_images import RunwareImageProvider
from igny8_resources.picture_files import open_picture
from tests.integration.text_calls import Time
from tests.stand_ins import comfyui_server, openai_server, runware_server
from tests.stand_ins.comfyui_server import ComfyUiStandIn, LostAtOnce, RunError
from tests.stand_ins.openai_server import StandIn
from tests.stand_ins.pictures import drawn
from tests.stand_ins.runware_server import COST, Later, Part, RunwareStandIn, TaskError
from tests.stand_ins.scripted_http import Altered, Drop, Failure, Raw

CALL = ImageCall(
    prompt="A hand grinder beside a portafilter on a wooden table, morning light",
    headline="Espresso grind size",
    lines=("Finer is slower",),
    kicker="Guide",
    palette=Palette("#ffffff", "#111111", "#884422", "#ffffff", "#f4ece6"),
    width=1200,
    height=630,
    seed=11,
)

Make = Callable[..., ImageProvider]


@dataclass(frozen=True)
class Kind:
    name: str
    serve: Callable[[], Any]
    settings: str
    key: str = ""
    slow_down: Callable[..., Failure] = openai_server.rate_limit


KINDS = (
    Kind("openai", StandIn, "IGNY8_OPENAI", openai_server.API_KEY),
    Kind("runware", RunwareStandIn, "IGNY8_RUNWARE", runware_server.API_KEY, runware_server.rate_limit),
    Kind("comfyui", ComfyUiStandIn, "IGNY8_COMFYUI"),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def server(kind: Kind) -> Iterator[Any]:
    with kind.serve() as running:
        yield running


@pytest.fixture
def pauses() -> Time:
    return Time()


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / "sdxl.json"
    path.write_text(json.dumps(comfyui_server.workflow()))
    return path


@pytest.fixture
def make(kind: Kind, pauses: Time, workflow: Path) -> Make:
    def provider(server: Any, key: str = kind.key, **more: Any) -> ImageProvider:
        more = {"timeout": 5, "retrying": pauses.retrying(), **more}
        match kind.name:
            case "openai":
                return OpenAIImageProvider(server.base_url, key, more.pop("model", openai_server.IMAGE_MODEL), **more)
            case "runware":
                return RunwareImageProvider(server.base_url, key, more.pop("model", runware_server.MODEL), **more)
        return ComfyUiImageProvider(server.base_url, workflow, **more)

    return provider


def size_in(picture: ImageAnswer) -> tuple[int, int]:
    return open_picture(picture.data).size


def test_a_picture_covers_what_was_asked_for(server: Any, make: Make) -> None:
    picture = make(server).paint(CALL)
    assert picture.media_type == "image/png"
    assert size_in(picture) == (picture.width, picture.height)
    assert picture.width >= 1200
    assert picture.height >= 630
    assert picture.width / picture.height == pytest.approx(1200 / 630, rel=0.1)


@pytest.mark.parametrize("size", [(1080, 1920), (1080, 1080), (1500, 300), (40, 40), (5000, 2500)])
def test_any_size_becomes_one_that_the_model_takes(server: Any, make: Make, size: tuple[int, int]) -> None:
    picture = make(server).paint(replace(CALL, width=size[0], height=size[1]))
    assert size_in(picture) == (picture.width, picture.height)
    assert (picture.width > picture.height) == (size[0] > size[1])


def test_too_many_requests_are_waited_out(server: Any, make: Make, kind: Kind, pauses: Time) -> None:
    server.script(kind.slow_down(retry_after="7"))
    assert make(server).paint(CALL).data
    assert 7 <= max(pauses.slept) <= 7.2


def test_a_wait_of_hours_is_handed_to_the_caller(server: Any, make: Make, kind: Kind, pauses: Time) -> None:
    server.script(kind.slow_down(retry_after="3600"))
    with pytest.raises(ProviderUnavailable) as told:
        make(server).paint(CALL)
    assert told.value.retry_after == 3600
    assert pauses.slept == []


PASSING = {
    "500": Failure(500, {"message": "Internal error", "code": "internalServerError"}),
    "a gateway's 502 in HTML": Failure(502, "<html>Bad gateway</html>"),
    "a dropped connection": Drop(),
    "a body that breaks off": Drop(midway=True),
    "a body that a proxy cut": Raw(b'{"data": [{"taskUU'),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(server: Any, make: Make, fault: Any) -> None:
    server.script(fault)
    assert make(server).paint(CALL).data
    if isinstance(server, RunwareStandIn):
        assert server.charged == COST, "a picture that was made is not paid twice"
    if isinstance(server, ComfyUiStandIn):
        assert server.runs == 1, "a job that arrived is not run twice"


def test_attempts_are_bounded(server: Any, make: Make, pauses: Time) -> None:
    server.script(*[Failure(500, {"message": "The server had an error", "code": "internalServerError"})] * 20)
    with pytest.raises(ProviderUnavailable):
        make(server, retrying=pauses.retrying(max_attempts=3)).paint(CALL)


def test_an_answer_that_comes_too_late_is_fetched_or_asked_for_again(server: Any, make: Make, pauses: Time) -> None:
    server.script(Altered(seconds=0.7))
    retrying = pauses.retrying(max_attempts=2, clock=lambda: 0.0)
    assert make(server, timeout=0.3, retrying=retrying).paint(CALL).data
    if isinstance(server, RunwareStandIn):
        assert server.charged == COST
    if isinstance(server, ComfyUiStandIn):
        assert server.runs == 1


def test_a_server_that_does_not_run_is_named(kind: Kind, make: Make, pauses: Time) -> None:
    class Nowhere:
        base_url = "http://127.0.0.1:9"

    with pytest.raises(ProviderUnavailable, match=rf"127\.0\.0\.1:9 could not be reached.*{kind.settings}_(BASE_)?URL"):
        make(Nowhere(), retrying=pauses.retrying(max_attempts=1)).paint(CALL)


def test_another_service_at_the_address_is_noticed(server: Any, make: Make, kind: Kind) -> None:
    server.script(Raw(b"<!doctype html><title>Hi", "text/html"))
    with pytest.raises(ProviderRejected, match=f"something other than .*{kind.settings}_(BASE_)?URL is the"):
        make(server).paint(CALL)


def test_a_wrong_key_is_named_by_its_setting_and_never_told(server: Any, make: Make, kind: Kind) -> None:
    if kind.name == "comfyui":
        pytest.skip("ComfyUI has no keys")
    provider = make(server, "sk-another-secret")
    with pytest.raises(ProviderRejected, match=f"Check {kind.settings}_API_KEY") as rejected:
        provider.paint(CALL)
    assert "secret" not in f"{rejected.value} {rejected.value!r} {provider!r}"
    assert rejected.value.__suppress_context__ or rejected.value.__context__ is None


def test_an_unknown_model_is_named(server: Any, make: Make, kind: Kind) -> None:
    if kind.name == "comfyui":
        pytest.skip("the model stands in the workflow")
    with pytest.raises(ProviderRejected, match=r"_MODEL \('dall-e-3'\)"):
        make(server, model="dall-e-3").paint(CALL)


@pytest.mark.parametrize(
    ("size", "limits", "expected"),
    [
        ((1200, 630), {"step": 16, "least": 16, "most": 2160}, (1200, 640)),
        ((1200, 630), {"step": 64, "least": 128, "most": 2048}, (1216, 640)),
        ((4000, 2000), {"step": 64, "least": 128, "most": 2048}, (2048, 1024)),
        ((1500, 300), {"step": 64, "least": 128, "most": 2048}, (1536, 512)),
        ((40, 40), {"step": 64, "least": 128, "most": 2048}, (128, 128)),
    ],
)
def test_sizes_are_rounded_up_within_limits(
    size: tuple[int, int], limits: dict[str, int], expected: tuple[int, int]
) -> None:
    assert fitted(*size, **limits) == expected


class TestOpenAI:
    @pytest.fixture
    def server(self) -> Iterator[StandIn]:
        with StandIn() as running:
            yield running

    def made(self, server: StandIn, pauses: Time, model: str = openai_server.IMAGE_MODEL) -> OpenAIImageProvider:
        return OpenAIImageProvider(server.base_url, openai_server.API_KEY, model, retrying=pauses.retrying())

    def test_the_request_is_what_the_models_take(self, server: StandIn, pauses: Time) -> None:
        picture = self.made(server, pauses).paint(CALL)
        (sent,) = server.requests
        assert sent.path == "/v1/images/generations"
        assert "response_format" not in sent.body
        assert picture.input_tokens > 0
        assert picture.output_tokens > 0
        assert picture.cost_usd is None

    def test_older_models_get_one_of_three_sizes(self, server: StandIn, pauses: Time) -> None:
        picture = self.made(server, pauses, openai_server.OLD_IMAGE_MODEL).paint(CALL)
        assert (picture.width, picture.height) == (1536, 1024)

    def test_a_size_that_is_refused_is_asked_wrongly_only_once(self, server: StandIn, pauses: Time) -> None:
        provider = self.made(server, pauses)
        server.script(Failure(400, {"message": "Invalid size '1440x768'.", "param": "size", "code": "invalid_value"}))
        assert provider.paint(CALL).width == 1536
        assert provider.paint(CALL).width == 1536
        assert len(server.requests) == 3

    @pytest.mark.parametrize(
        ("fault", "error", "told"),
        [
            (openai_server.moderation_blocked(), Refused, "safety system"),
            (openai_server.insufficient_quota(), QuotaExhausted, "IGNY8_OPENAI_API_KEY has no money"),
            (Raw(b'{"created": 1, "data": []}'), AnswerEmpty, "without a picture"),
            (Raw(b'{"created": 1, "data": [{"url": "https://x.example/1.png"}]}'), AnswerInvalid, "without b64_json"),
            (Altered(content="not base64!"), AnswerInvalid, "not base64"),
            (Altered(content=base64.b64encode(b"GIF89a").decode()), AnswerInvalid, "no whole PNG"),
            (Altered(content=base64.b64encode(drawn(64, 64, "x")[:90]).decode()), AnswerInvalid, "no whole PNG"),
        ],
    )
    def test_what_is_no_picture_has_a_name(
        self, server: StandIn, pauses: Time, fault: Any, error: type[ProviderError], told: str
    ) -> None:
        server.script(fault)
        with pytest.raises(error, match=told) as raised:
            self.made(server, pauses).paint(CALL)
        assert len(server.requests) == 1
        assert pauses.slept == []
        if isinstance(fault, Altered):
            assert raised.value.output_tokens > 0, "it has to be paid all the same"


class TestRunware:
    @pytest.fixture
    def server(self) -> Iterator[RunwareStandIn]:
        with RunwareStandIn() as running:
            yield running

    @pytest.fixture
    def provider(self, server: RunwareStandIn, pauses: Time) -> RunwareImageProvider:
        return RunwareImageProvider(
            server.base_url,
            runware_server.API_KEY,
            runware_server.MODEL,
            retrying=pauses.retrying(),
        )

    def test_a_picture_says_what_it_cost(self, server: RunwareStandIn, provider: RunwareImageProvider) -> None:
        assert provider.paint(CALL).cost_usd == Decimal("0.0038")
        (task,) = server.requests[0].body
        assert (task["deliveryMethod"], task["includeCost"], task["seed"]) == ("sync", True, 11)
        assert (task["width"], task["height"]) == (1216, 640)

    def test_a_link_is_fetched_at_once_and_without_the_key(self, pauses: Time) -> None:
        with RunwareStandIn(as_links=True) as server:
            provider = RunwareImageProvider(
                server.base_url, runware_server.API_KEY, runware_server.MODEL, retrying=pauses.retrying()
            )
            assert size_in(provider.paint(CALL)) == (1216, 640)

    def test_a_link_that_leads_elsewhere_without_https_is_not_followed(
        self, server: RunwareStandIn, provider: RunwareImageProvider
    ) -> None:
        server.script(Part(result={"imageBase64Data": None, "imageURL": "http://169.254.169.254/latest/meta-data"}))
        with pytest.raises(AnswerInvalid, match="not https") as refused:
            provider.paint(CALL)
        assert refused.value.cost_usd == COST

    def test_a_data_uri_is_a_picture_too(self, server: RunwareStandIn, provider: RunwareImageProvider) -> None:
        uri = f"data:image/webp;base64,{base64.b64encode(drawn(640, 320, 'x', 'WEBP')).decode()}"
        server.script(Part(result={"imageBase64Data": None, "imageDataURI": uri}))
        picture = provider.paint(CALL)
        assert (picture.media_type, picture.width, picture.height) == ("image/webp", 640, 320)

    ERRORS: tuple[tuple[Any, type[ProviderError], str], ...] = (
        (TaskError(code="contentPolicyViolation"), Refused, "contentPolicyViolation"),
        (TaskError(code="invalidParameter", parameter="steps", beside=True), ProviderRejected, "parameter steps"),
        (TaskError(code="insufficientCredits"), QuotaExhausted, "IGNY8_RUNWARE_API_KEY has no money"),
        (TaskError(code="invalidApiKey"), ProviderRejected, "Check IGNY8_RUNWARE_API_KEY"),
        (TaskError(code="accountSuspended"), ProviderRejected, "not allowed to work"),
        (runware_server.out_of_credits(), QuotaExhausted, "IGNY8_RUNWARE_API_KEY has no money"),
        (Part(result={"NSFWContent": True}), Refused, "NSFW"),
        (Part(result={"imageBase64Data": "bm8gcGljdHVyZQ=="}), AnswerInvalid, "no whole PNG"),
        (Failure(403, "<h1>Forbidden</h1>"), ProviderRejected, "IGNY8_RUNWARE_API_KEY"),
    )

    @pytest.mark.parametrize(("fault", "error", "told"), ERRORS)
    def test_errors_inside_an_answer_have_names(
        self,
        server: RunwareStandIn,
        provider: RunwareImageProvider,
        pauses: Time,
        fault: Any,
        error: type[ProviderError],
        told: str,
    ) -> None:
        server.script(fault)
        with pytest.raises(error, match=told) as raised:
            provider.paint(CALL)
        assert not raised.value.transient
        assert pauses.slept == []

    @pytest.mark.parametrize("code", ["inferenceError", "timeoutProvider", "noAvailableServer", "rateLimitExceeded"])
    def test_what_may_pass_is_tried_again_though_it_is_a_200(
        self, server: RunwareStandIn, provider: RunwareImageProvider, code: str
    ) -> None:
        server.script(TaskError(code=code))
        assert provider.paint(CALL).data
        assert server.charged == COST

    def test_another_tasks_error_does_not_spoil_our_picture(self) -> None:
        class Mixed(RunwareStandIn):
            def _painted(self, task: Any, altered: Altered) -> Any:
                other = {"code": "inferenceError", "message": "no", "taskUUID": "22222222-2222-4222-8222-222222222222"}
                return {**super()._painted(task, altered), "errors": [other]}

        with Mixed() as mixed:
            provider = RunwareImageProvider(mixed.base_url, runware_server.API_KEY, runware_server.MODEL)
            assert provider.paint(CALL).data

    def test_a_picture_that_takes_longer_is_waited_for(
        self, server: RunwareStandIn, provider: RunwareImageProvider, pauses: Time
    ) -> None:
        server.script(Later(polls=3))
        assert provider.paint(CALL).cost_usd == COST
        asked = [request.body[0]["taskType"] for request in server.requests]
        assert asked == ["imageInference"] + ["getResponse"] * 4
        assert pauses.slept == [1.0] * 4

    def test_a_picture_that_takes_too_long_is_left_to_the_caller(
        self, server: RunwareStandIn, provider: RunwareImageProvider
    ) -> None:
        server.script(Later(polls=1000))
        with pytest.raises(ProviderUnavailable, match="not finished the picture within 120 s") as late:
            provider.paint(CALL)
        assert late.value.retry_after == 120

    def test_a_picture_that_nobody_remembers_is_asked_for_again(self, pauses: Time) -> None:
        with RunwareStandIn(forgets=True) as server:
            server.script(Drop())
            provider = RunwareImageProvider(
                server.base_url, runware_server.API_KEY, runware_server.MODEL, retrying=pauses.retrying()
            )
            assert provider.paint(CALL).data
            kinds = [request.body[0]["taskType"] for request in server.requests]
        assert kinds == ["imageInference", "getResponse", "imageInference"]

    def test_an_answer_without_anything_is_empty(self, pauses: Time) -> None:
        with RunwareStandIn(forgets=True) as server:
            server.script(Altered(content="nothing"))
            provider = RunwareImageProvider(
                server.base_url, runware_server.API_KEY, runware_server.MODEL, retrying=pauses.retrying()
            )
            with pytest.raises(AnswerEmpty, match="neither a picture nor an error"):
                provider.paint(CALL)


class TestComfyUi:
    @pytest.fixture
    def server(self) -> Iterator[ComfyUiStandIn]:
        with ComfyUiStandIn() as running:
            yield running

    def made(self, server: ComfyUiStandIn, workflow: Path, pauses: Time, **more: Any) -> ComfyUiImageProvider:
        return ComfyUiImageProvider(server.base_url, workflow, retrying=pauses.retrying(), **{"timeout": 60, **more})

    def test_the_workflow_is_filled_in(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        provider = self.made(server, workflow, pauses)
        picture = provider.paint(CALL)
        assert (picture.width, picture.height) == (1200, 640)
        (sent,) = server.submitted()
        assert sent["prompt"]["3"]["inputs"]["seed"] == 11
        assert sent["prompt"]["6"]["inputs"]["text"] == f"photo of {CALL.prompt}, 35 mm"
        assert sent["prompt"]["5"]["inputs"] == {"width": 1200, "height": 640, "batch_size": 1}
        assert provider.model == "sdxl"

    def test_a_prompt_is_text_whatever_stands_in_it(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        prompt = 'a "quoted" sign with {{seed}} on it\n\\ and braces }}'
        self.made(server, workflow, pauses).paint(replace(CALL, prompt=prompt))
        assert server.submitted()[0]["prompt"]["6"]["inputs"]["text"] == f"photo of {prompt}, 35 mm"

    def test_the_same_picture_is_looked_up_before_it_is_made(
        self, server: ComfyUiStandIn, workflow: Path, pauses: Time
    ) -> None:
        first = self.made(server, workflow, pauses).paint(CALL)
        # Another process, which knows nothing of the first one's request.
        second = self.made(server, workflow, pauses).paint(CALL)
        assert first.data == second.data
        assert len(server.submitted()) == 1

    def test_a_cached_run_without_a_file_gets_another_seed(
        self, server: ComfyUiStandIn, workflow: Path, pauses: Time
    ) -> None:
        self.made(server, workflow, pauses).paint(CALL)
        server.restart()  # the history is gone, the cache's file is not made again
        assert self.made(server, workflow, pauses).paint(CALL).data
        seeds = [body["prompt"]["3"]["inputs"]["seed"] for body in server.submitted()]
        assert seeds == [11, 11, 12]

    def test_a_file_that_was_deleted_is_made_anew(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        self.made(server, workflow, pauses).paint(CALL)
        server.files.clear()
        assert self.made(server, workflow, pauses).paint(CALL).data
        assert server.runs == 2

    def test_a_workflow_without_a_picture_says_so(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        nodes = comfyui_server.workflow()
        del nodes["9"]
        workflow.write_text(json.dumps(nodes))
        with pytest.raises(AnswerEmpty, match=r"without a picture, with 3 seeds.*SaveImage.*\{\{seed\}\}"):
            self.made(server, workflow, pauses).paint(CALL)

    def test_a_job_lost_in_a_restart_is_sent_again(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        server.script(LostAtOnce())
        assert self.made(server, workflow, pauses).paint(CALL).data
        first, second = server.submitted()
        assert first["prompt_id"] == second["prompt_id"]
        assert server.runs == 1

    def test_a_long_queue_is_left_to_the_caller_and_the_job_to_the_server(self, workflow: Path, pauses: Time) -> None:
        with ComfyUiStandIn(polls=20) as server:
            provider = self.made(server, workflow, pauses, timeout=20)
            with pytest.raises(ProviderUnavailable, match="not finished the picture within 20 s; it stays") as late:
                provider.paint(CALL)
            assert late.value.retry_after == 120
            while server.runs == 0:
                try:
                    assert provider.paint(CALL).data
                except ProviderUnavailable:
                    continue
            assert len(server.submitted()) == 1

    def test_a_wrong_node_is_named(self, server: ComfyUiStandIn, workflow: Path, pauses: Time) -> None:
        loader = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "flux.safetensors"}}
        workflow.write_text(json.dumps(comfyui_server.workflow(n4=loader)))
        with pytest.raises(
            ProviderRejected,
            match=r"node 4 \(CheckpointLoaderSimple\): Value not in list: ckpt_name: 'flux.safetensors' not in .*"
            "Change the workflow sdxl.json of IGNY8_COMFYUI_WORKFLOW",
        ):
            self.made(server, workflow, pauses).paint(CALL)
        workflow.write_text(json.dumps(comfyui_server.workflow(n8={"class_type": "Magic", "inputs": {}})))
        with pytest.raises(ProviderRejected, match="Node type not found. Node ID '#8'"):
            self.made(server, workflow, pauses).paint(CALL)
        assert pauses.slept == []

    def test_a_run_that_fails_names_its_node_and_the_next_one_is_new(
        self, server: ComfyUiStandIn, workflow: Path, pauses: Time
    ) -> None:
        server.script(RunError())
        provider = self.made(server, workflow, pauses)
        with pytest.raises(ProviderRejected, match=r"failed at node 3 \(KSampler\): mat1 and mat2"):
            provider.paint(CALL)
        assert provider.paint(CALL).data
        first, second = server.submitted()
        assert first["prompt_id"] != second["prompt_id"]

    @pytest.mark.parametrize(
        "fault", [RunError(kind="torch.OutOfMemoryError", message="CUDA out of memory"), RunError(interrupted=True)]
    )
    def test_a_full_card_and_a_stopped_run_may_pass(
        self, server: ComfyUiStandIn, workflow: Path, pauses: Time, fault: RunError
    ) -> None:
        server.script(fault)
        assert self.made(server, workflow, pauses).paint(CALL).data

    UNUSABLE: tuple[tuple[Any, str], ...] = (
        (None, "cannot be read"),
        ("{", "not JSON"),
        ([], "an object of nodes"),
        ({"nodes": [], "links": []}, r"Export it for the API instead"),
        ({"3": {"type": "KSampler"}}, "node 3 has no class_type"),
        (comfyui_server.workflow(n6={"class_type": "X", "inputs": {"text": "a cup"}}), r"has the value \{\{prompt\}\}"),
        (
            comfyui_server.workflow(n7={"class_type": "X", "inputs": {"text": "{{style}}"}}),
            r"\{\{style\}\} is no place",
        ),
    )

    @pytest.mark.parametrize(("content", "told"), UNUSABLE)
    def test_a_workflow_that_cannot_be_used_is_told_before_anything_is_sent(
        self, server: ComfyUiStandIn, workflow: Path, pauses: Time, content: Any, told: str
    ) -> None:
        if content is None:
            workflow.unlink()
        else:
            workflow.write_text(content if isinstance(content, str) else json.dumps(content))
        with pytest.raises(ProviderRejected, match=rf"workflow sdxl\.json of IGNY8_COMFYUI_WORKFLOW.*{told}"):
            self.made(server, workflow, pauses).paint(CALL)
        assert server.requests == []
