"""The receiver over HTTP: /sync/v1. Mounted as `bp` by the province's application, with the province under extensions["province"].

A device is known by the client certificate that nginx checked and passes on (X-Client-Cert, URL-escaped PEM).
Bodies are bounded; refusals are RFC 9457 problems; no personal data is ever logged here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, g, request
from sqlite_utils.utils import sqlite3

from appliance import durable
from appliance.contents import BUCKETS
from appliance.errors import Refused
from sync import protocol, segments
from sync.problems import MEDIA, problem_of
from sync.protocol import CHUNK_BYTES_MAX, JSON_BYTES_MAX, SPOKEN, VERSION
from sync.province import copies, equality, feed_out, forks, given_back, receiver, uploads
from sync.province import store_sqlite as store
from sync.province.asked import after, as_number, asked, body, checked, fingerprint, inc, number
from sync.province.opened import Province
from sync.province.store_sqlite import Device

bp = Blueprint("sync_v1", __name__, url_prefix="/sync/v1")

BINARY = "application/octet-stream"
PARTS_RETRY_S = "5"
ID_CHARS = 36


class LostKeysQuestion(msgspec.Struct, frozen=True):
    """Which dossiers' keys a box lost, and the age recipient it made to receive them."""

    dossiers: tuple[protocol.Device, ...]
    recipient: protocol.Text


@bp.before_request
def know_the_device() -> None:
    """Let a known, unrevoked device in that speaks our version; everybody else gets a problem."""
    if request.headers.get("Sync-Version", str(VERSION)) not in map(str, SPOKEN):
        raise Refused("sync_version_unknown", spoken=max(SPOKEN))
    presented = fingerprint(request.headers.get("X-Client-Cert", ""))
    device = store.device_by_fingerprint(province().db, presented)
    if device is None:
        raise Refused("device_replaced" if forks.was_replaced(province().db, presented) else "device_unknown")
    if device.revoked_at:
        raise Refused("device_revoked")
    g.device = device


@bp.after_request
def say_version(response: Response) -> Response:
    """Mark every answer as ours, so that a captive portal's page is not taken for one; in the version that was asked in."""
    asked_in = request.headers.get("Sync-Version", "")
    response.headers["Sync-Version"] = asked_in if asked_in in map(str, SPOKEN) else str(max(SPOKEN))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(Refused)
def refuse(refused: Refused) -> Response:
    """Turn a refusal into a problem."""
    status, body = problem_of(refused)
    return Response(body, status, mimetype=MEDIA)


@bp.errorhandler(sqlite3.OperationalError)
@bp.errorhandler(OSError)
def busy(error: Exception) -> Response:
    """Say that the disk or the database has no room or time now; the device tries again."""
    current_app.logger.error("sync: %s", type(error).__name__)
    response = refuse(Refused("province_full" if durable.is_full(error) else "province_busy"))
    response.headers["Retry-After"] = PARTS_RETRY_S
    return response


def province() -> Province:
    """Give the province this application serves."""
    return current_app.extensions["province"]


def device() -> Device:
    """Give the device that asks."""
    return g.device


def answering(view: Callable[..., msgspec.Struct]) -> Callable[..., Response]:
    """Send what a view gives as JSON."""

    @wraps(view)
    def send(**arguments: Any) -> Response:
        return Response(msgspec.json.encode(view(**arguments)), mimetype="application/json")

    return send


@bp.post("/hello")
@answering
def hello() -> protocol.HelloAnswer:
    """Say how the device stands."""
    return receiver.hello(province(), device(), asked(protocol.Hello))


@bp.post("/segments")
@answering
def take_segment() -> protocol.SegmentAnswer:
    """Take a segment in and acknowledge it."""
    return receiver.take_segment(province(), device(), body(segments.WIRE_BYTES_MAX))


@bp.post("/keys")
@answering
def take_keys() -> protocol.UploadAnswer:
    """Take dossier keys and destructions in."""
    return protocol.UploadAnswer(receiver.take_keys(province(), device(), body(JSON_BYTES_MAX)), True)


