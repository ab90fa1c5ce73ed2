"""Which encoder reads what for the map, and how far is it?"""

import streamlit as st

from glan_core.embedder import Embedder
from glan_core.encoder_choice import STATIC_SUFFIX, encoder_in_use, list_all_encoders, use_encoder
from glan_core.encoders import CONTENTS, Content, Encoder
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.database import Cursor
from glan_core.store.encoders import count_unread_texts, find_encoder_recall
from glan_core.text_vectors import LEAST_RECALL, count_unread_names
from pages.shared.encoder_form import show_new_encoder
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.keys import find_key
from pages.shared.workspace import Workspace, open_workspace

_CONTENT_WORDS: dict[Content, str] = {"instruction": "Question", "answer": "Answer", "both": "Both"}
_STEPS = {
    "": "Getting ready",
    "reading": "Reading texts",
    "names": "Reading names and key concepts",
    "distil": "Making the fast encoder: reading every token once. This takes some minutes",
    "recall": "Measuring which neighbours it keeps",
    "fetching": "Downloading the model, which may take some minutes. You can leave this page",
    "trying": "Trying it out",
}
_READING = "Each different text is read once, in the background. You can stop it."


@st.cache_resource(show_spinner=False)
def open_embedder() -> Embedder:
    """Give the one that reads texts in the background, the same for all pages of this server."""
    workspace = open_workspace()
    return Embedder(workspace.database, workspace.worker.compute)


def show_encoder_choice(workspace: Workspace) -> None:
    """Show which encoder is in use, let another one be chosen or added, and show how much it has not read yet."""
    cursor = workspace.database.cursor()
    embedder = open_embedder()
    in_use = encoder_in_use(cursor)
    there = list_all_encoders(cursor)
    if embedder.error is not None:
        show_error(embedder.error)
    elif embedder.added is not None and not embedder.is_running:
        st.success(plain(f"{embedder.added.encoder} works, and is in use."), icon=":material/check:")
    names = [each.encoder for each in there]
    name = st.selectbox(
        "Encoder",
        names,
        index=names.index(in_use.encoder.encoder),
        help="Turns each text into numbers that lie near one another where the meaning is alike.",
    )
    content = st.segmented_control(
        "What it reads",
        CONTENTS,
        default=in_use.content,
        required=True,
        format_func=lambda each: _CONTENT_WORDS[each],
        help="Both: the question, a blank line and the answer, as one text.",
    )
    encoder = there[names.index(name)]
    _show_facts(cursor, encoder)
    if embedder.is_running:
        watch_embedder(embedder)
    else:
        _show_stopped(embedder)
        _show_buttons(workspace, embedder, encoder, content, is_in_use=(encoder, content) == tuple(in_use))
    with st.expander("Add an encoder", icon=":material/add:"):
        show_new_encoder(embedder, there, content)
    cursor.close()


def _show_facts(cursor: Cursor, encoder: Encoder) -> None:
    """Say where an encoder runs, and what its quicker way keeps."""
    where = {
        "built_in": "Always there, and needs no network.",
        "folder": f"From the folder {encoder.model}.",
        "name": f"The model {encoder.model}.",
        "endpoint": f"{encoder.model} at {encoder.base_url}.",
        "static": f"Made from {encoder.model}: many times faster, and knows nothing of word order.",
    }[encoder.kind]
    facts = [where, f"{encoder.dimensions} numbers a text."]
    measured = find_encoder_recall(cursor, encoder.encoder)
    if measured is not None:
        share = f"{100 * measured.recall:.1f} % of the 10 nearest neighbours of {count(measured.texts)} of your texts"
        if encoder.kind == "static":
            facts.append(f"It finds {share} that {encoder.model} finds.")
        elif measured.recall >= LEAST_RECALL:
            facts.append(f"It computes with 16-bit numbers, which keep {share}.")
        else:
            facts.append(f"It computes with 32-bit numbers, as 16-bit ones would keep only {share}.")
    st.caption(plain(" ".join(facts)))


