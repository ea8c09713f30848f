"""The blueprint of what changes of people within their units."""

from flask import Blueprint

bp = Blueprint("staff", __name__)
