"""A dossier as it was on a date, and a dossier as a folder to take away. Both only look; each look is recorded by the frame."""

import tempfile

from flask import Blueprint, Response, render_template, request, send_file

from appliance import looking_back
from appliance.text import day_text, read_day
from web import desk, folder, timeline
from web.dossier_page import fee_words, local_due
from web.forms import Form
from web.per_request import act, box
from web.reception_form import COPIES
from web.vietnamese import CHANNELS

bp = Blueprint("looking_pages", __name__)
IN_MEMORY_MAX = 16 * 1024 * 1024  # A larger folder is packed into a file of the box's own.


@bp.get("/ho-so/<dossier>/nhu-ngay")
@act("view_dossier")
def past(dossier: str) -> tuple[str, int]:
    """Show a dossier as it was at the end of a day (`?ngay=21/11/2026`; today without one)."""
    found, today = desk.found(dossier), desk.now().date()
    form = Form({"ngay": request.args.get("ngay", "") or day_text(today)})
    day = form.read("ngay", lambda typed: read_day(typed, today), "Nhập ngày, ví dụ 21/11/2026.")
    if day and day > today:
        form.wrong("ngay", "Ngày này chưa tới. Nhập từ hôm nay trở về trước.")
    every = looking_back.told(box().db, box().device, dossier) if day and not form.problems else []
    was = looking_back.as_it_was_on(every, day) if day else None
    return render_template(
        "dossier_past.html",
        dossier=found,
        was=was,
        form=form,
        failed=bool(form.problems),
        day=day,
        due_at=local_due(was) if was else "",
        fee=fee_words(was) if was else "",
        entries=timeline.history(found, was.last_at) if was else [],
        names=desk.names(),
        COPIES=COPIES,
        CHANNELS=CHANNELS,
    ), 422 if form.problems else 200


@bp.get("/ho-so/<dossier>/xuat")
@act("export_dossier")
def export(dossier: str) -> Response:
    """Give a dossier as a zip file of its folder."""
    found = desk.found(dossier)
    out = tempfile.SpooledTemporaryFile(IN_MEMORY_MAX, dir=box().home.spool)  # noqa: SIM115 closed when the answer was sent
    folder.write_zip(box().home, box().db, dossier, found.code, out)
    out.seek(0)
    answer = send_file(out, "application/zip", as_attachment=True, download_name=f"{found.code}.zip", max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
