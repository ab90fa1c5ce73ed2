-- Everything GLAN Explorer keeps, table by table, from the taxonomy down to an exported pair.
--
-- Ids are stable hashes (ids.py): 16 letters and digits. Rows are written once; only run states change, what people may
-- edit (EDITABLE_COLUMNS in edits.py), and status and texts of what was reviewed. Nothing is deleted: it is removed by
-- status.
-- There are no foreign keys on purpose: DuckDB refuses some updates on rows that others reference, and checks each row
-- of a batch. Rows arrive from journals in an order that keeps them whole (see ingest.py), and a test looks for orphans.

-- One row: what made this file, so that a foreign or newer database is recognised.
create table if not exists glan_database (
    schema_version      integer not null,
    created_at          timestamptz not null default now()
);

-- Fields, sub-fields and disciplines: the tree that people curate (paper 2.1).
create table if not exists taxonomy_node (
    taxonomy_node_id    varchar primary key,
    parent_id           varchar,                        -- taxonomy_node; null for a field
    level               varchar not null check (level in ('field', 'sub_field', 'discipline')),
    name                varchar not null,
    description         varchar not null default '',
    status              varchar not null default 'kept' check (status in ('pending', 'kept', 'removed')),
    target              bigint,                         -- pairs wanted below this node; null: nobody said
    origin              varchar not null,               -- paper, starter, user or model
    position            integer                         -- place among its siblings, from 1; null: after them
);

-- Who would keep or remove a node (paper 2.1 decides by majority). Append-only.
create table if not exists vote (
    vote_id             varchar primary key,
    taxonomy_node_id    varchar not null,               -- taxonomy_node
    reviewer            varchar not null,
    verdict             varchar not null check (verdict in ('keep', 'remove')),
    reason              varchar not null default '',
    voted_at            timestamptz not null
);

-- What people changed in the curriculum, in order. Append-only: to undo one is another edit.
create table if not exists edit (
    edit_id             varchar primary key,
    number              bigint not null unique,         -- from 1
    kind                varchar not null,               -- add, rename, describe, target, move, merge, split, ...
    label               varchar not null,               -- what was done, in words
    changes             json not null,                  -- rows before and after (store/edits.py)
    editor              varchar not null default '',
    edited_at           timestamptz not null,
    of_edit_id          varchar                         -- the edit that this one undid or did again
);

-- What a student of a discipline should learn (paper 2.2).
create table if not exists subject (
    subject_id          varchar primary key,
    discipline_id       varchar not null,               -- taxonomy_node
    name                varchar not null,
    level               varchar not null check (level in ('introductory', 'intermediate', 'advanced')),
    subtopics           varchar[] not null,
    run_id              varchar,                        -- null: shipped or written by hand
    model_call_id       varchar,
    status              varchar not null default 'kept' check (status in ('kept', 'removed'))
);

-- The course of a subject as text (paper 2.3); all versions stay.
create table if not exists syllabus (
    syllabus_id         varchar primary key,
    subject_id          varchar not null,               -- subject
    version             integer not null,
    text                varchar not null,
    run_id              varchar,
    model_call_id       varchar
);

-- The meetings of a syllabus in teaching order, position from 1.
create table if not exists class_session (
    class_session_id    varchar primary key,
    syllabus_id         varchar not null,               -- syllabus
    position            integer not null,
    title               varchar not null,
    description         varchar not null default ''
);

-- What a class session teaches, position from 1.
create table if not exists key_concept (
    key_concept_id      varchar primary key,
    class_session_id    varchar not null,               -- class_session
    position            integer not null,
    name                varchar not null
);

