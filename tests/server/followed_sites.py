"""Sites whose pages follow their applications, one state of an application after the other."""

from contextlib import asynccontextmanager

import attrs

from docsync_trio.config.schema import ServerSettings, SiteSettings
from docsync_trio.server.development.following import Following, followed_of
from docsync_trio.server.site import Site, load_applications, open_site
from docsync_trio.sessions.state_keeper import carry_over
from tests.server.memory_client import ask

PAGE = object()
"""Who has set what is set in these tests."""


@attrs.frozen(eq=False)
class FollowedSite:
    """An open site with one application, and all that was observed of it."""

    site: Site
    following: Following
    events: list

    @property
    def context(self):
        return self.site.applications[0]

    @property
    def version(self):
        return followed_of(self.context).version

    async def ask(self, target, **how):
        return await ask(self.site.asgi, target, **how)

    @property
    def session(self):
        """The only one."""
        (session,) = self.context.sessions.values()
        return session

    def document(self):
        return self.session.document

    async def drag(self, name, value):
        """Set a slider as a page does."""
        await self.session.with_document(
            lambda document: document.get_model_by_name(name).set_from_json(
                "value", value, setter=PAGE
            )
        )

    def takes_the_place_of(self, before):
        carry_over(before.context, self.context)


@asynccontextmanager
async def followed_site(application, *, show_errors=True, keep_state=True, **server):
    events = []
    following = Following(events.append, show_errors=show_errors, keep_state=keep_state)
    settings = SiteSettings(applications=(application,), server=ServerSettings(**server))
    loaded = load_applications(settings)
    followed = tuple(map(following.followed, loaded.applications))
    imported = attrs.evolve(loaded, applications=followed)
    async with open_site(settings, observe=following.observe, imported=imported) as site:
        yield FollowedSite(site, following, events)
