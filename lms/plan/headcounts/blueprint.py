"""The blueprint of head counts."""

from flask import Blueprint

bp = Blueprint("headcounts", __name__)