-- One execution of a plan.
create table if not exists run (
    run_id              varchar primary key,
    plan                json not null,                  -- scope, instructions, stages
    settings            json not null,                  -- every number and name the run used
    seed                bigint not null,
    state               varchar not null check (state in ('running', 'paused', 'finished', 'stopped', 'interrupted')),
    engine              varchar not null,
    started_at          timestamptz not null,
    finished_at         timestamptz,
    message             varchar not null default '',    -- why it stopped
    is_demo             boolean not null default false, -- shipped with the release, not made here
    is_removed          boolean not null default false  -- its pairs count nowhere; they can be put back
);

-- How much of each run's journal this database has taken in.
create table if not exists journal (
    run_id              varchar primary key,
    bytes               bigint not null
);

-- The ledger: every finished call, good or bad, with the exact prompt.
create table if not exists model_call (
    model_call_id       varchar primary key,
    run_id              varchar not null,               -- the run that paid for it
    stage               varchar not null,
    template            varchar not null,
    template_fingerprint varchar not null,
    model               varchar not null,
    parameters          json not null,
    messages            json not null,                  -- with marks for shared texts (see shared_texts.py)
    reply               varchar not null,
    finish_reason       varchar not null,
    prompt_tokens       bigint,
    completion_tokens   bigint,
    seconds             double not null,
    attempt             integer not null,
    finished_at         timestamptz not null,
    error_kind          varchar,                        -- null: the reply was used
    error_message       varchar,
    cost                double,                         -- US dollars; null: price not known
    tries               integer not null default 1,     -- how often it was sent
    left_out            varchar,                        -- what of the reply could not be used, and why
    address             varchar                         -- of the server that it was sent to last, never its key
);
alter table model_call add column if not exists address varchar;  -- where an earlier release made the table

-- What thousands of prompts have in common, such as a syllabus, kept once.
create table if not exists shared_text (
    shared_text_id      varchar primary key,            -- ids.content_id of the text
    text                varchar not null
);

-- What was found out about the models of endpoints.
create table if not exists endpoint_model (
    endpoint            varchar not null,               -- its address, never its key
    model               varchar not null,
    reply_form          varchar,                        -- jsonl, json or schema; null: nobody tried
    ceiling             integer,                        -- calls at once that it served; null: it never refused more
    primary key (endpoint, model)
);

-- Where models answer, as people added it. Never a key: only what names it.
create table if not exists endpoint (
    endpoint_id         varchar primary key,
    name                varchar not null,               -- what people call it
    base_url            varchar not null,
    key_name            varchar not null default '',    -- the environment variable or secret that holds the key
    model               varchar not null default '',
    answer_model        varchar not null default '',    -- '': the same
    concurrency         integer not null,               -- calls at once
    added_at            timestamptz not null,
    is_removed          boolean not null default false,
    other_addresses     varchar default ''              -- where the same models answer besides, one a line
);
alter table endpoint add column if not exists other_addresses varchar default '';  -- as above

-- Which endpoint people chose to use, choice by choice: the newest counts. Append-only.
create table if not exists endpoint_choice (
    endpoint_id         varchar not null,               -- endpoint; built_in; '': what the environment names
    chosen_at           timestamptz not null
);

-- Settings that people saved under a name.
create table if not exists saved_preset (
    name                varchar primary key,
    settings            json not null,                  -- GenerationSettings
    saved_at            timestamptz not null
);

-- Homework questions (paper 2.4).
create table if not exists instruction (
    instruction_id      varchar primary key,
    syllabus_id         varchar not null,               -- syllabus
    strategy            varchar not null check (strategy in ('one_session', 'two_sessions')),
    text                varchar not null,
    run_id              varchar not null,
    key_concept_ids     varchar[] not null,             -- key_concept: what it was drawn from, in teaching order
    model_call_id       varchar not null,
    status              varchar not null default 'generated' check (status in ('generated', 'accepted', 'rejected'))
);

-- Which key concepts an instruction was drawn from, one a row; with class_session they lead up the whole tree.
-- A view: as a table of its own its keys took more memory than everything else about a pair.
create or replace view instruction_key_concept as
select instruction_id, unnest(key_concept_ids) as key_concept_id
from instruction;

