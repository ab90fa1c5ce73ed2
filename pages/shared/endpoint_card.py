"""What is one endpoint, does it work, and what can be done with it?"""

import streamlit as st

from glan_core.endpoint_report import (
    LIST_SECONDS,
    MOST_SECONDS,
    EndpointReport,
    list_models,
    model_to_test,
    reports_on,
    standing_words,
    weakest_form,
)
from glan_core.endpoints import (
    BUILT_IN,
    ENVIRONMENT,
    keep_reply_form,
    key_standing,
    make_endpoint,
    remove_endpoint,
    sends_key_in_the_open,
    settings_at,
    use_endpoint,
)
from glan_core.errors import GlanError
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import choose_endpoint
from glan_core.saved_endpoint import SavedEndpoint
from pages.shared import state
from pages.shared.endpoint_form import Fields, News, save, show_fields, show_key
from pages.shared.feedback import as_code, plain, show_error
from pages.shared.keys import find_key
from pages.shared.workspace import Workspace

_MOST_SHOWN = 3
_FIXED = (ENVIRONMENT, BUILT_IN.endpoint_id)


def address_of(endpoint: SavedEndpoint) -> str:
    """Give its address as Markdown, to be copied as it is, or what stands for it."""
    shown = ", ".join(map(as_code, endpoint.addresses[:_MOST_SHOWN])) or "Runs inside the app, for learning it"
    more = len(endpoint.addresses) - _MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def show_endpoint(workspace: Workspace, endpoint: SavedEndpoint, *, is_in_use: bool) -> None:
    """Show one endpoint: what it is, what can be changed, what a test found."""
    endpoint_id = endpoint.endpoint_id
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(endpoint.name), anchor=False, width="content")
        if is_in_use:
            st.badge("in use", icon=":material/check:", color="green")
    listed = st.session_state.setdefault(state.ENDPOINT_MODELS, {})
    models = listed.get((endpoint_id, endpoint.addresses), ())
    begin = Fields(endpoint.addresses, endpoint.key_name, endpoint.model, endpoint.answer_model, endpoint.concurrency)
    fields = begin
    if endpoint_id in _FIXED:
        _show_fixed(endpoint, models)
    else:
        fields = show_fields(begin, key=endpoint_id, models=models)
    if endpoint_id != BUILT_IN.endpoint_id:
        show_key(endpoint.key_name, crosses_network=sends_key_in_the_open(endpoint))
    _show_buttons(workspace, endpoint, fields, begin, is_in_use=is_in_use)
    _show_reports(endpoint_id, fields.tidied().addresses)


def _show_fixed(endpoint: SavedEndpoint, models: tuple[str, ...]) -> None:
    if endpoint.endpoint_id == BUILT_IN.endpoint_id:
        st.markdown(
            f"{plain(endpoint.model)} with 135 million parameters, always there. Good for learning this tool, "
            "**not for making data**."
        )
        return
    st.text("\n".join(endpoint.addresses))
    st.caption(
        plain(f"Model: {endpoint.model or 'the only one there'}. Answers: {endpoint.answer_model or 'the same'}.")
    )
    st.caption("The default. Set `OPENAI_BASE_URL`, `OPENAI_API_KEY` and `GLAN_MODEL` anew and restart to change it.")
    if models:
        st.text(f"It offers: {', '.join(models)}")


def _show_buttons(
    workspace: Workspace, endpoint: SavedEndpoint, fields: Fields, begin: Fields, *, is_in_use: bool
) -> None:
    endpoint_id = endpoint.endpoint_id
    is_fixed, is_changed = endpoint_id in _FIXED, fields.tidied() != begin
    has_key = key_standing(endpoint.key_name, find_key).is_set
    with st.container(horizontal=True, gap="small"):
        uses = st.button(
            "Use this one",
            type="primary",
            icon=":material/check:",
            disabled=is_in_use,
            help="Runs that start from now on go there. What was changed above is saved.",
        )
        saves = not is_fixed and st.button("Save", icon=":material/save:", disabled=not is_changed)
        tests = st.button("Test", icon=":material/network_check:", disabled=not has_key)
        lists = endpoint_id != BUILT_IN.endpoint_id and st.button(
            "List models", icon=":material/list:", disabled=not has_key
        )
        removes = not is_fixed and st.button("Remove", type="tertiary", icon=":material/delete:")
    if removes:
        _remove(workspace, endpoint)
    if uses or saves:
        _save_and_use(workspace, endpoint, fields, is_changed=is_changed, is_used=uses)
    if tests:
        _test(workspace, endpoint, fields)
    if lists:
        _list(workspace, endpoint, fields)


