"""The dated rules of a catalogue bundle, as they stand on one day. Holds no rule itself: each value is data."""

from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from appliance.vietqr import Account

HourMinute = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class ClockPolicy(StrEnum):
    """What a pause (supplement, payment) does to the due date."""

    NONE = "NONE"  # the clock runs on
    RESTART = "RESTART"  # the whole limit again from the moment the pause ends
    CONTINUE = "CONTINUE"  # what is left of the limit, from the end of the pause
    EXTEND_TH = "EXTEND_TH"  # one provincial system: old due + waiting calendar days − 1, then + 1 working day


class EarlyRelease(StrEnum):
    """Whether a result signed here may leave before its time-stamp."""

    NEVER = "never"
    LEADER_DECISION = "leader_decision"
    ALWAYS = "always"


class OwnVoid(StrEnum):
    """When a cashier may void a receipt alone; otherwise it takes a second person."""

    OPEN_SHIFT = "open_shift"  # while the drawer it went into was not counted
    NEVER = "never"


class BothCopiesFee(StrEnum):
    """How the electronic copy of an original is paid for where copies on paper of it are asked for too."""

    EACH = "each"  # as one copy more
    PAPER = "paper"  # with those on paper


class LateDuty(StrEnum):
    """What the office owes when a dossier is late."""

    EXPLANATION = "explanation"  # in writing, to the head of the unit
    APOLOGY = "apology"  # to the citizen


class SameDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when a dossier is finished the same day; `inclusive` says whether the minute itself is still in."""

    cutoff: HourMinute
    inclusive: bool


class Saturday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reception on an ordinary Saturday: `received_as` "saturday" (Monday is day 1) or "next_working_day"."""

    reception: bool
    received_as: str


class Lateness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which status ends the clock (national code, as text), and that only the dates are compared."""

    judged_at_status: str
    compare: str


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules on one day. Limits in the units their names say."""

    same_day: SameDay
    work_sessions: tuple[tuple[HourMinute, HourMinute], ...]
    saturday: Saturday
    limit_without_unit: str
    hours_round_the_clock: frozenset[str]  # procedure codes whose hours run day and night
    supplement_days: int  # calendar days a citizen has to bring what was asked for
    supplement_rounds_max: int | None  # requests for papers on one dossier; None: no limit is known
    supplement_clock: ClockPolicy
    payment_clock: ClockPolicy
    stop_clock: ClockPolicy  # a dossier that was stopped and goes on
    lateness: Lateness
    remind_days_before: int  # working days
    apology_days_before: int
    apology_reason: str  # what a letter of apology that is prepared by itself says; a leader reads and changes it
    extensions_max: int
    late_close_needs: frozenset[LateDuty]  # what must exist before a late dossier may be finished
    release_before_timestamp: EarlyRelease
    draft_pages_kept_days: int
    fee_when: str
    void_own_receipt: OwnVoid
    refund_on_refusal: bool  # whether money taken at filing goes back when a dossier is not accepted
    payment_days: int  # calendar days a citizen has to pay what was requested
    collection_accounts: dict[str, Account]  # by unit code
    online_reply_hours: int  # working hours in which an online dossier is accepted, refused or sent back
    handover_answer_hours: int  # working hours in which another commune answers an offered dossier, by the province's clock
    uncollected_days: int  # calendar days after which a finished result that nobody fetched is asked about
    paper_block_max: int  # slips of one block of numbers set aside for when the box is down
    late_entry_days: int  # calendar days from the reception on paper to its entry
    both_copies_fee: BothCopiesFee
    odd_word: str

    def sessions(self) -> tuple[tuple[time, time], ...]:
        """Give the sessions of a working day as times."""
        return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in self.work_sessions)

    def day_end(self) -> time:
        """Give the end of the last session: where a limit in days ends."""
        return self.sessions()[-1][1]


class RuleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of one rule, in force from a day until a newer entry of the same rule."""

    rule: str
    effective_from: date
    value: Any
    source: str
    verified: bool
    note: str | None = None


def in_force(entries: Iterable[RuleEntry], day: date) -> dict[str, RuleEntry]:
    """Give for each rule the newest entry that is in force on `day`."""
    begun = [entry for entry in entries if entry.effective_from <= day]
    return {entry.rule: entry for entry in sorted(begun, key=lambda entry: entry.effective_from)}


def rules_on(entries: Iterable[RuleEntry], day: date) -> Rules:
    """Give the rules on `day`. Raises msgspec.ValidationError with the path of a missing or wrong rule."""
    return msgspec.convert({name: entry.value for name, entry in in_force(entries, day).items()}, Rules)
