"""How far one dossier has come on its way to the province: acts with their receipt, files that wait, what a person must look at.

Says only what is known here: an act counts as taken where a receipt covers it, a file where the province confirmed it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from appliance import comparing, ownership, queries
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.queries import Step
from appliance.text import Line, number_text
from sync import progress
from web import comparing as compared
from web.comparing import Shown
from web.courier_words import size_text
from web.per_request import box
from web.timeline import form_title
from web.vietnamese import sentence
from web.words.forks import STOPPED

OTHER = "Giấy tờ khác"
DECIDED = "Văn bản của cấp trên"


@dataclass(frozen=True)
class Story:
    """What stands above the history: whether all is at the province, in words, why it waits, what a person must compare."""

    done: bool
    words: tuple[str, ...]
    why: str
    cases: tuple[Shown, ...]


def story(dossier: Dossier) -> Story:
    """Tell how far a dossier has come."""
    steps = [step for step in queries.timeline(box().db, dossier.id) if not step.device]
    taken = [step.acknowledged for step in steps if step.acknowledged is not None]
    named, size = waiting(dossier, steps)
    done = len(taken) == len(steps) and not named
    cases = tuple(compared.shown(case) for case in comparing.cases(box().db, dossier.id))
    return Story(done, (acts_words(len(steps), taken), files_words(named, size)), "" if done else why_not(), cases)


def acts_words(count: int, taken: list[int]) -> str:
    """Say how many acts of this office the province has taken, and under which receipt."""
    if not taken:
        return sentence(Line("story_none", {"left": count}))
    facts = {"count": count, "taken": len(taken), "left": count - len(taken), "receipt": max(taken)}
    return sentence(Line("story_all" if len(taken) == count else "story_some", facts))


def waiting(dossier: Dossier, steps: list[Step]) -> tuple[Counter[str], int]:
    """Count the files that wait by what they are called, and their bytes; of an erased dossier none does."""
    if dossier.erased_at:
        return Counter(), 0
    files, called = progress.files_waiting_of(box().db, dossier.id), dict(names(dossier, steps))
    return Counter(called.get(digest, OTHER) for digest in files), sum(file.n for file in files.values())


def files_words(named: Counter[str], size: int) -> str:
    """Say which files wait."""
    if not named:
        return sentence(Line("story_no_files"))
    told = ", ".join(f"{name} ({number_text(count)})" if count > 1 else name for name, count in named.items())
    return sentence(Line("story_files", {"count": named.total(), "size": size_text(size), "named": told}))


def names(dossier: Dossier, steps: list[Step]) -> Iterator[tuple[str, str]]:
    """Call the files of a dossier by what people know them as: digest, name."""
    yield from ((step.facts["file"], DECIDED) for step in steps if step.kind == ownership.DECIDED)
    yield from ((paper.file, form_title(paper.form)) for paper in dossier.papers)
    yield from ((fee.file, "Biên lai") for fee in dossier.fees)
    yield from ((document.file, "Kết quả giải quyết") for document in dossier.documents)
    yield from ((page["file"], part["name"]) for part in dossier.parts for page in part.get("pages", ()))
    yield dossier.slip, "Giấy hẹn"


def why_not() -> str:
    """Say what held the line up last, and what to do; a box that was stopped says so itself on every page."""
    row = box().db.conn.execute("SELECT value FROM sync_state WHERE name = 'last_error'").fetchone()
    return sentence(Refused(row[0])) if row and row[0] and row[0] not in STOPPED else ""