-- Answers, bound to their instruction by id.
create table if not exists answer (
    answer_id           varchar primary key,
    instruction_id      varchar not null,
    text                varchar not null,
    run_id              varchar not null,
    model_call_id       varchar not null
);

-- How many questions and answers there are, counted up to a place in both tables, so that pages need not read all of
-- them again (store/kept_counts.py). One row at most, and none of it is needed: without it everything is counted anew.
create table if not exists counted_up_to (
    question_end        bigint not null,                -- rows of instruction before this rowid are counted
    answer_end          bigint not null,                -- rows of answer before this rowid are counted
    questions           bigint not null,                -- rows before question_end
    answers             bigint not null,                -- rows before answer_end
    answers_without_question bigint not null,           -- those of the answers whose questions came later or were removed
    removed_runs        varchar not null,               -- ids with spaces between: what these made is not counted
    last_instruction_id varchar                         -- of the last row that is counted
);

-- What was counted: how many questions have so many answers.
create table if not exists counted_question (
    syllabus_id         varchar not null,               -- syllabus
    run_id              varchar not null,               -- run of the questions
    strategy            varchar not null,
    answers             integer not null,               -- that each of them has
    questions           bigint not null
);

-- Which key concepts the questions that are counted were drawn from, each once.
create table if not exists drawn_key_concept (
    syllabus_id         varchar not null,               -- syllabus of the questions
    key_concept_id      varchar not null                -- key_concept
);

-- Reasons not to trust a pair blindly: truncated, refusal, exact_duplicate, contaminated, ... What a person lifted is
-- not among them.
create table if not exists quality_flag (
    instruction_id      varchar not null,
    kind                varchar not null,
    detail              varchar not null default '',
    primary key (instruction_id, kind)
);

-- Flags that a person lifted: they count no more, and no check raises them again until they are put back.
create table if not exists lifted_flag (
    instruction_id      varchar not null,
    kind                varchar not null,
    detail              varchar not null default '',
    lifted_by           varchar not null default '',
    lifted_at           timestamptz not null,
    primary key (instruction_id, kind)
);

-- Checks of many pairs: which, how far each is, and what it found. One that was stopped goes on where it was.
create table if not exists quality_check (
    quality_check_id    varchar primary key,
    kind                varchar not null,               -- rules, duplicates or contamination
    settings            json not null,
    state               varchar not null check (state in ('running', 'finished', 'stopped', 'failed')),
    questions_done      bigint not null,                -- rows of instruction that were looked at
    answers_done        bigint not null,                -- rows of answer that were looked at
    rows                bigint not null,                -- pairs, answered or not, that there were
    found               bigint not null,                -- flags, groups or hits
    seconds             double not null,                -- that it worked
    started_at          timestamptz not null,
    finished_at         timestamptz,
    message             varchar not null default ''     -- why it ended early
);

-- Pairs that ask or say the same, or nearly: those of a group are alike, and one of them is kept.
create table if not exists duplicate (
    quality_check_id    varchar not null,               -- quality_check: of the newest of its kind
    kind                varchar not null check (kind in ('exact', 'text', 'meaning')),
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    group_number        bigint not null,                -- from 1, the largest group first
    instruction_id      varchar not null,
    is_kept             boolean not null,               -- the one of its group that is not flagged
    is_flagged          boolean not null default false, -- somebody had the others of its group flagged
    similarity          double not null                 -- of the two least alike that link the group, 0 to 1
);

-- Pairs that a person chose to keep of their groups; later checks keep them too.
create table if not exists kept_duplicate (
    instruction_id      varchar primary key             -- instruction
);

-- Questions that others measure models with, from files that people added: no pair should hold them.
create table if not exists benchmark (
    benchmark_id        varchar primary key,
    name                varchar not null,               -- what people call it
    file_name           varchar not null,               -- of the file or folder that it came from
    items               bigint not null,                -- of benchmark_item
    bad_lines           bigint not null,                -- rows of the file that could not be used
    added_at            timestamptz not null,
    is_removed          boolean not null default false  -- no pair is held against it any more
);

