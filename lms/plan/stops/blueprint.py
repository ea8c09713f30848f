"""The blueprint of absences and waivers."""

from flask import Blueprint

bp = Blueprint("stops", __name__)
