"""Who may do what: one table of roles × acts. A person holds a set of roles; an act that is not in the table is nobody's.

Basis: NĐ 118/2025 on the centre's staff and the minimal matrix of the domain reference: a postal agent guides, drafts, scans
and hands over, and never accepts, refuses, fixes fees or sees what others received.
"""

from collections.abc import Collection
from enum import StrEnum

PUBLIC = "public"  # No account needed: logging in, static files, the sign of life.
DEVICE = "device"  # No account either: another device, proved by its client certificate; the view checks it.


class Role(StrEnum):
    """What a person is entrusted with. The first twelve work in a commune, the last two at the province."""

    LEADER = "leader"
    CENTRE_DIRECTOR = "centre_director"
    RECEPTION = "reception"
    RETURNS = "returns"
    CASHIER = "cashier"
    SPECIALIST = "specialist"
    CLERK = "clerk"
    SECTION_LEADER = "section_leader"
    POSTAL_AGENT = "postal_agent"
    ADMIN = "admin"
    AUDITOR = "auditor"
    RELAY_CONTACT = "relay_contact"
    PROVINCE_OPERATOR = "province_operator"
    PROVINCE_AUDITOR = "province_auditor"


ROLE_NAMES = {
    Role.LEADER: "Lãnh đạo",
    Role.CENTRE_DIRECTOR: "Giám đốc trung tâm",
    Role.RECEPTION: "Cán bộ tiếp nhận",
    Role.RETURNS: "Cán bộ trả kết quả",
    Role.CASHIER: "Thu ngân",
    Role.SPECIALIST: "Cán bộ chuyên môn",
    Role.CLERK: "Văn thư",
    Role.SECTION_LEADER: "Trưởng phòng",
    Role.POSTAL_AGENT: "Nhân viên bưu điện",
    Role.ADMIN: "Quản trị",
    Role.AUDITOR: "Người xem nhật ký",
    Role.RELAY_CONTACT: "Đầu mối phối hợp",
    Role.PROVINCE_OPERATOR: "Vận hành tỉnh",
    Role.PROVINCE_AUDITOR: "Người xem nhật ký tỉnh",
}

EVERYBODY = frozenset(Role)
DESK = frozenset({Role.RECEPTION, Role.CENTRE_DIRECTOR})
PROCESSING = frozenset({Role.SPECIALIST, Role.SECTION_LEADER})
SIGNING = frozenset({Role.LEADER, Role.CENTRE_DIRECTOR})
PROVINCE = frozenset({Role.PROVINCE_OPERATOR, Role.PROVINCE_AUDITOR})
# Everybody whose work needs an accepted dossier. Not the postal agent, the administrator or the relay contact.
INSIDE = DESK | PROCESSING | SIGNING | {Role.RETURNS, Role.CASHIER, Role.CLERK}

