"""Writing an ONNX graph node by node, each named after its operator."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

OPSET = 19
CONTRIB_OPSET = 1  # com.microsoft: ONNX Runtime's own fused operators
IR_VERSION = 9


class GraphWriter:
    """Collects nodes and constants; every method returns the name of the value that it adds."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        """A fixed tensor; what comes as float64 is kept as float32."""
        from onnx import numpy_helper

        kept = value.astype(np.float32) if value.dtype == np.float64 else value
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(kept).reshape(value.shape), name)
        return name

    def integers(self, name: str, values: Sequence[int]) -> str:
        """A fixed list of int64, as shapes and axes are given."""
        return self.constant(name, np.array(values, dtype=np.int64))

    def add(self, operator: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any) -> str:
        """A node with one output, named ``output`` or after its operator."""
        name = output or f"{operator}_{len(self._nodes)}"
        self._append(operator, inputs, [name], domain, attributes)
        return name

    def add_split(self, value: str, parts: int, *, axis: int) -> list[str]:
        """A tensor cut into equal parts."""
        names = [f"Split_{len(self._nodes)}_{part}" for part in range(parts)]
        self._append("Split", [value], names, "", {"axis": axis, "num_outputs": parts})
        return names

    def _append(
        self, operator: str, inputs: Sequence[str], outputs: list[str], domain: str, attributes: dict[str, Any]
    ) -> None:
        from onnx import helper

        self._nodes.append(
            helper.make_node(operator, list(inputs), outputs, name=outputs[0], domain=domain, **attributes)
        )

    def model(
        self, inputs: dict[str, tuple[int, list[Any]]], outputs: dict[str, tuple[int, list[Any]]]
    ) -> "ModelProto":
        """The finished model; ``inputs`` and ``outputs`` are (element type, shape) by name."""
        from onnx import helper

        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info(name, *value) for name, value in inputs.items()],
            [helper.make_tensor_value_info(name, *value) for name, value in outputs.items()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", CONTRIB_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="igny8")
