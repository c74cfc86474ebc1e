// The one place that reaches into BokehJS, and gives each connection its keeper.
//
// Where something that we need is missing, BokehJS is left as it is, with its own ways to
// reconnect, and the console says so.
"use strict";
(() => {
  const keeper_of = new WeakMap() // by connection, and by document

  function install(Bokeh) {
    const {ClientConnection} = Bokeh.require("client/connection")
    const {ClientSession} = Bokeh.require("client/session")
    const {HasProps} = Bokeh.require("core/has_props")
    const {NotificationsView} = Bokeh.require("models/ui/notifications")
    const {ConnectionLost} = Bokeh.require("core/bokeh_events")
    const {Message} = Bokeh.require("protocol/message")
    const {is_equal} = Bokeh.require("core/util/eq")
    const {connect, send, _on_close, _on_message, _awaiting_ack_handler, _schedule_reconnect} =
      ClientConnection.prototype
    const {handle} = ClientSession.prototype
    const {_push_changes, patch_to} = HasProps.prototype
    const {initialize} = NotificationsView.prototype
    const needed = {
      ConnectionLost, Message, is_equal, connect, send, _on_close, _on_message,
      _awaiting_ack_handler, _schedule_reconnect, handle, _push_changes, patch_to,
      initialize, references: HasProps.references,
    }
    const missing = Object.keys(needed).filter((name) => typeof needed[name] != "function")
    if (missing.length != 0) {
      throw new Error(`it has no ${missing.join(", ")}`)
    }

    const bokeh = {
      connect,
      is_equal,
      references: (value) => HasProps.references(value, {recursive: false}),
      document_is_kept: (document, keeper) => keeper_of.set(document, keeper),

      // The document that was pulled is emptied into the old one, and would stay in the list.
      without_husk(replace) {
        const {length} = Bokeh.documents
        replace()
        Bokeh.documents.splice(length)
      },

      ask(connection) {
        // Our server answers this before its turn; nothing waits for what it says.
        const question = Message.create("SERVER-INFO-REQ", {}, {at_once: true})
        connection.send_with_reply(question).catch(() => {})
      },

      tell_application(connection, attempts, delay) {
        if (connection.session) {
          const event = new ConnectionLost(new WeakRef(connection), attempts, delay)
          connection.session.document.event_manager.send_event(event)
        }
      },
    }

    function keeper(connection) {
      if (!keeper_of.has(connection)) {
        keeper_of.set(connection, new docsync.Keeper(connection, bokeh))
      }
      return keeper_of.get(connection)
    }

    Object.assign(ClientConnection.prototype, {
      connect() {
        return keeper(this).connect()
      },

      _schedule_reconnect() {},

      _on_close(event, reject) {
        _on_close.call(this, event, reject)
        keeper(this).lost(event.code)
      },

      _on_message(event) {
        keeper(this).heard_at = Date.now()
        _on_message.call(this, event)
      },

      _awaiting_ack_handler(message, resolve, reject) {
        const {content} = message
        if (message.msgtype() == "ERROR" && content.told) {
          keeper(this).refused(content)
          reject(new Error(content.text))
          return
        }
        keeper(this).greeted(content.session)
        _awaiting_ack_handler.call(this, message, resolve, reject)
      },

      send(message) {
        const {away, replacing, changes} = keeper(this)
        if (message.msgtype() == "PATCH-DOC") {
          if (replacing) {
            return // BokehJS sends back the whole document that it was just sent
          }
          if (away) {
            changes.held_back(message)
            return
          }
          changes.sent(message)
        }
        send.call(this, message)
      },
    })

    ClientSession.prototype.handle = function (message) {
      if (message.reqid() !== undefined) {
        keeper(this._connection).changes.answered(message.reqid())
      }
      handle.call(this, message)
    }

    HasProps.prototype._push_changes = function (changes, sync) {
      const owner = keeper_of.get(this.document)
      if (owner && sync && this.is_syncable) {
        owner.changes.record(this, changes)
      }
      _push_changes.call(this, changes, sync)
    }

    HasProps.prototype.patch_to = function (prop, patches, options = {}) {
      const owner = keeper_of.get(this.document)
      if (owner && options.sync !== false) {
        owner.changes.record_cells(this, prop, patches)
      }
      patch_to.call(this, prop, patches, options)
    }

    // It listens to its document for nothing but the connection, of which we tell ourselves.
    NotificationsView.prototype.initialize = function () {
      const {document} = this.model
      if (!keeper_of.has(document)) {
        initialize.call(this)
        return
      }
      document.on_event = () => {}
      try {
        initialize.call(this)
      } finally {
        delete document.on_event
      }
    }
  }

  function begin() {
    const {Bokeh} = window
    if (!Bokeh || docsync.begun) {
      return
    }
    docsync.begun = true
    try {
      install(Bokeh)
    } catch (error) {
      console.warn(`docsync: reconnecting is left to BokehJS ${Bokeh.version}, which we do not know:`, error)
    }
  }

  begin()
  document.addEventListener("DOMContentLoaded", begin) // where BokehJS is inside the page
})()
