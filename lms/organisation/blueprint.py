"""The blueprint of people, units and rosters."""

from flask import Blueprint

bp = Blueprint("organisation", __name__, template_folder="templates")
