"""QR codes on forms (TCVN 7322:2009)."""

import segno


def svg(text: str) -> str:
    """Draw a code with its quiet zone; a quarter of it may be soiled."""
    return segno.make(text, error="q", micro=False, encoding="utf-8").svg_inline(border=4, unit="mm")
