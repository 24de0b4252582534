"""What click itself says, in Vietnamese: headings of help, and what is missing or wrong on the command line. Nothing of ours.

Click asks gettext, which would need compiled files and the locale of whoever is logged in; here it asks this table.
"""

import re

import click
from click import core, decorators, exceptions, formatting, parser, types

WORDS: dict[str, str] = {
    "Usage:": "Cách dùng:",
    "Options": "Tùy chọn",
    "Commands": "Lệnh",
    "Positional arguments": "Tham số",
    "Show this message and exit.": "In trang này.",
    "required": "bắt buộc",
    "default: {default}": "mặc định: {default}",
    "Error: {message}": "Lỗi: {message}",
    "Try '{command} {option}' for help.": "Xem cách dùng: {command} {option}",
    "Aborted!": "Đã dừng giữa chừng.",
    "Missing command.": "Thiếu lệnh.",
    "Missing argument": "Thiếu tham số",
    "Missing option": "Thiếu tùy chọn",
    "No such command {name!r}.": "Không có lệnh “{name}”.",
    "No such option {name!r}.": "Không có tùy chọn “{name}”.",
    "Did you mean {possibility}?": "Ý là {possibility}?",
    "(Did you mean one of: {possibilities}?)": "Ý là một trong: {possibilities}?",
    "Got unexpected extra argument ({args})": "Thừa tham số: {args}.",
    "Got unexpected extra arguments ({args})": "Thừa tham số: {args}.",
    "Option {name!r} requires an argument.": "Tùy chọn {name} cần một giá trị.",
    "Option {name!r} requires {nargs} arguments.": "Tùy chọn {name} cần {nargs} giá trị.",
    "Option {name!r} does not take a value.": "Tùy chọn {name} không nhận giá trị.",
    "Argument {name!r} takes {nargs} values.": "Tham số {name} cần {nargs} giá trị.",
    "Invalid value: {message}": "Giá trị sai: {message}",
    "Invalid value for {param_hint}: {message}": "Giá trị sai ở {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.": "“{value}” không phải là số.",
    "{value} is not in the range {range}.": "{value} nằm ngoài khoảng {range}.",
    "{value!r} is not {choice}.": "“{value}” không phải {choice}.",
    "{value!r} is not one of {choices}.": "“{value}” không phải một trong {choices}.",
    "{value!r} does not match the format {format}.": "“{value}” không đúng mẫu {format}.",
    "{value!r} does not match the formats {formats}.": "“{value}” không đúng mẫu nào trong {formats}.",
    "{name} {filename!r} does not exist.": "Không có {filename!r}.",
    "{name} {filename!r} is a file.": "{filename!r} là tệp, không phải thư mục.",
    "{name} {filename!r} is a directory.": "{filename!r} là thư mục, không phải tệp.",
    "{name} {filename!r} is not readable.": "Không đọc được {filename!r}.",
    "{name} {filename!r} is not writable.": "Không ghi được vào {filename!r}.",
    "Could not open file {filename!r}: {message}": "Không mở được tệp {filename!r}: {message}",
}
USAGE = {"[OPTIONS]": "[TÙY CHỌN]", "COMMAND [ARGS]...": "LỆNH [THAM SỐ]..."}
KINDS = {
    "INTEGER RANGE": "SỐ",
    "INTEGER": "SỐ",
    "TEXT": "CHỮ",
    "DIRECTORY": "THƯ MỤC",
    "FILENAME": "TỆP",
    "FILE": "TỆP",
    "PATH": "ĐƯỜNG DẪN",
}  # fmt: skip
KIND = re.compile(rf"\b({'|'.join(KINDS)})\b")


class Vietnamese(click.HelpFormatter):
    """Help in which the kinds of values and the parts of a command are named in Vietnamese too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the first line."""
        for english, words in USAGE.items():
            args = args.replace(english, words)
        super().write_usage(prog, args, prefix)

    def write_dl(self, rows, col_max: int = 30, col_spacing: int = 2) -> None:  # noqa: ANN001
        """Write a list of options or commands."""
        super().write_dl([(KIND.sub(lambda kind: KINDS[kind[0]], name), words) for name, words in rows], col_max, col_spacing)


def speak_vietnamese() -> None:
    """Let click say all this in Vietnamese from here on; what the table does not have stays as click wrote it."""
    click.Context.formatter_class = Vietnamese
    for module in (core, decorators, exceptions, formatting, parser, types):
        setattr(module, "_", lambda words: WORDS.get(words, words))  # noqa: B010  click's own name for gettext
        setattr(module, "ngettext", lambda one, many, n: WORDS.get(one if n == 1 else many, one if n == 1 else many))  # noqa: B010
