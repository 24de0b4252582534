"""What the reception page shows of a draft: the catalogue's answer, what is asked for, what stands against acceptance."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from msgspec import structs
from sqlite_utils.db import Database

from appliance import alike, choosing, clocks, components, fees, old_addresses, people, procedures, roles, slips
from appliance.alike import Alike
from appliance.catalogue import Catalogue
from appliance.choosing import Choice
from appliance.drafts import Body, Draft, Original
from appliance.errors import Refused
from appliance.fees import FeeLine
from appliance.procedures import Asked, Kind
from appliance.roles import RoleAsked
from appliance.text import Line, moment_text, money_text
from appliance.working_calendar import Calendar
from web.reception_form import ORIGINALS_MAX
from web.vietnamese import sentence

# Which field a gap is mended in.
FIELD_OF = {
    "applicant_missing": "name",
    "authority_missing": "a_basis",
    "procedure_missing": "procedure-q",
    "components_missing": "components",
    "copies_missing": "original-1-title",
    "due_missing": "due_day",
    "fee_missing": "fee-0",
}


EMPTY = (Original(),) * ORIGINALS_MAX


@dataclass(frozen=True)
class OriginalLine:
    """A line for an original: what was typed, what it costs, whether it stays hidden; where it is scanned, pages there."""

    one: Original
    cost: str
    waits: bool
    key: str
    scanned: int


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
    alike: tuple[Alike, ...]
    today: Callable[[str], tuple[str, ...]] = lambda address: ()  # an old address as it is written today
    authority: tuple[tuple[str, str], ...] = ()  # choices: on what somebody may act for another

    @property
    def body(self) -> Body:
        """Give what was typed."""
        return self.draft.body

    def alike_words(self, one: Alike) -> str:
        """Say why another dossier may be this one."""
        return sentence(Line(one.why, {"called": one.called, "name": one.name}))

    @property
    def in_roles(self) -> dict[str, str]:
        """Give the roles this procedure asks for, by id, with their names."""
        return {one.role: one.name for one in self.roles}

    @property
    def roles(self) -> tuple[RoleAsked, ...]:
        """Give the roles this procedure asks for."""
        return self.choice.roles if self.choice else ()

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
    def moved(self) -> tuple[str, ...]:
        """Give the address of today where the one in the field is from before districts ended; several: a person chooses."""
        person = self.body.applicant
        return () if person.get("old_address") else self.today(person.get("address", ""))

    @property
    def certifies(self) -> bool:
        """Say whether originals are listed."""
        return self.choice is not None and self.choice.certifies

    @property
    def originals(self) -> list["OriginalLine"]:
        """List the lines for originals: what was typed and what it costs, then empty ones, the first of them shown."""
        if self.choice is None:
            return []
        drawn = replace(self.draft, body=structs.replace(self.body, originals=(*self.body.originals, *EMPTY)[:ORIGINALS_MAX]))
        keys = components.original_keys(drawn, self.choice)
        costs = [*self.choice.costs, *(None for _ in EMPTY)]
        return [
            OriginalLine(
                one=one,
                cost=money_text(cost) if cost is not None and one.whole else "",
                waits=n > len(self.body.originals),
                key=key,
                scanned=len(self.draft.of(key)),
            )
            for n, (one, cost, key) in enumerate(zip(drawn.body.originals, costs, keys, strict=False))
        ]

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
        return components.part_of(self.body, asked)

    @property
    def brought(self) -> int:
        """Count the components that were brought."""
        return sum(self.have(asked) for asked in self.choice.asked) if self.choice else 0


def view(db: Database, catalogue: Catalogue, draft: Draft, at: datetime, sees_dossiers: bool) -> View:
    """Look at a draft at a local moment. `sees_dossiers`: whether this officer may be told of others' dossiers."""
    choice, trouble = chosen(catalogue, draft.body, at, clocks.calendar_of(catalogue, db))
    unknown = unknown_fees(choice.fee_lines) if choice else ()
    number = "".join(draft.body.applicant.get("number", "").split())
    persons = sound_persons(choice, draft.body, at.date())
    once = {one.role for one in choice.roles if one.once} if choice else set()
    similar = alike.find(db, draft.body.procedure, number, persons, once) if choice and sees_dossiers else []
    return View(
        draft=draft,
        choice=choice,
        trouble=trouble,
        shape=shape_of(draft, choice, unknown),
        unknown_fees=unknown,
        notes=notes_on(draft.body, persons, at.date()),
        doubts=doubts_of(choice) if choice else (),
        alike=tuple(similar),
        today=lambda address: old_addresses.translate(catalogue.sheet("addresses").records, address) if address else (),
        authority=tuple((one, one) for one in catalogue.authority),
    )


