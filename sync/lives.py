"""Every life of the ledger brought to the province: what each hello's answer asks for is done, until both heads are equal."""

from appliance import ledger
from appliance.box import open_new_life
from appliance.errors import Refused
from appliance.ledger import Incarnation
from sync import progress, recovery, rejoining
from sync.protocol import LIVES_MAX, HelloAnswer, Verdict
from sync.sender import Sender, say_hello, send_keys, send_life
from sync.steps import FetchLost, OpenNewLife, Rejoin, SendEvents, SendLifeFirst, Stop, Wait, next_step

STEPS_MAX = 3 * LIVES_MAX


def send_all(sender: Sender) -> HelloAnswer:
    """Bring every life of the ledger to the province; gives its last answer. Raises Refused, LineDown."""
    life = ledger.incarnation(sender.box.db)
    for _ in range(STEPS_MAX):
        answer = say_hello(sender, life)
        if answer.verdict is not Verdict.FORK:
            send_keys(sender, answer.keys_wanted)
        local = progress.mark_of(sender.box.db, life.inc)
        writing = life.inc == ledger.incarnation(sender.box.db).inc
        match next_step(local, writing, answer):
            case Wait() if writing:
                recovery.is_whole(sender)
                _fetch_receipts(sender)
                return answer
            case Wait():
                life = ledger.incarnation(sender.box.db)
            case SendEvents(after):
                life = _send_or_rejoin(sender, life, after)  # And hello once more: what it brought about is in the answer.
            case SendLifeFirst(inc):
                life = _life(sender, inc)
            case FetchLost(lost):
                recovery.fetch_lost(sender, lost, answer.lives)
            case Rejoin(lives):
                rejoining.rejoin(sender, lives)
                life = ledger.incarnation(sender.box.db)
            case OpenNewLife():
                open_new_life(sender.box, "province_ahead")
                life = ledger.incarnation(sender.box.db)
            case Stop(code):
                raise Refused(code, inc=life.inc.hex())
    raise Refused("sync_fork", inc=life.inc.hex())


def _fetch_receipts(sender: Sender) -> None:
    """Get the receipts of earlier lives that an older copy came without: until then their events count as waiting.

    The last event is sent once more and answered with the newest receipt; a hello would speak for a life that is over.
    """
    for life in ledger.incarnations(sender.box.db)[:-1]:
        last = ledger.head(sender.box.db, life.inc).seq
        if progress.acknowledged(sender.box.db, life.inc) < last:
            send_life(sender, life, last - 1)


def _send_or_rejoin(sender: Sender, life: Incarnation, after: int) -> Incarnation:
    """Send a life; where that shows that the province holds another branch of it, heal the fork. Gives the life to go on with."""
    try:
        send_life(sender, life, after)
    except Refused as refused:
        lives = rejoining.lives_told(refused)
        if not lives:
            raise
        rejoining.rejoin(sender, lives)
        return ledger.incarnation(sender.box.db)
    return life


def _life(sender: Sender, inc: str) -> Incarnation:
    found = next((life for life in ledger.incarnations(sender.box.db) if life.inc.hex() == inc), None)
    if found is None:
        raise Refused("sync_fork", inc=inc)
    return found
