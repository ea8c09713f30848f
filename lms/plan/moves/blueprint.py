"""The blueprint of moves and requests between offices."""

from flask import Blueprint

bp = Blueprint("moves", __name__)
