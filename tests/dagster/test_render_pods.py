"""Rendering in pods: the job that dagster-k8s sends to the cluster, run end to end against a stand-in of its API."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from render_hosts import VIDEO, RenderHome, wait_until

from igny8_resources.settings import Settings, SettingsError
from igny8_resources.warehouse.tables.video import VideoRender
from jobs.gpu_pods import gpu_node, node_selector, tolerations
from jobs.video import render_executor
from tests.stand_ins.kubernetes_server import KubernetesServer


def pod_of(jobs: dict[str, Any], step: str) -> dict[str, Any]:
    [job] = [job for job in jobs.values() if job["spec"]["template"]["metadata"]["labels"]["dagster/op"] == step]
    return job["spec"]["template"]["spec"]


@pytest.mark.slow
def test_the_render_gets_a_gpu_node_and_the_check_gets_an_ordinary_one(to_render: RenderHome, tmp_path: Path) -> None:
    home = to_render
    # A node runs a container's command; here the image is this environment.
    home.settings["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with KubernetesServer(home.environment, tmp_path) as cluster:
        home.settings |= {
            "IGNY8_RENDER_EXECUTOR": "k8s",
            "IGNY8_K8S_IMAGE": "registry.internal/igny8:1.0",
            "IGNY8_K8S_NAMESPACE": "videos",
            "IGNY8_K8S_SERVICE_ACCOUNT": "renderer",
            "IGNY8_K8S_KUBECONFIG": str(cluster.kubeconfig(tmp_path)),
            "IGNY8_K8S_ENV_SECRETS": "igny8-settings",
            "IGNY8_K8S_GPUS": "2",
            "IGNY8_K8S_NODE_SELECTOR": "pool=gpu,zone=a",
            "IGNY8_K8S_TOLERATIONS": "nvidia.com/gpu:NoSchedule,dedicated=video:NoExecute",
        }
        run_log = tmp_path / "run.log"
        with home.run_of(run_log, VIDEO, "rendered_video") as run:
            wait_until(lambda: run.poll() is not None, "the end of the run", run_log)
        cluster.end()
        assert run.returncode == 0, run_log.read_text()[-3000:]

    pod = pod_of(cluster.jobs, "rendered_video")
    [container] = pod["containers"]
    assert container["resources"]["limits"] == {"nvidia.com/gpu": "2"}
    assert pod["nodeSelector"] == {"pool": "gpu", "zone": "a"}
    assert pod["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "dedicated", "operator": "Equal", "value": "video", "effect": "NoExecute"},
    ]
    assert container["image"] == "registry.internal/igny8:1.0"
    assert container["envFrom"] == [{"secretRef": {"name": "igny8-settings"}}]
    assert pod["serviceAccountName"] == "renderer"
    assert cluster.namespaces == {"videos"}

    checks = [job for job in cluster.jobs.values() if "review" in str(job["spec"]["template"]["metadata"]["labels"])]
    for job in checks:
        ordinary = job["spec"]["template"]["spec"]
        assert not ordinary["containers"][0].get("resources")
        assert "nodeSelector" not in ordinary
        assert "tolerations" not in ordinary
    assert checks
    assert len(home.deployment.rows(VideoRender)) == 1


def test_the_defaults_are_those_of_a_cluster_with_the_gpu_operator() -> None:
    assert gpu_node(Settings()) == {
        "pod_spec_config": {
            "node_selector": {"nvidia.com/gpu.present": "true"},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        },
        "container_config": {"resources": {"limits": {"nvidia.com/gpu": "1"}}},
    }
    assert "container_config" not in gpu_node(Settings(k8s_gpus=0))


def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (node_selector(" "), tolerations("")) == ({}, [])
    with pytest.raises(SettingsError, match=r"IGNY8_K8S_NODE_SELECTOR: expected label=value.* found 'gpu'"):
        node_selector("pool=a,gpu")
    for text in ("gpu", "gpu:Never", ":NoSchedule"):
        with pytest.raises(SettingsError, match=r"IGNY8_K8S_TOLERATIONS: expected key:Effect"):
            tolerations(text)
    monkeypatch.setitem(sys.modules, "jobs.gpu_pods", None)
    with pytest.raises(SettingsError, match=r"pip install 'igny8\[k8s\]'"):
        render_executor(Settings(render_executor="k8s"))
