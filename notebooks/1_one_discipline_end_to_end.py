# %% [markdown]
# # One discipline, end to end
#
# Beekeeping is not in the starter curriculum. Here it is taken from its name to twenty pairs, by the library alone:
#
# 1. a database with the starter curriculum,
# 2. the discipline and two subjects, added by hand,
# 3. a syllabus for each subject, written by the model,
# 4. a plan of twenty questions: what it takes, and one of the prompts before it is sent,
# 5. the run, and its pairs with their lineage,
# 6. the pairs on the map, among those that come with the project,
# 7. a file to train with, and the way back from one of its lines.
#
# No key and no model of your own are needed: the built-in model answers. It has 135 million parameters and is there
# for learning the tool, **not for making data**: what it says is fluent and often wrong. With a model of your own
# (`OPENAI_BASE_URL`, `OPENAI_API_KEY` and `GLAN_MODEL`, see the README) every cell is the same.
#
# The subjects are written by hand, as listing them well is beyond a model this small. It does write the syllabi; the
# subtopics keep them to their subject.

# %%
import json
import os
import sys
import tempfile
from pathlib import Path

# glan_core is not installed, it is a folder of the project: the one above this file, or above where a notebook works.
places = (Path(sys.path[0]).resolve(), Path.cwd())
project = next(folder for place in places for folder in (place, *place.parents) if (folder / "glan_core").is_dir())
sys.path.insert(0, str(project))

from glan_core.courses import list_courses
from glan_core.demo import DEMO_FOLDER
from glan_core.edits import NewNode, add_nodes, add_subject, apply_edit
from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.entities import Filter
from glan_core.exports.writing import export_pairs
from glan_core.figures.map_frame import Frame, window_around
from glan_core.figures.map_groups import Group, one_each
from glan_core.figures.pair_map import pair_map
from glan_core.figures.palette import OTHER_COLOUR
from glan_core.model_choice import choose_model
from glan_core.placement import place_all
from glan_core.planning.estimates import estimate
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.planning.prompt_preview import preview
from glan_core.scope import list_scope_nodes, resolve_scope
from glan_core.settings import read_settings, runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.map_points import sample_points
from glan_core.store.map_table import prepare_map
from glan_core.store.pairs import lineage, list_pairs
from glan_core.store.projections import find_newest_projection
from glan_core.store.reports import totals
from glan_core.store.subjects import list_subjects

# %% [markdown]
# ## 1. A database
#
# One file holds everything, and beside it stands a folder for the runs. Without `GLAN_NOTEBOOK_FOLDER` both are in a
# new temporary folder. With it you can interrupt the notebook and begin it again: what is there is used, and no
# question that was answered is asked twice.

# %%
folder = Path(os.environ.get("GLAN_NOTEBOOK_FOLDER") or tempfile.mkdtemp(prefix="beekeeping-"))
pairs_wanted = int(os.environ.get("GLAN_NOTEBOOK_PAIRS") or 20)

path = folder / "beekeeping.duckdb"
if not path.exists():
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
database = open_database(path)
cursor = database.cursor()

found = totals(cursor)
print(f"{path}\n{found.disciplines} disciplines, {found.subjects:,} subjects, {found.demo_answers:,} demo pairs")

# %% [markdown]
# ## 2. The discipline and its subjects
#
# A change is planned first, which checks it, and then made, whole or not at all. It stands in a log and can be undone.

# %%
above = resolve_scope(cursor, "Agriculture/Farming and horticulture")
name = f"{above.label}/Beekeeping"
if name not in {node.label for node in list_scope_nodes(cursor)}:
    new = NewNode("Beekeeping", "Keeps honey bees for honey, wax and pollination, and keeps their colonies healthy.")
    edit = apply_edit(database, add_nodes(cursor, above.node_id, [new]), editor="notebook")
    print(edit.label)
beekeeping = resolve_scope(cursor, name)

# %%
subjects_wanted = {
    "Honey Bee Biology": ("introductory", ("queen, workers and drones", "brood and life cycle", "foraging")),
    "Hive Management": ("intermediate", ("swarm control", "winter feeding", "varroa mites")),
}
there = {subject.name for subject in list_subjects(cursor, [beekeeping.node_id])}
for subject_name, (level, subtopics) in subjects_wanted.items():
    if subject_name not in there:
        adding = add_subject(cursor, beekeeping.node_id, name=subject_name, level=level, subtopics=subtopics)
        print(apply_edit(database, adding, editor="notebook").label)
subjects = list_subjects(cursor, [beekeeping.node_id])

# %% [markdown]
# ## 3. The syllabi
#
# The model and the numbers of a run: the preset `quick` for the built-in model, `paper` for one of your own.

# %%
choice = choose_model(read_settings(os.environ))
generation = choice.generation_settings()
print(f"{choice.model} at {choice.endpoint.label}, preset {generation.preset}")


# %%
def tell(progress: Progress) -> None:
    """Say how far a run is, in a line that is written over."""
    made = f"{progress.calls} calls, {progress.counts.answers} pairs, {progress.counts.failed} failed"
    print(f"\r{progress.state.value}: {made} after {progress.seconds:.0f} s ", end="", flush=True)


def work_off(plan: Plan) -> Progress:
    """Make what a plan says, and say how it goes; the same plan goes on where it was interrupted."""
    progress = execute(
        plan,
        database=database,
        folder=runs_folder(path) / plan.run_id,
        endpoint=choice.endpoint,
        concurrency=choice.concurrency,
        on_progress=tell,
    )
    print(f"\n{progress.message}" if progress.message else "")
    return progress


