"""A citizen pays what the fee table says, and an officer answers for what it does not say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue import builtin
from appliance.errors import Refused
from appliance.fees import Fee, Tier, compute, entered, price_of_pages, total
from appliance.procedures import get
from web.vietnamese import sentence

DAY = date(2026, 11, 21)
CERTIFIED = (Tier(2, 2000), Tier(None, 1000))


def lines_of(code: str, channel: str = "counter", **counts):
    lines = compute(builtin().fee_table, code, get(builtin(), code).fees, channel, DAY, **counts)
    assert all(sentence(line.how) for line in lines)
    return lines


@given(st.integers(1, 5000))
def test_a_certified_copy_costs_what_the_circular_says(pages):
    assert price_of_pages(CERTIFIED, 200_000, pages) == min(200_000, 2000 * min(pages, 2) + 1000 * max(0, pages - 2))


@pytest.mark.parametrize(
    ("pages", "copies", "dong"), [(1, 1, 2000), (2, 1, 4000), (5, 3, 21000), (300, 2, 400000), (198, 1, 200000)]
)
def test_lan_pays_by_the_page_of_the_original_and_the_copy(pages, copies, dong):
    (line,) = lines_of("2.000815", pages=pages, copies=copies)
    assert (line.amount, line.quantity) == (dong, copies)
    assert "226/2016" in line.source and not line.verified


def test_without_the_number_of_pages_nothing_is_charged_yet():
    lines = lines_of("2.000815")
    assert total(lines) is None and lines[0].how.code == "fee_pages_unknown"


def test_an_extract_costs_eight_thousand_a_copy():
    assert total(lines_of("2.000635", copies=3)) == 24000


def test_copies_besides_a_birth_certificate_cost_only_when_asked_for():
    assert total(lines_of("1.001193")) == 0
    assert total(lines_of("1.001193", extra_copies=2)) == 16000
    assert [line.on_request for line in lines_of("1.001193")] == [True, False]


def test_what_the_council_decides_is_entered_by_an_officer():
    lines = lines_of("1.004873")
    assert total(lines) is None and lines[0].how.code == "fee_by_council"
    assert total([entered(lines[0], 15000)]) == 15000
    with pytest.raises(Refused, match="amount_invalid"):
        entered(lines[0], -1)


def test_a_printed_number_under_council_rule_is_never_used():
    assert total(lines_of("1.001612")) is None


def test_a_printed_number_that_contradicts_its_text_is_never_used():
    assert [line.how.code for line in lines_of("1.002755", "online")] == ["fee_doubtful"]


def test_foreign_money_is_never_counted_as_dong():
    printed = Fee("Phí", 10, "USD", "bản", ("counter",), None, None, (), "10 USD")
    (line,) = compute(builtin().fee_table, "x", [printed], "counter", DAY)
    assert (line.amount, line.how.code) == (None, "fee_doubtful")


def test_a_poor_household_is_exempt_only_where_the_fee_says_so():
    assert total(lines_of("1.004873", exempt="người thuộc hộ nghèo")) == 0
    with pytest.raises(Refused, match="exemption_not_listed"):
        lines_of("2.000815", pages=1, exempt="người thuộc hộ nghèo")


def test_each_channel_has_its_own_fee():
    assert total(lines_of("1.004222", "counter")) == 20000
    assert total(lines_of("1.004222", "online")) == 10000


def test_a_household_business_pays_when_it_files():
    assert {line.when for line in lines_of("1.001612")} == {"at_filing"}
    assert {line.when for line in lines_of("2.000815", pages=1)} == {"after_check"}


@pytest.mark.parametrize("counts", [{"pages": 0}, {"copies": -1}, {"pages": 10**9}, {"extra_copies": -1}])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(Refused, match="count_invalid"):
        lines_of("2.000815", **counts)


def test_a_fee_not_yet_or_no_longer_in_force_does_not_apply():
    lines = compute(builtin().fee_table, "2.000815", get(builtin(), "2.000815").fees, "counter", date(2016, 1, 1), pages=3)
    assert total(lines) is None
