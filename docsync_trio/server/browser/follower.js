// What one connection's page does when its application is exchanged for another, or cannot be.
//
// It belongs to a keeper, which looks after the connection in all other cases.
"use strict";
window.docsync = window.docsync || {};
docsync.Follower = docsync.Follower || (() => {
  const {follow, notice, overlay} = docsync
  const MOST_TOLD = 3 // of what was not kept

  // In one calm line, what could not be put back into the new document.
  function not_kept({not_kept: all = []}) {
    const more = all.length - MOST_TOLD
    const rest = more > 0 ? ` And ${more} more.` : ""
    return all.length ? `The application was reloaded. Not kept: ${all.slice(0, MOST_TOLD).join(" ")}${rest}` : ""
  }

  return class Follower {
    // `is_own_page` says that the page may be loaded anew.
    constructor(keeper, is_own_page) {
      this.keeper = keeper
      this.sign = is_own_page ? follow.sign : null
      this.page = follow.page_of(keeper.usual_url)
      this.busy = false
    }

    // `document` has been pulled. What was said before it could hear is asked for.
    async begin(document) {
      document.on_message("docsync", (news) => this.told(JSON.parse(news)))
      if (this.sign !== null) {
        const state = await this.ask()
        if (state && !state.gone) {
          this.told(state)
        }
      }
    }

    ask() {
      const {token, args_string} = this.keeper.connection
      return follow.ask(this.page, token, args_string)
    }

    told({mended, failures = [], not_kept: all}) {
      if (mended) {
        overlay.mended(this, "reload")
      }
      overlay.show(this, failures)
      const news = not_kept({not_kept: all})
      if (news) {
        this.keeper.tell(() => notice.say(news, {seconds: 15}))
      }
    }

    // When the server answers it has a session for this page, which is to be pulled and drawn.
    async follow() {
      const {keeper} = this
      this.busy = true
      const state = await this.ask()
      if (!state) {
        this.busy = false
        keeper.schedule(false) // the server is not there, as after any other loss
      } else if (state.gone) {
        this.busy = false
        keeper.ended()
      } else if (!("page" in state)) {
        overlay.mended(this)
        this.told(state)
        await follow.another(this.page, state.version)
        await this.follow()
      } else if (this.sign && state.page !== this.sign) {
        follow.load(keeper.connection.token)
      } else {
        await follow.without_flash(() => this.renew(state))
      }
    }

    async renew(state) {
      const {keeper} = this
      try {
        await keeper.connection.connect()
        await keeper.drawn
      } catch (_) {
        return // the keeper is told, as of any connection that is lost
      } finally {
        this.busy = false
      }
      follow.restyle(state.styles)
      overlay.mended(this)
      this.told(state)
    }

    // There is no document, and none before the application has been changed.
    async wait_for_another() {
      if (this.sign !== null) {
        await follow.another(this.page)
        location.reload()
      }
    }
  }
})()
