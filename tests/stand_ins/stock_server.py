"""Pexels' and Pixabay's APIs over HTTP for tests, with their faults.

Each answers searches out of the same small archive, limits what it hands out by the query's words, and serves the files
themselves without a key. Faults are queued with ``script``: they meet searches, or with ``faults_on="files"`` downloads.
"""

from dataclasses import dataclass

from tests.stand_ins.pictures import drawn
from tests.stand_ins.scripted_http import Altered, Failure, Json, Recorded, Refusal, Reply, ScriptedServer, json_reply

PEXELS_KEY = "pexels-stand-in-key-0123456789"
PIXABAY_KEY = "4711-0123456789abcdef"


@dataclass(frozen=True)
class Archived:
    """One photo or clip (``seconds`` > 0) of the archive."""

    id: int
    words: str
    seconds: int = 0
    author: str = "Ada Lens"
    width: int = 1600
    height: int = 2400


ARCHIVE = (
    Archived(101, "barista pouring espresso into a white cup"),
    Archived(102, "hands tamping ground coffee in a portafilter"),
    Archived(103, "mountain lake at sunrise"),
    Archived(201, "espresso flowing from a machine", seconds=12),
    Archived(202, "coffee beans falling in slow motion", seconds=3),
)


def box_file(payload: bytes = b"frames") -> bytes:
    """The smallest file that is an MP4 by its boxes."""
    boxes = ((b"ftyp", b"isom"), (b"moov", b"index"), (b"mdat", payload))
    return b"".join((8 + len(body)).to_bytes(4, "big") + kind + body for kind, body in boxes)


class StockStandIn(ScriptedServer):
    """What both have in common; ``clip`` is the file that every clip's address leads to."""

    def __init__(
        self, archive: tuple[Archived, ...] = ARCHIVE, *, clip: bytes | None = None, faults_on: str = "searches"
    ):
        super().__init__()
        self.archive, self.clip, self.faults_on = archive, clip or box_file(), faults_on
        self.base_url = self.address

    def meets_faults(self, request: Recorded) -> bool:
        return request.path.startswith("/files/") == (self.faults_on == "files")

    @property
    def searches(self) -> list[Recorded]:
        return [request for request in self.requests if not request.path.startswith("/files/")]

    @property
    def downloads(self) -> list[Recorded]:
        return [request for request in self.requests if request.path.startswith("/files/")]

    def found(self, words: str, *, clips: bool) -> list[Archived]:
        asked = set(words.lower().split())
        return [one for one in self.archive if (one.seconds > 0) == clips and asked & set(one.words.split())]

    def work(self, request: Recorded, altered: Altered) -> Reply:  # noqa: ARG002
        if request.path.startswith("/files/"):
            if "authorization" in request.headers or "key" in request.query:
                raise Refusal(Failure(400, "a file is fetched without the key"))
            return self._file(request.path)
        return self.answer(request)

    def answer(self, request: Recorded) -> Reply:
        raise NotImplementedError

    def _file(self, path: str) -> Reply:
        if path.endswith(".mp4"):
            return Reply(self.clip, "video/mp4")
        return Reply(drawn(300, 450, path, "JPEG"), "image/jpeg")


