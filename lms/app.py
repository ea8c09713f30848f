"""Composition: the one place that knows every domain."""

import logging
from dataclasses import dataclass
from importlib import import_module

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.audit import labels as audit_labels
from lms.identity import session as identity_session
from lms.platform import access, config, db, i18n, pages, rates
from lms.platform.access import Permission

DOMAINS = (
    "platform.jobs",
    "audit",
    "changes",
    "organisation",
    "identity",
    "notifications",
    "catalogue",
    "assessment",
    "learning",
    "certificates",
    "plan",
    "home",
    "reports",
    "demo",
)


@dataclass(frozen=True)
class Entry:
    """A place in the navigation; shown to holders of the permission, None shows it to every learner."""

    endpoint: str
    label: str
    icon: str
    permission: Permission | None = None
    group: str = "work"
    in_bar: bool = True
    """Whether there is room for it in the bar of a wide screen; it stands in the menu in any case."""


NAVIGATION = (
    Entry("home.today", _l("Hôm nay"), "home", group="learner"),
    Entry("catalogue.courses", _l("Khóa học"), "book", group="learner"),
    Entry("certificates.mine", _l("Chứng nhận"), "paper", group="learner"),
    Entry("home.me", _l("Tôi"), "user", group="learner"),
    Entry("reports.compliance", _l("Báo cáo thực hiện"), "chart", Permission.REPORTS_COMPLIANCE_READ),
    Entry("periods.periods", _l("Chốt số liệu"), "lock", Permission.REPORTS_COMPLIANCE_READ, in_bar=False),
    Entry("organisation.people", _l("Nhân sự"), "people", Permission.ORGANISATION_PERSON_READ),
    Entry("plan.plans", _l("Kế hoạch và nhiệm vụ"), "plan", Permission.PLAN_PLAN_READ),
    Entry("catalogue.manage", _l("Soạn khóa học"), "pen", Permission.CATALOGUE_COURSE_MANAGE),
    Entry("certificates.register", _l("Sổ cấp"), "paper", Permission.CERTIFICATES_CERTIFICATE_READ),
    Entry("identity.accounts", _l("Tài khoản"), "key", Permission.IDENTITY_ACCOUNT_MANAGE),
    Entry("reports.audit", _l("Nhật ký"), "log", Permission.AUDIT_EVENT_READ),
    Entry("reports.system", _l("Hệ thống"), "shield", Permission.PLATFORM_SYSTEM_READ),
)


def create_app(settings: config.Config | None = None) -> Flask:
    """Build the application from its settings (read from the environment by default)."""
    settings = settings or config.read()
    app = Flask("lms", root_path=str(config.ROOT / "lms"), instance_path=str(settings.instance), static_folder=None)
    app.config.update(
        LMS=settings,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
        WTF_CSRF_SSL_STRICT=False,
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for talkative in ("weasyprint", "fontTools", "pikepdf"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    db.init_app(app, settings)
    Migrate(app, db.db, directory=str(config.ROOT / "migrations"), render_as_batch=True, compare_type=False)
    i18n.init_app(app)
    rates.init_app(app, settings)
    identity_session.init_app(app, settings)
    CSRFProtect(app)
    pages.init_app(app)
    _add_domains(app)
    app.jinja_env.globals.update(may=access.may, Permission=Permission, navigation=navigation)
    access.refuse_unguarded(app)
    return app


def _add_domains(app: Flask) -> None:
    """Import each domain's tables, listeners, sentences, pages, commands and background work, lowest step first."""
    for domain in DOMAINS:
        for part in ("models", "listeners", "kinds", "labels", "views", "commands", "jobs"):
            name = f"lms.{domain}.{part}"
            try:
                module = import_module(name)
            except ModuleNotFoundError as error:
                if error.name != name:
                    raise
                continue
            audit_labels.SENTENCES.update(getattr(module, "EVENTS", {}))
            for blueprint in getattr(module, "blueprints", ()):
                app.register_blueprint(blueprint)
            for group in getattr(module, "groups", ()):
                app.cli.add_command(group)


def navigation(group: str) -> list[Entry]:
    """The entries that the visitor may open."""
    visitor = current_user._get_current_object()  # behind the proxy, which looks it up anew at every touch
    if not visitor.is_authenticated:
        return []
    return [
        entry
        for entry in NAVIGATION
        if entry.group == group
        and (visitor.person_id is not None if entry.permission is None else visitor.roots(entry.permission))
    ]