def _remove(workspace: Workspace, endpoint: SavedEndpoint) -> None:
    was_in_use = remove_endpoint(workspace.database, endpoint)
    default = "From the environment" if workspace.settings.base_url else BUILT_IN.name
    follows = f" {default!r} is in use now." if was_in_use else ""
    _tell(f"Removed {endpoint.name}. Adding it again under this name brings it back.{follows}", _default_id(workspace))


def _save_and_use(
    workspace: Workspace, endpoint: SavedEndpoint, fields: Fields, *, is_changed: bool, is_used: bool
) -> None:
    if is_changed and save(workspace, endpoint.name, fields, replaces=True) is None:
        return
    if not is_used:
        _tell(f"Saved {endpoint.name}.", endpoint.endpoint_id)
    try:
        _opened(workspace, endpoint, fields)
    except GlanError as error:
        show_error(error)
        return
    # Whoever goes back to what would be used anyway makes no choice: the next start follows the environment again.
    is_default = endpoint.endpoint_id == _default_id(workspace)
    use_endpoint(workspace.database, ENVIRONMENT if is_default else endpoint.endpoint_id)
    _tell(f"{endpoint.name} is in use now.", endpoint.endpoint_id)


def _test(workspace: Workspace, endpoint: SavedEndpoint, fields: Fields) -> None:
    reports = st.session_state.setdefault(state.ENDPOINT_REPORTS, {})
    tested = (endpoint.endpoint_id, fields.tidied().addresses)
    reports.pop(tested, None)
    with st.spinner(f"Testing, at most {MOST_SECONDS + LIST_SECONDS:.0f} s ..."):
        try:
            where = _opened(workspace, endpoint, fields)
            found = reports_on(where, model_to_test(where, fields.model))
        except GlanError as error:
            show_error(error)
            return
    reports[tested] = found
    if where.is_built_in:
        return
    forms = {address: report.reply_form for address, report in found.items()}
    for label, form in {**forms, where.identity: weakest_form(found.values())}.items():
        if form is not None:
            model = next(iter(found.values())).model
            keep_reply_form(workspace.database, label=label, model=model, reply_form=form)


def _list(workspace: Workspace, endpoint: SavedEndpoint, fields: Fields) -> None:
    with st.spinner(f"Asking, at most {LIST_SECONDS:.0f} s ..."):
        try:
            models = list_models(_opened(workspace, endpoint, fields))
        except GlanError as error:
            show_error(error)
            return
    st.session_state[state.ENDPOINT_MODELS][endpoint.endpoint_id, fields.tidied().addresses] = models
    told = f"{len(models)} models: choose one above" if models else "It offers no model: load one there"
    _tell(f"{told}.", endpoint.endpoint_id)


def _opened(workspace: Workspace, endpoint: SavedEndpoint, fields: Fields) -> Endpoint:
    """Give the endpoint with its key, as the fields have it now."""
    if endpoint.endpoint_id == ENVIRONMENT:
        return choose_endpoint(workspace.settings).endpoint
    now = BUILT_IN
    if endpoint.endpoint_id != BUILT_IN.endpoint_id:
        now = make_endpoint(name=endpoint.name, **fields._asdict(), find_key=find_key)
    return choose_endpoint(settings_at(workspace.settings, now, find_key)).endpoint


def _show_reports(endpoint_id: str, addresses: tuple[str, ...]) -> None:
    reports = st.session_state.get(state.ENDPOINT_REPORTS, {}).get((endpoint_id, addresses), {})
    if len(reports) > 1:
        st.markdown(f"**{plain(standing_words(reports))}**")
    for address, report in reports.items():
        _show_report(report, address if len(reports) > 1 else "")


def _show_report(report: EndpointReport, address: str) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"**{plain(report.model)}**" + (f" at {as_code(address)}" if address else ""), width="content")
            if not report.trouble:
                st.badge("answers", icon=":material/check:", color="green")
        if report.words():
            st.markdown("  \n".join(f"{name}: {plain(words)}" for name, words in report.words().items()))
        if report.trouble:
            show_error(GlanError(report.trouble, report.hint))


def _default_id(workspace: Workspace) -> str:
    return ENVIRONMENT if workspace.settings.base_url else BUILT_IN.endpoint_id


def _tell(sentence: str, endpoint_id: str) -> None:
    st.session_state[state.ENDPOINT_NEWS] = News(sentence, endpoint_id)
    st.rerun()