RIGHTS: dict[str, frozenset[Role]] = {
    # one's own account and pages that show nothing of a citizen
    "own_work": EVERYBODY,
    "view_catalogue": EVERYBODY,
    # counter
    "draft": DESK | {Role.POSTAL_AGENT},
    "scan": DESK | {Role.POSTAL_AGENT},
    "hand_over_draft": DESK | {Role.POSTAL_AGENT},
    "print": DESK | {Role.POSTAL_AGENT, Role.RETURNS, Role.CASHIER, Role.CLERK} | PROCESSING,
    "print_paper": DESK | {Role.RETURNS, Role.CASHIER, Role.CLERK} | PROCESSING,  # A dossier's own: never the postal agent.
    "accept": DESK,
    "enter_late": DESK,  # What was received on paper while the box was down.
    "keep_paper_slips": DESK | SIGNING | {Role.ADMIN},  # See, print and make void what was set aside.
    "reserve_numbers": SIGNING | {Role.ADMIN},
    "refuse": DESK,
    "request_supplement": DESK | PROCESSING,
    "receive_supplement": DESK,
    "request_payment": DESK | PROCESSING,
    "withdraw": DESK,
    "correct": DESK | PROCESSING,
    "undo": INSIDE,  # The view asks besides for the right to the act that is taken back.
    "walk_in": DESK | PROCESSING | {Role.RETURNS, Role.CASHIER, Role.CLERK},  # Each step asks besides for its own right.
    "take_fee": frozenset({Role.CASHIER}),
    "void_receipt": SIGNING | {Role.CASHIER},  # Who took the money: only while the drawer was not counted, by the dated rule.
    "pay_back": frozenset({Role.CASHIER}),
    "count_drawer": frozenset({Role.CASHIER}),
    "view_drawers": SIGNING | {Role.CASHIER, Role.AUDITOR},
    "release": frozenset({Role.RETURNS, Role.RECEPTION}),
    # processing
    "take": PROCESSING,
    "prepare": PROCESSING,
    "submit": PROCESSING,
    "transfer": PROCESSING | {Role.CENTRE_DIRECTOR},
    "reassign": frozenset({Role.SECTION_LEADER, Role.CENTRE_DIRECTOR}),  # Hand on what a colleague holds.
    "hand_to_unit": frozenset({Role.SECTION_LEADER, Role.CENTRE_DIRECTOR, Role.LEADER}),  # Offer a dossier to another commune.
    "answer_handover": DESK | {Role.LEADER},  # Accept or reject what another commune offers.
    "finish_step": INSIDE,  # The act asks besides for the role of the step.
    "view_processes": INSIDE | {Role.ADMIN},
    "view_registers": DESK | SIGNING | {Role.RETURNS, Role.CASHIER, Role.CLERK},
    "view_report": SIGNING | {Role.SECTION_LEADER, Role.CLERK},
    "propose_extension": PROCESSING | DESK,
    "call_citizens": DESK | PROCESSING | SIGNING | {Role.RETURNS},
    "explain_lateness": PROCESSING | {Role.CENTRE_DIRECTOR},
    # signing and sealing
    "sign": SIGNING | {Role.SECTION_LEADER},
    "return_to_specialist": SIGNING | {Role.SECTION_LEADER, Role.CLERK},
    "decide_early_release": SIGNING,
    "stop": SIGNING,
    "resume": SIGNING,
    "extend": SIGNING | {Role.SECTION_LEADER},
    "recompute_due": SIGNING,
    "declare_day": SIGNING,
    "approve_process": SIGNING,
    "delegate": SIGNING | {Role.ADMIN},
    "number_and_seal": frozenset({Role.CLERK}),
    "convert_result": frozenset({Role.CLERK, Role.RETURNS, Role.CENTRE_DIRECTOR}),  # Who signs the paper and can have it sealed.
    # looking
    "search": INSIDE | PROVINCE,
    "view_dossier": INSIDE | PROVINCE,
    "view_page": INSIDE | PROVINCE,
    "write_note": INSIDE,
    "export_dossier": frozenset({Role.LEADER, Role.CENTRE_DIRECTOR}),  # The folder leaves the office with personal data in clear.
    "view_looking": frozenset({Role.AUDITOR, Role.CENTRE_DIRECTOR, Role.PROVINCE_AUDITOR}),
    "view_ledger": frozenset({Role.AUDITOR, Role.CENTRE_DIRECTOR, Role.PROVINCE_AUDITOR}),
    "erase_person": frozenset({Role.CENTRE_DIRECTOR}),
    # the box
    "view_health": frozenset({Role.ADMIN, Role.CENTRE_DIRECTOR, Role.AUDITOR}) | PROVINCE,
    "import_open": frozenset({Role.ADMIN}),  # Day one: running dossiers of the system before this one, by command.
    "manage_devices": frozenset({Role.ADMIN}),
    "manage_accounts": frozenset({Role.ADMIN}),
    "help_accounts": frozenset({Role.ADMIN, Role.CENTRE_DIRECTOR}),  # A forgotten password, a locked login.
    "resend": frozenset({Role.ADMIN, Role.CENTRE_DIRECTOR}),
    "courier": frozenset({Role.ADMIN, Role.PROVINCE_OPERATOR}),  # Sealed bundles by hand; opens no dossier to who carries them.
    "compare_after_loss": DESK | SIGNING | {Role.CLERK},  # After a restore or a fork: codes and numbers that stand twice.
    "confirm_clock": frozenset({Role.CENTRE_DIRECTOR, Role.CLERK}),
    # the province
    "view_fleet": PROVINCE,
    "answer_device": frozenset({Role.PROVINCE_OPERATOR}),
}


def known(act: str) -> bool:
    """Say whether an act is in the table (or needs no account)."""
    return act in RIGHTS or act in (PUBLIC, DEVICE)


def may(roles: Collection[Role], act: str) -> bool:
    """Say whether one of these roles holds the right to do `act`. Public and device acts are nobody's to hold."""
    return not RIGHTS.get(act, frozenset()).isdisjoint(roles)


def acts_of(roles: Collection[Role]) -> frozenset[str]:
    """List the acts that a set of roles may do."""
    return frozenset(act for act in RIGHTS if may(roles, act))
