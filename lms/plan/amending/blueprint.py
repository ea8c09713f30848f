"""The blueprint of amendments."""

from flask import Blueprint

bp = Blueprint("amending", __name__)