create table if not exists benchmark_item (
    benchmark_id        varchar not null,               -- benchmark
    number              bigint not null,                -- from 1, as the file has them
    question            varchar not null,
    answer              varchar not null default ''     -- '': the file has none
);

-- Pairs that hold text of a benchmark, each with the item that it holds most of.
create table if not exists contamination (
    benchmark_id        varchar not null,               -- benchmark
    instruction_id      varchar not null,
    kind                varchar not null check (kind in ('exact', 'words', 'meaning')),
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    number              bigint not null,                -- of the benchmark_item
    words               bigint not null,                -- that both have in a row; 0 for meaning
    similarity          double not null                 -- cosine for meaning, else share of the item's words, 0 to 1
);

-- How many pairs are how near to a benchmark in meaning: what another threshold would find.
create table if not exists contamination_curve (
    benchmark_id        varchar not null,               -- benchmark
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    similarity          double not null,                -- cosine from which a pair counts, -1 to 1
    pairs               bigint not null                 -- whose nearest item is at least so near
);

-- What is left out of what leaves, as people chose it under a name.
create table if not exists gate_set (
    name                varchar primary key,
    gates               varchar[] not null,             -- as gates.py names them
    saved_at            timestamptz not null
);

-- What judges (models) said of pairs: scores from 1 to 10. Append-only: the newest of a pair and a judge counts.
create table if not exists judgement (
    judgement_id        varchar primary key,
    instruction_id      varchar not null,
    answer_id           varchar not null,               -- answer
    text_digest         varchar not null default '',    -- of the texts that the judge read, see digest_of_edited
    model               varchar not null,               -- the judge
    template_fingerprint varchar not null,              -- of the prompt that asked for it
    score               integer not null,               -- of the answer as a whole
    helpfulness         integer not null,
    relevance           integer not null,
    accuracy            integer not null,
    detail              integer not null,
    reason              varchar not null,               -- in the judge's words
    run_id              varchar not null,
    model_call_id       varchar not null,
    judged_at           timestamptz not null
);

-- What a second model said to instructions, to hold the answers of pairs against. No part of any pair.
create table if not exists compared_answer (
    compared_answer_id  varchar primary key,
    instruction_id      varchar not null,
    text                varchar not null,
    model               varchar not null,               -- that answered
    run_id              varchar not null,
    model_call_id       varchar not null
);

-- What judges said of the answer of a pair beside that of a second model, each order a row. Append-only.
create table if not exists comparison (
    comparison_id       varchar primary key,
    instruction_id      varchar not null,
    answer_id           varchar not null,               -- answer
    text_digest         varchar not null default '',    -- of the texts of the pair that the judge read
    compared_answer_id  varchar not null,               -- compared_answer
    model               varchar not null,               -- the judge
    template_fingerprint varchar not null,              -- of the prompt that asked for it
    is_swapped          boolean not null,               -- the answer of the pair was shown second
    score               integer not null,               -- 1 to 10, of the answer of the pair
    compared_score      integer not null,               -- 1 to 10, of the other one
    reason              varchar not null,               -- in the judge's words
    run_id              varchar not null,
    model_call_id       varchar not null,
    judged_at           timestamptz not null
);

-- Items that a run gave up on, with the last reason. Those made since are not failures any more (view open_failure).
create table if not exists failure (
    item_id             varchar not null,               -- instruction, answer, taxonomy_node, subject or syllabus
    run_id              varchar not null,
    stage               varchar not null,
    error_kind          varchar not null,
    message             varchar not null,
    primary key (item_id, run_id, stage)
);

