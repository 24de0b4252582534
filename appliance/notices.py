"""The papers that tell a citizen no, not yet or no longer (forms 02, 03, 05): set from the dossier, kept, named for an event.

They are signed by hand, and their number is written by hand: no text was found that says in which book it stands.
"""

from typing import Any

from appliance import files, forms
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.events import FileRef
from appliance.forms import NoticeData, registry
from appliance.office import office_of
from appliance.officers import Officer
from appliance.text import phone_text

REFUSAL, SUPPLEMENT, STOPPING = "refusal", "supplement", "stopping"  # Ids in the registry of forms.


def notice_of(home: Home, form: str, dossier: Dossier, signer: Officer, at: str, reason: str, **more: Any) -> NoticeData:
    """Give what stands on a notice; `more` are the fields of NoticeData that only this form prints. `at` UTC text.

    Raises what NoticeData refuses: `form_field_missing`, `form_too_long`.
    """
    office, person = office_of(home.settings), dossier.applicant or {}
    title = registry.template_of(form).title
    return NoticeData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        dossier_code=dossier.code,
        qr_text="|".join((dossier.code, dossier.procedure, person.get("number", ""), title)),
        applicant_name=person.get("name") or person.get("organisation", ""),
        address=person.get("address", ""),
        phone=phone_text(person["phone"]) if person.get("phone") else "",
        email=person.get("email", ""),
        procedure_name=dossier.procedure_name,
        reason=reason,
        signer_name=signer.name,
        **more,
    )


def issue(home: Home, form: str, data: NoticeData) -> FileRef:
    """Set a notice and keep it. Raises what the form refuses."""
    pdf = forms.render(form, data)
    return FileRef(files.put(home, pdf), len(pdf), "application/pdf")
