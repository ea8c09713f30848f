"""The blueprint of what a person need not study."""

from flask import Blueprint

bp = Blueprint("unasked", __name__)
