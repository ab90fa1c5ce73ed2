"""Which database, models and background work do all pages of this server share?

One of each per server process, made once, whoever comes first.
"""

import atexit
import dataclasses
import os
from typing import NamedTuple

import streamlit as st

from glan_core.demo import DEMO_FOLDER
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.endpoints import endpoint_in_use, settings_at
from glan_core.engines.background import Background
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.name_meanings import NameReader
from glan_core.placer import Placer
from glan_core.runs.headless import runs_at_work
from glan_core.searcher import Searcher, embed_by
from glan_core.settings import Settings, read_settings, runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.runs import mark_interrupted_runs
from glan_core.text_encoding import Means
from pages.shared.keys import find_key

_STOP_SECONDS = 5.0
_WAIT_SECONDS = 2.0


class Workspace(NamedTuple):
    """What the server holds open."""

    settings: Settings
    database: Database
    background: Background
    placer: Placer
    names: NameReader
    searcher: Searcher
    worker: EmbeddingWorker
    """The process that reads texts for all three."""

    def cursor(self) -> Cursor:
        """Give a cursor of its own to this run of a page, with what runs elsewhere have made taken in."""
        self.background.take_in_news()
        return self.database.cursor()


@st.cache_resource(show_spinner="Opening the database ...")
def open_workspace() -> Workspace:
    """Open the database, with curriculum and demo corpus if it is new; raises StoreError and CurriculumError."""
    settings = read_settings(os.environ)
    database = open_or_create(settings)
    worker = EmbeddingWorker()
    background = Background(database, runs_folder(settings.database))
    # A server that is asked to end lets the calls in flight finish, as far as they do so soon.
    atexit.register(background.stop_all, seconds=_STOP_SECONDS)
    return Workspace(
        settings,
        database,
        background,
        Placer(database, worker.compute, EmbeddingWorker().compute, find_key=find_key),
        NameReader(database, worker.compute),
        Searcher(database, embed_by(database, Means(worker.compute, find_key))),
        worker,
    )


def open_model() -> ModelChoice:
    """Give the model at the endpoint that was chosen on the Endpoints page, by default the one of the environment.

    Raises EndpointError, SettingsError and TemplateError; starts the built-in model if it is that one.
    """
    workspace = open_workspace()
    cursor = workspace.database.cursor()
    try:
        return model_at(settings_at(workspace.settings, endpoint_in_use(cursor), find_key))
    finally:
        cursor.close()


@st.cache_resource(show_spinner="Starting the model ...", hash_funcs={Settings: dataclasses.astuple})
def model_at(settings: Settings) -> ModelChoice:
    """Give the model that some settings mean: an endpoint is asked for its models once, if it has to be."""
    return choose_model(settings)


def open_or_create(settings: Settings) -> Database:
    """Open the database of the settings; where there is none, make one with curriculum and demo corpus."""
    if not settings.database.exists():
        create_database(settings.database, curriculum=read_curriculum(), demo=DEMO_FOLDER)
    # A headless command holds it for about a second.
    database = open_database(settings.database, wait_seconds=_WAIT_SECONDS)
    cursor = database.cursor()
    mark_interrupted_runs(cursor, at_work=runs_at_work(runs_folder(settings.database)))
    cursor.close()
    return database
