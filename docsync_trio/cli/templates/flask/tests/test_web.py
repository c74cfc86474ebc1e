"""What visitors see of the site, without a browser and without a network.

`docsync_site` is the nearest site.toml, open for the length of a test: Flask's pages and the
documents in them.
"""


async def test_the_front_page_leads_to_every_harbor(docsync_site):
    page = await docsync_site.get("/")

    assert page.status == 200
    for harbor in ("Aber", "Brook", "Cove"):
        assert f"/harbors/{harbor}" in page.text


async def test_the_page_of_a_harbor_embeds_its_levels(docsync_site):
    page = await docsync_site.get("/harbors/Brook")

    assert "/levels/autoload.js" in page.text
    assert "harbor=Brook" in page.text


async def test_an_unknown_harbor_is_not_found(docsync_site):
    assert (await docsync_site.get("/harbors/Nowhere")).status == 404
