"""The routes that the leader's and the clerk's desks have in common: look, note what was seen, choose, stop a run."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from appliance.errors import Refused
from web import jobs, paper_desk, sign_jobs, viewing
from web.paper_desk import Desk
from web.per_request import act, box, officer
from web.vietnamese import sentence

Page = str | tuple[str, int] | AnyResponse


def add(bp: Blueprint, of: Desk) -> None:
    """Give a desk's blueprint its common routes; the desk itself adds `order`, which signs or seals."""

    @bp.get(of.path)
    @act(of.act)
    def page() -> Page:
        """Go to the first document to look at; without any, say so."""
        found = paper_desk.papers(of, sign_jobs.latest(box().db, of.kind, officer().id))
        first = next((paper for paper in found if paper.state == "unseen"), next(iter(found), None))
        return to(of, first.dossier.id, first.document.of) if first else paper_desk.show(of)

    @bp.get(f"{of.path}/usb")
    @act(of.act)
    def usb() -> str:
        """Show the state of the token alone."""
        return render_template("token_live.html", desk=of, token=paper_desk.token(of), sentence=sentence)

    @bp.get(f"{of.path}/<dossier>")
    @act(of.act)
    def paper(dossier: str) -> Page:
        """Show one document among those that wait; a page that watched a run is told to load anew when it is over."""
        watched = request.args.get("luot")
        if watched and not jobs.load(box().db, watched).open:
            return Response(headers={"HX-Refresh": "true"})
        return paper_desk.show(of, dossier)

    @bp.post(f"{of.path}/<dossier>/trang")
    @act(of.act)
    def seen(dossier: str) -> Page:
        """Note that pages were on the screen."""
        document = paper_desk.paper_shown(of, dossier)
        with box().writing() as at_once:
            viewing.note(at_once, officer().id, document, paper_desk.pages_posted())
        return "", 204

    @bp.post(f"{of.path}/<dossier>/da-xem")
    @act(of.act)
    def choose(dossier: str) -> Page:
        """Note the pages as seen and choose the document, or not any longer; go on to the next."""
        wanted = request.form.get("chosen") == "1"
        try:
            document = paper_desk.paper_shown(of, dossier)
            with box().writing() as at_once:
                viewing.note(at_once, officer().id, document, paper_desk.pages_posted())
                viewing.choose(at_once, officer().id, document, wanted)
        except Refused as refused:
            return paper_desk.show(of, dossier, refused)
        return to(of, *(paper_desk.next_of(of, dossier) if wanted else (dossier, request.args.get("ban", ""))))

    @bp.post(f"{of.path}/dung/<job>")
    @act(of.act)
    def stop(job: str) -> Page:
        """End the run after the document in hand."""
        shown = request.form.get("shown", "")
        try:
            sign_jobs.stop(box(), job, officer().id)
        except Refused as refused:
            return paper_desk.show(of, shown, refused)
        return to(of, shown)


def to(of: Desk, dossier: str, original: str = "") -> AnyResponse:
    """Go to a document on the desk."""
    shown = url_for(f"{of.blueprint}.paper", dossier=dossier, ban=original or None) if dossier else ""
    return redirect(shown or url_for(f"{of.blueprint}.page"), 303)
