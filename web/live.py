"""What changed: one cheap endpoint that pages ask every second or two. Answers 304 while nothing did. No streams."""

import json
from hashlib import sha256

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from appliance.rights import PUBLIC
from web.per_request import act, box, officer

bp = Blueprint("live", __name__)
TOPICS_MAX = 20


@bp.get("/live")
@act("own_work")
def live() -> Response:
    """Give the versions of the topics asked for, and whose session this is."""
    wanted = [topic for topic in request.args.get("t", "").split(",") if topic][:TOPICS_MAX]
    body = json.dumps({"officer": officer().id, "topics": versions(wanted)}, sort_keys=True)
    answer = Response(body, mimetype="application/json")
    answer.set_etag(sha256(body.encode()).hexdigest()[:16])
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)  # type: ignore[return-value]


def versions(topics: list[str]) -> dict[str, int]:
    """Look topics up; one nobody ever touched is 0."""
    marks = ", ".join("?" * len(topics))
    rows = box().db.conn.execute(f"SELECT topic, n FROM topic_version WHERE topic IN ({marks})", topics)
    return dict.fromkeys(topics, 0) | dict(rows)


@bp.app_template_global("live")
def drawn(topics: str) -> Markup:
    """Say which topics (words) an element shows, and as of which versions: a change while the page was on its way is not lost."""
    now = versions(topics.split())
    return Markup('data-live="{}" data-live-n="{}"').format(topics, " ".join(str(now[topic]) for topic in topics.split()))


@bp.get("/live/state")
@act("own_work")
def state() -> str:
    """Give the header's chip alone."""
    return render_template("state_chip.html")


@bp.get("/live/ok")
@act(PUBLIC)
def ok() -> dict[str, bool]:
    """Say that this process answers and reads its database; for the supervisor."""
    return {"ok": box().db.conn.execute("SELECT 1").fetchone()[0] == 1}
