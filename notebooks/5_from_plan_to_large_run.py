# %% [markdown]
# # From a plan to a large run
#
# Ten million pairs are made with the same commands as ten. Here:
#
# 1. what the paper's full set would take, worked out by the planner,
# 2. the same for a fleet of servers whose speed is known,
# 3. a small run as a large one is made: planned in the database, worked off without it, taken in afterwards,
# 4. what the run left in its folder, and how it goes on,
# 5. what the database needs on disk.
#
# The model answers that is set (`OPENAI_BASE_URL`), or the built-in one. `docs/scale.md` has the ways beyond one
# machine.

# %%
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

# glan_core is not installed, it is a folder of the project: the one above this file, or above where a notebook works.
places = (Path(sys.path[0]).resolve(), Path.cwd())
project = next(folder for place in places for folder in (place, *place.parents) if (folder / "glan_core").is_dir())
sys.path.insert(0, str(project))

from glan_core.engines.progress import Progress
from glan_core.entities import Filter
from glan_core.model_choice import choose_model
from glan_core.planning.estimates import estimate
from glan_core.planning.paper_plan import Rate, forecast_paper, seconds_at
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.runs.headless import bring_home, planning_database, prepare, work_off
from glan_core.runs.journal import read_journal
from glan_core.scope import resolve_scope
from glan_core.settings import read_settings, runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.coverage import count_coverage
from glan_core.store.database import open_database
from glan_core.store.pairs import list_pairs

# %% [markdown]
# ## 1. What the paper's full set would take
#
# The planner has the paper's numbers: 126 disciplines, ten subject queries each, a syllabus for each subject, ten
# million questions and answers. Tokens are a guess as long as no call of this model was made, and then follow from
# those that were; money follows from the price of the model. `python -m glan_core plan --paper` prints the same.

# %%
folder = Path(os.environ.get("GLAN_NOTEBOOK_FOLDER") or tempfile.mkdtemp(prefix="scale-"))
pairs_wanted = int(os.environ.get("GLAN_NOTEBOOK_PAIRS") or 20)
path = folder / "scale.duckdb"
runs = runs_folder(path)
if not path.exists():
    create_database(path, curriculum=read_curriculum())

settings = preset("paper", model="gpt-4o-mini")
forecast = forecast_paper(settings)
with open_database(path) as database:
    expected = estimate(database.cursor(), forecast, concurrency=256, endpoint_url="https://api.openai.com/v1")
for stage, part in expected.stages.items():
    print(f"{stage:<14}{forecast.calls[stage]:>12,} calls {part.tokens.p50 / 1e6:>10,.0f} M tokens")
for what, words in expected.words().items():
    print(f"{what:<14}{words}")

# %% [markdown]
# ## 2. A fleet of one's own
#
# Whoever has servers knows, or measures with a small run, how many tokens one of them writes in a second over all calls
# at once. The hours follow; an endpoint with several addresses spreads its calls over all of them.

# %%
for servers in (1, 8, 64):
    hours = seconds_at(forecast, expected, Rate(tokens=2_500, servers=servers))
    print(f"{servers:>3} servers at 2,500 tokens a second: {hours.p10 / 3600:,.0f} to {hours.p90 / 3600:,.0f} hours")

# %% [markdown]
# ## 3. A small run, made as a large one
#
# A large run should not hold the database for days. `planning_database` opens it for as long as planning takes,
# `prepare` puts the plan and a small database into the folder of the run, and `work_off` needs nothing but that folder.
# Nobody else is kept from the database meanwhile. This is what `python -m glan_core generate` does.

# %%
choice = choose_model(read_settings(os.environ))
with planning_database(path, runs) as planning:
    cursor = planning.database.cursor()
    scope = resolve_scope(cursor, "Natural Science")
    request = PlanRequest((scope.node_id,), pairs_wanted, 7, choice.generation_settings())
    plan = make_plan(cursor, request)
    prepared = prepare(planning.database, plan, runs / plan.run_id)
print(f"{len(plan.items)} questions over {len(plan.items.syllabus_ids)} syllabi; {plan.calls_reused} calls made before")


# %%
def tell(progress: Progress) -> None:
    """Say how far the run is, in a line that is written over."""
    print(f"\r{progress.counts.answers} pairs after {progress.seconds:.0f} s ", end="", flush=True)


progress = work_off(prepared, endpoint=choice.endpoint, concurrency=choice.concurrency, on_progress=tell)
print(f"\n{progress.state.value}: {progress.counts.answers} new pairs, {progress.counts.failed} failed")

# %% [markdown]
# ## 4. What the run left
#
# Its plan, and its journal: a line for each thing that came to be, on disk before anything else knew of it. A process
# that is killed loses the calls under way and no more: the same commands go on from the journal, on this engine or on
# another one. Then the journal is taken in; long ones go in by some ten thousand lines at once.

# %%
size = (prepared.folder / "journal.jsonl").stat().st_size
kinds = Counter(type(entity).__name__ for entity in read_journal(prepared.folder / "journal.jsonl"))
print(f"{size / 1e3:,.0f} kB: {', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}")
plan_file = json.loads((prepared.folder / "plan.json").read_text(encoding="utf-8"))
print(f"plan of seed {plan_file['request']['seed']}, eight bytes a question: {len(plan_file['items'])} syllabi")
print("taken in:", bring_home(path, prepared.folder))

# %%
with open_database(path) as database:
    cursor = database.cursor()
    nodes = count_coverage(cursor, Filter())
    held = nodes[(nodes["level"] == "discipline") & (nodes["pairs"] > 0)]
    print(held[["above", "name", "pairs", "unused_key_concepts"]].to_string(index=False))
    for row in list_pairs(cursor, Filter(has_answer=True), limit=2).itertuples():
        print(f"\n{row.instruction}\n-> {row.answer}")

# %% [markdown]
# ## 5. On disk
#
# The journal and the database of this run by pair, and what ten million such pairs would need. Short answers of a small
# model make small pairs; `docs/scale.md` has figures for pairs of usual length.

# %%
if kinds["Answer"]:
    a_pair = size / kinds["Answer"]
    print(f"journal: {a_pair / 1e3:.1f} kB a pair, {a_pair * 10_000_000 / 1e9:,.0f} GB for ten million")
print(f"database with the starter curriculum: {path.stat().st_size / 1e6:.0f} MB")
print(folder)
