"""How a dossier begins: filed online or by post, accepted at the counter, taken over from the system before. Pure."""

from collections.abc import Callable, Mapping

import msgspec

from appliance.dossier import PAUSING, Changes, Dossier, Paper, Pause, Personal, Status
from appliance.events import Event


def _filed(event: Event, personal: Personal) -> Dossier:
    body = event.d
    same = ("code", "unit", "procedure", "procedure_name", "case", "channel", "filed_at", "result_by")
    return Dossier(
        id=event.k,
        status=Status.NEW,
        components=tuple(body["components"]),
        fee_lines=tuple(body["fee_lines"]),
        offices=body.get("offices", {}),
        portal_payment=body.get("portal_payment", {}),
        portal_evidence=personal.get("evidence", ""),
        catalogue=event.c,
        last_at=event.at,
        **{name: body[name] for name in same},
        **_people(personal),
    )


def _imported(event: Event, personal: Personal) -> Dossier:
    """Take a running dossier over as the system before this one had it; what it did not tell stays empty."""
    body, status = event.d, Status(event.d["status"])
    same = ("code", "unit", "procedure", "procedure_name", "case", "channel")
    later = ("filed_at", "accepted_at", "due", "finished_at", "payment", "holder", "result_by", "process")
    payment = body.get("payment", {})
    return Dossier(
        id=event.k,
        status=status,
        catalogue=event.c,
        imported=body["source"] | {"at": event.at},
        waits_from=int(Status.PROCESSING) if status in PAUSING else 0,
        pauses=(Pause(status, body["since"]),) if status in PAUSING else (),
        asked=status == Status.SUPPLEMENT,
        fee_lines=tuple(payment.get("lines", ())),
        last_at=event.at,
        **{name: body[name] for name in same},
        **{name: body[name] for name in later if name in body},
        **_people(personal),
    )


def _accepted_at_once(event: Event, personal: Personal) -> Dossier:
    body = event.d
    same = ("code", "unit", "procedure", "procedure_name", "case", "channel")
    blank = Dossier(id=event.k, status=Status.ACCEPTED, **{name: body[name] for name in same})
    return msgspec.structs.replace(blank, **accepted(blank, event, personal), last_at=event.at)


def accepted(dossier: Dossier, event: Event, personal: Personal) -> Changes:
    body = event.d
    return {
        "code": body["code"],
        "case": body["case"],
        "accepted_at": body["accepted_at"],
        "accepted_by": event.a,
        "due": body["due"],
        "components": tuple(body["components"]),
        "fee_lines": tuple(body["fee_lines"]),
        "result_by": body["result_by"],
        "slip": body["slip"],
        "papers": (*dossier.papers, Paper("slip", body["slip"], event.at, event.a)) if body["slip"] else dossier.papers,
        "counter": body.get("counter", ""),
        "catalogue": event.c,
        "offices": body.get("offices", dossier.offices),
        "process": body.get("process", {}),
        "late_entry": body.get("late_entry", {}),
        "payment": {},
        "exemption": personal.get("exemption") or dossier.exemption,
        "part_names": dossier.part_names | personal.get("names", {}),
        **_people(personal),
    }


def _people(personal: Personal) -> Changes:
    return {
        "applicant": personal.get("applicant"),
        "authorised": personal.get("authorised"),
        "persons": tuple(personal.get("persons", ())),
        "note": personal.get("note", ""),
    }


BORN: Mapping[str, Callable[[Event, Personal], Dossier]] = {
    "dossier.filed": _filed,
    "dossier.accepted": _accepted_at_once,
    "dossier.imported": _imported,
}
