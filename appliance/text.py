"""Vietnamese text, numbers, money, dates and telephone numbers: how they are compared, sorted, shown and read.

Nothing here asks the clock or the disk, and nothing changes what a person wrote beyond NFC and outer spaces.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from appliance.errors import Refused

NBSP = "\u00a0"  # Keeps "8.000 đ" and "16:30 Thứ Hai" on one line.
INPUT_CHARS_MAX = 2000

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
LETTERS = " 0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"  # Order of the Vietnamese alphabet.
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # ngang huyền hỏi ngã sắc nặng
MARKS = re.compile("[\u0300-\u036f]+")  # What NFD puts beside Latin letters.
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", " nghìn", " triệu")
BILLION = 10**9
NUMBER_MAX = 10**15


class Line(NamedTuple):
    """One sentence to be: a code and what fills it. The words live in web/vietnamese.py."""

    code: str
    facts: Mapping[str, object] = {}


def nfc(text: str) -> str:
    """Compose the letters (NFC) and drop outer spaces; phones and macOS send them decomposed."""
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """Give text as it is searched: no marks, đ as d, y as i, lower case, one space. 'Hoà' and 'Hòa' fold equal."""
    marks_off = MARKS.sub("", unicodedata.normalize("NFD", text))
    plain = marks_off.replace("đ", "d").replace("Đ", "d").replace("\u2019", "'").lower().replace("y", "i")
    return " ".join(plain.split())


def vkey(name: str) -> bytes:
    """Give the bytes by which Vietnamese names sort: given name (last word) first, letters before tones."""
    words = nfc(name).lower().split()
    given, rest = words[-1:], words[:-1]
    return _letters_and_tones(given) + b"\x00" + _letters_and_tones(rest)


def _letters_and_tones(words: list[str]) -> bytes:
    """Give letters, a zero, tones. A letter or tone is its place in the tables + 1, so shorter sorts first."""
    letters, tones = bytearray(), bytearray()
    for char in unicodedata.normalize("NFD", " ".join(words)):
        if char in TONES:
            tones[-1:] = bytes([TONES.index(char) + 1])
        elif unicodedata.combining(char) and letters:
            whole = unicodedata.normalize("NFC", LETTERS[letters[-1] - 1] + char)
            letters[-1] = LETTERS.find(whole) + 1 or letters[-1]
        elif char in LETTERS:
            letters.append(LETTERS.index(char) + 1)
            tones.append(1)
    return bytes(letters) + b"\x00" + bytes(tones)


def number_text(number: int) -> str:
    """Show a whole number with dots: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def money_text(dong: int) -> str:
    """Show money on a screen: 8.000 đ (with a space that does not break)."""
    return f"{number_text(dong)}{NBSP}đ"


def money_form(dong: int, odd: str = "linh") -> str:
    """Write money on a form: 8.000 đồng (Bằng chữ: Tám nghìn đồng)."""
    return f"{number_text(dong)} đồng (Bằng chữ: {money_words(dong, odd)})"


def money_words(dong: int, odd: str = "linh") -> str:
    """Write money in words: Tám nghìn đồng. `odd` is the word for an empty ten: linh, in the south lẻ."""
    return f"{number_words(dong, odd)} đồng"


def number_words(number: int, odd: str = "linh") -> str:
    """Write a whole number in words, first letter capital. Raises ValueError below 0 and from 10**15 on."""
    if not 0 <= number < NUMBER_MAX:
        raise ValueError("number out of range")
    words = _below_billion(number % BILLION, odd, number >= BILLION)
    if number >= BILLION:
        words = f"{_below_billion(number // BILLION, odd, False)} tỷ {words}".strip()
    return (words or DIGITS[0]).capitalize()


def _below_billion(number: int, odd: str, full: bool) -> str:
    """Write 0 … 999 999 999; `full` says that higher digits stand before it."""
    parts = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            parts.append(_hundreds(group, odd, full) + SCALES[power])
            full = True
    return " ".join(parts)


def _hundreds(group: int, odd: str, full: bool) -> str:
    hundred, ten, unit = group // 100, group // 10 % 10, group % 10
    words = [DIGITS[hundred], "trăm"] if hundred or full else []
    if ten > 1:
        words += [DIGITS[ten], "mươi"]
    elif ten == 1:
        words.append("mười")
    elif unit and words:
        words.append(odd)
    if unit:
        words.append(_unit_word(ten, unit))
    return " ".join(words)


def _unit_word(ten: int, unit: int) -> str:
    """Say the last digit after its ten: hai mươi mốt, hai mươi tư, mười lăm."""
    if ten > 1 and unit in (1, 4):
        return {1: "mốt", 4: "tư"}[unit]
    return "lăm" if ten and unit == 5 else DIGITS[unit]


