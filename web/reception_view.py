"""What the reception page shows of a draft: the catalogue's answer, what is asked for, what stands against acceptance."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils.db import Database

from appliance import clocks, fees, people, procedures, queries, reception, slips
from appliance.catalogue import Catalogue
from appliance.drafts import Body, Draft
from appliance.errors import Refused
from appliance.fees import FeeLine
from appliance.procedures import Asked, Kind
from appliance.queries import Listed
from appliance.reception import Choice
from appliance.text import Line, moment_text, money_text
from appliance.working_calendar import Calendar
from web.vietnamese import sentence

# Which field a gap is mended in.
FIELD_OF = {
    "applicant_missing": "name",
    "procedure_missing": "procedure-q",
    "components_missing": "components",
    "copies_missing": "original_pages",
    "due_missing": "due_day",
    "fee_missing": "fee-0",
}


@dataclass(frozen=True)
class View:
    """Everything the templates show of one draft at one moment."""

    draft: Draft
    choice: Choice | None
    trouble: str  # why the catalogue gives no answer, as a sentence
    shape: str  # changes when other things are asked for
    unknown_fees: tuple[str, ...]
    notes: tuple[str, ...]  # on the person
    doubts: tuple[str, ...]
    alike: tuple[Listed, ...]

    @property
    def body(self) -> Body:
        """Give what was typed."""
        return self.draft.body

    @property
    def fee(self) -> str:
        """Say what is to be paid, in few words."""
        lines = self.choice.fee_lines if self.choice else ()
        amount = fees.total(lines)
        if amount is None:
            return "chưa tính được" if self.choice and self.choice.certifies else "cán bộ nhập"
        return money_text(amount) if amount else "Không thu"

    @property
    def fee_words(self) -> list[str]:
        """Explain each fee line."""
        return [f"{line.name}: {sentence(line.how)}" for line in (self.choice.fee_lines if self.choice else ())]

    @property
    def limit(self) -> str:
        """Say the limit in few words."""
        return slips.limit_words(self.choice.limit, self.choice.due) or "danh mục không nêu" if self.choice else ""

    @property
    def due(self) -> str:
        """Say the appointment."""
        return moment_text(self.choice.due.at) if self.choice and self.choice.due.at else "cán bộ hẹn"

    @property
    def due_words(self) -> list[str]:
        """Explain the appointment."""
        return [sentence(line) for line in (self.choice.due.lines if self.choice else ())]

    @property
    def asked(self) -> list[Asked]:
        """List the components as the table shows them: what is handed in, what is shown, what is looked up."""
        order = list(Kind)
        return sorted(self.choice.asked, key=lambda asked: order.index(asked.component.kind)) if self.choice else []

    @property
    def cases(self) -> list[tuple[str, str]]:
        """List the cases of the procedure: id and name."""
        return [(case.id, case.name) for case in self.choice.procedure.cases] if self.choice else []

    @property
    def exemptions(self) -> list[tuple[str, str]]:
        """List what a fee of this choice may be waived for, as choices."""
        return sorted({(reason, reason) for line in (self.choice.fee_lines if self.choice else ()) for reason in line.exemptions})

    @property
    def unsure(self) -> bool:
        """Say whether the officer must look before relying on it: an unconfirmed day was counted, or the catalogue doubts."""
        return bool(self.doubts) or (self.choice is not None and self.choice.due.provisional)

    @property
    def asks_due_day(self) -> bool:
        """Say whether an officer must promise a day."""
        return self.choice is not None and self.choice.limit.value is None

    def have(self, asked: Asked) -> bool:
        """Say whether a component was brought: ticked or scanned."""
        return self.part(asked).have or bool(self.draft.of(asked.key))

    def part(self, asked: Asked) -> Any:
        """Give a component as ticked."""
        return reception.part_of(self.body, asked)

    @property
    def brought(self) -> int:
        """Count the components that were brought."""
        return sum(self.have(asked) for asked in self.choice.asked) if self.choice else 0


def view(db: Database, catalogue: Catalogue, draft: Draft, at: datetime, sees_dossiers: bool) -> View:
    """Look at a draft at a local moment. `sees_dossiers`: whether this officer may be told of others' dossiers."""
    choice, trouble = chosen(catalogue, draft.body, at, clocks.calendar_of(catalogue, db))
    unknown = unknown_fees(choice.fee_lines) if choice else ()
    number = "".join(draft.body.applicant.get("number", "").split())
    alike = queries.same_request(db, draft.body.procedure, number) if choice and sees_dossiers else []
    return View(
        draft=draft,
        choice=choice,
        trouble=trouble,
        shape=shape_of(draft.body, choice, unknown),
        unknown_fees=unknown,
        notes=notes_on(draft.body, at.date()),
        doubts=doubts_of(choice) if choice else (),
        alike=tuple(alike),
    )


def chosen(catalogue: Catalogue, body: Body, at: datetime, calendar: Calendar) -> tuple[Choice | None, str]:
    """Ask the catalogue; a refusal becomes a sentence beside the procedure, never a broken page."""
    try:
        return reception.choose(catalogue, body, at, calendar), ""
    except Refused as refused:
        return None, sentence(refused)


def unknown_fees(lines: tuple[FeeLine, ...]) -> tuple[str, ...]:
    """Name the fees whose amount only a person knows, entered or not."""
    asked = [x for x in lines if x.how.code == "fee_entered" or (x.amount is None and x.how.code != "fee_pages_unknown")]
    return tuple(line.name for line in asked)


def shape_of(body: Body, choice: Choice | None, unknown: tuple[str, ...]) -> str:
    """Name what is asked for, so that the page redraws those fields only when it changes."""
    return "|".join((body.procedure, choice.case if choice else "", *unknown))


def notes_on(body: Body, today: date) -> tuple[str, ...]:
    """Say what does not fit together in the person; never a reason to refuse."""
    sound = {name: value for name, value in body.applicant.items() if name not in people.wrong_fields(body.applicant, today)}
    try:
        person = people.person_of({"name": "?"} | sound, today)
    except Refused:
        return ()
    found = list(people.number_warnings(person))
    if sound.get("issued") and people.marks_lost(sound.get("name", ""), sound.get("address", "")):
        found.insert(0, "marks_lost")
    return tuple(sentence(Line(code)) for code in found)


def doubts_of(choice: Choice) -> tuple[str, ...]:
    """Say what the catalogue is not sure of."""
    return tuple(sentence(line) for line in procedures.doubts(choice.procedure, choice.case))


def problems(seen: View, today: date) -> dict[str, str]:
    """Say by field what stands against acceptance; empty when F9 may go on."""
    found = {}
    for field, code in people.wrong_fields(seen.body.applicant, today).items():
        found[field] = sentence(Refused(code, most=people.FIELD_CHARS_MAX))
    if any(seen.body.authorised.values()):
        for field, code in people.wrong_fields(seen.body.authorised, today).items():
            found[f"a_{field}"] = f"Người nộp thay: {sentence(Refused(code, most=people.FIELD_CHARS_MAX))}"
    for code in reception.missing(seen.draft, seen.choice):
        found.setdefault(FIELD_OF[code], sentence(Refused(code)))
    if seen.trouble:
        found["procedure-q"] = seen.trouble
    return found
