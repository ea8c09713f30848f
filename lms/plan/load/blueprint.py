"""The blueprint of the load."""

from flask import Blueprint

bp = Blueprint("load", __name__)
