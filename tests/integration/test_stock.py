"""Stock photos and clips over real HTTP: what is asked for, what comes back, and what happens when it goes wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from igny8_resources.ai.errors import AnswerInvalid, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.retries import Retrying
from igny8_resources.media import FolderStore
from igny8_resources.settings import load_settings
from igny8_resources.stock.pexels import PexelsClient
from igny8_resources.stock.pixabay import PixabayClient
from igny8_resources.stock.stock_connection import limits_in_words
from igny8_resources.stock.stock_files import StockSearch
from igny8_resources.stock.stock_library import StockLibrary, configured_clients
from igny8_resources.tenant import Tenant
from tests.stand_ins.scripted_http import Altered, Drop, Failure, Raw
from tests.stand_ins.stock_server import PEXELS_KEY, PIXABAY_KEY, PexelsStandIn, PixabayStandIn, box_file

PHOTOS = StockSearch("espresso cup", "photo", upright=True, frame=(1080, 1920))
CLIPS = StockSearch("espresso", "clip", upright=True, frame=(1080, 1920), least_seconds=5)
TENANT = Tenant(account_id=1, site_id=1, site_key="acme")


class Naps:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.slept = []

    def __call__(self):
        return sum(self.slept)

    def sleep(self, seconds):
        self.slept.append(seconds)


@pytest.fixture
def naps():
    return Naps()


def pexels(server, naps, key=PEXELS_KEY):
    return PexelsClient(server.base_url, key, 2.0, retrying=patient(naps))


def pixabay(server, naps, key=PIXABAY_KEY):
    return PixabayClient(server.base_url, key, 2.0, retrying=patient(naps))


def patient(naps):
    return Retrying(max_attempts=3, longest_wait=20, total_seconds=60, sleep=naps.sleep, clock=naps)


BOTH = pytest.mark.parametrize(("stand_in", "client"), [(PexelsStandIn, pexels), (PixabayStandIn, pixabay)])


@BOTH
def test_a_photo_comes_with_what_it_shows_and_whom_to_credit(stand_in, client, naps):
    with stand_in() as server:
        [photo] = client(server, naps).search(PHOTOS)
        assert "espresso" in photo.shows
        assert photo.credit == f"Photo by Ada Lens on {photo.library.capitalize()}: {photo.page_url}"
        assert (photo.width, photo.height) == (1600, 2400)
        assert client(server, naps).download(photo).startswith(b"\xff\xd8")
        query = server.searches[0].query
        assert query["orientation"] == {"pexels": "portrait", "pixabay": "vertical"}[photo.library]


@BOTH
def test_of_a_clips_files_the_smallest_that_fills_the_frame_is_taken(stand_in, client, naps):
    """Files without a size or an address are passed over, and a clip shorter than the sentence is none."""
    with stand_in() as server:
        [clip] = client(server, naps).search(CLIPS)
        assert (clip.width, clip.height, clip.seconds) == (1080, 1920, 12.0)
        assert client(server, naps).download(clip) == box_file()


@BOTH
def test_nothing_found_is_an_empty_list(stand_in, client, naps):
    with stand_in() as server:
        assert client(server, naps).search(StockSearch("zeppelin", "photo", upright=True, frame=(10, 10))) == []


@BOTH
def test_a_wrong_key_names_its_setting_and_is_not_tried_again(stand_in, client, naps):
    with stand_in() as server:
        wrong = client(server, naps, "wrong-key-123456")
        with pytest.raises(ProviderRejected, match=f"Check IGNY8_{wrong.library.upper()}_API_KEY") as refused:
            wrong.search(PHOTOS)
        assert "wrong-key" not in str(refused.value)
        assert len(server.requests) == 1


@BOTH
@pytest.mark.parametrize(
    "fault",
    [
        Failure(429, {"error": "Too many requests"}, {"retry-after": "2"}),
        Failure(503, "<html>Bad gateway</html>"),
        Drop(),
        Drop(midway=True),
    ],
)
def test_a_passing_fault_is_waited_out(stand_in, client, naps, fault):
    with stand_in() as server:
        server.script(fault)
        assert client(server, naps).search(PHOTOS)
        assert len(server.searches) == 2
    assert sum(naps.slept) >= (2 if isinstance(fault, Failure) and fault.status == 429 else 0.5)


@BOTH
def test_faults_that_last_end_in_an_error(stand_in, client, naps):
    with stand_in() as server:
        server.script(*[Failure(500, "oops")] * 3)
        with pytest.raises(ProviderUnavailable, match="answered 500"):
            client(server, naps).search(PHOTOS)
        server.script(Raw(b"[]"))
        with pytest.raises(AnswerInvalid, match="something other than results"):
            client(server, naps).search(PHOTOS)


@BOTH
def test_a_used_up_limit_is_waited_for_before_the_next_request(stand_in, client, naps):
    reset = "5"
    with stand_in() as server:
        server.script(
            Altered(headers={"X-Ratelimit-Limit": "200", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": reset})
        )
        asked = client(server, naps)
        asked.search(PHOTOS)
        assert naps.slept == []
        asked.search(PHOTOS)
        assert naps.slept == [pytest.approx(5.0)]


def test_a_reset_is_read_as_a_moment_or_as_seconds():
    used_up = {"x-ratelimit-remaining": "0"}
    moment = limits_in_words({**used_up, "x-ratelimit-reset": "1790000100"}, now=lambda: 1790000000.0)
    assert moment["x-ratelimit-reset-requests"] == "100s"
    assert limits_in_words({**used_up, "x-ratelimit-reset": "40"})["x-ratelimit-reset-requests"] == "40s"
    assert limits_in_words({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "40"}) == {}


@BOTH
def test_a_damaged_download_is_fetched_again_and_never_kept(stand_in, client, naps, tmp_path):
    media = FolderStore(tmp_path, "http://x")
    with stand_in(faults_on="files") as server:
        library = StockLibrary([client(server, naps)], media, TENANT)
        [clip] = library.search(CLIPS).files
        server.script(Raw(box_file()[:-3], "video/mp4"))
        assert media.get(library.fetch(clip)) == box_file()
        assert len(server.downloads) == 2
        [photo] = library.search(PHOTOS).files
        server.script(*[Raw(b"<html>not a picture</html>")] * 3)
        with pytest.raises(ProviderUnavailable, match="no picture"):
            library.fetch(photo)
        server.script(Failure(404, "gone"))
        with pytest.raises(ProviderRejected, match="no longer has"):
            library.fetch(photo)


def test_searches_are_remembered_for_a_day_and_files_are_downloaded_once(naps, tmp_path):
    now = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    with PixabayStandIn() as server:
        library = StockLibrary([pixabay(server, naps)], FolderStore(tmp_path, "http://x"), TENANT, now=lambda: now[0])
        first = library.search(PHOTOS)
        keys = {library.fetch(first.files[0]) for _ in range(2)}
        now[0] += timedelta(hours=23)
        assert library.search(PHOTOS) == first
        assert (len(server.searches), len(server.downloads)) == (1, 1)
        now[0] += timedelta(hours=2)
        library.search(PHOTOS)
        assert len(server.searches) == 2
    [key] = keys
    assert key.startswith(f"{TENANT.media_prefix}/stock/photos/")


def test_one_library_that_is_down_does_not_hold_the_other_back(naps, tmp_path):
    with PexelsStandIn() as down, PixabayStandIn() as up:
        down.script(*[Failure(503, "down")] * 3)
        library = StockLibrary([pexels(down, naps), pixabay(up, naps)], FolderStore(tmp_path, "http://x"), TENANT)
        found = library.search(PHOTOS)
    assert [file.library for file in found.files] == ["pixabay"]
    assert len(found.troubles) == 1
    assert found.troubles[0].startswith("pexels: ")


def test_libraries_are_asked_only_with_a_key():
    assert configured_clients(load_settings()) == []
    both = load_settings(pexels_api_key=PEXELS_KEY, pixabay_api_key=PIXABAY_KEY)
    assert [client.library for client in configured_clients(both)] == ["pexels", "pixabay"]
    assert PEXELS_KEY not in repr(both)


def test_a_long_query_is_cut_at_a_word_for_pixabay(naps):
    with PixabayStandIn() as server:
        pixabay(server, naps).search(StockSearch("espresso " + "word " * 40, "photo", upright=False, frame=(10, 10)))
        assert len(server.searches[0].query["q"]) <= 100


@BOTH
def test_words_are_searched_in_their_language(stand_in, client, naps):
    """A language that the library does not know is searched as English is: naming it would be refused."""
    sent = {"pexels": {"de-AT": "de-DE", "yo": "en-US"}, "pixabay": {"de-AT": "de", "nb": "no", "yo": "en"}}
    with stand_in() as server:
        asked = client(server, naps)
        for language, expected in sent[asked.library].items():
            asked.search(StockSearch("espresso", "photo", upright=True, frame=(10, 10), language=language))
            query = server.searches[-1].query
            assert (query.get("locale") or query.get("lang")) == expected