@bp.post("/files/missing")
@answering
def missing() -> protocol.FileAnswer:
    """Say which files are wanted; where none may be taken, say that before a chunk is sent for nothing."""
    forks.must_be_one(province().db, device())
    return uploads.missing(province(), device(), asked(protocol.FileQuestion).digests)


@bp.post("/copies")
@answering
def take_copy_list() -> protocol.FileAnswer:
    """Take in of which files a copy of the device's database consists."""
    return copies.take_list(province(), device(), asked(protocol.CopyList))


@bp.put("/files/<digest>")
def take_chunk(digest: str) -> Response:
    """Take a chunk of a file in: 201 when the file is whole and durable, 200 before."""
    complete = request.headers.get("Upload-Complete") == "?1"
    offset, length = number("Upload-Offset"), number("Upload-Length")
    answer = uploads.take_chunk(province(), device(), checked(digest), offset, length, complete, body(CHUNK_BYTES_MAX))
    return Response(msgspec.json.encode(answer), 201 if answer.complete else 200, mimetype="application/json")


@bp.get("/files/<digest>")
def file_state(digest: str) -> Response:
    """Say how far a file has come (HEAD), or give some of its bytes from a place on (GET)."""
    if request.method == "GET":
        most = min(as_number(request.args.get("most", str(CHUNK_BYTES_MAX))), CHUNK_BYTES_MAX)
        return Response(given_back.file_part(province(), device(), checked(digest), after(), most), mimetype=BINARY)
    answer = uploads.state(province(), device(), checked(digest))
    headers = {"Upload-Offset": str(answer.offset), "Upload-Complete": "?1" if answer.complete else "?0"}
    return Response(status=204, headers=headers)


@bp.get("/feed")
def feed() -> Response:
    """Give the records of the device's feed after a position, one a line."""
    return Response(feed_out.page(province().db, device().id, after()).lines, mimetype="application/x-ndjson")


@bp.get("/events")
def lost_events() -> Response:
    """Give a device its own events after a number, as a segment signed by the province."""
    return Response(given_back.lost_events(province(), device(), inc(), after()), mimetype=BINARY)


@bp.post("/keys/lost")
def lost_keys() -> Response:
    """Give a device the keys of its own dossiers, sealed to the recipient it names."""
    question = asked(LostKeysQuestion)
    dossiers = question.dossiers[: protocol.KEYS_MAX]
    return Response(given_back.lost_keys(province(), device(), dossiers, question.recipient), mimetype=BINARY)


@bp.get("/digests")
@answering
def digests() -> protocol.ContentsAnswer:
    """Give the digest of what the device's dossiers hold."""
    return equality.whole(province(), device())


@bp.get("/digests/buckets")
@answering
def bucket_digests() -> protocol.Buckets:
    """Give the digests of its buckets."""
    return equality.buckets(province(), device())


@bp.get("/digests/rows")
@answering
def row_digests() -> protocol.Rows:
    """Give the digests of the dossiers of a bucket."""
    bucket, last = as_number(request.args.get("bucket", "")), request.args.get("after", "")
    if bucket >= BUCKETS or len(last) > ID_CHARS:
        raise Refused("sync_malformed")
    return equality.rows(province(), device(), bucket, last)


@bp.post("/digests/again")
@answering
def fold_again() -> protocol.FoldedAgain:
    """Fold dossiers of the device again."""
    return equality.fold_again(province(), device(), asked(protocol.AgainQuestion).dossiers)


@bp.get("/inventory")
@answering
def inventory() -> protocol.InventoryLife:
    """Recompute what is held of a life."""
    return given_back.inventory_of_life(province(), device(), inc(), after())


@bp.get("/inventory/files")
@answering
def inventory_files() -> protocol.InventoryFiles:
    """Recompute what is held of the device's files."""
    start = request.args.get("after", "")
    return given_back.inventory_of_files(province(), device(), checked(start) if start else "")
