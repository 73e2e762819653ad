"""The table of Morse codes: its size, its order, its one pair of equal codes."""

from collections import Counter

import pytest

from software_ref.datasets.morse_codes import MORSE_CODES

# The international code, letter by letter in the order of a code tree: level n lists the symbols
# whose n dots and dashes count up in binary, dot = 0. An independent way to write the table.
TREE = ["ET", "IANM", "SURWDKGO", "HVF_L_PJBXCYZQ__"]


def test_there_are_64_classes_in_the_documented_order() -> None:
    symbols = [symbol for symbol, _ in MORSE_CODES]
    assert len(symbols) == len(set(symbols)) == 64
    assert "".join(symbols[:26]) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert "".join(symbols[26:36]) == "0123456789"
    assert symbols[36:52] == list(".,?'!/():;=+-_\"@")
    assert " ".join(symbols[52:]) == "J^ H^ N~ CH G^ C, U.. D- O.. S^ A.. E`"


def test_letters_agree_with_the_code_tree() -> None:
    codes = dict(MORSE_CODES)
    for level, symbols in enumerate(TREE, start=1):
        for number, symbol in enumerate(symbols):
            if symbol != "_":
                bits = f"{number:0{level}b}"
                assert codes[symbol] == bits.replace("0", ".").replace("1", "-")


@pytest.mark.parametrize("digit", range(10))
def test_digits_slide_a_window_of_five_over_a_ring(digit: int) -> None:
    start = (10 - digit) % 10
    assert dict(MORSE_CODES)[str(digit)] == "-----.....-----"[start : start + 5]


def test_only_the_opening_bracket_shares_its_code() -> None:
    counts = Counter(code for _, code in MORSE_CODES)
    shared = {code for code, count in counts.items() if count > 1}
    assert shared == {"-.--."}
    assert [symbol for symbol, code in MORSE_CODES if code in shared] == ["(", "H^"]


def test_codes_are_one_to_six_dots_and_dashes() -> None:
    for _, code in MORSE_CODES:
        assert 1 <= len(code) <= 6
        assert set(code) <= {".", "-"}