def _show_stopped(embedder: Embedder) -> None:
    """Say what was read before somebody stopped it."""
    done = embedder.embedded
    if done is not None and done.is_stopped:
        st.info(f"Stopped. Read until then, and kept: {_texts(done.embedded)}.", icon=":material/stop_circle:")


def _show_buttons(
    workspace: Workspace, embedder: Embedder, encoder: Encoder, content: Content, *, is_in_use: bool
) -> None:
    """Say what lacks a vector, and offer to read it, to choose what is shown above, and to make a fast one of it."""
    cursor = workspace.database.cursor()
    unread = count_unread_texts(cursor, encoder=encoder.encoder, content=content)
    stamp = meanings_stamp(cursor, encoder=encoder.encoder, content=content)
    names = _count_unread_names(cursor, encoder.encoder, stamp)
    cursor.close()
    st.markdown(f"**{count(unread)}** texts are not read yet." if unread else "Every text is read.")
    if encoder.kind == "endpoint" and (unread or names):
        st.caption(plain(f"What is read is sent to {encoder.base_url}, which may charge for it."))
    if not is_in_use:
        st.caption(
            "*Use this one* shows a map of its own, for everybody, and offers to make it. The map of now is kept, and "
            "comes back with its encoder."
        )
    with st.container(horizontal=True):
        if st.button("Use this one", type="primary", icon=":material/check:", disabled=is_in_use):
            use_encoder(workspace.database, encoder, content)
            st.rerun()
        show_reading(embedder, encoder, content, unread=unread, names=names)
        has_static = encoder.kind in ("static", "endpoint") or any(
            each.encoder == f"{encoder.encoder}{STATIC_SUFFIX}" for each in list_all_encoders(workspace.cursor())
        )
        if not has_static and st.button(
            "Make a fast one of it",
            icon=":material/bolt:",
            help="A static encoder reads millions of texts on a processor. It is made once, in some minutes.",
        ):
            embedder.make_static(encoder, content)
            st.rerun()


def show_reading(embedder: Embedder, encoder: Encoder, content: Content, *, unread: int, names: int) -> None:
    """Offer to read texts, and names and key concepts; the buttons say how many, and whether they are sent away."""
    is_sent = encoder.kind == "endpoint"
    verb, icon = ("Send", ":material/upload:") if is_sent else ("Read", ":material/play_arrow:")
    key = find_key(encoder.key_name) if encoder.key_name else ""
    if unread and st.button(f"{verb} {_texts(unread)}", icon=icon, key="encoder-read", help=_READING):
        embedder.read(encoder, content, key=key)
        st.rerun()
    if names and st.button(
        f"{verb} names and key concepts ({count(names)})",
        icon=icon,
        key="encoder-read-names",
        help=f"Of nodes and subjects too: they can be compared with texts then. {_READING}",
    ):
        embedder.read_names(encoder, key=key)
        st.rerun()


@st.cache_data(max_entries=8, show_spinner=False)
def _count_unread_names(_cursor: Cursor, encoder: str, stamp: str) -> int:
    """Count once for each stamp."""
    return count_unread_names(_cursor, encoder=encoder)


def _texts(number: int) -> str:
    return f"{count(number)} text{'' if number == 1 else 's'}"


@st.fragment(run_every=1.0)
def watch_embedder(embedder: Embedder) -> None:
    """Show how far reading is; the page is drawn anew at its end."""
    if not embedder.is_running:
        st.rerun()
    done = f" ({count(embedder.done)} of {count(embedder.total)})" if embedder.total else ""
    step = "Stopping after those under way" if embedder.is_stopping else _STEPS[embedder.step]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            min(embedder.done / embedder.total, 1.0) if embedder.total else 0.0, text=f"{step}{done}.", width="stretch"
        )
        if embedder.can_stop:
            st.button(
                "Stop",
                icon=":material/stop:",
                key="encoder-stop",
                disabled=embedder.is_stopping,
                on_click=embedder.stop,
                help="Ends after the texts under way. What was read is kept.",
            )
