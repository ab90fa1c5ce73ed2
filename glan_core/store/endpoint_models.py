"""What was found out about the models of endpoints?"""

from collections.abc import Sequence

from glan_core.calls import EndpointModel
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


def insert_endpoint_models(cursor: Cursor, endpoint_models: Sequence[EndpointModel]) -> None:
    """Add what was found out; a later finding replaces an earlier one."""
    insert_batch(
        cursor,
        "endpoint_model",
        [
            {"endpoint": each.endpoint, "model": each.model, "reply_form": each.reply_form, "ceiling": each.ceiling}
            for each in {(each.endpoint, each.model): each for each in endpoint_models}.values()
        ],
        on_conflict="""update set
            reply_form = coalesce(excluded.reply_form, endpoint_model.reply_form),
            ceiling = excluded.ceiling""",
    )


def list_endpoint_models(cursor: Cursor, endpoint: str) -> tuple[EndpointModel, ...]:
    """List what is known about the models of one endpoint."""
    rows = cursor.execute(
        "select endpoint, model, reply_form, ceiling from endpoint_model where endpoint = ? order by model", [endpoint]
    ).fetchall()
    return tuple(EndpointModel(*row) for row in rows)
