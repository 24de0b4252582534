"""The slip of one dossier, set from what its events said: at acceptance, and again whenever what stands on it was corrected.

A slip set again is a further copy and says so; the earlier file stays as it was. It never looks anything up in a draft.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from appliance import files, forms, procedures, roles, workdays
from appliance.catalogue import Catalogue
from appliance.clock import local
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import Paper, SlipData
from appliance.office import Office, office_of
from appliance.text import birth_text, day_text, moment_text
from appliance.workdays import Due

QR_TITLE = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
RESULT_PLACES = {"counter": "Bộ phận Một cửa", "post": "Dịch vụ bưu chính công ích", "electronic": "Bản điện tử"}
COUNTED_AS = {"original": "originals", "copy": "copies", "certified": "certified"}
LIMIT_UNITS = {"work_day": "ngày làm việc", "calendar_day": "ngày", "hour": "giờ"}
FORM = "slip"
KEPT = "giữ bản chính, trả lại cùng kết quả"
ELECTRONIC = "và 1 bản sao điện tử"
CORRECTED = "Giấy này thay bản đã cấp trước."
LATE = "Nhập sau: hồ sơ nhận trên phiếu in sẵn lúc máy chủ hỏng, nhập vào máy lúc {at}. Giấy này thay phiếu viết tay cùng số."


def slip_of(
    dossier: Dossier, office: Office, limit_text: str, officer_name: str, at: str, copy: int = 1, corrected: bool = False
) -> SlipData:
    """Give what stands on the slip of a dossier; `at` UTC text of the moment it is set, `copy` which copy it is.

    Raises what SlipData refuses: `form_field_missing`, `form_too_long`.
    """
    person, due = dossier.applicant or {}, (dossier.due or {}).get("at") or ""
    return SlipData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        reception_place=office.reception,
        dossier_code=dossier.code,
        qr_text="|".join((dossier.code, dossier.procedure, person.get("number", ""), QR_TITLE)),
        applicant_name=_applicant(person),
        persons=_persons(dossier),
        address=person.get("address", ""),
        phone=person.get("phone", ""),
        email=person.get("email", ""),
        procedure_name=dossier.procedure_name,
        components=papers_of(dossier.parts, dossier.fee_lines),
        certification=any("wanted" in part for part in dossier.components),
        limit_text=limit_text,
        received_at=dossier.accepted_at,
        due_at=due,
        result_place=RESULT_PLACES.get(dossier.result_by, dossier.result_by),
        officer_name=officer_name,
        print_no=copy,
        corrected=corrected,
        notes=(*_late(dossier), *((CORRECTED,) if corrected else ())),
    )


def _applicant(person: Mapping[str, Any]) -> str:
    name, organisation = person.get("name", ""), person.get("organisation", "")
    return f"{organisation} (người đại diện: {name})" if name and organisation else name or organisation


def _persons(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """Name who stands for the applicant, and whom the dossier is about where that is somebody else."""
    others = [one for one in roles.everyone(dossier) if one.about and not one.is_applicant]
    acting = [roles.Named(roles.AUTHORISED_CALLED, dossier.authorised)] if dossier.authorised else []
    return tuple((one.called, _told(one.person)) for one in (*acting, *others) if one.person.get("name"))


def _told(person: Mapping[str, Any]) -> str:
    birth = f"sinh {birth_text(person['birth'])}" if person.get("birth") else ""
    basis = f"căn cứ: {person['basis'][:1].lower()}{person['basis'][1:]}" if person.get("basis") else ""
    return ", ".join(part for part in (person["name"], birth, basis) if part)


def _late(dossier: Dossier) -> tuple[str, ...]:
    """Say on the slip that what is true since the reception was written down only later."""
    entered = dossier.late_entry.get("entered_at")
    return (LATE.format(at=moment_text(local(entered))),) if entered else ()


def issue(home: Home, catalogue: Catalogue, dossier: Dossier, officer_name: str, at: str, notes: tuple[str, ...] = ()) -> FileRef:
    """Set the slip of a dossier as its next copy and keep it. `catalogue` is the one it was accepted under."""
    copy = 1 + sum(paper.form == FORM for paper in dossier.papers)
    data = slip_of(dossier, office_of(home.settings), limit_of(dossier, catalogue), officer_name, at, copy)
    pdf = forms.render(FORM, msgspec.structs.replace(data, notes=(*data.notes, *notes)))
    return FileRef(files.put(home, pdf), len(pdf), "application/pdf")


def papers_of(components: Sequence[Mapping[str, Any]], fee_lines: Sequence[Mapping[str, Any]]) -> tuple[Paper, ...]:
    """List the papers that stay here. What is only shown stands on the slip where its copies are certified (`wanted`)."""
    certified = [part for part in components if "wanted" in part]
    if certified:
        return tuple(_certified(part) for part in certified)
    return tuple(_paper(part) for part in components if part["kind"] == "submit" and part.get("key") != "other")


def _certified(part: Mapping[str, Any]) -> Paper:
    wanted = part["wanted"]
    note = ELECTRONIC if wanted.get("electronic") else ""
    return Paper(name=part["name"], note=note, **{name: wanted[name] for name in ("pages", "copies", "fee")})


def _paper(part: Mapping[str, Any]) -> Paper:
    return Paper(name=part["name"], note=KEPT if part.get("kept") else "", **{COUNTED_AS[part["copy"]]: part["count"]})


def limit_words(limit: workdays.Limit, due: Due) -> str:
    """Write a limit as the slip prints it, with its unit; a promised day where the catalogue states none."""
    if limit.unit == "same_day":
        return "Trong ngày"
    if limit.value is None:
        return _promised(due.at)
    return f"{limit.value:02d} {LIMIT_UNITS[limit.unit or 'work_day']}"


def limit_of(dossier: Dossier, catalogue: Catalogue) -> str:
    """Write the limit a dossier was accepted under; a procedure its catalogue does not know has only its appointment."""
    at = datetime.fromisoformat((dossier.due or {})["at"]) if (dossier.due or {}).get("at") else None
    try:
        procedure = procedures.get(catalogue, dossier.procedure)
        rules = catalogue.rules_on(local(dossier.accepted_at).date())
        return limit_words(procedures.limit_for(procedure, dossier.case, dossier.channel, rules), Due(at, False, ()))
    except Refused:
        return _promised(at)


def _promised(at: datetime | None) -> str:
    return f"Theo lịch hẹn, đến {day_text(at.date())}" if at else ""
