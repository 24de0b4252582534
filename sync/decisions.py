"""A decision taken at the province on a dossier of one commune, as it travels: its words sealed under the dossier's own key.

Both ends hold that key, so an erasure shuts the words in every record of the feed, at both ends. The signed file travels as it is,
so that its digest is the one the box's event names.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance import decisions, ledger, sealing
from appliance.box import Box
from appliance.errors import Refused
from appliance.events import FileRef, Sealed
from appliance.ids import device_bytes
from appliance.sealing import DossierKey
from appliance.text import Line
from sync.publications import DecisionSaid

PLACE = (bytes(8), 0)  # In no chain of events: bound to the dossier alone.


def id_of(dossier: str, said: Mapping[str, Any], file: str) -> str:
    """Give what makes a decision the same one: all of it but the sealed words."""
    parts = [dossier, *(said[name] for name in ("sort", "text", "date", "agency")), file]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def sealed(key: DossierKey, dossier: str, words: Mapping[str, str]) -> Sealed:
    """Seal who decided and the note."""
    return sealing.seal(key, device_bytes(dossier), *PLACE, dict(words))


def take_in(box: Box, said: DecisionSaid) -> Line:
    """Record a decision among its dossier's acts, and let the holder know.

    Raises Refused `dossier_unknown`, `already_erased`, `dossier_handed_over`, `dossier_on_its_way`, `sealed_part_damaged`.
    """
    (paper,) = said.files
    clear = msgspec.to_builtins(said)
    clear = {name: clear[name] for name in ("decision", "sort", "text", "date", "agency")} | {"file": paper.file}
    with box.writing() as act:
        decisions.check(act.db, act.device, said.dossier)
        if (key := ledger.key_of(act.db, said.dossier)) is None:
            raise Refused("dossier_on_its_way")
        words = sealing.unseal(key, device_bytes(said.dossier), *PLACE, said.words)
        news = decisions.receive(act, said.dossier, clear, words, FileRef(paper.file, paper.size, paper.media))
    return Line("published_decision" if news else "published_decision_known", {"code": said.code, "text": said.text})


def check(box: Box, said: DecisionSaid) -> None:
    """Refuse, before its file is fetched, a decision that cannot be taken in. Raises what `take_in` does of the dossier."""
    decisions.check(box.db, box.device, said.dossier)
