"""Messages go to public addresses only, however an address is spelt and whatever its name stands for a moment later."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from igny8_resources.public_addresses import IPAddress, NotPublic, chosen, is_any, is_public
from igny8_resources.settings import Settings
from igny8_resources.webhooks.posting import AddressRefused, Attempt, Reach, check_address, posting
from tests.stand_ins.webhook_receiver import Answer, WebhookReceiver

ANY_SCHEME = Reach(allow_http=True)
LOCAL = Reach(is_any, allow_http=True)

INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://017700000001/", "http://0177.0.0.1/", "http://0/", "http://0.0.0.0/", "http://localhost/", "http://LOCALHOST./",
    "http://localhost.:8080/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://168.63.129.16/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://192.0.0.192/", "http://198.18.0.1/", "http://203.0.113.9/",
    "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:8.8.8.8]/", "http://[::ffff:169.254.169.254]/", "http://[::127.0.0.1]/", "http://[fe80::1]/",
    "http://[fe80::1%25lo]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fec0::1]/", "http://[ff02::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/", "http://[2001:db8::1]/",
    "http://[2001:0:7f00:1::]/", "http://[100::1]/", "http://１２７.０.０.１/", "http://127。0。0。1/", "http://ⓛocalhost/",
    "https://127.0.0.1:443/", "http://127.0.0.1:22/", "http://\t127.0.0.1/", "  http://127.0.0.1/  ",
]  # fmt: skip
MALFORMED = [
    "", "hooks", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "http://",
    "https:///x", "javascript:alert(1)", "http://user:pass@93.184.216.34/", "https://93.184.216.34@127.0.0.1/",
    "http://93.184.216.34:0/", "http://93.184.216.34:99999/", "http://[::1/", "http://exa mple.com/", "http://a\r\nHost: b/",
    "http://" + "a" * 70 + ".example/", "https://93.184.216.34/" + "x" * 2000,
]  # fmt: skip


def refused(url: str, reach: Reach) -> str:
    with pytest.raises(AddressRefused) as told:
        check_address(url, reach)
    return str(told.value)


def posted(url: str, reach: Reach, verify: ssl.SSLContext | bool = True) -> Attempt:
    async def post() -> Attempt:
        async with posting(reach, verify) as poster:
            return await poster.post(url, b"{}", {})

    return asyncio.run(post())


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_inside_are_neither_kept_nor_sent_to(url: str):
    assert refused(url, ANY_SCHEME)
    attempt = posted(url, ANY_SCHEME)
    assert attempt.status is None
    assert "connection" not in attempt.error, "it was tried"
    assert not attempt.delivered


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_address_is_refused(url: str):
    assert refused(url, ANY_SCHEME)
    assert posted(url, ANY_SCHEME).status is None


def test_public_addresses_are_kept():
    for url in ("https://93.184.216.34/hooks", "https://93.184.216.34:8443/a?b=c#d", "https://[2606:2800:220:1::1]/"):
        check_address(url, Reach())


def test_plain_http_is_a_setting(tmp_path: Path):
    url = "http://93.184.216.34/"
    assert "HTTPS" in refused(url, Reach.of(Settings(home=tmp_path)))
    check_address(url, Reach.of(Settings(home=tmp_path, webhooks_allow_http=True)))
    assert "not a public" in refused("http://127.0.0.1/", Reach.of(Settings(home=tmp_path, webhooks_allow_http=True)))
    check_address("https://127.0.0.1/", Reach.of(Settings(home=tmp_path, webhooks_allow_private=True)))


def test_a_name_that_points_elsewhere_a_moment_later_is_not_asked_a_second_time(monkeypatch: pytest.MonkeyPatch):
    resolve, asked_for, judged = socket.getaddrinfo, list[str](), list[str]()

    def rebinding(host: str, *arguments: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return resolve(host, *arguments, **options)
        asked_for.append(host)
        return resolve("127.0.0.1" if len(asked_for) == 1 else "127.0.0.2", *arguments, **options)

    def anywhere(address: IPAddress) -> bool:
        judged.append(str(address))
        return True

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with WebhookReceiver() as receiver:
        assert posted(f"http://rebinding.example:{receiver.port}/x", Reach(anywhere, allow_http=True)).delivered
        assert [message.headers["host"] for message in receiver.arrived] == [f"rebinding.example:{receiver.port}"]
    assert (asked_for, judged) == (["rebinding.example"], ["127.0.0.1"])


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    public, private = "93.184.216.34", "10.0.0.7"
    assert str(chosen("one-faced.example", [public], is_public)) == public
    for found in ([public, private], [private, public], ["fe80::1%eth0"], []):
        with pytest.raises(NotPublic):
            chosen("two-faced.example", found, is_public)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch):
    with WebhookReceiver() as proxy, WebhookReceiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        assert posted(receiver.address, LOCAL).delivered
        assert proxy.arrived == []


def test_a_redirect_is_not_followed():
    with WebhookReceiver() as inside, WebhookReceiver() as receiver:
        receiver.always(Answer(307, {"Location": inside.address}))
        attempt = posted(receiver.address, LOCAL)
        assert attempt.status == 307
        assert not attempt.delivered
        assert inside.arrived == []


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a receiver shows, and what a sender that believes it is set up with."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(chain, private)
    return shown, ssl.create_default_context(cafile=str(chain))


def test_the_certificate_is_checked_under_the_name_although_an_address_is_connected_to(tmp_path: Path):
    shown, believed = certificate(tmp_path, "localhost")
    asked_for: list[str] = []
    shown.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    with WebhookReceiver(shown) as receiver:
        assert posted(receiver.address, LOCAL, believed).delivered
        assert asked_for == ["localhost"]
        assert "connection failed" in posted(f"https://127.0.0.1:{receiver.port}/", LOCAL, believed).error
        assert "connection failed" in posted(receiver.address, LOCAL).error, "nobody vouches for this certificate"
        assert len(receiver.arrived) == 1
