// What a page with a spinner does when there will be no document.
//
// docsync_trio/server/waiting_page.py says why in the place of ACK, with a page to be shown
// instead of this one.
"use strict";
(() => {
  const RELOADED = "docsync-reloaded-for-its-models"

  function install({ClientConnection}) {
    const {connect, _awaiting_ack_handler} = ClientConnection.prototype

    Object.assign(ClientConnection.prototype, {
      async connect() {
        try {
          const session = await connect.call(this)
          remember(RELOADED, null)
          return session
        } catch (error) {
          if (!this.session && this.socket && this.socket.readyState == WebSocket.OPEN) {
            unreadable(error)
          }
          throw error
        }
      },

      _awaiting_ack_handler(message, resolve, reject) {
        const {page, text} = message.content
        if (message.msgtype() == "ERROR" && page) {
          this.closed_permanently = true // another attempt would build it again
          this.socket.close(1000)
          show(page)
          reject(new Error(text))
        } else {
          _awaiting_ack_handler.call(this, message, resolve, reject)
        }
      },
    })
  }

  // Nothing in it runs: it is parsed, not loaded.
  function show(page) {
    const {documentElement} = new DOMParser().parseFromString(page, "text/html")
    document.documentElement.replaceWith(documentElement)
  }

  // An application may import models of its own when it is built, which is after this page
  // was told what to load. The next one is told of them.
  function unreadable(error) {
    if (remember(RELOADED, location.href)) {
      location.reload()
    } else {
      const waiting = document.getElementById("docsync-waiting")
      waiting.setAttribute("role", "alert")
      waiting.textContent = `This page could not be drawn. ${error}`
    }
  }

  // Whether that was news, and could be stored.
  function remember(key, value) {
    try {
      const known = sessionStorage.getItem(key)
      if (value === null) {
        sessionStorage.removeItem(key)
      } else {
        sessionStorage.setItem(key, value)
      }
      return known !== value
    } catch (_) {
      return false
    }
  }

  let begun = false

  function begin() {
    const {Bokeh} = window
    if (Bokeh && !begun) {
      begun = true
      install(Bokeh.require("client/connection"))
    }
  }

  begin()
  document.addEventListener("DOMContentLoaded", begin) // where BokehJS is inside the page
})()
