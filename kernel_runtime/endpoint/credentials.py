"""The keys that a lab issues, and the account that each stands for.

* The owner's: random, one a lab, account 000000000000.
* An account's: the account's 12 digits are the access key, the owner's secret the secret. So a test changes account by changing one string.
* A role's: temporary, with a session token, as a function finds them in its variables; its account is the role's.
* Keys that the STS or IAM behind the door hands out are remembered, so that they open the door too.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

DEFAULT_ACCOUNT = "000000000000"
_TWELVE_DIGITS = re.compile(r"[0-9]{12}\Z")
_ALPHABET = string.ascii_uppercase + "234567"


@dataclass(frozen=True, slots=True)
class Key:
    """One set of credentials. ``token`` is None for long-lived ones; ``secret`` is None where any signature is accepted."""

    access_key: str
    secret: str | None
    account: str
    principal: str
    token: str | None = None

    def variables(self) -> dict[str, str]:
        """As AWS's SDKs read them from a process's environment."""
        told = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret or "", "AWS_SESSION_TOKEN": self.token or ""}
        return {name: value for name, value in told.items() if value}

    def accepts_token(self, token: str | None) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest((self.token or "").encode(), (token or "").encode())


class Credentials:
    """What a lab has issued. With ``accept_any`` every access key is taken and unknown ones are not verified. Safe to use from any thread."""

    def __init__(self, *, accept_any: bool = False, access_key: str | None = None, secret: str | None = None) -> None:
        self.accept_any = accept_any
        name = access_key or f"AKIA{_letters(16)}"
        account = name if _TWELVE_DIGITS.match(name) else DEFAULT_ACCOUNT
        self.owner = Key(name, secret or secrets.token_urlsafe(30), account, f"arn:aws:iam::{account}:root")
        self.companion = Key(f"AKIA{_letters(16)}", secrets.token_urlsafe(30), account, "serverless-lab")
        """What the process behind the door signs with where it calls functions on behalf of a service; new with each lab, told to nobody else."""
        self._issued: dict[str, Key] = {name: self.owner, self.companion.access_key: self.companion}
        self._roles: dict[tuple[str, str], Key] = {}

    @classmethod
    def kept(cls, file: Path | None, *, accept_any: bool = False) -> Credentials:
        """With the owner's key that ``file`` holds, or a new one that it holds from now on, for its owner's eyes alone; None keeps nothing."""
        if file is None:
            return cls(accept_any=accept_any)
        try:
            held = json.loads(file.read_text())
            return cls(accept_any=accept_any, access_key=str(held["access_key"]), secret=str(held["secret"]))
        except (OSError, ValueError, KeyError, TypeError):
            made = cls(accept_any=accept_any)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as written:
                json.dump({"access_key": made.owner.access_key, "secret": made.owner.secret}, written)
            return made

    def of_account(self, account: str) -> Key:
        """The root user's key of an account. Raises ValueError unless ``account`` has 12 digits."""
        if not _TWELVE_DIGITS.match(account):
            raise ValueError(f"an AWS account has 12 digits, not {account!r}")
        return self.owner if account == DEFAULT_ACCOUNT == self.owner.account else self._root(account)

    def of_role(self, role_arn: str, session: str) -> Key:
        """Temporary credentials of a role for a session (a function's name); the same ones while they are not withdrawn.

        The principal is ``arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`` (IAM User Guide, "STS assumed-role session principals": without the role's path).
        """
        known = self._roles.get((role_arn, session))
        if known is None:
            account = role_arn.split(":")[4]
            principal = f"arn:aws:sts::{account}:assumed-role/{role_arn.rsplit('/', 1)[-1]}/{session}"
            known = Key(f"ASIA{_letters(16)}", secrets.token_urlsafe(30), account, principal, token=secrets.token_urlsafe(96))
            known = self._roles.setdefault((role_arn, session), known)
            self.remember(known)
        return known

    def remember(self, key: Key) -> None:
        self._issued[key.access_key] = key

    def withdraw(self, key: Key) -> None:
        """From now on the key is unknown."""
        self._issued.pop(key.access_key, None)
        self._roles = {name: role_key for name, role_key in self._roles.items() if role_key != key}

    def find(self, access_key: str) -> Key | None:
        """The key of that name, None when nobody issued it. Its session token is still to be compared."""
        if (known := self._issued.get(access_key)) is not None:
            return known
        account = access_key if _TWELVE_DIGITS.match(access_key) else None
        if self.accept_any:
            account = account or DEFAULT_ACCOUNT
            return Key(access_key, None, account, f"arn:aws:iam::{account}:root")
        return self._root(account) if account else None

    def _root(self, account: str) -> Key:
        return Key(account, self.owner.secret, account, f"arn:aws:iam::{account}:root")


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))
