"""A file of internal processes, read whole: what was understood, and line by line what was not. Nothing is lost in silence.

The file is a JSON object with `processes` (as provinces hand them over) or `records` (as a catalogue bundle holds them).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.catalogue_sheets import Process, Step
from appliance.internal_process import digest_of
from appliance.procedures import Procedure
from appliance.process_faults import doubts, faults
from appliance.text import Line
from appliance.workdays import Limit

FILE_BYTES_MAX = 8 * 1024 * 1024
RECORDS_MAX = 5_000
PARTS = {"steps": Step, "legal_limit": Limit}  # Fields of a process that hold fields of their own.


@dataclass(frozen=True)
class Note:
    """Something to know about one record: which, the sentence, whether it keeps the record out."""

    where: str
    line: Line
    bad: bool


@dataclass(frozen=True)
class Reading:
    """What a file held: the processes that are sound, and every note."""

    processes: tuple[Process, ...]
    notes: tuple[Note, ...]
    records: int


def read(data: bytes, procedures: Mapping[str, Procedure]) -> Reading:
    """Read a file of processes and judge each against the catalogue. A file that is no such file gives one note."""
    if len(data) > FILE_BYTES_MAX:
        return _nothing(Line("process_file_too_big", {"most": FILE_BYTES_MAX}))
    try:
        records = _records(json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        return _nothing(Line("process_file_unreadable", {"fault": error}))
    judged = [_judged(n, record, procedures) for n, record in enumerate(records, 1)]
    processes, notes = _once([process for process, _ in judged if process])
    return Reading(processes, (*(note for _, own in judged for note in own), *notes), len(records))


def _nothing(line: Line) -> Reading:
    return Reading((), (Note("", line, True),), 0)


def _records(whole: Any) -> list[Any]:
    records = whole["processes"] if "processes" in whole else whole["records"]
    if not isinstance(records, list) or len(records) > RECORDS_MAX:
        raise ValueError("no list of processes")
    return records


def _judged(n: int, record: Any, procedures: Mapping[str, Procedure]) -> tuple[Process | None, list[Note]]:
    """Read one record: drop and name fields that are not known, decode the rest, then list faults and doubts."""
    where = str(record.get("id") or n) if isinstance(record, dict) else str(n)
    clean, strange = _known(record, Process)
    notes = [Note(where, Line("process_field_unknown", {"name": where, "field": field}), False) for field in strange]
    try:
        process = msgspec.convert(clean, Process)
    except msgspec.ValidationError as error:
        return None, [*notes, Note(where, Line("process_not_understood", {"name": where, "fault": error}), True)]
    wrong = [Note(where, line, True) for line in faults(process, procedures)]
    lost = [Note(where, line, True) for line in _lost(clean, process)]
    notes += [*wrong, *lost, *(Note(where, line, False) for line in doubts(process, procedures))]
    return (None if wrong or lost else process), notes


def _known(record: Any, kind: Any) -> tuple[Any, list[str]]:
    """Split a record into what its type knows and the names of what it does not, with their place."""
    if isinstance(record, list):
        parts = [_known(one, kind) for one in record]
        return [clean for clean, _ in parts], [f"{n}.{name}" for n, (_, names) in enumerate(parts, 1) for name in names]
    if not isinstance(record, dict):
        return record, []
    clean, strange = {}, []
    for name, value in record.items():
        if name not in kind.__struct_fields__:
            strange.append(name)
            continue
        inner, names = _known(value, PARTS[name]) if name in PARTS else (value, [])
        clean[name] = inner
        strange += [f"{name}.{one}" for one in names]
    return clean, strange


def _lost(record: Any, process: Process) -> Iterator[Line]:
    """Compare every value of the record with what was kept."""
    gone = Counter(leaves(record)) - Counter(leaves(msgspec.to_builtins(process)))
    for value, count in gone.items():
        yield Line("process_value_lost", {"value": value, "count": count})


def leaves(value: object) -> Iterator[str]:
    """Walk the single values of a record, as text; None is no value."""
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    elif value is not None:
        yield repr(value)


def _once(processes: Iterable[Process]) -> tuple[tuple[Process, ...], tuple[Note, ...]]:
    """Keep the first of several records with the same name and version; name the others unless they say the same."""
    kept: dict[tuple[str, str], Process] = {}
    notes = []
    for one in processes:
        first = kept.setdefault((one.id, one.version), one)
        if digest_of(first) != digest_of(one):
            facts = {"name": one.id, "process": one.id, "version": one.version}
            notes.append(Note(one.id, Line("process_twice", facts), True))
    return tuple(kept.values()), tuple(notes)
