"""Sources: what a document says, which of its passages matter, and what may be fetched at all."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest

from igny8_assets.writer.source_passages import PASSAGE, choose_passages, split_passages
from igny8_assets.writer.source_reading import MOST_CHARACTERS, SourceRefused, read_source
from igny8_resources.public_addresses import is_public
from igny8_resources.web_pages import PageUnreadable, fetch_page
from tests.stand_ins.local_http import LocalServer

PAGE = b"""<!doctype html><html><head><title>Water &amp; scale</title><style>p{color:red}</style></head><body>
<nav><a href="/">Home</a></nav><main><h1>Water and scale</h1>
<p>Hard water leaves <b>scale</b> in boilers.</p><script>alert("x")</script>
<ul><li>Soft water does not.</li></ul><table><tr><td>120</td><td>mg</td></tr></table>
<p>Filters slow it down for a few months, and then they have to be changed.</p></main><footer>Imprint</footer></body></html>"""


def test_a_page_is_read_as_the_text_that_a_reader_sees():
    read = read_source(PAGE, name="https://water.example/scale", media_type="text/html")
    assert read.title == "Water & scale"
    assert read.text.startswith("Water and scale\n\nHard water leaves scale in boilers.\n\nSoft water does not.")
    assert not {"alert", "Home", "Imprint", "color"} & set(read.text.replace("(", " ").split())


def test_markdown_loses_its_marks_and_gives_its_heading_as_title():
    text = (
        "---\nlayout: x\n---\n# The **report**\n\n- Scale costs [energy](https://e.example).\n\n"
        "> Quoted words of somebody else here."
    )
    read = read_source(text.encode(), name="report.md")
    assert read.title == "The **report**"
    assert "Scale costs energy." in read.text
    assert "https://" not in read.text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.pdf", b"%PDF-1.7 ...", "report.pdf is a PDF, which is not read: save its text as .txt"),
        ("report.docx", b"PK\x03\x04...", "a ZIP archive (Word, OpenDocument and EPUB files are such)"),
        ("blob.txt", bytes(range(256)) * 40, "is no text file"),
        ("empty.txt", b"  \n ", "holds no text to cite"),
        ("long.txt", b"word " * (MOST_CHARACTERS // 4), "at most 2,000,000 are read"),
    ],
)
def test_what_cannot_be_a_source_is_refused_with_what_would_work(name: str, data: bytes, said: str):
    with pytest.raises(SourceRefused) as refused:
        read_source(data, name=name)
    assert said in str(refused.value)


def test_text_in_another_encoding_is_read():
    words = "Crème brûlée — “quoted” at 20 °C, forty characters and more of it."
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert "Crème brûlée" in read_source(words.encode(encoding), name="notes.txt").text


def test_splitting_loses_nothing_but_white_space():
    text = "\n\n".join(f"Paragraph {n}. " + f"It says something about subject {n}. " * (n % 60) for n in range(80))
    passages = split_passages(text)
    assert max(map(len, passages)) <= PASSAGE
    assert " ".join(" ".join(passages).split()) == " ".join(text.split())


def embedded(texts: list[str]) -> np.ndarray:
    """Texts by which of three words they hold."""
    words = ("boiler", "filter", "price")
    vectors = np.array([[text.casefold().count(word) + 1e-3 for word in words] for text in texts])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_of_a_source_of_two_hundred_pages_the_passages_on_the_subject_are_chosen():
    filler = "The committee met again and agreed on the price of its minutes. " * 40
    pages = [filler] * 200
    pages[150] = "A boiler lasts longest when the boiler is descaled twice a year, the boiler study says. " * 3
    [chosen] = choose_passages(["\n\n".join(pages)], ["how long does a boiler last"], embedded, budget=4_000)
    assert any("boiler study" in passage for passage in chosen.passages)
    assert chosen.characters <= 4_000
    assert chosen.of_characters > 400_000


def test_every_source_has_its_best_passage_before_any_has_its_second():
    texts = ["\n\n".join(f"The boiler, part {n}, " + "and so on in the boiler room. " * 20 for n in range(9))]
    texts += ["\n\n".join(["The price of everything went up again. " * 20] * 9 + ["A filter for the boiler. " * 30])]
    first, second = choose_passages(texts, ["boiler"], embedded, budget=2_000)
    assert first.passages
    assert second.passages == (split_passages(texts[1])[-1],)


def test_sources_that_fit_are_taken_whole_without_a_model():
    def never(_texts: list[str]) -> np.ndarray:
        raise AssertionError("nothing has to be compared")

    [chosen] = choose_passages(["One paragraph.\n\nAnother one."], ["anything"], never)
    assert chosen.passages == ("One paragraph.\nAnother one.",)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::a00:1", "255.255.255.255",
        "fec0::1", "::7f00:1", "::ffff:8.8.8.8", "5f00::1", "3fff::1", "ff02::1", "fd00:ec2::254", "168.63.129.16", "192.0.0.192",
    ],
)  # fmt: skip
def test_addresses_inside_networks_are_not_public(address: str):
    assert not is_public(ipaddress.ip_address(address))


def test_public_addresses_are():
    assert is_public(ipaddress.ip_address("93.184.216.34"))
    assert is_public(ipaddress.ip_address("2606:2800:220:1::1"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "expected an address such as"),
        ("ftp://example.com/x", "expected an address such as"),
        ("https://", "expected an address such as"),
        ("https://user:secret@example.com/", "an address with a user name in it is not read"),
        ("http://127.0.0.1:5432/", "127.0.0.1 is not a public address"),
        ("http://localhost/", "localhost is not a public address"),
        ("http://[::1]/", "::1 is not a public address"),
        ("http://2130706433/", "is not a public address"),
    ],
)
def test_what_is_not_a_page_of_the_public_web_is_not_fetched(url: str, said: str):
    with pytest.raises(PageUnreadable) as refused:
        fetch_page(url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


@dataclass
class Web:
    """A web server with the pages of a test."""

    port: int = 0
    hosts: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.hosts.append(self.headers["Host"])
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/") if "//" in self.path else self.path)
                self.end_headers()
                return
            body = {"/page": PAGE, "/large": b"x" * 300_000}.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            try:
                self.wfile.write(body or b"")
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_arguments: object) -> None:
            return

    with LocalServer(Handler) as server:
        made.port = server.port
        yield made


def anywhere(_address: object) -> bool:
    return True


def test_a_page_is_fetched_with_its_type_and_under_its_own_name(web: Web):
    page = fetch_page(f"http://localhost:{web.port}/page", may_reach=anywhere)
    assert (page.data, page.media_type, page.charset) == (PAGE, "text/html", "utf-8")
    assert web.hosts == [f"localhost:{web.port}"]


def test_a_redirect_into_the_network_is_not_followed(web: Web):
    first = [True]

    def only_the_first(_address: object) -> bool:
        return first.pop() if first else False

    with pytest.raises(PageUnreadable, match="is not a public address"):
        fetch_page(web.url(f"/to/{web.url('/page')}"), may_reach=only_the_first)


def test_pages_without_an_end_are_given_up(web: Web):
    for path, said in (
        ("/large", "is larger than"),
        ("/gone", "does not exist"),
        ("/to/loop", "redirects more than 5 times"),
    ):
        with pytest.raises(PageUnreadable, match=said):
            fetch_page(web.url(path), may_reach=anywhere, most_bytes=100_000)
