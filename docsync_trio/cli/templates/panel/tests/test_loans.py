"""What visitors see of the application, without a browser and without a network.

`docsync_site` is the nearest site.toml, open for the length of a test. Panel's widgets are
models of Bokeh's in the page and have no names there: a test finds them by their titles.
"""

import pytest


def years(page):
    return page.document.select_one({"title": "Years"})


def said(page):
    texts = (str(getattr(model, "text", "")) for model in page.document.models)
    return [text for text in texts if "a month" in text]


# A clock of Panel's own, which clears its busy sign, keeps the first document it was used for.
@pytest.mark.docsync_site(allow_leaks=True)
async def test_a_shorter_loan_costs_more_a_month(docsync_site):
    async with docsync_site.open("/loans") as page:
        before = said(page)
        assert before
        years(page).value = 10
        # Panel gathers changes for a moment before it draws.
        await page.until(lambda: said(page) != before, "the payment changes")
