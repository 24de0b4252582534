"""Read what an officer typed and keep, beside each value, what is wrong with it; nothing here raises at a person's typing.

form = Form(request.form)
phone = form.read("phone", read_phone, required=True)
if form.problems: return render_template(..., form=form), 422
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from appliance.errors import Refused
from appliance.text import nfc
from web.vietnamese import sentence

Value = TypeVar("Value")
CHARS_MAX = 4_000


@dataclass
class Form:
    """The fields of one post, and its problems by field: shown on top and again above each input, in the same words."""

    given: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, required: str = "", most: int = CHARS_MAX) -> str:
        """Give a field's text. `required` is the sentence when it is empty, for example "Ghi lý do."."""
        value = nfc(self.given.get(name, ""))
        if required and not value:
            self.problems[name] = required
        if len(value) > most:
            self.problems[name] = f"Dài quá {most} ký tự. Viết ngắn lại."
        return value

    def read(self, name: str, reader: Callable[[str], Value], required: str = "") -> Value | None:
        """Read a field with a function that raises Refused; None when it is empty or wrong."""
        value = self.text(name, required)
        if not value or name in self.problems:
            return None
        try:
            return reader(value)
        except Refused as refused:
            self.problems[name] = sentence(refused)
            return None

    def choice(self, name: str, among: Mapping[str, str], required: str = "Chọn một mục.") -> str:
        """Give one of the keys of `among`, or "" with a problem noted."""
        value = self.text(name, required)
        if value and value not in among:
            self.problems[name] = required
            return ""
        return value

    def wrong(self, name: str, words: str) -> None:
        """Note a problem found elsewhere."""
        self.problems[name] = words
