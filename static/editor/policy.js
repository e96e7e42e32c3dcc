/* Lets CKEditor 4.22.1 work under "script-src 'self'".

   Its templates write what a control does into attributes such as onclick="…", which the policy
   refuses. They are renamed before the browser reads them, and one listener for each kind of
   event does what they say: call a function of CKEditor's own table, and nothing else.
   treatments/admin/checks.py holds the digest of the ckeditor.js that this was written for. */
(() => {
  const PREFIX = "data-editor-on"
  // The codes that the templates write, in Chromium and in Firefox; no other text is touched.
  const ATTRIBUTE =
    /(\s)on([a-z]+)=(["'])(?=(?:(?!\3).)*(?:CKEDITOR\.tools\.callFunction\(|return false|this\.style\.cssText))/g
  const CALL = /CKEDITOR\.tools\.callFunction\(\s*(\d+)\s*((?:,[^)]*)?)\)/
  const ARGUMENT = /'((?:\\.|[^'\\])*)'|[^\s,]+/g
  const EVENTS = [
    "click", "mousedown", "mouseup", "mouseover", "mouseout",
    "keydown", "keypress", "focus", "blur", "dragstart",
  ]
  const ALONE = ["focus", "blur"] // these do not rise to the elements around

  const renamed = (html) =>
    typeof html === "string" ? html.replace(ATTRIBUTE, `$1${PREFIX}$2=$3`) : html

  function argument(written, quoted, element, event) {
    if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1")
    if (written === "event") return event
    if (written === "this") return element
    return written === "null" ? null : Number(written)
  }

  function called(code, element, event) {
    const call = CALL.exec(code)
    if (!call) return undefined
    const given = [...call[2].matchAll(ARGUMENT)].map(([written, quoted]) =>
      argument(written, quoted, element, event),
    )
    return CKEDITOR.tools.callFunction(Number(call[1]), ...given)
  }

  function follow(element, event) {
    const code = element.getAttribute(PREFIX + event.type)
    if (!code || element.isContentEditable) return // a text cannot bring controls along
    const result = called(code, element, event)
    const refused = /return false/.test(code) || (/^\s*return /.test(code) && result === false)
    if (refused) event.preventDefault()
  }

  function listen(target) {
    for (const type of EVENTS) {
      target.addEventListener(
        type,
        (event) => {
          let element = event.target
          while (element && element.getAttribute) {
            const around = ALONE.includes(type) ? null : element.parentNode
            follow(element, event)
            element = around
          }
        },
        true,
      )
    }
  }

  listen(document)

  // All of CKEditor's HTML goes through this one, or is written as a document.
  const { setHtml } = CKEDITOR.dom.element.prototype
  CKEDITOR.dom.element.prototype.setHtml = function (html) {
    return setHtml.call(this, this.$.isContentEditable ? html : renamed(html))
  }

  // Menus and lists are documents of their own, which CKEditor writes.
  const { write } = CKEDITOR.dom.document.prototype
  CKEDITOR.dom.document.prototype.write = function (html) {
    write.call(this, renamed(html))
    listen(this.$)
    const loaded = this.$.body.getAttribute(`${PREFIX}load`)
    if (loaded) setTimeout(() => called(loaded, this.$.body), 0)
  }
})()
