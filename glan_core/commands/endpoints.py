"""endpoints list, add, remove, test: where models answer, by name."""

from typing import Annotated, Any

import typer

from glan_core.commands.options import find_key, saved_endpoint
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.endpoint_report import model_to_test, report_on, reports_on, standing_words
from glan_core.endpoints import (
    BUILT_IN,
    MOST_CONCURRENCY,
    add_endpoint,
    endpoint_named,
    endpoint_of_environment,
    id_in_use,
    key_standing,
    list_all_endpoints,
    make_endpoint,
    remove_endpoint,
    settings_at,
)
from glan_core.errors import SettingsError
from glan_core.llm.endpoint import Endpoint, label_of
from glan_core.model_choice import CONCURRENCY, choose_endpoint
from glan_core.runs.headless import planning_database
from glan_core.saved_endpoint import SavedEndpoint
from glan_core.settings import runs_folder
from glan_core.store.database import open_database

app = typer.Typer(help="List, add, remove and test endpoints; `generate --endpoint NAME` uses one.")

NameArgument = Annotated[str, typer.Argument(help="What the endpoint is called.")]


@app.command("list")
def list_(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the endpoints, which one the app uses, and whether their keys are set."""
    settings = settings_with(database)
    with planning_database(settings.database, runs_folder(settings.database)) as planning:
        cursor = planning.database.cursor()
        endpoints, used_id = list_all_endpoints(cursor, settings), id_in_use(cursor, settings)
    lines = [_line(each, is_in_use=each.endpoint_id == used_id) for each in endpoints]
    data = [{**_data(each), "is_in_use": each.endpoint_id == used_id} for each in endpoints]
    tell({"endpoints": data}, as_json, "\n".join(lines))


@app.command()
def add(
    name: NameArgument,
    base_url: Annotated[
        list[str], typer.Option(help="Its address, usually ending in /v1; once for each where it has several.")
    ],
    key_name: Annotated[
        str, typer.Option(help="The environment variable that holds its key; never the key itself.")
    ] = "",
    model: Annotated[str, typer.Option(help="Model for every stage. Default: the only one that it offers.")] = "",
    answer_model: Annotated[str, typer.Option(help="Another model for the answers.")] = "",
    concurrency: Annotated[int, typer.Option(help="Most calls at once.", min=1, max=MOST_CONCURRENCY)] = CONCURRENCY,
    replace: Annotated[bool, typer.Option("--replace", help="Change the one of this name.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an endpoint, or bring back one that was removed."""
    endpoint = make_endpoint(
        name=name,
        addresses=base_url,
        key_name=key_name,
        model=model,
        answer_model=answer_model,
        concurrency=concurrency,
        find_key=find_key,
    )
    with open_database(settings_with(database).database) as opened:
        add_endpoint(opened, endpoint, replaces=replace)
    standing = key_standing(endpoint.key_name, find_key)
    tell(_data(endpoint), as_json, f"Added {endpoint.name} at {label_of(endpoint.addresses)}. {standing.sentence}")


@app.command()
def remove(name: NameArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Take an endpoint out of the list; adding it again brings it back."""
    with open_database(settings_with(database).database) as opened:
        endpoint = endpoint_named(opened.cursor(), name)
        if endpoint.endpoint_id == BUILT_IN.endpoint_id:
            raise SettingsError("The built-in model cannot be removed.", "Name an endpoint that was added.")
        was_in_use = remove_endpoint(opened, endpoint)
    follows = " The app uses its default again." if was_in_use else ""
    tell({"name": endpoint.name, "was_in_use": was_in_use}, as_json, f"Removed {endpoint.name}.{follows}")


@app.command("test")
def ask(
    name: Annotated[str | None, typer.Argument(help="Which endpoint. Default: the environment's.")] = None,
    model: Annotated[str, typer.Option(help="Another model than its own.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask an endpoint a few times: does it answer, how fast, and in which form does it give lists?"""
    settings = settings_with(database)
    chosen = endpoint_of_environment(settings) or BUILT_IN
    if name is not None:
        chosen = saved_endpoint(settings, name)
        settings = settings_at(settings, chosen, find_key)
    endpoint = choose_endpoint(settings).endpoint
    tested = model_to_test(endpoint, model or settings.model)
    if endpoint.other_addresses:
        _ask_each(chosen, endpoint, tested, as_json=as_json)
        return
    report = report_on(endpoint, tested)
    told = [f"{report.trouble} {report.hint}" if report.trouble else f"{report.model} at {endpoint.label} answers."]
    told += [f"  {what:<12} {words}" for what, words in report.words().items()]
    tell({"name": chosen.name, "base_url": chosen.base_url, **report.to_data()}, as_json, "\n".join(told))
    if report.trouble:
        raise typer.Exit(1)


def _ask_each(chosen: SavedEndpoint, endpoint: Endpoint, model: str, *, as_json: bool) -> None:
    reports = reports_on(endpoint, model)
    told = [f"{model}: {standing_words(reports)}"]
    for address, report in reports.items():
        told.append(f"  {address}" + (f": {report.trouble} {report.hint}" if report.trouble else " answers."))
        told += [f"    {what:<12} {words}" for what, words in report.words().items()]
    data = [{"address": address, **report.to_data()} for address, report in reports.items()]
    answering = sum(not report.trouble for report in reports.values())
    result = {"name": chosen.name, "base_url": chosen.base_url, "model": model, "answering": answering}
    tell({**result, "addresses": data}, as_json, "\n".join(told))
    if answering < len(reports):
        raise typer.Exit(1)


def _data(endpoint: SavedEndpoint) -> dict[str, Any]:
    return {
        "name": endpoint.name,
        "base_url": endpoint.base_url,
        "addresses": list(endpoint.addresses),
        "key_name": endpoint.key_name,
        "is_key_set": bool(endpoint.key_name) and key_standing(endpoint.key_name, find_key).is_set,
        "model": endpoint.model,
        "answer_model": endpoint.answer_model,
        "concurrency": endpoint.concurrency,
    }


def _line(endpoint: SavedEndpoint, *, is_in_use: bool) -> str:
    words = [
        label_of(endpoint.addresses) if endpoint.addresses else "inside this process",
        endpoint.model or "the only model there",
        key_standing(endpoint.key_name, find_key).sentence,
    ]
    return f"{'*' if is_in_use else ' '} {endpoint.name:<22}  {'  '.join(words)}"
