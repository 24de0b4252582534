"""Compose every letter that comes in (NFC): typed, pasted, in addresses, in names of files.

macOS, some telephones and text copied from PDF send "ễ" as three code points, and those compare unequal to one.
"""

from functools import cached_property
from typing import Any
from unicodedata import normalize

from flask import Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict


def composed(value: Any) -> Any:
    """Compose text inside values as JSON makes them; other values pass."""
    if isinstance(value, str):
        return normalize("NFC", value)
    if isinstance(value, list):
        return [composed(item) for item in value]
    if isinstance(value, dict):
        return {composed(key): composed(item) for key, item in value.items()}
    return value


class NfcRequest(Request):
    """A request whose words are all NFC, whichever way they came."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Give the words of the address."""
        return ImmutableMultiDict([(composed(k), composed(v)) for k, v in super().args.items(multi=True)])

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """Give the fields of a form."""
        return ImmutableMultiDict([(composed(k), composed(v)) for k, v in super().form.items(multi=True)])

    @cached_property
    def files(self) -> ImmutableMultiDict[str, FileStorage]:
        """Give uploaded files under composed names."""
        files = super().files
        for file in files.values():
            file.filename = composed(file.filename)
        return files

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        """Give the JSON body."""
        return composed(super().get_json(*args, **kwargs))
