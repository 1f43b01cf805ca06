"""A ComfyUI workflow with places for the picture's own values.

The file is a workflow in API format (in ComfyUI: Workflow → Export (API)), in which some input values are written as
placeholders: ``"{{prompt}}"``, ``"{{seed}}"``, ``"{{width}}"``, ``"{{height}}"``. A value that is nothing but a number's
placeholder becomes a number; within a longer text (``"photo of {{prompt}}, 35 mm"``) each is replaced as text.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from igny8_resources.ai.errors import ProviderRejected

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PLACES = ("prompt", "seed", "width", "height")
_NEEDED = {"prompt", "seed"}  # without a seed of its own every picture would be the first one, from the cache

Nodes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Workflow:
    """The nodes of a workflow, placeholders and all."""

    nodes: Nodes

    def filled(self, *, prompt: str, seed: int, width: int, height: int) -> Nodes:
        """The nodes with the placeholders replaced."""
        values: dict[str, str | int] = {"prompt": prompt, "seed": seed, "width": width, "height": height}
        return {number: _filled(node, values) for number, node in self.nodes.items()}


def read_workflow(path: Path, variable: str) -> Workflow:
    """Read and check a workflow file; ``variable`` is the setting that names it, for messages.

    Raises:
        ProviderRejected: there is no such file, it is no workflow in API format, or a placeholder is missing or unknown.
    """

    def unusable(problem: str) -> ProviderRejected:
        return ProviderRejected(f"The workflow {path.name} of {variable} cannot be used: {problem}")

    try:
        nodes: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise unusable(f"it cannot be read ({missing.strerror}).") from None
    except ValueError as broken:
        raise unusable(f"it is not JSON ({broken}).") from None
    if isinstance(nodes, dict) and isinstance(nodes.get("nodes"), list):
        raise unusable("it was saved for ComfyUI's editor. Export it for the API instead (Workflow, Export (API)).")
    if not isinstance(nodes, dict) or not nodes:
        raise unusable("expected an object of nodes by their ids.")
    for number, node in nodes.items():
        if not isinstance(node, dict) or "class_type" not in node or not isinstance(node.get("inputs"), dict):
            raise unusable(f"node {number} has no class_type or no inputs. Export the workflow for the API again.")
    found = set(_PLACE.findall(json.dumps(nodes)))
    if missing_places := sorted(_NEEDED - found):
        raise unusable(f"no input has the value {' or '.join(f'{{{{{name}}}}}' for name in missing_places)}.")
    if unknown := sorted(found - set(_PLACES)):
        raise unusable(f"{{{{{unknown[0]}}}}} is no placeholder; there are {', '.join(_PLACES)}.")
    return Workflow(nodes)


def _filled(value: Any, values: dict[str, str | int]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(child, values) for name, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, values) for child in value]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value)
    return values[whole[1]] if whole else _PLACE.sub(lambda place: str(values[place[1]]), value)
