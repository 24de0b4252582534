"""Working minutes in words, as processes plan them: 480 are one working day."""

DAY, HOUR = 480, 60


def words(minutes: int | None) -> str:
    """Say "2 ngày 4 giờ", "30 phút"; a dash where nothing is stated."""
    if minutes is None:
        return "–"
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, HOUR)
    parts = [f"{n} {unit}" for n, unit in ((days, "ngày"), (hours, "giờ"), (left, "phút")) if n]
    return " ".join(parts) or "0 phút"
