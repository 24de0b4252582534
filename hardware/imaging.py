"""What a page looks like, and the images derived from it. The scanned bytes themselves are never changed.

Every function takes the bytes of a JPEG and returns values or the bytes of a new JPEG; all of it can be done again at any
time. What is found is a hint to the officer (a badge on the thumbnail), never a reason to drop a page.
"""

import cv2
import msgspec
import numpy as np

LOOK_SIDE_PX = 1100  # The page is examined at about this height, near 100 dpi for A4.
THUMBNAIL_SIDE_PX = 360
THUMBNAIL_QUALITY = 75
DERIVED_QUALITY = 85

MARGIN = 0.03  # Edges and shadows of the lid are not looked at.
INK_DARKER_BY = 40  # Gray levels below the paper around it.
BLANK_INK_MAX = 0.0015  # Share of the page: text has 0.02 and more, the grain of paper 0.00001.
SKEW_MAX_DEG = 6.0
SKEW_POINTS_MAX = 20_000
ROUGH_ANGLES = np.arange(-SKEW_MAX_DEG, SKEW_MAX_DEG + 0.1, 0.5)
GUESSED_ANGLES = ROUGH_ANGLES[::2]
FINE_ANGLES = np.arange(-0.5, 0.55, 0.1)
BLURRED_BELOW = 0.2
SIDEWAYS_RATIO = 1.3  # How much more the columns must stand out than the rows.
UPSIDE_DOWN_BELOW = -0.12

Gray = np.ndarray


class Look(msgspec.Struct, frozen=True):
    """What a glance at a page tells.

    `ink` is the share of dark pixels; `sharpness` lies between 0 and 1; `angle` is the skew in degrees, positive when the
    text climbs to the right; `turns` is the number of clockwise quarter turns that would make the text upright.
    """

    blank: bool
    ink: float
    blurred: bool
    sharpness: float
    angle: float
    turns: int


def examine(jpeg: bytes) -> tuple[Look, bytes]:
    """Return what a glance tells, and the thumbnail, from one decoding. Raises ValueError if it's no image."""
    half = _decoded(jpeg, cv2.IMREAD_REDUCED_COLOR_2)
    return _look(cv2.cvtColor(half, cv2.COLOR_BGR2GRAY)), _thumbnail(half, THUMBNAIL_SIDE_PX)


def look(jpeg: bytes) -> Look:
    """Examine a page; a blank one has no sharpness, angle or direction to speak of. Raises ValueError if it's no image."""
    return _look(_decoded(jpeg, cv2.IMREAD_REDUCED_GRAYSCALE_2))


def thumbnail(jpeg: bytes, side_px: int = THUMBNAIL_SIDE_PX) -> bytes:
    """Return the page made small, its longer side `side_px`."""
    return _thumbnail(_decoded(jpeg, cv2.IMREAD_REDUCED_COLOR_2), side_px)


def turn(jpeg: bytes, quarter_turns: int) -> bytes:
    """Return the page turned clockwise for display; what is kept is the original and the number of turns."""
    if quarter_turns % 4 == 0:
        return jpeg
    return _encoded(np.rot90(_decoded(jpeg), -quarter_turns % 4), DERIVED_QUALITY)


def straighten(jpeg: bytes, angle: float) -> bytes:
    """Return the page with a skew of `angle` degrees taken out, corners filled with white."""
    image = _decoded(jpeg)
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1)
    white = (255, 255, 255)
    level = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=white)
    return _encoded(level, DERIVED_QUALITY)


def _decoded(jpeg: bytes, how: int = cv2.IMREAD_UNCHANGED) -> np.ndarray:
    return _checked(cv2.imdecode(np.frombuffer(jpeg, np.uint8), how | cv2.IMREAD_IGNORE_ORIENTATION))


def _checked(image: np.ndarray | None) -> np.ndarray:
    if image is None:
        raise ValueError("not an image")
    return image