create or replace view open_failure as
select *
from failure
where error_kind <> ''                                  -- empty: it is being tried again
    and item_id not in (select instruction_id from instruction)
    and item_id not in (select answer_id from answer)
    and item_id not in (select judgement_id from judgement)
    and item_id not in (select compared_answer_id from compared_answer)
    and item_id not in (select comparison_id from comparison)
    and not (stage = 'syllabus' and item_id in (select subject_id from syllabus))
    and not (stage = 'class_details' and item_id in (select syllabus_id from class_session));

-- Vectors of unit length by the content they stand for, so that no text is embedded twice by one encoder.
create table if not exists embedding (
    content_id          varchar not null,               -- ids.content_id of the text
    encoder             varchar not null,
    number              bigint not null,                -- its place among those of its encoder, from 0, as they came
    vector              float[] not null,
    primary key (content_id, encoder)
);

-- Which vector stands for which text of which pair. An instruction without a row has not been embedded as that.
create table if not exists embedded_instruction (
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    instruction_id      varchar not null,
    number              bigint not null,                -- of the embedding; equal texts share one
    primary key (encoder, content, instruction_id)
);

-- Where vectors come from, as people added it. Never a key: only what names it.
create table if not exists encoder (
    encoder             varchar primary key,            -- what people call it, and what embedding.encoder says
    kind                varchar not null check (kind in ('built_in', 'folder', 'name', 'endpoint', 'static')),
    model               varchar not null,               -- a folder, a name, or the encoder that a static one came from
    base_url            varchar not null default '',    -- endpoint: its address
    key_name            varchar not null default '',    -- endpoint: the environment variable or secret with the key
    dimensions          integer not null,               -- numbers in a vector
    added_at            timestamptz not null
);

-- Which encoder people chose for the map and what it is to read, choice by choice: the newest counts. Append-only.
create table if not exists encoder_choice (
    encoder             varchar not null,               -- encoder
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    chosen_at           timestamptz not null
);

-- How well the quicker way of an encoder keeps the neighbours that the full one finds. Append-only: the newest counts.
create table if not exists encoder_recall (
    encoder             varchar not null,               -- encoder
    recall              double not null,                -- share of the 10 nearest neighbours that stay the same, 0 to 1
    texts               bigint not null,                -- how many it was measured on
    measured_at         timestamptz not null
);

-- The nearest vectors of each vector among those of the same content, nearest first, itself left out; at most 15.
create table if not exists neighbourhood (
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    number              bigint not null,                -- of the embedding
    neighbours          integer[] not null,             -- numbers of embeddings
    similarities        float[] not null,               -- their cosines, -1 to 1
    primary key (encoder, content, number)
);

-- One layout of the map. Its points are added to, never moved: a new layout is a new projection.
create table if not exists projection (
    projection_id       varchar primary key,
    encoder             varchar not null,
    method              varchar not null,               -- pca or umap
    seed                bigint not null,
    created_at          timestamptz not null,
    content             varchar not null default 'instruction', -- which text of a pair its points stand for
    landmarks           bigint not null default 0,      -- points that it was fitted to
    aligned_to          varchar                         -- projection that it was turned towards; null: none
);

create table if not exists projected_point (
    projection_id       varchar not null,
    instruction_id      varchar not null,
    x                   float not null,
    y                   float not null,
    placed_by           varchar not null check (placed_by in ('fit', 'transform')),
    distance            float,                          -- of its vector from the nearest other landmark, 1 - cosine
    primary key (projection_id, instruction_id)
);

-- What people looked at, to come back to: a filter and what was shown of it.
create table if not exists saved_view (
    saved_view_id       varchar primary key,
    name                varchar not null,
    filter              json not null,
    shown               json not null,
    saved_at            timestamptz not null,
    is_removed          boolean not null default false
);

-- Questions in SQL that people saved under a name.
create table if not exists saved_query (
    name                varchar primary key,
    sql                 varchar not null,
    saved_at            timestamptz not null
);

