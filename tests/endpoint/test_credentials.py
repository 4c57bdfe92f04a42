from __future__ import annotations

import pytest

from kernel_runtime.endpoint.credentials import DEFAULT_ACCOUNT, Credentials, Key

ROLE = "arn:aws:iam::123456789012:role/service-role/worker"


def test_each_lab_has_an_owner_of_its_own_in_account_zero() -> None:
    one, other = Credentials(), Credentials()
    assert one.owner.account == DEFAULT_ACCOUNT == "000000000000"
    assert one.owner.access_key != other.owner.access_key and one.owner.secret != other.owner.secret
    assert one.find(one.owner.access_key) == one.owner
    assert one.find(other.owner.access_key) is None


def test_twelve_digits_are_an_account_with_the_labs_secret() -> None:
    lab = Credentials()
    assert lab.find("123456789012") == Key("123456789012", lab.owner.secret, "123456789012", "arn:aws:iam::123456789012:root") == lab.of_account("123456789012")
    assert lab.find("12345678901") is None
    assert lab.find("1234567890123") is None
    assert lab.find("١٢٣٤٥٦٧٨٩٠١٢") is None, "digits are ASCII digits"
    with pytest.raises(ValueError, match="12 digits"):
        lab.of_account("12345")


def test_a_functions_role_gets_temporary_keys_that_last_until_withdrawn() -> None:
    lab = Credentials()
    key = lab.of_role(ROLE, "resize")
    assert key.access_key.startswith("ASIA") and key.account == "123456789012"
    assert key.principal == "arn:aws:sts::123456789012:assumed-role/worker/resize"
    assert lab.of_role(ROLE, "resize") == key != lab.of_role(ROLE, "other")
    assert set(key.variables()) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    lab.withdraw(key)
    assert lab.find(key.access_key) is None
    assert lab.of_role(ROLE, "resize") != key


def test_a_session_token_must_be_the_keys_own() -> None:
    key = Credentials().of_role(ROLE, "resize")
    assert key.accepts_token(key.token)
    assert not key.accepts_token(None)
    assert not key.accepts_token(f"{key.token}x")
    assert Credentials().owner.accepts_token(None)
    assert not Credentials().owner.accepts_token("a token")


def test_a_lab_that_accepts_any_key_still_knows_accounts_and_its_own_keys() -> None:
    lab = Credentials(accept_any=True)
    unknown = lab.find("test")
    assert unknown is not None and unknown.account == DEFAULT_ACCOUNT and unknown.secret is None
    numbered = lab.find("123456789012")
    assert numbered is not None and numbered.account == "123456789012" and numbered.secret is None
    assert lab.find(lab.owner.access_key) == lab.owner
