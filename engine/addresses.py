"""Which addresses of the network a company's own URLs may lead to: the public internet, and what a setting names.

A URL is judged twice: as it is written, when it is stored, and by the address its name has, at each attempt; the
connection then goes to the very address that was judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

LONGEST_URL = 2_000
_Address = IPv4Address | IPv6Address
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
# Public by their numbers, but answered inside a cloud or by a router nearby: Azure's service for its machines, what is
# set apart for protocols (RFC 6890; Oracle's metadata are at 192.0.0.192), 6to4's old relays (RFC 7526).
_INSIDE = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
# All that is given out as global unicast (RFC 4291); outside of it are site-local, unique local, mapped and translated
# addresses and what nobody has yet. Of it, documentation is nobody's (RFC 9637).
_GLOBAL_UNICAST, _DOCUMENTATION = ip_network("2000::/3"), ip_network("3fff::/20")
# What an IPv6-only network reaches IPv4 by (RFC 6052): as public as what is inside.
_NAT64 = ip_network("64:ff9b::/96")
_6TO4, _TEREDO = ip_network("2002::/16"), ip_network("2001::/32")
_ISATAP = 0x5EFE  # before an IPv4 address in the lower half (RFC 5214); one bit tells whether that is unique
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was read: where to connect, and what to ask there.

    Attributes:
        host: a name in ASCII, or an address without brackets.
        path: with the query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> Target:
    """Read an http or https URL.

    Raises:
        ValueError: it is none that can be called; the text says why.
    """
    if len(url) > LONGEST_URL:
        raise ValueError(f"must have at most {LONGEST_URL} characters")
    if any(character <= " " or character == "\x7f" for character in url):
        raise ValueError("must not hold spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise ValueError("is no URL") from error
    if parts.scheme not in _PORTS or not host:
        raise ValueError("must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    if port == 0:
        raise ValueError("has no port that can be called")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=-._~?")
    return Target(parts.scheme, _ascii_host(host), port or _PORTS[parts.scheme], path)


def _ascii_host(host: str) -> str:
    if ":" in host:
        try:
            return str(IPv6Address(host))  # urlsplit has taken the brackets off
        except ValueError as error:
            raise ValueError("names no host") from error
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("names no host") from error
    if not _HOST.fullmatch(name):
        raise ValueError("names no host")
    return name


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, however it is written and whatever it carries."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in _carried(found))


def _carried(address: _Address) -> list[_Address]:
    """Return an address and the IPv4 addresses inside it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inside: list[_Address] = [address]
    if address in _6TO4:
        inside.append(IPv4Address((int(address) >> 80) & 0xFFFFFFFF))
    if (int(address) >> 32) & 0xFDFFFFFF == _ISATAP:
        inside.append(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _TEREDO:
        inside += address.teredo or ()
    return inside


def _is_public(address: _Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_UNICAST or address in _DOCUMENTATION):
        return False
    if any(address in network for network in _INSIDE):
        return False
    # Whether 6to4 is global changes with Python's version; the IPv4 address inside it is judged by itself.
    return (address in _6TO4 or address.is_global) and not address.is_multicast and not address.is_reserved


class Guard:
    """Says which addresses may be called.

    Args:
        allowed: hosts, addresses and networks of this installation's own that may be called although they are private
            (setting ``outgoing_allow_private``).
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in allowed:
            try:
                self._networks.append(ip_network(entry, strict=False))
            except ValueError:
                self._hosts.add(entry.lower())

    def permits(self, host: str, address: str) -> bool:
        """Tell whether a connection for ``host`` may go to ``address``."""
        if is_public(address) or host.lower() in self._hosts:
            return True
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def choose(self, host: str, addresses: Sequence[str]) -> list[str]:
        """Return the addresses that may be called, in their order.

        A name that also has a private address is refused as a whole: no honest one is both.
        """
        permitted = [address for address in addresses if self.permits(host, address)]
        return permitted if len(permitted) == len(addresses) else []

    def refuses_as_written(self, target: Target) -> bool:
        """Tell whether a URL can be refused at once, without asking for its name's address."""
        host = target.host.rstrip(".")
        if host in self._hosts:
            return False
        try:
            ip_address(host)
        except ValueError:
            return host == "localhost" or host.endswith(_LOCAL_NAMES)
        return not self.permits(host, host)
