"""Staff accounts: who may sign in, and what signing in means. Beside ``app``, for it knows both Flask and the store.

Flask-Security-Too signs in and out; it registers nobody, sends no mail, and keeps no address or time of anyone. A session exists on the
staff's addresses alone: everywhere else it is empty, can't be written, and no cookie is read or sent (``StaffSessions``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Request, Response, redirect, request, url_for
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from flask_babel import lazy_gettext
from flask_security import (
    LoginForm,
    LogoutForm,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    current_user,
    hash_password,
)
from sqlalchemy import Engine
from sqlalchemy.orm import registry, relationship, scoped_session, sessionmaker
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from trustsurvey.errors import StateError
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.store import tables
from trustsurvey.web import roles as known_roles
from trustsurvey.web import site

STAFF = ("/account", "/department", "/translate", "/admin")
"""Where a session exists."""

ROLES = {
    "department": "downloads releases",
    "translator": "translates the survey and the interface, into every language or those it is given for",
    "entry": "types in answers given on paper; nobody of the police",
    "admin": "may do everything",
}

HOME, TRANSLATORS_HOME, CLERKS_HOME = "/department/", "/translate/", "/department/entry/"
"""Where signing in leads, unless it was asked for on the way to another page."""

AFTER_SIGN_OUT = "/account/login"

PASSWORD_LENGTH = 12
DIFFERENT_CHARACTERS = 6


class Role(RoleMixin):
    """What an account may do: one of ``ROLES``, a translator's with the language after a colon (``translator:am``)."""


class User(UserMixin):
    """One account."""


_mapped = registry(metadata=tables.metadata)
_mapped.map_imperatively(Role, tables.role)
_mapped.map_imperatively(User, tables.account, properties={"roles": relationship(Role, secondary=tables.account_role)})


class _NoSession(NullSession):
    def _fail(self, *_args: Any, **_named: Any) -> Any:
        raise RuntimeError(f"there is no session at {request.path}: only {', '.join(STAFF)} have one, so that residents get no cookie")

    __setitem__ = __delitem__ = clear = pop = popitem = update = setdefault = _fail


class StaffSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, on the staff's addresses alone."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if is_staff(request.path) else None

    def make_null_session(self, app: Flask) -> NullSession:  # noqa: ARG002 - Flask's signature
        return _NoSession()


