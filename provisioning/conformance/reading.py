"""Reading a feed as it comes: statements, page by page. Judges nothing but that each line is one."""

import json
from typing import Any

from provisioning.conformance import written
from provisioning.conformance.kit import Kit, took
from provisioning.conformance.written import Fails

PAGES_MAX = 200


def feed_page(kit: Kit, after: int) -> list[dict[str, Any]]:
    """Fetch one page. Fails when a line is no statement."""
    answer = kit.line.ask("GET", f"/feed?after={after}")
    took(answer)
    try:
        page = [json.loads(line) for line in answer.body.splitlines()]
    except ValueError:
        raise Fails("bản tin có dòng không phải JSON") from None
    if not all(isinstance(one, dict) and isinstance(one.get("body"), str) for one in page):
        raise Fails("bản tin có dòng không phải bản ghi có chữ ký")
    return page


def feed_pages(kit: Kit) -> list[dict[str, Any]]:
    """Fetch the feed from its beginning; ends early at a page that does not go on."""
    found: list[dict[str, Any]] = []
    for _ in range(PAGES_MAX):
        position = written.said(found[-1]).get("n", 0) if found else 0
        page = feed_page(kit, position)
        if not page or written.said(page[0]).get("n", 0) <= position:
            break
        found += page
    return found
