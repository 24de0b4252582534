"""How a rule says no: a code and the facts of the case. The words for people live in web/vietnamese.py."""


class Refused(Exception):
    """Say that an act may not happen; nothing was changed. `code` has a Vietnamese sentence, `facts` fill it."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
