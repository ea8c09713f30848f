"""The platform's rows of the permission table."""

from tests.access import public

ROWS = [
    public("platform.health"),
    public("platform.style"),
    public("platform.static_file", values=lambda cast: {"name": "app.js"}),
    public("platform.appearance", 303, data=lambda cast: {"giao_dien": "dark", "ve": "/"}),
]