-- Words that people put on pairs. Append-only: the newest row of an instruction and a tag counts.
create table if not exists tag (
    instruction_id      varchar not null,
    tag                 varchar not null,
    tagged_at           timestamptz not null,
    is_removed          boolean not null default false
);

create or replace view kept_tag as
select instruction_id, tag
from tag
group by instruction_id, tag
having not arg_max(is_removed, row(tagged_at, rowid));

-- What reviewers said about pairs, in order. Append-only: to undo one is another row, and the newest of those that stand
-- gives the instruction its status.
create table if not exists review (
    review_id           varchar primary key,
    number              bigint not null,                -- from 1, as they came
    instruction_id      varchar not null,
    reviewer            varchar not null,
    verdict             varchar not null check (verdict in ('accepted', 'rejected', 'edited', 'undone')),
    reasons             varchar[] not null,             -- why it was rejected: wrong_answer, unclear, ...
    comment             varchar not null default '',
    origin              varchar not null check (origin in ('card', 'bulk', 'file')), -- looked at here, not, or elsewhere
    batch_id            varchar,                        -- those of one bulk decision share it, or of one file
    of_review_id        varchar,                        -- undone: the review that was taken back
    reviewed_at         timestamptz not null
);

-- What an edit made of a pair. The instruction and its answer hold the newest text that stands, and this what was before.
create table if not exists edited_text (
    review_id           varchar primary key,            -- review
    instruction_id      varchar not null,
    answer_id           varchar,                        -- null: it had no answer
    instruction_before  varchar not null,
    instruction_after   varchar not null,
    answer_before       varchar,
    answer_after        varchar
);

-- Instructions that a run wrote in place of rejected ones, which stay as they are.
create table if not exists regeneration (
    instruction_id      varchar primary key,            -- instruction: the new one
    rejected_id         varchar not null                -- instruction of the rejected pair
);

create or replace view standing_review as
select *
from review
where verdict <> 'undone'
    and not exists (
        from review as undone
        where undone.of_review_id = review.review_id
    );

-- Branches that nobody should generate below for now. Append-only: the newest row of a node counts.
create table if not exists branch_hold (
    taxonomy_node_id    varchar not null,               -- taxonomy_node
    is_held             boolean not null,               -- false: it was let go
    reason              varchar not null default '',
    reviewer            varchar not null,
    held_at             timestamptz not null
);

create or replace view held_node as
select
    taxonomy_node_id,
    arg_max(reason, row(held_at, rowid)) as reason,
    arg_max(reviewer, row(held_at, rowid)) as reviewer,
    max(held_at) as held_at
from branch_hold
group by taxonomy_node_id
having arg_max(is_held, row(held_at, rowid));

-- Datasets of others, to hold one's own against. Their rows are no pairs: neither exports nor plans nor layouts read them.
create table if not exists corpus (
    corpus_id           varchar primary key,
    name                varchar not null,               -- what people call it
    file_name           varchar not null,               -- of the file that it came from, without its folder
    container           varchar not null check (container in ('json_lines', 'json', 'csv', 'parquet')),
    format              varchar not null check (format in ('alpaca', 'sharegpt', 'chat', 'columns')),
    mapping             json not null,                  -- by part (instruction, answer, input or conversation) its column
    imported_at         timestamptz not null,
    rows                bigint not null,                -- of corpus_row
    bad_lines           bigint not null,                -- rows of the file that could not be used
    longer_conversations bigint not null,               -- rows that are only the beginning of a conversation
    is_removed          boolean not null default false  -- counts nowhere; it can be put back
);

-- The rows of corpora as their files have them. Without a key: it would take more memory than the texts, and a corpus is
-- taken in whole or not at all.
create table if not exists corpus_row (
    corpus_id           varchar not null,               -- corpus
    number              bigint not null,                -- of its line (CSV, JSON Lines), row (Parquet) or item (JSON), from 1
    corpus_row_id       varchar not null,               -- a hash, so that the lowest are a random sample
    instruction         varchar not null,
    answer              varchar not null
);

