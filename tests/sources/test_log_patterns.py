"""The examples of the CloudWatch Logs User Guide, "Filter pattern syntax"."""

from __future__ import annotations

import pytest

from kernel_runtime.sources.log_patterns import LogPattern

ENTRY = '{"eventType": "UpdateTrail", "ip": "10.0.0.1", "n": 5, "flag": true, "none": null, "arrayKey": ["value", "another"], "objectList": [{"id": 1}]}'
LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "fits"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR 400] BAD", True),
        ("ERROR", "[error]", False),
        ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", True),
        ("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED", False),
        ("?ERROR ?ARGUMENTS", "INVALID ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "fine", False),
        ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", False),
        ("ERROR -ARGUMENTS", "[ERROR 401] UNAUTHORIZED", True),
        ('"INTERNAL SERVER ERROR"', "500 INTERNAL SERVER ERROR", True),
        ('"INTERNAL SERVER ERROR"', "INTERNAL ERROR SERVER", False),
        ("%AUTHORIZED$%", "[ERROR 401] UNAUTHORIZED", True),
        ("%[0-9]{3}$%", "no", False),
        ('{ $.eventType = "UpdateTrail" }', ENTRY, True),
        ('{ $.eventType = "Update*" }', ENTRY, True),
        ('{ $.eventType != "UpdateTrail" }', ENTRY, False),
        ("{ $.ip = 10.0.0.* }", ENTRY, True),
        ("{ $.eventType = %Trail$% }", ENTRY, True),
        ("{ $.n > 4 && $.n <= 5 }", ENTRY, True),
        ("{ $.n < 5 || $.flag IS TRUE }", ENTRY, True),
        ("{ ($.n < 5 || $.n = 5) && $.flag IS FALSE }", ENTRY, False),
        ("{ $.none IS NULL }", ENTRY, True),
        ("{ $.missing NOT EXISTS }", ENTRY, True),
        ("{ $.missing = 1 }", ENTRY, False),
        ('{ $.arrayKey[0] = "value" }', ENTRY, True),
        ("{ $.objectList[0].id = 1 }", ENTRY, True),
        ('{ $.arrayKey[*] = "another" }', ENTRY, True),
        ("{ $.n = 5 }", "no json", False),
        ("[ip, user, username, timestamp, request, status_code, bytes]", LINE, True),
        ("[ip, user, username, timestamp, request, status_code = 4*, bytes > 1000]", LINE, True),
        ("[ip, user, username, timestamp, request, status_code = 404 || status_code = 410, bytes]", LINE, True),
        ("[ip, user, username, timestamp, request =*html*, status_code = 5*, bytes]", LINE, False),
        ("[..., status_code = 4*, bytes]", LINE, True),
        ("[ip, ...]", LINE, True),
        ("[ip, user]", LINE, False),
    ],
)
def test_the_guides_examples(pattern: str, message: str, fits: bool) -> None:
    assert LogPattern(pattern).matches(message) is fits


@pytest.mark.parametrize("pattern", ["{ $.a }", "{ $.a = }", "{ $.a = 1 && }", "%[%", "{ a = 1 }", "{ ($.a = 1 }", "[a b]"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValueError):
        LogPattern(pattern)
