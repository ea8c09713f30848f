"""The blueprint of merging records."""

from flask import Blueprint

bp = Blueprint("merging", __name__)