class PexelsStandIn(StockStandIn):
    """``with PexelsStandIn() as server:`` serves the API at ``server.base_url``.

    As the real one it sends ``X-Ratelimit-*`` with good answers only, and leaves sizes of some video files null.
    """

    def worded(self, failure: Failure) -> Json:
        return {"status": failure.status, "code": "Error", **(failure.error if isinstance(failure.error, dict) else {})}

    def answer(self, request: Recorded) -> Reply:
        if request.headers.get("authorization") != PEXELS_KEY:
            raise Refusal(Failure(401, {"code": "Unauthorized"}))
        if request.query.get("locale", "en-US") not in {"en-US", "de-DE", "ja-JP"}:
            raise Refusal(Failure(400, {"code": "Bad Request", "error": "locale is invalid"}))
        clips = request.path == "/videos/search"
        found = self.found(request.query["query"], clips=clips)[: int(request.query["per_page"])]
        key = "videos" if clips else "photos"
        items = [self._video(one) if clips else self._photo(one) for one in found]
        return json_reply({"page": 1, "per_page": 15, "total_results": len(items), key: items})

    def _photo(self, one: Archived) -> Json:
        return {
            "id": one.id,
            "width": one.width,
            "height": one.height,
            "url": f"https://www.pexels.com/photo/{one.words.replace(' ', '-')}-{one.id}/",
            "photographer": one.author,
            "photographer_url": "https://www.pexels.com/@ada",
            "avg_color": "#7A5C45",
            "alt": one.words.capitalize(),
            "src": {
                "original": f"{self.address}/files/{one.id}.jpeg",
                "large2x": f"{self.address}/files/{one.id}.jpeg",
            },
        }

    def _video(self, one: Archived) -> Json:
        sizes = ((None, None, "hls"), (540, 960, "sd"), (1080, 1920, "hd"), (2160, 3840, "uhd"))
        return {
            "id": one.id,
            "width": 2160,
            "height": 3840,
            "duration": one.seconds,
            "url": f"https://www.pexels.com/video/{one.words.replace(' ', '-')}-{one.id}/",
            "image": f"{self.address}/files/{one.id}.jpeg",
            "user": {"id": 7, "name": one.author, "url": "https://www.pexels.com/@ada"},
            "video_files": [
                {
                    "id": one.id * 10 + index,
                    "quality": quality,
                    "file_type": "video/mp4",
                    "width": width,
                    "height": height,
                    "fps": None,
                    "link": f"{self.address}/files/{one.id}-{quality}.mp4",
                }
                for index, (width, height, quality) in enumerate(sizes)
            ],
            "video_pictures": [],
        }


class PixabayStandIn(StockStandIn):
    """``with PixabayStandIn() as server:`` serves the API at ``server.base_url``; its errors are plain text."""

    def answer(self, request: Recorded) -> Reply:
        if request.query.get("key") != PIXABAY_KEY:
            raise Refusal(Failure(400, "[ERROR 400] Invalid or missing API key (https://pixabay.com/api/docs/)."))
        if request.query.get("lang", "en") not in {"en", "de", "ja", "no"}:
            raise Refusal(Failure(400, '[ERROR 400] "lang" is out of valid range.'))
        if len(request.query["q"]) > 100:
            raise Refusal(Failure(400, '[ERROR 400] "q" is too long.'))
        if not 3 <= int(request.query["per_page"]) <= 200:
            raise Refusal(Failure(400, '[ERROR 400] "per_page" is out of valid range.'))
        clips = request.path == "/videos/"
        found = self.found(request.query["q"], clips=clips)
        hits = [self._video(one) if clips else self._photo(one) for one in found]
        return json_reply({"total": len(hits), "totalHits": len(hits), "hits": hits})

    def _photo(self, one: Archived) -> Json:
        return {
            **self._common(one),
            "webformatURL": f"{self.address}/files/{one.id}_640.jpg",
            "largeImageURL": f"{self.address}/files/{one.id}_1280.jpg",
            "imageWidth": one.width,
            "imageHeight": one.height,
        }

    def _video(self, one: Archived) -> Json:
        def size(name: str, width: int, height: int) -> Json:
            # The largest file is missing for many clips: its address is an empty string.
            address = "" if name == "large" else f"{self.address}/files/{one.id}_{name}.mp4"
            return {"url": address, "width": width, "height": height, "size": 1000, "thumbnail": ""}

        sizes = {"large": (0, 0), "medium": (1080, 1920), "small": (720, 1280), "tiny": (540, 960)}
        videos = {name: size(name, *pixels) for name, pixels in sizes.items()}
        return {**self._common(one), "duration": one.seconds, "videos": videos}

    def _common(self, one: Archived) -> Json:
        words = one.words.split()
        return {
            "id": one.id,
            "pageURL": f"https://pixabay.com/photos/{one.words.replace(' ', '-')}-{one.id}/",
            "tags": ", ".join(words),
            "user": one.author,
            "user_id": 7,
        }