def show_plan(plan: Plan) -> None:
    """Say what a plan takes before it is worked off: what will be the case in eight times of ten."""
    expected = estimate(cursor, plan, concurrency=choice.concurrency, endpoint_url=choice.endpoint.base_url)
    calls = ", ".join(f"{number} for {stage}" for stage, number in plan.calls.items() if number)
    print(f"{'calls':<15}{calls or 'none'}; {plan.calls_reused} need not be made again")
    for what, words in expected.words().items():
        print(f"{what:<15}{words}")


# %% [markdown]
# Growing is a run like any other, with other stages. `syllabus` writes the course as text, `class_details` reads its
# class sessions and key concepts out of it. A reply that cannot be used is asked for again, up to three times.

# %%
courses = list_courses(cursor, subjects)
bare = tuple(subject.subject_id for subject in subjects if subject.subject_id not in courses)
if bare:
    growing = make_plan(
        cursor,
        PlanRequest(scope=bare, instructions=0, seed=7, settings=generation, stages=("syllabus", "class_details")),
    )
    show_plan(growing)
    work_off(growing)
    courses = list_courses(cursor, subjects)

# %%
for course in courses.values():
    print(f"\n{course.subject.name} ({course.subject.level})")
    for session in course.details.class_sessions:
        concepts = course.details.key_concepts_of(session.class_session_id)
        print(f"  {session.position}. {session.title}: {'; '.join(concept.name for concept in concepts)}")

# %% [markdown]
# ## 4. The plan
#
# A plan draws the key concepts of every question before anything is sent, so its calls are counted and not guessed.
# Tokens and time are an estimate, from finished calls of the same model where there are enough.

# %%
request = PlanRequest(scope=(beekeeping.node_id,), instructions=pairs_wanted, seed=7, settings=generation)
plan = make_plan(cursor, request)
print(f"{len(plan.items)} questions of {plan.combinations:,} combinations; {plan.undealt} could not be drawn")
show_plan(plan)

# %% [markdown]
# The prompt of the first question, word for word as it will be sent. It holds the whole syllabus, and the key concepts
# that were drawn.

# %%
first = preview(cursor, plan, "instructions", 0)
print(" > ".join(first.about))
for message in first.requests[0].messages:
    print(f"--- {message.role}\n{message.content}")

# %% [markdown]
# ## 5. The run
#
# An answer is asked for in a call of its own, which holds the question and nothing of the syllabus. Every reply stands
# in the journal of the run before it is in the database, so a run that is stopped keeps what was answered.

# %%
progress = work_off(plan)
tokens = progress.prompt_tokens + progress.completion_tokens
print(f"{progress.calls} calls and {tokens:,} tokens in {progress.seconds:.0f} s")

# %%
chosen = Filter(instruction_ids=tuple(item.instruction_id for item in plan.items), has_answer=True)
pairs = list_pairs(cursor, chosen, limit=pairs_wanted)
for pair in pairs.itertuples():
    origin = lineage(cursor, pair.instruction_id)
    print(f"\n{' > '.join(origin.path)}: {'; '.join(origin.key_concepts)}")
    print(f"  Q: {pair.instruction}")
    print(f"  A: {pair.answer[:200]}{' ...' if len(pair.answer) > 200 else ''}")

# %% [markdown]
# ## 6. The map
#
# Each question is read by an encoder, which runs here too, and gets a place among the demo pairs: near is alike. Points
# that are there do not move. The first time takes up to a minute.

# %%
placed = place_all(database)
print(f"{placed.placed} questions placed, {placed.embedded} of them embedded")

layout = find_newest_projection(cursor)
map_ = prepare_map(cursor, layout.projection_id)
points = sample_points(cursor, map_, characters=150).points
points["group"] = points["place"].str.startswith("Beekeeping").map({False: "Demo pairs", True: "Beekeeping"})
colours = one_each([(Group("Demo pairs", "Demo pairs"), OTHER_COLOUR), (Group("Beekeeping", "Beekeeping"), "#4269d0")])
frame = Frame(window=window_around(*map_.window), ground="light", height=620)
figure = pair_map(points, colours=colours, hits=points[:0], frame=frame)
figure.write_html(folder / "map.html")
print(f"{len(points):,} points in {folder / 'map.html'}")
figure

# %% [markdown]
# ## 7. The file
#
# One line a pair, in the form that trainers read, with its lineage beside it. Unless told otherwise an export leaves
# out the demo pairs, what a reviewer rejected, and pairs with a flag (cut off, refused, in another language, or an
# answer that repeats its question). Here the flagged ones go along, as each line says which flags it has.

# %%
out = folder / "beekeeping.jsonl"
manifest = export_pairs(cursor, out, format_="chat", filter_=chosen, gates=("demo", "rejected"))
lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
flagged = sum(bool(line["metadata"]["flags"]) for line in lines)
print(f"{manifest.pairs} pairs in {out}, {flagged} of them flagged; SHA-256 {manifest.sha256[:16]}...")

# %% [markdown]
# One of its lines leads back: to its node, its class sessions and key concepts, the run and the prompts that were sent.

# %%
line = lines[0]
source = line["metadata"]
print(json.dumps(line, indent=2, ensure_ascii=False))

origin = lineage(cursor, source["instruction_id"])
planned = next(item for item in plan.items if item.instruction_id == source["instruction_id"])
print(f"\nplace           {' > '.join(origin.path)}")
print(f"class sessions  {'; '.join(origin.class_sessions)}")
print(f"key concepts    {'; '.join(origin.key_concepts)}")
print(f"as planned      {list(planned.combination.key_concept_ids) == source['key_concept_ids']}")
print(f"run             {source['run_id']}, question {list(plan.items).index(planned) + 1} of {len(plan.items)}")
print(f"asked with      {origin.instruction_messages[-1].content}")
print(f"answered to     {origin.answer_messages[-1].content}")

# %%
database.close()
