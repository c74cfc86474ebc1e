// What the visitor changes while the page is away, kept until it is back.
//
// Kept are changes of properties, and of single cells of a table, of which we do not know
// that they have arrived: made without a connection, or sent over one that broke before
// the answer. Everything else that was done is only noticed, so that it can be told.
"use strict";
window.docsync = window.docsync || {};
docsync.Changes = docsync.Changes || (() => {
  const ACTIONS = new Set(["button_click", "menu_item_click", "value_submit"])

  const matters = ({kind, msg_data}) => kind != "MessageSent" || (msg_data != null && ACTIONS.has(msg_data.name))

  const column_of = (data, name) => data instanceof Map ? data.get(name) : data[name]

  return class Changes {
    // is_equal compares values as BokehJS does; references gives the models in a value.
    constructor({is_equal, references}) {
      this.is_equal = is_equal
      this.references = references
      this.clear()
    }

    get size() {
      return this.entries.size
    }

    clear() {
      this.entries = new Map()
      this.latest = []
      this.unanswered = new Set()
      this.lost_some = false
    }

    // The two that record come before BokehJS sends what it did, if it does. Of each
    // property [property, before, after].
    record(model, changes) {
      this.latest = []
      for (const [prop, before, value] of changes) {
        // What is changed in its place has no before. The document that is pulled has
        // other models in the place of those in a value.
        const can_be_kept = before !== value || Object(value) !== value
        if (prop.syncable && can_be_kept && !(prop.may_have_refs && this.references(value).size != 0)) {
          this.remember(model, prop.attr, {}, before, value)
        }
      }
    }

    record_cells(model, prop, patches) {
      this.latest = []
      for (const [column, cells] of patches instanceof Map ? patches : Object.entries(patches)) {
        for (const [row, value] of cells) {
          const values = column_of(prop.get_value(), column)
          if (Number.isInteger(row) && values) {
            const cell = {column, row, rows: values.length}
            this.remember(model, prop.attr, cell, values[row], value)
          }
        }
      }
    }

    remember(model, attr, cell, before, value) {
      const key = [model.id, attr, cell.row, cell.column].join(" ")
      const entry = this.entries.get(key) || {id: model.id, attr, cell, trail: [{value: before}]}
      entry.value = value
      this.entries.set(key, entry)
      this.latest.push(entry)
    }

    // A patch goes out. A trail has all values that the server may have while it knows of
    // nobody else's: the last that was sure, and ours since.
    sent(message) {
      const id = message.msgid()
      const others = this.not_recorded(message)
      this.latest.forEach((entry) => entry.trail.push({value: entry.value, message: id}))
      this.latest = []
      if (others) {
        this.unanswered.add(id)
      }
    }

    // A patch cannot go out.
    held_back(message) {
      this.lost_some = this.lost_some || this.not_recorded(message)
      this.latest = []
    }

    not_recorded(message) {
      return message.content.events.filter(matters).length > this.latest.length
    }

    answered(message) {
      this.unanswered.delete(message)
      for (const [key, {trail, value}] of this.entries) {
        const at = trail.findIndex((step) => step.message === message)
        if (at > 0) {
          trail.splice(0, at)
        }
        if (at >= 0 && trail.length == 1 && trail[0].value === value) {
          this.entries.delete(key)
        }
      }
    }

    // Make the changes again in the pulled `document`. Where somebody else has changed the
    // same, theirs stands. Returns whether all that was done could be kept.
    replay(document) {
      const entries = [...this.entries.values()]
      const lost_some = this.lost_some || this.unanswered.size != 0
      this.clear()
      const kept = entries.map((entry) => this.redo(document.get_model_by_id(entry.id), entry))
      return !lost_some && kept.every(Boolean)
    }

    redo(model, {attr, cell, value, trail}) {
      const prop = model && model.properties[attr]
      if (!prop) {
        return false
      }
      const {column, row, rows} = cell
      const all = prop.is_unset ? undefined : prop.get_value()
      const values = rows === undefined ? null : column_of(all, column)
      if (rows !== undefined && (!values || values.length != rows)) {
        return false // it may have become another row's cell
      }
      const theirs = values ? values[row] : all
      if (this.is_equal(theirs, value)) {
        return true
      }
      const untouched = trail.some((step) => this.is_equal(step.value, theirs))
      if (untouched && values) {
        model.patch(new Map([[column, [[row, value]]]]))
      } else if (untouched) {
        model.setv({[attr]: value})
      }
      return untouched
    }
  }
})()
