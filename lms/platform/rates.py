"""Rate limits: sign-in and public verification are slowed down, by address."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from lms.platform.config import Config

limiter = Limiter(get_remote_address, default_limits=[], strategy="moving-window")


def init_app(app: Flask, config: Config) -> None:
    """Bind the limiter; several machines share counts through RATE_STORAGE (redis://…)."""
    app.config["RATELIMIT_STORAGE_URI"] = config.rate_storage
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    limiter.init_app(app)
