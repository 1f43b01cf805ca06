"""Frames drawn with PyTorch: on an NVIDIA card in earnest, on the processor where its equality with OpenCV is tested.

torch is the extra ``cuda`` and is imported when a canvas is made. Every step rounds to whole levels where ``CpuCanvas`` does.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING

from igny8_assets.video.colour_planes import Frame, Patch
from igny8_assets.video.failures import BackendUnavailable
from igny8_assets.video.resampling import Sampling
from igny8_assets.video.stills import Moved, Still

if TYPE_CHECKING:
    import torch

_KEPT = 8  # stills and patches whose planes stay on the device
_HOW = "install torch (pip install 'igny8[cuda]') or use --backend cpu (IGNY8_RENDER_BACKEND=cpu)."


def cuda_device() -> str:
    """The name of the card that torch draws on.

    Raises:
        BackendUnavailable: torch is not installed, or it sees no card.
    """
    try:
        import torch
    except ImportError as error:
        raise BackendUnavailable(f"The backend cuda needs PyTorch, which is not installed: {_HOW}") from error
    if not torch.cuda.is_available():
        raise BackendUnavailable(
            "The backend cuda needs an NVIDIA card that PyTorch can use, and there is none: use --backend cpu "
            "(IGNY8_RENDER_BACKEND=cpu), or see to the driver and a CUDA build of torch."
        )
    return "cuda"


class TorchCanvas:
    """Draws in the memory of one torch device and copies each finished frame into main memory."""

    def __init__(self, width: int, height: int, device: str) -> None:
        import torch

        self._torch, self._device = torch, device
        luma, colour = width * height, width * height // 4
        self._whole = torch.empty(luma + 2 * colour, dtype=torch.uint8, device=device)
        self._planes = (
            self._whole[:luma].view(height, width),
            self._whole[luma : luma + colour].view(height // 2, width // 2),
            self._whole[luma + colour :].view(height // 2, width // 2),
        )
        self._kept: OrderedDict[int, tuple[object, tuple[torch.Tensor, ...]]] = OrderedDict()
        self._frame: Frame | None = None

    def begin(self, frame: Frame) -> None:
        """See ``Canvas``."""
        self._frame = frame

    def show(self, still: Still, moved: Moved) -> None:
        """See ``Canvas``."""
        for target, drawn in self._parts(still, moved):
            target.copy_(drawn)

    def mix(self, still: Still, moved: Moved, weight: float) -> None:
        """See ``Canvas``."""
        for target, drawn in self._parts(still, moved):
            target.copy_((target.float() * (1 - weight) + drawn * weight).round_())

    def lay(self, patch: Patch, strength: float) -> None:
        """See ``Canvas``."""
        if strength <= 0:
            return
        tensors = self._on_device(patch, (*patch.covers, *patch.paints))
        for plane, box, cover, paint in zip(self._planes, patch.boxes(), tensors[:3], tensors[3:], strict=True):
            keep = (255 - cover * strength).round_()
            below = plane[box].float()
            plane[box] = ((below * keep / 255).round_() + (paint * strength).round_()).clamp_(0, 255).to(plane.dtype)

    def fill(self, rows: int, columns: int, colour: tuple[int, int, int]) -> None:
        """See ``Canvas``."""
        for plane, half, value in zip(self._planes, (1, 2, 2), colour, strict=True):
            plane[: rows // half, : columns // half] = value

    def end(self) -> None:
        """See ``Canvas``."""
        if self._frame is None:
            raise RuntimeError("Nothing was begun.")
        self._torch.from_numpy(self._frame.data).copy_(self._whole)
        self._frame = None

    def _parts(self, still: Still, moved: Moved) -> "list[tuple[torch.Tensor, torch.Tensor]]":
        sources = self._on_device(still, (still.planes.y, still.planes.u, still.planes.v))
        whole, half = slice(moved.begin, moved.end), slice(moved.begin // 2, moved.end // 2)
        samplings = (moved.luma, moved.colour, moved.colour)
        return [
            (plane[:, columns], self._sampled(source, sampling))
            for plane, columns, source, sampling in zip(
                self._planes, (whole, half, half), sources, samplings, strict=True
            )
        ]

    def _sampled(self, source: "torch.Tensor", sampling: Sampling) -> "torch.Tensor":
        """Between the two nearest rows, then between the two nearest columns, rounded once."""
        columns, rows = sampling.places()
        above, row_share = self._between(rows, source.shape[0])
        left, column_share = self._between(columns, source.shape[1])
        lines = self._torch.lerp(source[above], source[above + 1], row_share[:, None])
        return self._torch.lerp(lines[:, left], lines[:, left + 1], column_share[None, :]).round_()

    def _between(self, places: "object", length: int) -> "tuple[torch.Tensor, torch.Tensor]":
        at = self._torch.as_tensor(places, dtype=self._torch.float64).clamp_(0, length - 1)
        before = at.floor().clamp_(max=length - 2)
        share = (at - before).to(self._torch.float32)
        return before.to(self._torch.int64).to(self._device), share.to(self._device)

    def _on_device(self, owner: object, planes: "tuple[object, ...]") -> "tuple[torch.Tensor, ...]":
        known = self._kept.get(id(owner))
        if known is None:
            # The owner is kept with its tensors: its id stays its own.
            known = (owner, tuple(self._torch.as_tensor(plane).to(self._device).float() for plane in planes))
            self._kept[id(owner)] = known
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(id(owner))
        return known[1]
