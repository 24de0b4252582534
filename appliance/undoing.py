"""Taking a mistaken act back: a new event that puts everything as it was, as long as nothing irrevocable followed from it.

Nothing is taken back that was signed, paid or handed over (the dossier then keeps no way back), or that the province acknowledged.
"""

from sqlite_utils.db import Database

from appliance import moves
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.processing import load
from appliance.rights import may


def check(db: Database, dossier: Dossier, officer: Officer, seq: int | None = None) -> None:
    """Refuse what cannot be taken back by this officer: `nothing_to_undo`, `wrong_status`, `undo_not_yours`, `province_has_it`.

    `seq` names the act that the officer saw as the last one.
    """
    moves.check(dossier, moves.UNDONE, {} if seq is None else {"seq": seq})
    if dossier.undo and not may(officer.roles, right_of(dossier.undo.kind)):
        raise Refused("undo_not_yours", code=dossier.code)
    if acknowledged(db, dossier.id):
        raise Refused("province_has_it", code=dossier.code)


def undo(act: Act, dossier_id: str, officer: Officer, seq: int, reason: str) -> str:
    """Take the last act back and give its kind. Raises Refused as `check` does, and `reason_missing`."""
    dossier = load(act, dossier_id)
    check(act.db, dossier, officer, seq)
    if not reason.strip():
        raise Refused("reason_missing")
    assert dossier.undo
    clear, personal = {"kind": dossier.undo.kind, "seq": seq}, {"reason": reason.strip()}
    act.record(moves.UNDONE, actor=officer.id, dossier=dossier_id, clear=clear, personal=personal)
    return dossier.undo.kind


def right_of(kind: str) -> str:
    """Give the right that an act needs, and so does taking it back."""
    return moves.BY_KIND[kind][0].right


def acknowledged(db: Database, dossier_id: str) -> bool:
    """Say whether a receipt of the province covers the newest act of a dossier."""
    sql = "SELECT 1 FROM dossier d JOIN receipt r ON r.inc = d.last_inc AND r.seq >= d.last_seq WHERE d.id = ? LIMIT 1"
    return db.conn.execute(sql, [dossier_id]).fetchone() is not None
