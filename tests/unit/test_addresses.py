"""Which addresses outgoing webhooks may call: every way to write a private one is refused."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.addresses import Guard, is_public, read_url

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.0.192",
    "192.88.99.1",
    "0.1.2.3",
    "239.255.255.250",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "100::1",
    "2001:db8::1",
    "::8.8.8.8",
    "::ffff:0:10.0.0.1",
    "64:ff9b:1::808:808",
    "2001:4860::5efe:10.0.0.1",
    "2001:4860::200:5efe:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:7f00:1::",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_however_they_are_written(address: str) -> None:
    assert not is_public(address)
    assert Guard().choose("loja.example.com", [address]) == []


PUBLIC = ["8.8.8.8", "192.0.1.1", "2606:4700:4700::1111", "2002:808:808::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_ones_are_called(address: str) -> None:
    assert Guard().choose("loja.example.com", [address]) == [address]


@given(st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"]), st.data())
def test_a_private_address_inside_another_form_is_found(network: str, data: st.DataObject) -> None:
    whole = ip_network(network)
    address = IPv4Address(data.draw(st.integers(int(whole[0]), int(whole[-1]))))
    low, high = int(address) & 0xFFFF, int(address) >> 16
    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"64:ff9b::{high:x}:{low:x}")
    assert not is_public(f"2002:{high:x}:{low:x}::1")
    assert not is_public(f"2606:4700::5efe:{high:x}:{low:x}")


def test_a_name_that_is_both_public_and_private_is_refused_as_a_whole() -> None:
    assert Guard().choose("loja.example.com", ["8.8.8.8", "10.0.0.1"]) == []


def test_a_setting_allows_hosts_addresses_and_networks() -> None:
    guard = Guard(["erp.intranet", "127.0.0.1", "10.1.0.0/16"])
    assert guard.choose("erp.intranet", ["192.168.0.9"]) == ["192.168.0.9"]
    assert guard.choose("other.example", ["192.168.0.9"]) == []
    assert guard.choose("other.example", ["127.0.0.1", "10.1.2.3"]) == ["127.0.0.1", "10.1.2.3"]
    assert guard.choose("other.example", ["10.2.0.1"]) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.0.0.1/x",
        "https://[::1]/",
        "http://metadata.google.internal/",
        "http://a.local/",
    ],
)
def test_what_can_be_told_from_the_url_alone_is_refused_at_once(url: str) -> None:
    assert Guard().refuses_as_written(read_url(url))
    assert not Guard([read_url(url).host]).refuses_as_written(read_url(url))


def test_other_names_are_judged_by_their_address_later() -> None:
    assert not Guard().refuses_as_written(read_url("https://loja.example.com/x"))


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://loja.example.com", "loja.example.com", "/"),
        ("https://loja.example.com:8443/a b".replace(" ", "%20"), "loja.example.com:8443", "/a%20b"),
        ("http://LOJA.example.com:80/é?x=ç#part", "loja.example.com", "/%C3%A9?x=%C3%A7"),
        ("https://bücher.example/", "xn--bcher-kva.example", "/"),
        ("https://[2606:4700::1]:444/", "[2606:4700::1]:444", "/"),
    ],
)
def test_urls_are_read(url: str, authority: str, path: str) -> None:
    target = read_url(url)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "loja.example.com",
        "ftp://loja.example.com/",
        "file:///etc/passwd",
        "http://",
        "http://user:secret@loja.example.com/",
        "http://a b/",
        "http://loja.example.com/\r\nx: y",
        "http://loja.example.com:99999/",
        "http://loja.example.com:0/",
        "http://[::g]/",
        "http://-a.example/",
        "https://" + "a" * 64 + ".example/",
        "https://loja.example.com/" + "a" * 2_000,
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_url(url)


@given(st.text(max_size=60))
def test_reading_never_fails_otherwise(text: str) -> None:
    for url in (text, "http://" + text, "https://a.example/" + text):
        try:
            target = read_url(url)
        except ValueError:
            continue
        head = f"{target.path} {target.authority}"
        assert head.isascii()
        assert not set(head.split(" ", 1)[0]) & set(" \r\n\t")
