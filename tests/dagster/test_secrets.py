"""No secret stands where Dagster shows or keeps it: only the names of the variables do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "IGNY8_OPENAI_API_KEY": "sk-never-to-be-seen-0123",
    "IGNY8_WAREHOUSE_URL": "postgresql+psycopg2://igny8:warehouse-hunter2@127.0.0.1:1/igny8",
    "IGNY8_DAGSTER_POSTGRES_URL": "postgresql://dagster:dagster-hunter3@127.0.0.1:1/dagster",
    "IGNY8_SECRET_KEY": "signing-never-to-be-seen-4567",
    "IGNY8_VAULT_KEYS": "vault-never-to-be-seen-8901",
    "IGNY8_MEDIA_URL": "s3://bucket?access_key=media-never-to-be-seen&secret_key=media-hunter4",
}
HIDDEN = ("never-to-be-seen", "hunter2", "hunter3", "hunter4")
SHOWN_BY_NAME = ("IGNY8_OPENAI_API_KEY", "IGNY8_WAREHOUSE_URL", "IGNY8_MEDIA_URL")

# What the webserver gets from a code location and keeps.
SNAPSHOT = """
import importlib, sys
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster_shared.serdes import serialize_value
location = importlib.import_module(sys.argv[1]).defs
print(serialize_value(RepositorySnap.from_def(location.get_repository_def())))
"""


@pytest.mark.parametrize("module", ["igny8_assets.definitions", "igny8_assets.video.definitions"])
def test_the_snapshot_of_a_location_holds_names_and_no_secrets(module: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SNAPSHOT, module],
        cwd=ROOT,
        env={**os.environ, **SECRETS, "IGNY8_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 50_000
    for secret in HIDDEN:
        assert secret not in done.stdout + done.stderr
    for name in SHOWN_BY_NAME:
        assert name in done.stdout, f"{name} is not bound: the location cannot see it"
