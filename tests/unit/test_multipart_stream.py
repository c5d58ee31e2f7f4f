"""Forms read in pieces of any size come out as they were written; broken ones are refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.multipart_stream import MultipartStream, Part
from engine.outgoing_media import MEDIA_KINDS, kind_of

TYPE = 'multipart/form-data; boundary="b-1"'


def form(*parts: tuple[str, bytes], ending: bytes = b"--b-1--\r\n") -> bytes:
    return b"".join(b"--b-1\r\n%b\r\n\r\n%b\r\n" % (head.encode(), body) for head, body in parts) + ending


def disposition(name: str, filename: str | None = None) -> str:
    return f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")


def read(data: bytes, cuts: list[int] | None = None) -> list[tuple[Part, bytes]]:
    stream = MultipartStream(TYPE)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts or ()), len(data)]
    found: list[tuple[Part, bytearray]] = []
    for start, end in pairwise(places):
        for one in stream.feed(data[start:end]):
            if isinstance(one, Part):
                found.append((one, bytearray()))
            else:
                found[-1][1].extend(one)
    assert stream.complete
    return [(part, bytes(content)) for part, content in found]


awkward = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"\r\n", b"\r\n--b", b"--b-1", b"\r\n--b-", b"\r\n\r\n--"])
)


@given(
    st.lists(awkward.filter(lambda body: b"\r\n--b-1" not in b"\r\n" + body), max_size=5),
    st.lists(st.integers(0, 5_000), max_size=30),
)
def test_what_was_written_is_read_however_it_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    data = form(*((disposition(f"n{at}"), body) for at, body in enumerate(bodies)))
    assert [(part.name, content) for part, content in read(data, cuts)] == [
        (f"n{at}", body) for at, body in enumerate(bodies)
    ]


def test_a_parts_head_tells_name_file_and_type() -> None:
    head = disposition("file", "fatura maio.pdf") + "\r\nContent-Type: application/pdf"
    assert read(form((head, b"%PDF"))) == [(Part("file", "fatura maio.pdf", "application/pdf"), b"%PDF")]
    assert read(b"a preamble\r\n" + form((disposition("a"), b"1")) + b"an epilogue")[0][1] == b"1"


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x"])
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match="boundary"):
        MultipartStream(content_type)


@pytest.mark.parametrize(
    "data",
    [
        form(("Content-Type: text/plain", b"x")),
        b"--b-1 x\r\n\r\n",
        form((disposition("a") + "\r\nX-Long: " + "y" * 9_000, b"")),
        form(*[(disposition("a"), b"")] * 30),
    ],
)
def test_broken_and_boundless_forms_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"has|well-formed"):
        MultipartStream(TYPE).feed(data)


def test_memory_does_not_grow_with_the_file() -> None:
    stream = MultipartStream(TYPE)
    stream.feed(form((disposition("file"), b""), ending=b"")[:-2])
    for _ in range(100):
        passed = sum(len(piece) for piece in stream.feed(b"x" * 10_000) if isinstance(piece, bytes))
        assert 10_000 - 20 < passed < 10_000 + 20
    assert not stream.complete


def test_a_file_is_sent_as_what_its_type_says() -> None:
    told = {"image/png": "image", "AUDIO/OGG; codecs=opus": "audio", "video/mp4": "video", "image/webp": "sticker"}
    assert {mime: kind_of(mime) for mime in told} == told
    assert kind_of("image/gif") == kind_of("application/pdf") == "document"
    assert set(told.values()) | {"document"} == set(MEDIA_KINDS)
