"""The dossiers behind a report: each as it stood at the end of the period, from its row or, where more came after, from the ledger.

Reads only; no personal field is unsealed for it.
"""

from collections.abc import Iterator, Mapping

from sqlite_utils.db import Database

from appliance import events, report, rows
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.looking_back import Told
from appliance.registers import Span
from appliance.report import Case

CASES_MAX = 100_000  # A commune receives some ten thousand a year.


def cases(db: Database, sectors: Mapping[str, str], span: Span) -> list[tuple[str, Case]]:
    """List (dossier id, case) of all that count in a period, in order of acceptance. Raises Refused `too_many_lines`."""
    begin, end = span.moments
    sql = """SELECT id, state FROM dossier WHERE away = 0 AND accepted_at <> '' AND accepted_at < ?
             AND (finished_at IS NULL OR finished_at >= ?) ORDER BY accepted_at, code LIMIT ?"""
    found = []
    for dossier_id, state in db.conn.execute(sql, [end, begin, CASES_MAX + 1]):
        dossier = rows.decode(bytes(state))
        settled = dossier.last_at < end and dossier.status != Status.WITHDRAWN
        case = report.case_now(dossier, sectors) if settled else report.case_of(_told(db, dossier_id), sectors, span.last)
        if case and report.columns_of(case, span):
            found.append((dossier_id, case))
    if len(found) > CASES_MAX:
        raise Refused("too_many_lines", most=CASES_MAX)
    return found


def _told(db: Database, dossier_id: str) -> Iterator[Told]:
    sql = """SELECT e.inc, e.bytes, e.digest FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
             WHERE d.dossier = ? ORDER BY e.n"""
    for inc, data, digest in db.conn.execute(sql, [dossier_id]):
        yield Told(bytes(inc).hex(), events.decode(bytes(data)), {}, bytes(data), bytes(digest))
