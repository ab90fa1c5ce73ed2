"""How does a test let the open app use another endpoint, as somebody does on the Endpoints page?"""

from glan_core.endpoints import add_endpoint, make_endpoint, use_endpoint
from glan_core.store.database import Database

PRICED = "gpt-4o-mini"
"""A model whose price is published."""
PUBLISHED_AT = "https://api.openai.com/v1"
"""Where it is; tests plan for it and send nothing."""


def use_endpoint_at(database: Database, base_url: str, *, model: str = PRICED, concurrency: int = 4) -> None:
    """Add an endpoint and use it from now on."""
    endpoint = make_endpoint(
        name=base_url,
        addresses=[base_url],
        key_name="",
        model=model,
        answer_model="",
        concurrency=concurrency,
        find_key=lambda name: None,
    )
    add_endpoint(database, endpoint, replaces=True)
    use_endpoint(database, endpoint.endpoint_id)
