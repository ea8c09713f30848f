"""The blueprint of closed periods."""

from flask import Blueprint

bp = Blueprint("periods", __name__)