-- Rows of files that could not be used: the first thousand of a corpus.
create table if not exists corpus_bad_line (
    corpus_id           varchar not null,               -- corpus
    number              bigint not null,                -- as in corpus_row
    reason              varchar not null
);

-- The discipline whose key concepts and subjects a row is nearest to, as an encoder reads them.
create table if not exists corpus_place (
    corpus_id           varchar not null,               -- corpus
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    number              bigint not null,                -- of the corpus_row
    discipline_id       varchar not null,               -- taxonomy_node
    similarity          float not null,                 -- cosine of row and discipline, -1 to 1
    confidence          float not null                  -- how likely it is the right one, 0 to 1
);

-- What the rows of a corpus were compared with when they were last placed.
create table if not exists corpus_placing (
    corpus_id           varchar not null,               -- corpus
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    reference           varchar not null                -- another one after every change of what disciplines teach
);

-- Where rows of corpora lie on a layout of the map. They are placed among its pairs, and no pair ever moves for them.
create table if not exists corpus_point (
    projection_id       varchar not null,               -- projection
    corpus_id           varchar not null,               -- corpus
    number              bigint not null,                -- of the corpus_row
    x                   float not null,
    y                   float not null,
    distance            float                           -- from the nearest landmark of the layout, 1 - cosine
);

-- What was measured of how varied pairs are, one number a row. Append-only, so that dates and runs can be compared.
create table if not exists evaluation (
    evaluation_id       varchar not null,               -- the same for all numbers of one evaluation
    evaluated_at        timestamptz not null,
    scope               json not null,                  -- which pairs: a filter
    scope_hash          varchar not null,               -- filters of the same values share one
    measured            varchar not null,               -- pairs, or the corpus that the rows are of
    metric              varchar not null,               -- vendi_1, near_duplicate_rate, ...
    value               double not null,
    lower               double,                         -- end of its interval; null: it has none
    upper               double,
    n                   bigint not null,                -- so many rows were measured
    rows                bigint not null,                -- out of so many
    seed                bigint not null,                -- of the draw
    encoder             varchar not null,
    content             varchar not null check (content in ('instruction', 'answer', 'both')),
    reference           varchar not null default '',    -- what it was held against, a filter or a corpus; '': nothing
    parameters          json not null,                  -- settings of the measure, and what it counted
    seconds             double not null,                -- that it took
    dataset_version     varchar not null,               -- changes whenever other rows may be meant
    primary key (evaluation_id, metric)
);

-- Exports that were written, each with what was asked for and what came of it. Append-only.
create table if not exists export (
    export_id           varchar primary key,
    path                varchar not null,               -- the file, or the folder of several; it may be gone since
    request             json not null,                  -- to repeat it from
    manifest            json not null,                  -- counts, files and their SHA-256
    exported_at         timestamptz not null,
    seconds             double not null                 -- that it took
);

-- A node with all its ancestors, itself included: one row a pair. A removed ancestor removes everything below it.
create or replace view taxonomy_ancestor as
with recursive walk as (
    select taxonomy_node_id, taxonomy_node_id as ancestor_id, parent_id as next_id, status
    from taxonomy_node
    union all
    select walk.taxonomy_node_id, node.taxonomy_node_id, node.parent_id, node.status
    from walk
    join taxonomy_node as node on node.taxonomy_node_id = walk.next_id
)
select taxonomy_node_id, ancestor_id, status as ancestor_status
from walk;

-- The nodes that are kept together with everything above them.
create or replace view kept_taxonomy_node as
select node.*
from taxonomy_node as node
where node.taxonomy_node_id not in (
    select taxonomy_node_id
    from taxonomy_ancestor
    where ancestor_status <> 'kept'
);

create or replace view kept_subject as
select *
from subject
where status = 'kept';

