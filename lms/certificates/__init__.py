"""Certificates: series and numbers, issue, the register, verification, the paper."""
