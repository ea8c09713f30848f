"""Accounts, sign-in, roles and grants."""
