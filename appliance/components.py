"""What the citizen brought, as ticked and scanned at the counter, in the words of an event. Pure."""

from typing import Any

from appliance import (
    drafts,
)
from appliance.choosing import Choice
from appliance.drafts import Body, Draft, Part
from appliance.errors import Refused
from appliance.procedures import Asked, Kind

OTHER_NAME = "Giấy tờ khác"


def part_of(body: Body, asked: Asked) -> Part:
    """Give a component as ticked; untouched it is an original or a copy, as many as the catalogue asks for."""
    if part := body.parts.get(asked.key):
        return part
    wanted = asked.component
    if wanted.originals or not wanted.copies:
        return Part(count=wanted.originals or 1)
    return Part(copy="copy", count=wanted.copies)


def brought(draft: Draft, choice: Choice) -> list[Asked]:
    """List what the citizen brought: what was ticked, and what was scanned."""
    shown = _shown(choice) if choice.certifies and draft.body.originals else None
    return [asked for asked in choice.asked if asked is shown or part_of(draft.body, asked).have or draft.of(asked.key)]


def _shown(choice: Choice) -> Asked | None:
    """Give the component that originals stand for: the one that is only shown, else the first."""
    asked = choice.asked
    return next((one for one in asked if one.component.kind is Kind.PRESENT), asked[0] if asked else None)


def names_of(draft: Draft, choice: Choice) -> dict[str, str]:
    """Give what the listed originals are called, by key of their component; a title may name a person, so it is sealed."""
    keys = original_keys(draft, choice)
    return {key: one.title.strip() for key, one in zip(keys, draft.body.originals, strict=True)}


def original_keys(draft: Draft, choice: Choice) -> list[str]:
    """Name the listed originals, in order: under these keys their pages are scanned."""
    shown = _shown(choice) if choice.certifies else None
    return [shown.key if n == 1 else f"{shown.key}-{n}" for n, _ in enumerate(draft.body.originals, 1)] if shown else []


def components(draft: Draft, choice: Choice) -> list[dict[str, Any]]:
    """Give what was brought as an event names it; each original to be copied also says how many pages, copies and đồng."""
    shown = _shown(choice) if choice.certifies else None
    parts = []
    for asked in brought(draft, choice):
        part = _component(draft, asked)
        parts += _originals(draft, choice, part) if asked is shown else [part]
    return [*parts, *_others(draft)]


def _originals(draft: Draft, choice: Choice, part: dict[str, Any]) -> list[dict[str, Any]]:
    """Make of the component one for each original, with what was scanned of it."""
    listed = zip(original_keys(draft, choice), draft.body.originals, choice.costs, strict=True)
    return [
        part
        | {"key": key, "pages": drafts.pages_named(draft, key)}
        | {"wanted": {"pages": one.pages, "copies": one.copies, "fee": cost} | ({"electronic": True} if one.electronic else {})}
        for key, one, cost in listed
    ]


def why_not_copied(name: str, pages: int, scanned: int) -> Refused | None:
    """Say why no electronic copy can be made of an original: it was not scanned, or not every written page of it."""
    if not scanned:
        return Refused("original_not_scanned", name=name)
    return Refused("original_pages_differ", name=name, pages=pages, scanned=scanned) if scanned != pages else None


def unscanned(draft: Draft, choice: Choice | None) -> list[tuple[str, Refused]]:
    """List the originals that stand in the way of an electronic copy: key, why."""
    judged = [(key, why_not_copied(name, pages, len(draft.of(key)))) for key, name, pages in to_scan(draft, choice)]
    return [(key, why) for key, why in judged if why]


def to_scan(draft: Draft, choice: Choice | None) -> list[tuple[str, str, int]]:
    """List the originals an electronic copy is wanted of: key, name, pages as typed."""
    if choice is None or not choice.certifies or choice.rule.electronic is None:
        return []
    listed = zip(original_keys(draft, choice), draft.body.originals, strict=True)
    return [(key, one.title.strip() or f"Bản chính {n}", one.pages) for n, (key, one) in enumerate(listed, 1) if one.electronic]


def _component(draft: Draft, asked: Asked) -> dict[str, Any]:
    part = part_of(draft.body, asked)
    return {
        "key": asked.key,
        "name": asked.component.name,
        "kind": str(asked.component.kind),
        "copy": part.copy,
        "count": part.count,
        "scan": asked.scan,
        "pages": drafts.pages_named(draft, asked.key),
    } | ({"kept": True, "slot": draft.body.slot} if part.kept else {})


def _others(draft: Draft) -> list[dict[str, Any]]:
    """Give the pages that belong to no component of the procedure as one more, so that nothing scanned is left out."""
    pages = drafts.pages_named(draft, drafts.OTHER)
    paper = {"key": drafts.OTHER, "name": OTHER_NAME, "kind": "submit", "copy": "copy", "count": 1, "scan": True}
    return [{**paper, "pages": pages}] if pages else []
