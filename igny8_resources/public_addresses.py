"""Which addresses of the network the platform may connect to when somebody else names the host.

Whoever may name an address could otherwise have the platform reach what only the platform can reach. A name is resolved once,
every address that it stands for is judged, and the caller connects to the very address that was judged, so that a name cannot
point elsewhere a moment later. Does not belong here: fetching (``web_pages``) or posting (``webhooks``).
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
MayReach = Callable[[IPAddress], bool]

# The only part of IPv6 that is handed out to the public. Everything else is local, mapped from IPv4, a gateway's, or nobody's.
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Addresses that Python calls global and that still lead inside, or nowhere.
_INSIDE = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's wire server: metadata of the machine
    ipaddress.ip_network("192.0.0.0/24"),  # protocols' own; Oracle keeps metadata there
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("2002::/16"),  # 6to4: an IPv4 address in disguise
    ipaddress.ip_network("3fff::/20"),  # documentation
)


class UnknownHost(Exception):
    """A name cannot be resolved; it may be resolved later."""


class NotPublic(Exception):
    """A name stands for an address that is not of the public network."""


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public network: not private, local, shared, reserved, multicast or a disguise of such."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    if any(address in network for network in _INSIDE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_any(address: IPAddress) -> bool:
    """Whether an address can be connected to at all; for development and tests, where receivers are local."""
    return not address.is_multicast


def judged(host: str, port: int, may_reach: MayReach) -> IPAddress:
    """The address to connect to for a host.

    Raises:
        UnknownHost: nobody knows the name.
        NotPublic: not all that the name stands for may be reached; if some were enough, an attacker would need luck only.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise UnknownHost(f"there is no host {host!r}: {unknown}") from unknown
    return chosen(host, (str(entry[4][0]) for entry in found), may_reach)


def chosen(host: str, literals: Iterable[str], may_reach: MayReach) -> IPAddress:
    """The first of the addresses that a host was resolved to.

    Raises:
        NotPublic: one of them may not be reached, or there is none.
    """
    addresses = [ipaddress.ip_address(literal.partition("%")[0]) for literal in literals]
    if not addresses or not all(may_reach(address) for address in addresses):
        raise NotPublic(f"{host} is not a public address")
    return addresses[0]
