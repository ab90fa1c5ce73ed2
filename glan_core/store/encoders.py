"""Which encoders did people add, which one did they choose last, and which texts has it not read yet?"""

from datetime import datetime

from glan_core.encoders import Content, Encoder, EncoderChoice, EncoderRecall
from glan_core.store.database import Cursor, first_row
from glan_core.store.read_texts import first_answers, text_of

_COLUMNS = "encoder, kind, model, dimensions, base_url, key_name, added_at"
_UNREAD = """
    not exists (
        from embedded_instruction
        where embedded_instruction.instruction_id = instruction.instruction_id
            and embedded_instruction.encoder = ?
            and embedded_instruction.content = ?
    )
"""


def save_encoder(cursor: Cursor, encoder: Encoder) -> None:
    """Add an encoder, or bring everything but the time it was added of a known one up to date."""
    cursor.execute(
        f"""
        insert into encoder ({_COLUMNS})
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict do update set
            kind = excluded.kind,
            model = excluded.model,
            dimensions = excluded.dimensions,
            base_url = excluded.base_url,
            key_name = excluded.key_name
        """,  # noqa: S608
        [
            encoder.encoder,
            encoder.kind,
            encoder.model,
            encoder.dimensions,
            encoder.base_url,
            encoder.key_name,
            encoder.added_at,
        ],
    )


def list_encoders(cursor: Cursor) -> tuple[Encoder, ...]:
    """List the encoders that were added, in that order."""
    rows = cursor.execute(f"select {_COLUMNS} from encoder order by added_at, encoder").fetchall()  # noqa: S608
    return tuple(Encoder(*row) for row in rows)


def insert_encoder_choice(cursor: Cursor, choice: EncoderChoice, *, chosen_at: datetime) -> None:
    """Note which encoder was chosen, and what it is to read."""
    cursor.execute("insert into encoder_choice values (?, ?, ?)", [choice.encoder, choice.content, chosen_at])


def find_encoder_choice(cursor: Cursor) -> EncoderChoice | None:
    """Give what was chosen last; None: nobody chose."""
    row = first_row(
        cursor.execute("select encoder, content from encoder_choice order by chosen_at desc, rowid desc limit 1")
    )
    return EncoderChoice(*row) if row else None


def insert_encoder_recall(cursor: Cursor, encoder: str, measured: EncoderRecall) -> None:
    """Note how well the quicker way of an encoder keeps the neighbours."""
    cursor.execute(
        "insert into encoder_recall values (?, ?, ?, ?)",
        [encoder, measured.recall, measured.texts, measured.measured_at],
    )


def find_encoder_recall(cursor: Cursor, encoder: str) -> EncoderRecall | None:
    """Give what was measured last for an encoder."""
    row = first_row(
        cursor.execute(
            """
            select recall, texts, measured_at
            from encoder_recall
            where encoder = ?
            order by measured_at desc, rowid desc
            limit 1
            """,
            [encoder],
        )
    )
    return EncoderRecall(*row) if row else None


def list_unread_texts(cursor: Cursor, *, encoder: str, content: Content, after: str = "", limit: int) -> dict[str, str]:
    """Give the next texts, by instruction id above `after`, that an encoder has not read; at most `limit`.

    `both` is the instruction, a blank line, and the answer. Without an answer there is neither that nor `answer`.
    """
    return dict(
        cursor.execute(
            f"""
            select instruction.instruction_id, {_text(content)}
            from instruction
            {_joined(content)}
            where instruction.instruction_id > ? and {_UNREAD}
            order by instruction.instruction_id
            limit ?
            """,  # noqa: S608
            [after, encoder, content, limit],
        ).fetchall()
    )


def count_unread_texts(cursor: Cursor, *, encoder: str, content: Content) -> int:
    """Count the pairs whose text an encoder has not read yet."""
    row = first_row(
        cursor.execute(
            f"select count(*) from instruction {_joined(content)} where {_UNREAD}",  # noqa: S608
            [encoder, content],
        )
    )
    return int(row[0]) if row else 0


def sample_texts(cursor: Cursor, *, content: Content, limit: int) -> list[str]:
    """Give different texts of pairs, in an order that follows from their instructions' ids alone; at most `limit`."""
    rows = cursor.execute(
        f"""
        select {_text(content)} as text
        from instruction
        {_joined(content)}
        group by all
        order by min(instruction.instruction_id)
        limit ?
        """,  # noqa: S608
        [limit],
    ).fetchall()
    return [text for (text,) in rows]


def list_names_to_read(cursor: Cursor) -> list[str]:
    """Give the names of all nodes, subjects and key concepts, each once."""
    rows = cursor.execute(
        """
        select name from taxonomy_node
        union
        select name from subject
        union
        select name from key_concept
        order by name
        """
    ).fetchall()
    return [name for (name,) in rows]


def _text(content: Content) -> str:
    return text_of(content, instruction="instruction.text", answer="answer.text")


def _joined(content: Content) -> str:
    if content == "instruction":
        return ""
    return f"join {first_answers()} as answer on answer.instruction_id = instruction.instruction_id"
