"""The protocol's rules alone, in memory: verdicts, steps, bytes and signatures; and a machine that shakes them."""

import base64
import json
from pathlib import Path

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appliance import chain
from appliance.errors import Refused
from sync import kill_points, problems, segments
from sync.judging import Holding, judge, judge_hello
from sync.protocol import Hello, Life, Lost, Mark, Verdict
from sync.statements import FEED_MARK, RECEIPT_MARK, Receipt, Record, read_receipt, read_record, sign_receipt
from sync.steps import FetchLost, OpenNewLife, Rejoin, SendEvents, SendLifeFirst, Stop, Wait, next_step
from web.vietnamese import SENTENCES

VECTORS = json.loads(Path("docs/sync-vectors.json").read_text(encoding="utf-8"))
DEVICE = bytes(range(16))
INC = bytes(8)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def event(seq, text="x"):
    return json.dumps(
        {"i": seq, "t": "clock.confirmed", "v": 1, "at": "", "q": "", "d": {"date": text}}, separators=(",", ":")
    ).encode()


def stretch(first, count, text="x", before=None):
    previous = before or chain.first_previous(DEVICE, None)
    return segments.link(DEVICE, INC, first, previous, [event(n, text) for n in range(first, first + count)])


def test_a_segment_is_judged_by_where_it_begins_and_what_it_meets():
    whole, other = stretch(1, 10), stretch(1, 10, "y")
    start = whole.previous
    later = stretch(11, 5, before=whole.digests[-1])
    cases = [
        (0, whole, start, Verdict.EXTENDS),
        (4, whole, whole.digests[3], Verdict.EXTENDS),
        (10, whole, whole.digests[9], Verdict.ALREADY_HAVE),
        (30, whole, whole.digests[9], Verdict.ALREADY_HAVE),
        (10, later, whole.digests[9], Verdict.EXTENDS),
        (8, later, None, Verdict.GAP),
        (4, whole, other.digests[3], Verdict.FORK),
        (10, later, other.digests[9], Verdict.FORK),
        (0, later, start, Verdict.GAP),
    ]
    for have, segment, held, verdict in cases:
        assert judge(have, held, segment) is verdict


def test_a_segment_comes_out_as_it_went_in():
    segment = stretch(1, 300)
    packed = segments.pack(segment, KEY)
    assert segments.unpack(packed, DEVICE, KEY.public_key()) == segment
    assert len(packed) < 300 * 27


def test_a_segment_of_another_device_or_key_is_refused():
    packed = segments.pack(stretch(1, 3), KEY)
    with pytest.raises(Refused, match="segment_chain_broken"):
        segments.unpack(packed, bytes(16), KEY.public_key())
    with pytest.raises(Refused, match="segment_signature_wrong"):
        segments.unpack(packed, DEVICE, Ed25519PrivateKey.generate().public_key())


def test_a_segment_above_its_bounds_is_refused_before_it_is_unfolded():
    bomb = zstandard.compress(b"0" * (segments.BYTES_MAX + 1))
    assert len(bomb) < 10_000
    for data in (bomb, bytes(segments.WIRE_BYTES_MAX + 1)):
        with pytest.raises(Refused, match="segment_too_big"):
            segments.unpack(data, DEVICE, KEY.public_key())


def test_an_event_whose_number_is_not_its_place_is_refused():
    wrong = segments.link(DEVICE, INC, 1, chain.first_previous(DEVICE, None), [event(2)])
    with pytest.raises(Refused, match="segment_malformed"):
        segments.unpack(segments.pack(wrong, KEY), DEVICE, KEY.public_key())


def test_a_segment_takes_as_many_events_as_fit():
    big = [b"x" * 60_000] * 300
    assert 1 < len(segments.fitting(big)) < 140
    assert len(segments.fitting([b"x"] * 6_000)) == segments.EVENTS_MAX


MINE = Mark("00" * 8, 5, "05" * 32)
CHILD = Mark("01" * 8, 1, "aa" * 32)
OTHER = Mark("02" * 8, 4, "bb" * 32)


def holding(heads, digests=None, ordinals=None, chosen=False):
    by_inc = {mark.inc: mark for mark in heads}
    known = {(mark.inc, mark.seq): mark.digest for mark in heads} | (digests or {})
    ordinals = ordinals or {mark.inc: n for n, mark in enumerate(heads, 1)}
    return Holding(by_inc, ordinals, lambda inc, seq: known.get((inc, seq)), {}, chosen)