-- A kept discipline with its names up to the field; what is removed, and all below it, has no path.
create or replace view discipline_path as
select
    discipline.taxonomy_node_id as discipline_id,
    discipline.name as discipline,
    sub_field.taxonomy_node_id as sub_field_id,
    sub_field.name as sub_field,
    field.taxonomy_node_id as field_id,
    field.name as field
from kept_taxonomy_node as discipline
join taxonomy_node as sub_field on sub_field.taxonomy_node_id = discipline.parent_id
join taxonomy_node as field on field.taxonomy_node_id = sub_field.parent_id
where discipline.level = 'discipline';

create or replace view removed_run as
select run_id
from run
where is_removed;

create or replace view kept_answer as
select *
from answer
where not exists (from removed_run where removed_run.run_id = answer.run_id);

-- When the text of an instruction or of its answer was changed last.
create or replace view digest_of_edited as
select answer.answer_id, left(sha256(instruction.text || chr(31) || answer.text), 16) as text_digest
from answer
join instruction on instruction.instruction_id = answer.instruction_id
where answer.instruction_id in (select instruction_id from edited_text);

-- What counts of the judgements: the newest of each pair and judge, but none of a removed run or of other texts.
create or replace view newest_judgement as
select *
from judgement
where not exists (from removed_run where removed_run.run_id = judgement.run_id)
    and not exists (
        from digest_of_edited as edited
        where edited.answer_id = judgement.answer_id
            and edited.text_digest <> judgement.text_digest
    )
qualify row_number() over (partition by answer_id, model order by judged_at desc, judgement_id) = 1;

-- The score of each judged pair: the mean of its judges.
create or replace view judge_score as
select instruction_id, answer_id, avg(score) as score, count(*) as judges
from newest_judgement
group by instruction_id, answer_id;

-- What counts of the comparisons, both orders together: the newest of each order, pair, model compared and judge.
create or replace view compared_pair as
select
    instruction_id,
    answer_id,
    compared_model,
    judge,
    count(*) as orders,                                 -- 2: it was judged in both
    avg(score) as score,                                -- of the answer of the pair
    avg(compared_score) as compared_score,
    any_value(score - compared_score) filter (not is_swapped) as first_gap,
    any_value(score - compared_score) filter (is_swapped) as swapped_gap
from (
    select comparison.*, comparison.model as judge, compared_answer.model as compared_model
    from comparison
    join compared_answer on compared_answer.compared_answer_id = comparison.compared_answer_id
    where not exists (from removed_run where removed_run.run_id = comparison.run_id)
        and not exists (
            from digest_of_edited as edited
            where edited.answer_id = comparison.answer_id
                and edited.text_digest <> comparison.text_digest
        )
    qualify row_number() over (
        partition by comparison.answer_id, compared_answer.model, comparison.model, comparison.is_swapped
        order by comparison.judged_at desc, comparison.comparison_id
    ) = 1
)
group by instruction_id, answer_id, compared_model, judge;

-- Instruction and answer side by side with their place in the tree: what maps, tables and exports read.
-- What a removed run has made is not among them.
create or replace view pair as
select
    instruction.instruction_id,
    answer.answer_id,
    instruction.text as instruction,
    answer.text as answer,
    instruction.strategy,
    instruction.status,
    instruction.run_id,
    instruction.model_call_id as instruction_model_call_id,
    answer.model_call_id as answer_model_call_id,
    instruction.syllabus_id,
    subject.subject_id,
    subject.name as subject,
    subject.level,
    path.discipline_id,
    path.discipline,
    path.sub_field_id,
    path.sub_field,
    path.field_id,
    path.field
from instruction
left join kept_answer as answer on answer.instruction_id = instruction.instruction_id
join syllabus on syllabus.syllabus_id = instruction.syllabus_id
join kept_subject as subject on subject.subject_id = syllabus.subject_id
join discipline_path as path on path.discipline_id = subject.discipline_id
where not exists (from removed_run where removed_run.run_id = instruction.run_id);
