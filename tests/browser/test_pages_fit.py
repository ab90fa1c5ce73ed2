"""Every page opens by its address, on a wide screen and on a phone, light and dark, without an error."""

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

HEADINGS = {
    "": "Overview",
    "taxonomy": "Taxonomy",
    "syllabi": "Syllabi",
    "votes": "Votes",
    "new_run": "New run",
    "runs": "Runs",
    "endpoints": "Endpoints",
    "coverage": "Coverage",
    "map": "Map",
    "samples": "Samples",
    "diversity": "Diversity",
    "corpora": "Other corpora",
    "quality": "Quality",
    "review": "Review",
    "export": "Export",
}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_its_screen(start_app, chromium: Browser, width: int, height: int, scheme: str):
    app = start_app()
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(90_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path, heading in HEADINGS.items():
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=90_000)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    context.close()
    assert errors == []


def test_the_first_visit_by_a_deep_link_shows_the_page_and_no_complaint(start_app, page):
    app = start_app()
    page.goto(f"{app.url}/taxonomy")
    expect(page.get_by_role("heading", name="Taxonomy", exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