def hello(*heads, parent=None, inc_no=1):
    return Hello(Life(heads[-1].inc, inc_no, parent), heads)


@pytest.mark.parametrize(
    ("said", "held", "verdict", "step"),
    [
        (hello(MINE), holding([]), Verdict.EXTENDS, SendEvents(0)),
        (hello(MINE), holding([MINE]), Verdict.ALREADY_HAVE, Wait()),
        (hello(MINE), holding([Mark(MINE.inc, 3, "03" * 32)]), Verdict.EXTENDS, SendEvents(3)),
        (hello(MINE), holding([Mark(MINE.inc, 9, "09" * 32)], {(MINE.inc, 5): MINE.digest}), Verdict.BEHIND, OpenNewLife()),
        (hello(MINE), holding([Mark(MINE.inc, 9, "09" * 32)], {(MINE.inc, 5): "ff" * 32}), Verdict.FORK, Rejoin),
        (hello(MINE), holding([Mark(MINE.inc, 5, "ff" * 32)]), Verdict.FORK, Rejoin),
        (hello(MINE, CHILD, parent=MINE, inc_no=2), holding([]), Verdict.NEED_PARENT, SendLifeFirst(MINE.inc)),
        (
            hello(MINE, CHILD, parent=MINE, inc_no=2),
            holding([Mark(MINE.inc, 3, "03" * 32)]),
            Verdict.NEED_PARENT,
            SendLifeFirst(MINE.inc),
        ),
        (hello(MINE, CHILD, parent=MINE, inc_no=2), holding([MINE]), Verdict.EXTENDS, SendEvents(0)),
        (hello(MINE, CHILD, parent=MINE, inc_no=2), holding([Mark(MINE.inc, 5, "ff" * 32)]), Verdict.FORK, Rejoin),
        (hello(MINE), holding([MINE, CHILD]), Verdict.FORK, Stop("sync_replaced")),
        (hello(MINE), holding([MINE, CHILD], chosen=True), Verdict.FORK, Rejoin),
        (hello(MINE, CHILD, parent=MINE, inc_no=2), holding([MINE, CHILD]), Verdict.ALREADY_HAVE, Wait()),
        (hello(CHILD, inc_no=2), holding([MINE]), Verdict.FORK, Stop("sync_fork")),
        (hello(MINE, CHILD, parent=MINE, inc_no=1), holding([MINE]), Verdict.FORK, Rejoin),
        (hello(MINE, CHILD, parent=MINE, inc_no=3), holding([MINE, OTHER]), Verdict.BEHIND, FetchLost(Lost(OTHER.inc, 0, 4))),
        (hello(MINE, CHILD, parent=MINE, inc_no=2), holding([MINE, OTHER]), Verdict.FORK, Rejoin),
    ],
)
def test_a_hello_gets_its_verdict_and_the_sender_its_step(said, held, verdict, step):
    answer = judge_hello(said, held)
    assert answer.verdict is verdict
    found = next_step(said.heads[-1], True, answer)
    assert found == step or type(found) is step


def test_lost_events_are_named_once_and_only_while_they_are_lacking():
    there = Mark(MINE.inc, 9, "09" * 32)
    held = holding([there], {(MINE.inc, 5): MINE.digest, (MINE.inc, 7): "07" * 32})
    answer = judge_hello(hello(MINE, CHILD, parent=MINE, inc_no=2), held)
    assert (answer.verdict, answer.lost.after, answer.lost.until) == (Verdict.BEHIND, 5, 9)
    assert isinstance(next_step(CHILD, True, answer), FetchLost)
    half = judge_hello(hello(Mark(MINE.inc, 7, "07" * 32), CHILD, parent=MINE, inc_no=2), held)
    assert half.lost.after == 7
    assert judge_hello(hello(there, CHILD, parent=MINE, inc_no=2), held).verdict is Verdict.EXTENDS


def test_every_problem_and_every_kill_point_is_known_by_its_name():
    assert sorted(set(problems.PROBLEMS) - set(SENTENCES)) == []
    code = "".join(path.read_text(encoding="utf-8") for path in Path("sync").rglob("*.py"))
    assert [label for label in kill_points.LABELS if f'crash_here("{label}")' not in code] == []
    assert code.count("crash_here(") == len(kill_points.LABELS)


