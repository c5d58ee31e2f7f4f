"""A PIX code as a QR code's picture: a PNG that phones read from another screen."""

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