def chosen(catalogue: Catalogue, body: Body, at: datetime, calendar: Calendar) -> tuple[Choice | None, str]:
    """Ask the catalogue; a refusal becomes a sentence beside the procedure, never a broken page."""
    try:
        return choosing.choose(catalogue, body, at, calendar), ""
    except Refused as refused:
        return None, sentence(refused)


def unknown_fees(lines: tuple[FeeLine, ...]) -> tuple[str, ...]:
    """Name the fees whose amount only a person knows, entered or not."""
    asked = [x for x in lines if x.how.code == "fee_entered" or (x.amount is None and x.how.code != "fee_pages_unknown")]
    return tuple(line.name for line in asked)


def shape_of(draft: Draft, choice: Choice | None, unknown: tuple[str, ...]) -> str:
    """Name what is asked for, so that the page redraws those fields only when it changes."""
    scanned = (key for key, _, _ in components.to_scan(draft, choice))
    return "|".join((draft.body.procedure, choice.case if choice else "", *unknown, *scanned))


def sound_persons(choice: Choice | None, body: Body, today: date) -> list[dict[str, Any]]:
    """Give the persons in roles as they would be written, without fields that cannot be read yet."""
    asked, typed = choice.roles if choice else (), {}
    for one in asked:
        wrong = people.wrong_fields({"name": "?"} | roles.fields_of(one, body.persons), today)
        given = body.persons.get(one.role, {})
        typed[one.role] = {field: value for field, value in given.items() if field not in wrong} if given.get("name") else {}
    return roles.written(asked, typed)


def notes_on(body: Body, persons: list[dict[str, Any]], today: date) -> tuple[str, ...]:
    """Say what does not fit together in the person; never a reason to refuse."""
    sound = {name: value for name, value in body.applicant.items() if name not in people.wrong_fields(body.applicant, today)}
    try:
        person = people.person_of({"name": "?"} | sound, today)
    except Refused:
        return ()
    found = list(people.number_warnings(person))
    if sound.get("issued") and people.marks_lost(sound.get("name", ""), sound.get("address", "")):
        found.insert(0, "marks_lost")
    others = [(one["called"], code) for one in persons for code in people.number_warnings(people.plain(one))]
    return (*(sentence(Line(code)) for code in found), *(f"{called}: {sentence(Line(code))}" for called, code in others))


def doubts_of(choice: Choice) -> tuple[str, ...]:
    """Say what the catalogue is not sure of."""
    return tuple(sentence(line) for line in procedures.doubts(choice.procedure, choice.case))


def problems(seen: View, today: date) -> dict[str, str]:
    """Say by field what stands against acceptance; empty when F9 may go on."""
    found = {}
    for field, code in people.wrong_fields(seen.body.applicant, today).items():
        found[field] = sentence(Refused(code, most=people.FIELD_CHARS_MAX))
    if seen.body.authorised:
        for field, code in people.wrong_fields(seen.body.authorised, today).items():
            found[f"a_{field}"] = f"Người nộp thay: {sentence(Refused(code, most=people.FIELD_CHARS_MAX))}"
    for one in seen.roles:
        for field, code in people.wrong_fields({"name": "?"} | roles.fields_of(one, seen.body.persons), today).items():
            found[f"role-{one.role}-{field}"] = f"{one.name}: {sentence(Refused(code, most=people.FIELD_CHARS_MAX))}"
    for one in roles.missing(seen.roles, seen.body.persons):
        found[f"role-{one.role}-name"] = sentence(Refused("person_missing", called=one.name))
    for code in choosing.missing(seen.draft, seen.choice):
        if code in FIELD_OF:  # Each missing person was named above.
            found.setdefault(FIELD_OF[code], sentence(Refused(code)))
    keys = [line.key for line in seen.originals] if seen.certifies else []
    for key, why in components.unscanned(seen.draft, seen.choice):
        found[f"original-{keys.index(key) + 1}-electronic"] = sentence(why)
    if seen.trouble:
        found["procedure-q"] = seen.trouble
    return found
