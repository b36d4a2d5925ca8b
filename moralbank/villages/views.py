"""Pages of what a village has set, and the switch of language."""

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.i18n import LANGUAGES, _
from moralbank.villages import service
from moralbank.villages.queries import settings_of
from moralbank.villages.settings import SETTINGS
from moralbank.web.guards import current_actor, may, public
from moralbank.web.way_back import page_before

room = Blueprint("villages", __name__)


@room.get("/settings")
@may("villages.settings")
def settings() -> Any:
    """Show everything that can be set."""
    with reading() as opened:
        values = settings_of(opened, current_actor().village_id)
    return _settings_page(values, {})


@room.post("/settings")
@may("villages.settings")
def settings_post() -> Any:
    """Keep all settings that were sent, or none and say which are wrong."""
    with reading() as opened:
        kept = settings_of(opened, current_actor().village_id)
    values = {key: request.form.get(key, kept[key]) for key in SETTINGS}
    errors = {}
    for key, setting in SETTINGS.items():
        try:
            setting.check(values[key].strip())
        except Invalid as refusal:
            errors[key] = refusal.message
    if errors:
        return _settings_page(values, errors), 422
    with writing() as opened:
        for key, value in values.items():
            service.change_setting(opened, current_actor(), key, value)
    flash(_("设置已保存"), "ok")
    return redirect(url_for("villages.settings"), 303)


def _settings_page(values: dict[str, str], errors: dict[str, str]) -> str:
    every = SETTINGS.values()
    return render_template(
        "villages/settings.html",
        sections=[(name, list(several)) for name, several in groupby(every, lambda s: s.section)],
        wrong=[setting for setting in every if setting.key in errors],
        values=values,
        errors=errors,
    )


@room.post("/language")
@public
def language() -> Any:
    """Speak the other language from now on in this browser."""
    wanted = request.form.get("language", "").partition("-")[0]
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(page_before(stood=request.form.get("page", "")), 303)
