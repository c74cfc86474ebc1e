// What a page does when its connection breaks, until it is in step again.
//
// BokehJS tries again for half a minute and then leaves a page that looks alive and is
// not. A keeper looks after one of its connections instead; docs/reconnecting.md says what
// it promises, and bokehjs.js is how it gets to hear of things.
"use strict";
window.docsync = window.docsync || {};
docsync.Keeper = docsync.Keeper || (() => {
  const {address, notice, reason, redraw, spinner, Changes, Follower} = docsync

  // Close codes, as in docsync_trio/protocol/close_codes.py.
  const ENDED = 4000
  const RESTARTING = 1012
  const NEVER_OPEN = 1006 // or gone without a word
  const UNANSWERED = 4003
  const RELOADED = 4005
  // What we sent was not taken; sending it again would end the next connection as well.
  const NOT_TAKEN = new Set([1002, 1003, 1007, 1009, 4001, 4002])

  const UNSEEN = 6 // attempts, about a minute of them, of a tab that nobody looks at

  // All in milliseconds.
  const FIRST_WAIT = 1_000 // doubled for each attempt
  const LONGEST_WAIT = 30_000
  const RESTART = 60_000 // a server that said so is expected back by then, and looked for
  const RESTART_WAIT = 1_500 // this often
  const STEADY = 10_000 // a connection that held so long starts the waits from the beginning
  const ATTEMPT = 15_000 // where packets vanish nobody ever refuses
  const PATIENCE = 20_000 // for an answer; doubled each time, as a slow line is not a dead one
  const QUIET = 20_000 // then we ask whether the server is there
  const UNEASY = 5_000 // the same while changes of the visitor are unanswered
  const LEAVING = 5_000 // browsers close connections before they leave a page
  const HANGING = 2_000 // an attempt of that age may have begun before a sleep
  const BEFORE_NOTICE = 2_000
  const BEFORE_RELOAD = 2_000 // a quarter less or more: not all pages at once
  const BETWEEN_RELOADS = 60_000

  const NOT_RENEWED = "This session has ended, and a new one could not be made."
  const NOT_LET_THROUGH = "The server is there, but the connection that this page needs does not get " +
    "through to it: a proxy or firewall on the way does not pass websockets. Whoever runs the site " +
    "finds out more with “docsync probe”."
  const RESTARTED = "The server was restarted. "
  const RENEWED = "Your session had ended. This is a new one."
  const NOT_ALL_KEPT = "Connected again. Not all that you did meanwhile could be kept; please check."
  const UNTIL_PULLED = {reconnect_session: true, notify_connection_status: true}

  const keepers = new Set()
  let left_at = -Infinity

  class Keeper {
    // `connection` is a ClientConnection; `bokeh` has what bokehjs.js took from BokehJS.
    constructor(connection, bokeh) {
      this.connection = connection
      this.usual_url = connection.url
      connection.url = address(connection.url)
      this.bokeh = bokeh
      this.changes = new Changes(bokeh)
      this.away = false // from the loss of a document's connection until it is pulled again
      this.replacing = false
      this.drawn = null // a promise
      this.follower = new Follower(this, is_own_page(this.usual_url))
      this.lost_at = 0
      this.restarting = false // whether it was lost because the server said so
      this.in_step_at = 0
      this.heard_at = 0
      this.attempts = 0
      this.failures = 0 // of a connection that has never been open
      this.unseen = 0
      this.begun_at = 0
      this.timer = 0
      this.patience = PATIENCE
      keepers.add(this)
    }

    get config() {
      const {session} = this.connection
      return session ? session.document.config : UNTIL_PULLED
    }

    tell(say) {
      if (this.config.notify_connection_status) {
        say()
      }
    }

    // In the place of BokehJS's connect(). A page that opens while the server restarts is
    // drawn a little later instead of never, so the first promise waits for success.
    connect() {
      return this.connection.session ? this.attempt() : new Promise((resolve, reject) => {
        this.first = {resolve, reject}
        this.attempt_to_draw()
      })
    }

    attempt_to_draw() {
      this.attempt().then(this.first.resolve, (error) => {
        const {socket} = this.connection
        const is_open = socket != null && socket.readyState == WebSocket.OPEN
        if (is_open && spinner.is_there()) {
          spinner.unreadable(error)
        }
        if (is_open || (socket == null && !this.timer)) {
          this.first.reject(error) // there is no other attempt
        }
      })
    }

    async attempt() {
      const {connection} = this
      const own = connection.args_string
      const kind = connection.session ? "again" : spinner.is_there() ? "waiting" : "new"
      const mark = `docsync-page=${kind}`
      connection.args_string = own ? `${own}&${mark}` : mark
      connection._receiver = new connection._receiver.constructor() // may hold half a message
      this.begun_at = Date.now()
      const pulled = this.bokeh.connect.call(connection)
      connection.args_string = own
      const {socket} = connection
      if (connection.session) { // the first time, a document may have to be built
        setTimeout(() => this.abandon(socket, WebSocket.CONNECTING), ATTEMPT)
        pulled.catch(() => this.abandon(socket, WebSocket.OPEN)) // it is open, without a document
      }
      const session = await pulled
      if (!this.in_step_at) {
        spinner.readable()
        this.adopt(session.document)
      }
      this.lost_at = this.unseen = 0
      this.in_step_at = this.heard_at = Date.now()
      return session
    }

    adopt(document) {
      this.bokeh.document_is_kept(document, this)
      const news = news_of_reload()
      notice.back(this, document.config.notify_connection_status ? news : "")
      this.follower.begin(document)
      const replace = document.replace_with_json
      document.replace_with_json = (...args) => this.drawn = redraw(document, () => {
        this.replacing = true
        try {
          this.bokeh.without_husk(() => replace.apply(document, args))
        } finally {
          this.replacing = false
        }
        this.away = false
        const kept = this.changes.replay(document)
        const news = this.renewed && !this.follower.busy ? this.why() + RENEWED : kept ? "" : NOT_ALL_KEPT
        this.tell(() => notice.back(this, news))
      })
    }

    // The first word of the server says which session this is.
    greeted(session) {
      this.renewed = this.greeting !== undefined && this.greeting !== session
      this.greeting = session
      if (this.renewed) {
        this.changes.clear()
      }
    }

    // There is no document, and the server says why in the place of its greeting. Another
    // attempt would build it once more.
    refused({told, page}) {
      const {connection} = this
      connection.closed_permanently = true
      connection.socket.close(1000)
      if (page) {
        spinner.give_way(page)
        this.follower.wait_for_another()
      } else {
        this.bokeh.tell_application(connection, this.attempts, null)
        this.tell(() => notice.say(`${NOT_RENEWED} ${told}`, {reload: true}))
      }
    }

    lost(code) {
      const {connection} = this
      const now = Date.now()
      if (connection.closed_permanently) {
        this.forget()
        return
      }
      if (!this.lost_at) {
        this.restarting = code == RESTARTING
        if (this.restarting || now - this.in_step_at > STEADY) {
          this.attempts = 0
        }
      }
      this.lost_at = this.lost_at || now
      this.away = connection.session != null
      if (NOT_TAKEN.has(code)) {
        this.changes.clear()
      }
      if (code == NEVER_OPEN && this.greeting === undefined) {
        this.explain()
      }
      if (code == RELOADED && this.away) {
        this.follower.follow()
      } else if (code == ENDED) {
        this.ended()
      } else if (this.config.reconnect_session) {
        this.schedule(now - left_at < LEAVING)
      } else {
        this.bokeh.tell_application(connection, this.attempts, null)
        this.forget()
        this.tell(() => notice.say("Connection lost. Reload the page to go on.", {reload: true}))
      }
    }

    // A server that restarts lets nobody in, and a moment later says that all is well.
    async explain() {
      this.failures += 1
      const told = await reason(this.usual_url, this.connection.token)
      if (this.greeting === undefined && (told || (told === "" && this.failures > 1))) {
        this.tell(() => notice.explain(told || NOT_LET_THROUGH))
      }
    }

    is_expected_back() {
      return this.restarting && Date.now() - this.lost_at < RESTART
    }

    why() {
      return this.restarting ? RESTARTED : ""
    }

    schedule(leaving) {
      const most = this.is_expected_back() ? RESTART_WAIT : LONGEST_WAIT
      const longest = Math.min(most, FIRST_WAIT * 2 ** this.attempts)
      const delay = (leaving ? LEAVING : 0) + longest * (0.5 + Math.random() / 2)
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.retry(), delay)
      if (!leaving) {
        this.bokeh.tell_application(this.connection, this.attempts, delay)
      }
      this.tell(() => notice.wait(this, BEFORE_NOTICE + (leaving ? LEAVING : 0)))
    }

    retry() {
      clearTimeout(this.timer)
      this.timer = 0
      if (document.hidden && this.unseen >= UNSEEN) {
        return // until it is looked at
      }
      this.attempts += 1
      this.unseen += document.hidden && !this.is_expected_back()
      if (this.connection.session) {
        this.connection.reconnect()
      } else {
        this.attempt_to_draw()
      }
    }

    ended() {
      this.forget()
      // A server that is started twice in a minute is no reason to leave pages behind.
      const reload = is_own_page(this.usual_url) && may_reload(this.restarting)
      const text = reload ? "This session has ended. Reloading…" : "This session has ended."
      this.tell(() => notice.say(this.why() + text, {reload: !reload}))
      if (reload) {
        const delay = BEFORE_RELOAD * (0.75 + Math.random() / 2)
        when_visible(() => setTimeout(() => reload_with(this.why() + RENEWED), delay))
      }
    }

    forget() {
      clearTimeout(this.timer)
      keepers.delete(this)
      notice.forget(this)
    }

    // After a sleep, or when the network has changed, there is nothing to wait for.
    wake() {
      const {connection} = this
      if (this.follower.busy) {
        return
      }
      if (!this.lost_at) {
        this.probe()
        return
      }
      this.unseen = 0
      if (connection.session && connection.socket && Date.now() - this.begun_at > HANGING) {
        this.abandon(connection.socket, WebSocket.CONNECTING)
      }
      if (!connection.socket) {
        this.attempts = 0
        this.retry()
      }
    }

    // A line that was cut looks open until somebody asks over it.
    probe() {
      const {connection} = this
      const {socket} = connection
      if (!this.in_step_at || this.lost_at || this.probed === socket) {
        return
      }
      const asked_at = Date.now()
      this.probed = socket
      this.bokeh.ask(connection)
      setTimeout(() => {
        this.probed = null
        if (this.heard_at < asked_at && connection.socket === socket) {
          this.patience = Math.min(2 * this.patience, 16 * PATIENCE)
          this.abandon(socket, WebSocket.OPEN)
        }
      }, this.patience)
    }

    // Closing takes long where nobody answers, so `socket` counts as closed at once.
    abandon(socket, state) {
      if (socket.readyState == state) {
        const {onclose} = socket
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null
        socket.close(UNANSWERED, "no answer")
        onclose({code: 1006, reason: "no answer"})
      }
    }

    tick() {
      if (!document.hidden && Date.now() - this.heard_at > (this.changes.size ? UNEASY : QUIET)) {
        this.probe()
      }
    }
  }

  // A page of ours may be reloaded; one in which we are a guest is not ours to touch.
  function is_own_page(url) {
    const {host, pathname} = new URL(url)
    return host == location.host && pathname == `${location.pathname.replace(/\/+$/, "")}/ws`
  }

  function may_reload(anyway) {
    try {
      const last = Number(sessionStorage.getItem("docsync-reloaded-at"))
      sessionStorage.setItem("docsync-reloaded-at", Date.now())
      return anyway || Math.abs(Date.now() - last) > BETWEEN_RELOADS
    } catch (_) {
      return false // without a memory it could go on for ever
    }
  }

  // The page after it has to say why it is a new one: nobody may have seen this one say so.
  function reload_with(news) {
    sessionStorage.setItem("docsync-news", JSON.stringify([Date.now(), news]))
    location.reload()
  }

  function news_of_reload() {
    try {
      const [at, news] = JSON.parse(sessionStorage.getItem("docsync-news")) ?? [0, ""]
      sessionStorage.removeItem("docsync-news")
      return Math.abs(Date.now() - at) < BETWEEN_RELOADS ? news : ""
    } catch (_) {
      return ""
    }
  }

  function when_visible(act) {
    if (document.hidden) {
      document.addEventListener("visibilitychange", act, {once: true})
    } else {
      act()
    }
  }

  const wake = () => document.hidden || keepers.forEach((keeper) => keeper.wake())
  document.addEventListener("visibilitychange", wake)
  addEventListener("online", wake)
  addEventListener("pageshow", wake)
  addEventListener("beforeunload", () => left_at = Date.now())
  setInterval(() => keepers.forEach((keeper) => keeper.tick()), UNEASY)

  return Keeper
})()