def is_staff(path: str) -> bool:
    """Whether ``path`` is one of the staff's addresses."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in STAFF)


class SignInForm(LoginForm):
    """E-mail address and password. The page never says which of the two was wrong, so that nobody learns who has an account."""

    remember = None  # a session ends with the browser, or after eight hours
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[InputRequired(lazy_gettext("Enter your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=[InputRequired(lazy_gettext("Enter your password.")), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


def init_app(app: Flask, engine: Engine, *, https: bool) -> None:
    """Sign-in under ``/account``, on the accounts in the database behind ``engine``. ``https`` marks the cookie as secure."""
    app.session_interface = StaffSessions()
    app.config.update(
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of the hash
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # argon2id is salted; a pepper would only be one more key to lose
        SECURITY_PASSWORD_LENGTH_MIN=PASSWORD_LENGTH,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_URL_PREFIX="/account",
        SECURITY_STATIC_FOLDER=None,
        SECURITY_FRESHNESS=timedelta(-1),  # no second asking, so no page for it
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_CACHE_CONTROL={"no-store": None},  # its own default comes out as `no-store=True`, which no browser knows
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_POST_LOGIN_VIEW=HOME,
        SECURITY_POST_LOGOUT_VIEW=AFTER_SIGN_OUT,
        SECURITY_LOGIN_USER_TEMPLATE="account/sign_in.html",
        SECURITY_LOGOUT_USER_TEMPLATE="account/sign_out.html",
    )
    session = scoped_session(sessionmaker(engine))
    app.teardown_appcontext(lambda _error: session.remove())
    accounts = Security(app, SQLAlchemySessionUserDatastore(session, User, Role), login_form=SignInForm)
    accounts.login_manager.session_protection = None  # it would compare a hash of the address
    accounts.login_manager.request_loader(lambda _request: None)  # no tokens in headers, addresses or bodies
    accounts.want_json(lambda _request: False)
    accounts.unauthn_handler(_to_sign_in)
    accounts.unauthz_handler(_not_allowed)
    app.before_request_funcs.setdefault("security", []).append(site.known_locale)
    app.after_request_funcs.setdefault("security", []).append(_answer)
    app.context_processor(lambda: {"sign_out": LogoutForm} if is_staff(request.path) else {})


def add_user(app: Flask, email: str, password: str, roles: Iterable[str], *, locales: Iterable[str] = ()) -> str:
    """Make an account and return its address as kept. A translator works in the languages ``locales``; in every one when none is named.

    Raises StateError when the address is taken or isn't one, for an unknown role or language, and for a password that is easy to guess.
    """
    wanted = _granted(tuple(dict.fromkeys(roles)), tuple(dict.fromkeys(locales)))
    with app.app_context():
        accounts = app.extensions["security"]
        password = accounts.password_util.normalize(password)
        try:
            address = validate_email(email, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise StateError(f"{email!r} is not an e-mail address") from error
        _check(password, address)
        store = accounts.datastore
        if store.find_user(email=address, case_insensitive=True) is not None:
            raise StateError(f"{address} has an account already")
        store.create_user(
            email=address,
            password=hash_password(password),
            active=True,
            fs_uniquifier=uuid4().hex,
            roles=[store.find_or_create_role(name, description=ROLES[name.partition(":")[0]]) for name in wanted],
        )
        store.commit()
        return address


def set_password(app: Flask, email: str, password: str) -> None:
    """Give an account a new password; every session it has ends.

    Raises StateError when there is no such account or the password is easy to guess.
    """
    with app.app_context():
        accounts = app.extensions["security"]
        found = accounts.datastore.find_user(email=email, case_insensitive=True)
        if found is None:
            raise StateError(f"{email} has no account")
        password = accounts.password_util.normalize(password)
        _check(password, found.email)
        found.password = hash_password(password)
        accounts.datastore.set_uniquifier(found)
        accounts.datastore.commit()


def _granted(roles: Sequence[str], locales: Sequence[str]) -> tuple[str, ...]:
    """The names of the roles to give. Raises StateError for those that can't be."""
    if not roles or not set(roles) <= set(ROLES):
        unknown = ", ".join(repr(role) for role in roles if role not in ROLES)
        raise StateError(f"{unknown or 'no role'} can't be given; the roles are: {', '.join(ROLES)}")
    if locales and known_roles.TRANSLATOR not in roles:
        raise StateError("only a translator is given for a language; leave the language out, or add the role translator")
    unknown = ", ".join(repr(code) for code in locales if code not in PLURALS)
    if unknown:
        raise StateError(f"{unknown} is not a language that can be translated into; those are: {', '.join(sorted(PLURALS))}")
    narrowed = {known_roles.TRANSLATOR: tuple(known_roles.translator(code) for code in locales)} if locales else {}
    return tuple(name for role in roles for name in narrowed.get(role, (role,)))


def _check(password: str, address: str) -> None:
    """Raises StateError for a password that is easy to guess, with what would do."""
    name = address.partition("@")[0].casefold()
    if len(password) < PASSWORD_LENGTH:
        fault = f"it has {len(password)} characters; use at least {PASSWORD_LENGTH}"
    elif len(set(password)) < DIFFERENT_CHARACTERS:
        fault = f"it has {len(set(password))} different characters; use at least {DIFFERENT_CHARACTERS}"
    elif len(name) > 3 and name in password.casefold():
        fault = "it holds the name of the address"
    else:
        return
    raise StateError(f"the password is easy to guess: {fault}. Four words that have nothing to do with each other make a good one.")


def _to_sign_in(*_tried: Any, **_headers: Any) -> BaseResponse:
    """To the sign-in page, and back here afterwards."""
    return redirect(url_for("security.login", next=request.full_path.rstrip("?"), **site.kept()), code=303)


def _not_allowed(*_wanted: Any) -> Response:
    return site.forbidden()


def _answer(response: Response) -> Response:
    if response.status_code == 302:
        response.status_code = 303  # what follows a form is a GET
    staff = ("department", "admin")
    if response.location == HOME and current_user.is_authenticated and not any(current_user.has_role(role) for role in staff):
        response.location = CLERKS_HOME if current_user.has_role("entry") else TRANSLATORS_HOME
    if response.location in (HOME, TRANSLATORS_HOME, CLERKS_HOME, AFTER_SIGN_OUT) and site.kept():
        response.location = f"{response.location}?{urlencode(site.kept())}"
    return site.harden(response)
