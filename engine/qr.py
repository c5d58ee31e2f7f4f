"""Texts as QR codes' pictures that phones read from another screen: PIX codes (PNG), codes that link a device (SVG)."""

from __future__ import annotations

from io import BytesIO

_SCALE = 8  # pixels per module: a code of 150 characters gives about 400 pixels
_BORDER = 4  # modules of quiet zone (ISO/IEC 18004, 6.3.8)


def qr_png(text: str) -> bytes:
    """Return the PNG of a text's QR code (error correction M or better).

    Raises:
        ValueError: the text is longer than a QR code can hold.
    """
    import segno

    out = BytesIO()
    segno.make_qr(text, error="m", boost_error=True).save(out, kind="png", scale=_SCALE, border=_BORDER)
    return out.getvalue()


def qr_svg(text: str) -> str:
    """Return an SVG of a text's QR code, black on white whatever stands around it.

    Raises:
        ValueError: the text is longer than a QR code can hold.
    """
    import segno

    out = BytesIO()
    code = segno.make_qr(text, error="l", boost_error=True)
    code.save(out, kind="svg", border=_BORDER, dark="#000", light="#fff", xmldecl=False, nl=False, omitsize=True)
    return out.getvalue().decode()
