"""The blueprint of change sets."""

from flask import Blueprint

bp = Blueprint("changes", __name__)