def day_text(day: date) -> str:
    """Show a day on a screen: 21/11/2026."""
    return f"{day:%d/%m/%Y}"


def day_form(day: date) -> str:
    """Write a day on a form: ngày 05 tháng 02 năm 2026 (zero before days under 10 and months 1, 2: NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def time_text(moment: time | datetime) -> str:
    """Show a time of day: 09:05."""
    return f"{moment:%H:%M}"


def moment_text(moment: datetime) -> str:
    """Show a local moment: 16:30 Thứ Hai, 23/11/2026."""
    weekday = WEEKDAYS[moment.weekday()].replace(" ", NBSP)
    return f"{moment:%H:%M}{NBSP}{weekday}, {moment:%d/%m/%Y}"


def moment_form(moment: datetime) -> str:
    """Write a local moment on a form: 16 giờ 30 phút, ngày 23 tháng 11 năm 2026."""
    return f"{moment:%H} giờ {moment:%M} phút, {day_form(moment.date())}"


def read_day(text: str, today: date) -> date:
    """Read a day as people type it: 21112026, 21/11/26, 21-11-2026, 21.11.2026, 2026-11-21.

    A year of two digits is the latest one that is not after this year. Raises Refused `date_invalid`.
    """
    text = nfc(text)
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII):
        year, month, day = match.groups()
    else:
        match = re.fullmatch(r"(\d\d)(\d\d)(\d{4}|\d\d)|(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4}|\d\d)", text, re.ASCII)
        if not match:
            raise Refused("date_invalid")
        day, month, year = (part for part in match.groups() if part)
    try:
        return date(_whole_year(year, today), int(month), int(day))
    except ValueError:
        raise Refused("date_invalid") from None


def _whole_year(year: str, today: date) -> int:
    if len(year) == 4:
        return int(year)
    this_century = today.year // 100 * 100 + int(year)
    return this_century if this_century <= today.year else this_century - 100


def read_birth(text: str, today: date) -> str:
    """Read a date of birth, or only its year ("1955"); give ISO text. Refused `date_invalid`, `date_in_future`."""
    only_year = re.fullmatch(r"(1[89]|20)\d\d", nfc(text), re.ASCII)
    birth = only_year[0] if only_year else read_day(text, today).isoformat()
    if birth > today.isoformat():
        raise Refused("date_in_future")
    return birth


def birth_text(birth: str) -> str:
    """Show a birth date kept as ISO text, or only the year where only that is known."""
    return day_text(date.fromisoformat(birth)) if len(birth) == 10 else birth


def read_time(text: str) -> time:
    """Read a time of day: 0905, 9h5, 9:05, 9h. Raises Refused `time_invalid`."""
    match = re.fullmatch(r"(\d\d)(\d\d)|(\d{1,2})[h:](\d{0,2})", nfc(text).lower(), re.ASCII)
    try:
        hour, minute = [part for part in match.groups() if part is not None] if match else ("99", "")
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise Refused("time_invalid") from None


def read_phone(text: str) -> str:
    """Read a Vietnamese telephone number (0…, 84…, +84…) and give it as E.164. Raises Refused `phone_invalid`."""
    digits = re.sub(r"[\s.\-()]", "", nfc(text))
    match = re.fullmatch(r"(?:\+84|0084|84|0)([2-9]\d{8,9})", digits, re.ASCII)
    if not match:
        raise Refused("phone_invalid")
    return f"+84{match[1]}"


def phone_text(phone: str) -> str:
    """Show an E.164 number of Viet Nam as people read it: 0912 345 678."""
    digits = "0" + phone.removeprefix("+84")
    return NBSP.join((digits[:4], digits[4:7], digits[7:]))


def phone_masked(phone: str) -> str:
    """Show a telephone number in a list: 0912 ••• 678."""
    first, *_, last = phone_text(phone).split(NBSP)
    return NBSP.join((first, "•••", last))


def read_number(text: str) -> tuple[str, str]:
    """Read a personal number: (digits, kind), kind "12", or "9" for an old paper. Refused `personal_number_digits`."""
    digits = re.sub(r"[\s.]", "", nfc(text))
    if not re.fullmatch(r"\d{12}|\d{9}", digits, re.ASCII):
        raise Refused("personal_number_digits")
    return digits, str(len(digits))


def number_grouped(number: str) -> str:
    """Show a personal number in groups of three: 001 190 012 345."""
    return NBSP.join(number[i : i + 3] for i in range(0, len(number), 3))


def number_masked(number: str) -> str:
    """Show a personal number in a list: 089•••••6612; of a shorter one only the last three."""
    if len(number) == 12:
        return f"{number[:3]}•••••{number[-4:]}"
    return "•••••" + number[-3:] if number else ""