def _encoded(image: np.ndarray, quality: int) -> bytes:
    return cv2.imencode(".jpg", np.ascontiguousarray(image), (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


def _resized(image: np.ndarray, side_px: int) -> np.ndarray:
    scale = side_px / max(image.shape[:2])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image


def _thumbnail(image: np.ndarray, side_px: int) -> bytes:
    return _encoded(_resized(image, side_px), THUMBNAIL_QUALITY)


def _look(half: Gray) -> Look:
    """Examine a page decoded at half size, which costs a third of the time."""
    gray = _within_margins(_resized(half, LOOK_SIDE_PX))
    ink = _ink(gray)
    share = round(float(ink.mean()), 5)
    if share < BLANK_INK_MAX:
        return Look(blank=True, ink=share, blurred=False, sharpness=0.0, angle=0.0, turns=0)
    sharpness = _sharpness(gray)
    turns = 1 if _is_sideways(ink) else 0
    level = np.rot90(ink, -turns)
    angle = _skew(level)
    if _upright_score(level, angle) < UPSIDE_DOWN_BELOW:
        turns += 2
    return Look(
        blank=False,
        ink=share,
        blurred=sharpness < BLURRED_BELOW,
        sharpness=round(sharpness, 3),
        angle=round(angle, 1) + 0.0,  # Never -0.0.
        turns=turns,
    )


def _within_margins(gray: Gray) -> Gray:
    height, width = gray.shape
    y, x = round(height * MARGIN), round(width * MARGIN)
    return gray[y : height - y, x : width - x]


def _ink(gray: Gray) -> np.ndarray:
    """Say for each pixel whether it's clearly darker than the paper around it (1) or not (0)."""
    paper = cv2.resize(cv2.blur(cv2.dilate(cv2.resize(gray, None, fx=0.25, fy=0.25), np.ones((9, 9))), (9, 9)), gray.T.shape)
    return (cv2.subtract(paper, gray) > INK_DARKER_BY).astype(np.uint8)


def _sharpness(gray: Gray) -> float:
    """Return how much of the full contrast lies between neighbours at the steepest edges."""
    steepest = _level(cv2.absdiff(gray[:, 1:], gray[:, :-1]), 0.995)
    return min(1.0, steepest / max(_level(gray, 0.995) - _level(gray, 0.005), 1))


def _level(gray: Gray, share: float) -> int:
    """Return the level that `share` of the pixels don't pass."""
    counts = cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel()
    return int(np.searchsorted(counts.cumsum(), share * gray.size))


def _is_sideways(ink: np.ndarray) -> bool:
    """Say whether lines stand out more along the columns than along the rows."""
    x, y = _points(ink)
    along_rows = max(_stands_out(x, y, angle) for angle in GUESSED_ANGLES)
    along_columns = max(_stands_out(-y, x, angle) for angle in GUESSED_ANGLES)
    return along_columns > along_rows * SIDEWAYS_RATIO


def _skew(ink: np.ndarray) -> float:
    """Return the angle at which rows of ink stand out most, within SKEW_MAX_DEG."""
    x, y = _points(ink)
    rough = max(ROUGH_ANGLES, key=lambda angle: _stands_out(x, y, angle))
    fine = rough + FINE_ANGLES
    # Which angle exactly comes out first is chance; the middle of the best ones is not.
    weights = np.array([_stands_out(x, y, angle) for angle in fine])
    return float(np.average(fine, weights=(weights - weights.min()) ** 2 + 1e-9))


def _points(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.nonzero(ink)
    step = max(1, len(x) // SKEW_POINTS_MAX)
    return x[::step].astype(np.float32), y[::step].astype(np.float32)


def _stands_out(x: np.ndarray, y: np.ndarray, angle: float) -> float:
    """Return how much the counts of ink in lines at this angle jump from one line to the next."""
    lines = y + x * np.tan(np.radians(angle))
    counts = np.bincount((lines - lines.min()).astype(np.int32))
    return float((np.diff(counts) ** 2).sum())


def _upright_score(ink: np.ndarray, angle: float) -> float:
    """Return between -1 and 1: Vietnamese letters carry far more above their bodies (marks, stems) than below."""
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1)
    rows = cv2.warpAffine(ink * 255, matrix, (width, height)).sum(axis=1, dtype=np.float64)
    floor = np.percentile(rows, 95) * 0.05
    above = below = 0.0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows > floor, [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        line = rows[start:end]
        if not 8 <= len(line) <= 40:
            continue
        body = np.flatnonzero(line > line.max() * 0.5)
        above += line[: body[0]].sum()
        below += line[body[-1] + 1 :].sum()
    return (above - below) / max(above + below, 1)