def test_a_problem_read_back_is_the_refusal_it_was():
    status, body = problems.problem_of(Refused("sync_gap", have=7))
    back = problems.refusal_of(body)
    assert (status, back.code, back.facts) == (409, "sync_gap", {"have": 7})
    assert problems.refusal_of(b"<html>hotel wifi</html>").code == "line_foreign"
    assert problems.refusal_of(b'{"code":"rm -rf"}').code == "line_foreign"


def test_the_published_vectors_of_a_segment_hold():
    given = VECTORS["segment"]
    device, key = bytes.fromhex(given["device"]), Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given["key"]))
    previous = bytes.fromhex(given["previous"])
    segment = segments.link(
        device, bytes.fromhex(given["inc"]), given["first"], previous, [line.encode() for line in given["events"]]
    )
    assert segment.digests[-1].hex() == given["head"]
    assert segments.signed_bytes(segment).hex() == given["signed_bytes"]
    assert base64.b64encode(key.sign(segments.signed_bytes(segment))).decode() == given["signature"]
    assert segments.unpack(base64.b64decode(given["wire"]), device, key.public_key()) == segment


def test_the_published_vectors_of_statements_hold():
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["statements"]["key"]))
    for name, mark, read, kind in (
        ("receipt", RECEIPT_MARK, read_receipt, Receipt),
        ("record", FEED_MARK, read_record, Record),
    ):
        given = VECTORS["statements"][name]
        assert base64.b64encode(key.sign(mark + given["body"].encode())).decode() == given["sig"]
        said = read(
            msgspec.convert({"body": given["body"], "sig": given["sig"]}, type=type(sign_receipt(RECEIPT, key))), key.public_key()
        )
        assert said == msgspec.json.decode(given["body"], type=kind)


RECEIPT = Receipt("01936f00-0000-7000-8000-000000030589", "00" * 8, 5, "05" * 32, "2026-11-21T00:00:00.000Z", 1)


def test_the_published_verdicts_hold():
    for case in VECTORS["hellos"]:
        heads = [msgspec.convert(mark, type=Mark) for mark in case["held"]]
        digests = {(d["inc"], d["seq"]): d["digest"] for d in case["digests"]}
        answer = judge_hello(msgspec.convert(case["hello"], type=Hello), holding(heads, digests))
        assert json.loads(msgspec.json.encode(answer)) == case["answer"], case["name"]


