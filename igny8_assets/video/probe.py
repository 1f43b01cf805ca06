"""What is really in a video file: read from the file itself, because imageio-ffmpeg brings no ffprobe.

Stream facts come from what ``ffmpeg -i`` prints, the order of the parts from the MP4 boxes, loudness from EBU R 128.
"""

import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import FileUnreadable
from igny8_assets.video.loudness import Loudness, measure_loudness


@dataclass(frozen=True)
class VideoFacts:
    """Facts of one file. ``duration`` is in seconds, ``size`` in bytes; ``loudness`` is None without sound.

    ``colour`` is how the stream is tagged, e.g. ``("tv", "bt709")``; ``moov_before_mdat`` says that playback can start
    before the whole file has arrived.
    """

    codec: str
    profile: str
    pix_fmt: str
    width: int
    height: int
    fps: float
    duration: float
    colour: tuple[str, ...]
    audio_codec: str
    audio_rate: int
    audio_channels: int
    loudness: Loudness | None
    moov_before_mdat: bool
    size: int

    @property
    def is_bt709(self) -> bool:
        """Whether matrix, primaries and transfer are all tagged BT.709."""
        return "bt709" in self.colour


@dataclass(frozen=True)
class Stretch:
    """A part of a video, in seconds, that is ``black`` or ``frozen``."""

    kind: str
    start: float
    end: float


_VIDEO = re.compile(
    r"Stream #\S+.*?: Video: (?P<codec>\w+)(?: \((?P<profile>[^)/]+)\))?[^,]*, (?P<pix>\w+)(?:\((?P<colour>[^)]*)\))?,"
    r" (?P<width>\d+)x(?P<height>\d+).*?, (?P<fps>[\d.]+) fps"
)
_AUDIO = re.compile(r"Stream #\S+.*?: Audio: (?P<codec>\w+)[^,]*, (?P<rate>\d+) Hz, (?P<layout>[^,]+)")
_DURATION = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")
_CHANNELS = {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}


def probe(path: Path, *, with_loudness: bool = True) -> VideoFacts:
    """Read a video file; measuring the loudness decodes its sound once.

    Raises:
        FileUnreadable: it does not exist or holds no video.
    """
    if not path.is_file():
        raise FileUnreadable(f"{path} does not exist.")
    said = _said("-i", str(path))
    video, audio, clock = _VIDEO.search(said), _AUDIO.search(said), _DURATION.search(said)
    if not video or not clock:
        last = said.strip().splitlines()[-1] if said.strip() else "no answer from ffmpeg"
        raise FileUnreadable(f"{path.name} is not a readable video: {last}")
    boxes = [name for name, _, _ in top_level_boxes(path)]
    return VideoFacts(
        codec=video["codec"],
        profile=video["profile"] or "",
        pix_fmt=video["pix"],
        width=int(video["width"]),
        height=int(video["height"]),
        fps=float(video["fps"]),
        duration=int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3]),
        colour=tuple(part.strip() for part in re.split(r"[,/]", video["colour"] or "") if part.strip()),
        audio_codec=audio["codec"] if audio else "",
        audio_rate=int(audio["rate"]) if audio else 0,
        audio_channels=_CHANNELS.get(audio["layout"].strip(), 0) if audio else 0,
        loudness=measure_loudness(path) if audio and with_loudness else None,
        moov_before_mdat="moov" in boxes and "mdat" in boxes and boxes.index("moov") < boxes.index("mdat"),
        size=path.stat().st_size,
    )


def top_level_boxes(path: Path) -> list[tuple[str, int, int]]:
    """The outer boxes of an MP4 file: name, offset and size in bytes. Stops at what is not a whole box."""
    boxes = []
    whole = path.stat().st_size
    with path.open("rb") as file:
        offset = 0
        while offset + 8 <= whole:
            file.seek(offset)
            size, name = struct.unpack(">I4s", file.read(8))
            if size == 1:
                extended = file.read(8)
                size = struct.unpack(">Q", extended)[0] if len(extended) == 8 else 0
            elif size == 0:
                size = whole - offset
            if size < 8 or offset + size > whole or not name.isascii():
                break
            boxes.append((name.decode("ascii"), offset, size))
            offset += size
    return boxes


def black_or_frozen(path: Path, seconds: float = 2.0) -> tuple[Stretch, ...]:
    """Every stretch of at least ``seconds`` that is black or does not change.

    Judged at a quarter of the size, which is enough and much faster.

    Raises:
        FileUnreadable: the file cannot be decoded.
    """
    black, frozen = f"blackdetect=d={seconds}:pix_th=0.08:pic_th=0.97", f"freezedetect=n=0.0005:d={seconds}"
    chain = f"scale=iw/4:-2,{black},{frozen},metadata=mode=print"
    said = _said("-i", str(path), "-map", "0:v:0", "-vf", chain, "-f", "null", "-")
    if "Output #0" not in said:
        raise FileUnreadable(f"{path.name} cannot be decoded: {said.strip().splitlines()[-1]}")
    found = [
        Stretch("black", float(start), float(end))
        for start, end in re.findall(r"black_start:([\d.]+) black_end:([\d.]+)", said)
    ]
    starts = re.findall(r"freezedetect\.freeze_start[:=]\s?([\d.]+)", said)
    ends = re.findall(r"freezedetect\.freeze_end[:=]\s?([\d.]+)", said)
    finish = _DURATION.search(said)
    length = int(finish[1]) * 3600 + int(finish[2]) * 60 + float(finish[3]) if finish else 0.0
    for index, start in enumerate(dict.fromkeys(starts)):
        known = list(dict.fromkeys(ends))
        found.append(Stretch("frozen", float(start), float(known[index]) if index < len(known) else length))
    return tuple(sorted(found, key=lambda stretch: stretch.start))


def _said(*arguments: str) -> str:
    done = subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", *arguments], capture_output=True, check=False
    )
    return done.stderr.decode(errors="replace")
