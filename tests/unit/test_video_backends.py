"""Both backends draw the same frames, and what a machine lacks is named."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from test_video_segments import TINY, a_timeline
from video_stand_ins import PALETTE

from igny8_assets.video.colour_planes import Frame
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.drawing import CpuCanvas
from igny8_assets.video.encoder import Encoding, nvenc_works
from igny8_assets.video.failures import BackendUnavailable
from igny8_assets.video.rendering import RenderOptions, render_frames
from igny8_assets.video.torch_drawing import TorchCanvas, cuda_device


@pytest.mark.parametrize("transition", ["cut", "fade", "slide", "zoom"])
def test_torch_draws_what_opencv_draws_to_within_rounding(tmp_path, transition):
    pytest.importorskip("torch", reason="PyTorch is not installed (the extra cuda): its backend is not compared")
    timeline = a_timeline(tmp_path, sections=3, seconds=1.0)
    timeline = replace(timeline, scenes=tuple(replace(scene, transition=transition) for scene in timeline.scenes))
    ours, theirs = Frame(TINY.width, TINY.height), Frame(TINY.width, TINY.height)
    with_opencv = Compositor(timeline, PALETTE, canvas=CpuCanvas(TINY.width, TINY.height))
    with_torch = Compositor(timeline, PALETTE, canvas=TorchCanvas(TINY.width, TINY.height, "cpu"))
    # Moving pictures, a heading that fades in, captions, and every part of a transition.
    for number in (0, 11, 14, 24, 27, 30, 33, 36, 45, 60, 89):
        with_opencv.draw(number, ours)
        with_torch.draw(number, theirs)
        for one, other in zip(ours.planes, theirs.planes, strict=True):
            difference = np.abs(one.astype(int) - other.astype(int))
            assert difference.max() <= 2, number
            assert difference.mean() < 0.2, number


def test_a_machine_without_a_card_says_what_to_do(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (the extra cuda)")
    if torch.cuda.is_available():
        assert cuda_device() == "cuda"
        return
    with pytest.raises(BackendUnavailable, match="needs an NVIDIA card .* use --backend cpu"):
        render_frames(
            a_timeline(tmp_path),
            tmp_path / "out.mp4",
            lambda: None,
            palette=PALETTE,
            options=RenderOptions(backend="cuda"),
        )
    assert {path.suffix for path in tmp_path.iterdir()} == {".png"}


def test_without_torch_the_backend_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendUnavailable, match=r"pip install 'igny8\[cuda\]'"):
        cuda_device()


def test_the_encoder_of_the_card_is_tried_before_it_is_chosen(tmp_path, monkeypatch):
    command = Encoding("h264_nvenc").arguments(TINY)
    assert command[command.index("-c:v") + 1] == "h264_nvenc"
    for answer, works in (("exit 0", True), ("echo Cannot load libcuda.so.1 >&2; exit 1", False)):
        asked = tmp_path / "asked"
        script = tmp_path / "ffmpeg"
        script.write_text(f'#!/bin/sh\necho "$*" > {asked}\n{answer}\n')
        script.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))
        nvenc_works.cache_clear()
        assert nvenc_works() is works
        assert "h264_nvenc" in asked.read_text()
    nvenc_works.cache_clear()
