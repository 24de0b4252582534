"""What stands on a paper that is one long table drawn from the ledger: the control slip (form 06), registers (form 07 and books).

The words are handed in; nothing is looked up or worked out here.
"""

import msgspec

from appliance.clock import local
from appliance.errors import Refused
from appliance.forms.slip import day_words

ROWS_MAX = 5_000


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its head, its share of the width, and how its cells stand (left, center, right)."""

    head: str
    share: int
    align: str = "left"


class TableData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on such a paper. A row has as many texts as there are columns. The same data gives the same bytes."""

    made_at: str
    parent_agency: str = ""
    agency: str
    place: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "Không có dòng nào."
    notes: tuple[str, ...] = ()
    signers: tuple[tuple[str, str], ...] = ()  # Roles and names under the table.
    qr_text: str = ""  # Empty leaves the square out.

    def __post_init__(self) -> None:
        if not (self.agency.strip() and self.columns and self.made_at):
            raise Refused("form_field_missing", fields=["Tên cơ quan, thời điểm lập hoặc cột"])
        if len(self.rows) > ROWS_MAX:
            raise Refused("form_too_long", most=ROWS_MAX)
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row does not fit its columns")


def words(table: TableData) -> dict:
    """Give what the template prints: the data, with the day put into words."""
    return msgspec.to_builtins(table) | {"made_day": day_words(local(table.made_at))}
