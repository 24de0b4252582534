"""What a scan field of a desk leads to: one dossier by its code or slip, else everything that fits what was typed."""

from appliance import queries
from appliance.queries import Listed
from web.per_request import box

TYPED_CHARS_MAX = 200


def find_one(typed: str) -> tuple[str | None, list[Listed]]:
    """Give the dossier if there is only one that fits, and all that fit, newest first."""
    typed = typed.strip()[:TYPED_CHARS_MAX]
    if not typed:
        return None, []
    by_code = queries.by_code(box().db, typed.split("|")[0])
    found = queries.search(box().db, typed)
    return by_code or (found[0].id if len(found) == 1 else None), found