class Shaking(RuleBasedStateMachine):
    """A box that is copied, rolled back and restored, a province, a line that loses and repeats; only the pure rules between.

    One machine: whoever comes back as an older copy that a later life replaced is chosen by an operator every time.
    """

    def __init__(self):
        super().__init__()
        self.count = 0
        self.lives = {}  # inc: (inc_no, parent mark, [digest])
        self.current = self._new_life(1, None)
        self.copies = [self._copy()]
        self.held, self.parents, self.acknowledged = {}, {}, set()
        self.repeats = {}  # digest of an event recorded again: that of the first one

    def _new_life(self, inc_no, parent):
        self.count += 1
        inc = self.count.to_bytes(8, "big").hex()
        self.lives[inc] = (inc_no, parent, [f"{self.count:064x}"])
        return inc

    def _copy(self):
        return {inc: (no, parent, list(chain)) for inc, (no, parent, chain) in self.lives.items()}, self.current

    def _mark(self, inc):
        chain = self.lives[inc][2]
        return Mark(inc, len(chain), chain[-1])

    def _holding(self):
        heads = {inc: Mark(inc, len(c), c[-1]) if c else Mark(inc, 0, "0" * 64) for inc, c in self.held.items()}
        at = lambda inc, seq: self.held[inc][seq - 1] if 0 < seq <= len(self.held.get(inc, [])) else None  # noqa: E731
        return Holding(heads, {inc: no for inc, (no, _) in self.parents.items()}, at, self._parents(), chosen=True)

    def _parents(self):
        return {inc: parent for inc, (_, parent) in self.parents.items()}

    @rule()
    def write(self):
        self.count += 1
        self.lives[self.current][2].append(f"{self.count:064x}")

    @rule()
    def copy(self):
        self.copies.append(self._copy())

    @rule(back=st.integers(1, 4), witnessed=st.booleans())
    def restore(self, back, witnessed):
        """Take an old copy back; with its witness the box begins a new life by itself, above every ordinal it ever used."""
        highest = max(no for no, _, _ in self.lives.values())
        lives, self.current = self.copies[-min(back, len(self.copies))]
        same = lives == self.lives
        self.lives = {inc: (no, parent, list(chain)) for inc, (no, parent, chain) in lives.items()}
        if witnessed and not same:
            self.current = self._new_life(highest + 1, self._mark(self.current))

    @rule(steps=st.integers(1, 6), cut=st.integers(1, 3), answers=st.booleans())
    def sync(self, steps, cut, answers):
        life = self.current
        for _ in range(steps):
            no, parent, _ = self.lives[life]
            answer = judge_hello(Hello(Life(life, no, parent), tuple(map(self._mark, self.lives))), self._holding())
            if answer.verdict is Verdict.EXTENDS and life not in self.held:
                self.held[life], self.parents[life] = [], (no, parent)
            match next_step(self._mark(life), life == self.current, answer):
                case SendEvents(after) if self.lives[life][2][:after] != self.held[life]:
                    life = self._rejoin(self._holding().lives)  # The segment is refused as a fork, which says the same.
                case SendEvents(after):
                    self._deliver(life, self.lives[life][2][after : after + cut], after, answers)
                case SendLifeFirst(inc):
                    life = inc
                case FetchLost(lost):
                    here = self.lives.get(lost.inc, (*self.parents[lost.inc], []))
                    assert here[2] == self.held[lost.inc][: len(here[2])]
                    assert lost.inc in self.lives or answer.lives[0].inc_no == here[0] < self.lives[self.current][0]
                    self.lives[lost.inc] = (*here[:2], list(self.held[lost.inc]))
                case Rejoin(lives):
                    life = self._rejoin(lives)
                case OpenNewLife():
                    self.current = life = self._new_life(max(n for n, _, _ in self.lives.values()) + 1, self._mark(life))
                case Wait():
                    life = self.current
                case Stop():
                    return

    def _rejoin(self, lives):
        """Set aside what the province does not hold and record it again in a new life."""
        common = {life.inc: self._common(life) for life in lives if life.inc in self.lives and self._common(life)}
        branch = [digest for inc, (_, _, chain) in self.lives.items() for digest in chain[max(1, common.get(inc, 0)) :]]
        self.lives = {inc: (*self.lives[inc][:2], self.lives[inc][2][:n]) for inc, n in common.items()}
        newest = max(self.lives, key=lambda inc: self.lives[inc][0])
        self.current = self._new_life(max(life.inc_no for life in lives) + 1, self._mark(newest))
        for digest in branch:
            self.write()
            self.repeats[self.lives[self.current][2][-1]] = self.repeats.get(digest, digest)
        assert sorted(self._acts() & set(map(self._first, branch))) == sorted(set(map(self._first, branch)))
        return self.current

    def _common(self, life):
        pairs = zip(self.lives[life.inc][2], self.held[life.inc], strict=False)
        return next(
            (n for n, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(self.lives[life.inc][2]), life.head.seq)
        )

    def _first(self, digest):
        return self.repeats.get(digest, digest)

    def _acts(self):
        return {self._first(digest) for _, _, chain in self.lives.values() for digest in chain}

    def _deliver(self, inc, sent, after, answers):
        assert len(self.held[inc]) == after
        assert all(no <= self.lives[inc][0] or other in self.lives for other, (no, _) in self.parents.items())
        self.held[inc] += sent
        if answers:
            self.acknowledged |= {(inc, after + n, digest) for n, digest in enumerate(sent, 1)}

    @invariant()
    def nothing_acknowledged_is_lost(self):
        assert all(self.held[inc][seq - 1] == digest for inc, seq, digest in self.acknowledged)

    @invariant()
    def a_life_continues_what_the_province_holds_of_its_parent(self):
        for _, parent in self.parents.values():
            assert parent is None or self.held[parent.inc][parent.seq - 1] == parent.digest

    @invariant()
    def no_ordinal_is_given_twice(self):
        ordinals = [no for no, _ in self.parents.values()]
        assert len(ordinals) == len(set(ordinals))


TestShaking = Shaking.TestCase
TestShaking.settings = settings(max_examples=60, stateful_step_count=30, deadline=None, database=None)
