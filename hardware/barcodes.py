"""Reads QR and bar codes off a page. What they say is data from a stranger: nothing here trusts or logs it."""

import cv2
import numpy as np
import zxingcpp

CODES_MAX = 20
READ_SIDE_PX = 2400  # An A4 page at 200 dpi; more pixels only take longer.


def read_codes(image: bytes) -> list[str]:
    """Return the texts of all codes on the page, top to bottom; an empty list if there are none or it's no image."""
    gray = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    if gray is None:
        return []
    scale = READ_SIDE_PX / max(gray.shape)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = sorted(zxingcpp.read_barcodes(gray), key=lambda code: code.position.top_left.y)
    return [code.text for code in found[:CODES_MAX]]
