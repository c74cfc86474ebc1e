// What the visitor changes while the page is away, kept until it is back.
//
// Kept are changes of properties of which we do not know that they have arrived: made
// without a connection, or sent over one that broke before the answer.
"use strict";
window.docsync = window.docsync || {};
docsync.Changes = docsync.Changes || class {
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
  }

  // Comes before BokehJS sends the changes, if it does: [property, before, after] each.
  record(model, changes) {
    this.latest = []
    for (const [prop, before, value] of changes) {
      // The document that is pulled has other models in the place of those in a value.
      if (!prop.syncable || (prop.may_have_refs && this.references(value).size != 0)) {
        continue
      }
      const key = `${model.id} ${prop.attr}`
      const entry = this.entries.get(key) || {id: model.id, attr: prop.attr, trail: [{value: before}]}
      entry.value = value
      this.entries.set(key, entry)
      this.latest.push(entry)
    }
  }

  // What was recorded last goes out in `message`. A trail has all values that the server
  // may have while it knows of nobody else's: the last that was sure, and ours since.
  sent(message) {
    this.latest.forEach((entry) => entry.trail.push({value: entry.value, message}))
    this.latest = []
  }

  answered(message) {
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
  // property, theirs stands. Returns whether all of ours could be kept.
  replay(document) {
    const entries = [...this.entries.values()]
    this.clear()
    return entries.map((entry) => this.redo(document.get_model_by_id(entry.id), entry)).every(Boolean)
  }

  redo(model, {attr, value, trail}) {
    const prop = model && model.properties[attr]
    if (!prop) {
      return false
    }
    const theirs = prop.is_unset ? undefined : prop.get_value()
    if (this.is_equal(theirs, value)) {
      return true
    }
    const untouched = trail.some((step) => this.is_equal(step.value, theirs))
    if (untouched) {
      model.setv({[attr]: value})
    }
    return untouched
  }
}
