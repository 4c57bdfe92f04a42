"""Keys that the STS and IAM behind the door hand out, learnt from their answers, so that what they hand out opens the door too."""

from __future__ import annotations

import re

from .caller import Caller
from .credentials import Credentials, Key

ACTIONS = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken", "GetFederationToken", "CreateAccessKey"}
_ELEMENT = re.compile(r"<(AccessKeyId|SecretAccessKey|SessionToken|Arn|UserName)>([^<]*)</")


def learn(credentials: Credentials, caller: Caller, answer: bytes) -> None:
    """Remembers the key in an answer of one of ``ACTIONS``; does nothing when there is none in it (a refusal)."""
    found = dict(_ELEMENT.findall(answer.decode("utf-8", "replace")))
    access_key, secret = found.get("AccessKeyId"), found.get("SecretAccessKey")
    if not access_key or not secret:
        return
    user = found.get("UserName")
    principal = f"arn:aws:iam::{caller.account}:user/{user}" if user else found.get("Arn") or caller.principal
    pieces = principal.split(":")
    account = pieces[4] if len(pieces) > 5 else caller.account
    credentials.remember(Key(access_key, secret, account, principal, found.get("SessionToken")))
