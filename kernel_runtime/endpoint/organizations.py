"""Membership in an AWS organisation, asked of AWS Organizations (AWS Organizations API: DescribeOrganization; IAM: ``aws:PrincipalOrgID``)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


def organization_of(organizations: Any) -> str | None:
    """``o-…`` of the account that a boto3 client of ``organizations`` signs for; None where it is in none, or where nobody answers for Organizations."""
    try:
        return str(organizations.describe_organization()["Organization"]["Id"])
    except (ClientError, BotoCoreError):
        return None
