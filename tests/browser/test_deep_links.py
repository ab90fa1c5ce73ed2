"""Whoever follows a link to a page of a server that nobody has visited yet gets that page, and no complaint."""

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

LINKS = {
    "diversity?about=Redundancy": "Diversity",
    "coverage?by=subject": "Coverage",
    "samples?q=light": "Samples",
    "new_run": "New run",
}


@pytest.mark.parametrize(("address", "heading"), LINKS.items())
def test_the_first_request_of_a_server_may_be_for_any_page(start_app, page, address: str, heading: str):
    app = start_app()
    page.goto(f"{app.url}/{address}")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.url.startswith(f"{app.url}/{address.partition('?')[0]}")


def test_several_first_visitors_at_once_get_their_pages(start_app, chromium: Browser):
    app = start_app()
    visitors = [chromium.new_context().new_page() for _ in LINKS]
    for visitor, address in zip(visitors, LINKS, strict=True):
        visitor.set_default_timeout(90_000)
        visitor.goto(f"{app.url}/{address}", wait_until="commit")
    for visitor, heading in zip(visitors, LINKS.values(), strict=True):
        expect(visitor.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(visitor.get_by_text("Page not found")).to_have_count(0)
        visitor.context.close()
