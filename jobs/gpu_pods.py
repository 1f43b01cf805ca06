"""The executor of the video location with ``IGNY8_RENDER_EXECUTOR=k8s``: each step a pod, the render on a node with a GPU."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.retries import RetryMode, get_retries_config
from dagster._core.executor.step_delegating import CheckStepHealthResult, StepDelegatingExecutor, StepHandlerContext
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.executor import K8sStepHandler
from dagster_k8s.launcher import K8sRunLauncher

from igny8_resources.settings import Settings, SettingsError, load_settings
from jobs.names import RENDERED_VIDEO

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


@dg.executor(
    name="k8s",
    config_schema={"retries": get_retries_config()},
    requirements=dg.multiple_process_executor_requirements(),
)
def pod_executor(context: dg.InitExecutorContext) -> StepDelegatingExecutor:
    """dagster-k8s's way to run steps, with what the settings say about pods."""
    settings = load_settings()
    retries: Any = context.executor_config["retries"]
    return StepDelegatingExecutor(
        PodStepHandler(settings),
        retries=RetryMode.from_config(retries) or RetryMode.DISABLED,
        max_concurrent=1,
        should_verify_step=True,
    )


class PodStepHandler(K8sStepHandler):
    """dagster-k8s's step handler, also for runs that no ``K8sRunLauncher`` started.

    Its parent reads where Dagster's folder is off that launcher and fails without one; here the run may as well be a process
    of the code location's own pod, or of a host outside the cluster.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            image=settings.k8s_image or None,
            container_context=K8sContainerContext(
                namespace=settings.k8s_namespace,
                service_account_name=settings.k8s_service_account or None,
                env_secrets=_listed(settings.k8s_env_secrets),
                env_config_maps=_listed(settings.k8s_env_config_maps),
            ),
            load_incluster_config=settings.k8s_kubeconfig is None,
            kubeconfig_file=str(settings.k8s_kubeconfig) if settings.k8s_kubeconfig else None,
            per_step_k8s_config={RENDERED_VIDEO: gpu_node(settings)},
        )
        self._without_launcher = _NoLauncher(str(settings.dagster_home))

    def launch_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        """Make the job of a step."""
        yield from super().launch_step(self._seen(step_handler_context))

    def check_step_health(self, step_handler_context: StepHandlerContext) -> CheckStepHealthResult:
        """Whether the job of a step still can succeed."""
        return super().check_step_health(self._seen(step_handler_context))

    def terminate_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        """Delete the job of a step."""
        yield from super().terminate_step(self._seen(step_handler_context))

    def _seen(self, context: StepHandlerContext) -> StepHandlerContext:
        launcher = context.instance.run_launcher
        return context if isinstance(launcher, K8sRunLauncher) else _Seen(context, self._without_launcher)


class _NoLauncher:
    """What dagster-k8s asks a run launcher for, where there is none of its own; false, as it tests for that."""

    job_image = instance_config_map = postgres_password_secret = None

    def __init__(self, dagster_home: str) -> None:
        self.dagster_home = dagster_home

    def __bool__(self) -> bool:
        return False


class _Seen(StepHandlerContext):
    """A step's context whose instance answers for its run launcher alone."""

    def __init__(self, context: StepHandlerContext, launcher: _NoLauncher) -> None:
        self.__dict__.update(context.__dict__)
        self._launcher = launcher

    @property
    def instance(self) -> Any:
        """The instance as dagster-k8s reads it."""
        return SimpleNamespace(run_launcher=self._launcher)


def gpu_node(settings: Settings) -> dict[str, Any]:
    """What brings a pod to a GPU: the limit of its container, the node's labels, and the taints that it tolerates.

    Raises:
        SettingsError: a node selector or a toleration cannot be read.
    """
    pod: dict[str, Any] = {}
    if selector := node_selector(settings.k8s_node_selector):
        pod["node_selector"] = selector
    if tolerated := tolerations(settings.k8s_tolerations):
        pod["tolerations"] = tolerated
    found: dict[str, Any] = {"pod_spec_config": pod} if pod else {}
    if settings.k8s_gpus:
        # Kubernetes takes whole devices, and the limit alone: the request follows it.
        found["container_config"] = {"resources": {"limits": {settings.k8s_gpu_resource: str(settings.k8s_gpus)}}}
    return found


def node_selector(text: str) -> dict[str, str]:
    """``label=value,label=value`` as Kubernetes takes it.

    Raises:
        SettingsError: a part has no label or no value.
    """
    found = {}
    for part in _listed(text):
        label, sign, value = part.partition("=")
        if not sign or not label.strip():
            raise SettingsError(
                f"IGNY8_K8S_NODE_SELECTOR: expected label=value, several with commas, found {part!r}; "
                "for example nvidia.com/gpu.present=true"
            )
        found[label.strip()] = value.strip()
    return found


def tolerations(text: str) -> list[dict[str, str]]:
    """``key:Effect`` or ``key=value:Effect``, several with commas, as Kubernetes takes them.

    Raises:
        SettingsError: a part cannot be read.
    """
    found = []
    for part in _listed(text):
        taint, _, effect = part.rpartition(":")
        key, sign, value = taint.partition("=")
        if effect not in EFFECTS or not key.strip():
            raise SettingsError(
                f"IGNY8_K8S_TOLERATIONS: expected key:Effect or key=value:Effect with an effect of "
                f"{', '.join(EFFECTS)}, several with commas, found {part!r}; for example nvidia.com/gpu:NoSchedule"
            )
        tolerated = {"key": key.strip(), "operator": "Equal" if sign else "Exists", "effect": effect}
        found.append({**tolerated, "value": value.strip()} if sign else tolerated)
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
