"""What the province stated of certificates and devices, at the box: certificates as a file of the trust folder.

Whoever signs and judges reads it there, without the database. It is made of the feed, whole, whenever it is not what the feed says:
a restore may bring either of the two back without the other.
"""

from collections.abc import Iterator

import msgspec

from appliance import ledger, revocations
from appliance.box import Box
from appliance.clock import local
from appliance.revocations import Revoked
from appliance.text import Line, moment_text
from sync import progress
from sync.protocol import Statement
from sync.publications import RevocationSaid
from sync.statements import Record

KIND = "revocation.stated"


def take_in(box: Box, said: RevocationSaid) -> Line:
    """Let a statement take effect: on signing and judging, or on what this box says of itself."""
    if said.what == "device" and said.id == box.device:
        progress.tell(box, {"revoked_at": said.since})
        return Line("device_revoked")
    write_out(box)
    code = "device" if said.what == "device" else "withdrawn" if said.withdrawn else "certificate"
    since = moment_text(local(said.since))
    return Line(f"published_revoked_{code}", {"name": said.name, "since": since, "reason": said.reason, "by": said.by})


def write_out(box: Box) -> bool:
    """Make the trust folder's file of what the feed says; says whether anything changed.

    An older database restored beside the file knows less: what the file has of later records stays until they come again.
    """
    here = ledger.feed_position(box.db)
    ahead = [one for one in _read(box) if one.n > here]
    newest = {
        said.id: Revoked(said.id, said.since, said.reason, said.by, n) for n, said in _certificates(box) if not said.withdrawn
    }
    return revocations.keep(box.home.trust, (newest | {one.certificate: one for one in ahead}).values())


def _read(box: Box) -> tuple[Revoked, ...]:
    """Read the file as it is; a damaged one is made anew."""
    try:
        return revocations.read(box.home.trust)
    except msgspec.DecodeError:
        return ()


def _certificates(box: Box) -> Iterator[tuple[int, RevocationSaid]]:
    """Give the newest readable word on each certificate, with the number of its record."""
    sql = "SELECT r.bytes FROM published p JOIN feed_record r USING (position) WHERE p.kind = ? ORDER BY position"
    newest = {}
    for (data,) in box.db.conn.execute(sql, [KIND]).fetchall():
        record = msgspec.json.decode(msgspec.json.decode(data, type=Statement).body, type=Record)
        try:
            said = msgspec.convert(record.d, RevocationSaid)
        except msgspec.ValidationError:
            continue
        newest[said.what, said.id] = record.n, said
    return (found for (what, _), found in newest.items() if what == "certificate")
