"""The blueprint of enrolling many people."""

from flask import Blueprint

bp = Blueprint("enrolling", __name__)
