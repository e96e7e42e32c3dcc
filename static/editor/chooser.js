/* The dialogs of the editor: the browser's own <dialog>, and a list that narrows as one types. */
CKEDITOR.portal = (() => {
  const MOST = 50 // entries shown at once
  let made = 0

  const unique = (name) => `editor-${name}-${++made}`

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== false) element.setAttribute(name, value === true ? "" : value)
    }
    element.append(...children)
    return element
  }

  function labelled(text, input) {
    input.id = unique("field")
    return [make("label", { for: input.id }, text), input]
  }

  /* Where the caret stands now, as a function that puts it there again. */
  function place(editor) {
    const selection = editor.getSelection()
    const ranges = selection ? selection.getRanges() : []
    if (editor.widgets.focused) ranges.forEach((range) => range.collapse(false))
    return () => {
      editor.focus()
      if (ranges.length) editor.getSelection().selectRanges(ranges)
    }
  }

  /* Open a dialog over the editor. Gives a function that closes it, goes back to the text and
     does the deed it is given; `submit` gets the same function. */
  function openDialog(editor, title, content, buttons, submit, goBack = place(editor)) {
    const heading = make("h2", { id: unique("title") }, title)
    const cancel = make("button", { type: "button", class: "button" }, "Cancel")
    const row = make("div", { class: "editor-dialog-buttons" }, ...buttons, cancel)
    const form = make("form", { novalidate: true }, heading, ...content, row)
    const dialog = make("dialog", { class: "editor-dialog", "aria-labelledby": heading.id }, form)

    // At once, so that what is typed next goes into the text.
    const leave = () => {
      if (!dialog.isConnected) return
      dialog.close()
      dialog.remove()
      goBack()
    }
    const done = (deed) => {
      leave()
      deed()
    }
    cancel.addEventListener("click", leave)
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault()
      leave()
    })
    dialog.addEventListener("close", leave)
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      submit(done)
    })
    document.body.append(dialog)
    dialog.showModal()
    return done
  }

  /* A field and the list below it. `find(words)` promises [{title, detail, note, picture, value}],
     or fails; the arrows move, Enter or a click calls `choose` with an entry. */
  function chooser({ label, find, choose, none, wait = 0 }) {
    const list = make("ul", { id: unique("list"), role: "listbox", "aria-label": label })
    const input = make("input", {
      type: "text",
      class: "vTextField",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-controls": list.id,
      "aria-expanded": "false",
    })
    const status = make("p", { role: "status", class: "editor-status" })
    let entries = []
    let active = -1
    let asked = 0
    let timer

    function mark(index) {
      active = entries.length ? (index + entries.length) % entries.length : -1
      ;[...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === active))
      const item = list.children[active]
      input.setAttribute("aria-activedescendant", item ? item.id : "")
      if (item) item.scrollIntoView({ block: "nearest" })
    }

    function option(entry) {
      const title = make("strong", {}, entry.title)
      const note = entry.note ? [make("em", {}, entry.note)] : []
      const detail = make("span", {}, entry.detail)
      const picture = entry.picture ? [make("img", { src: entry.picture, alt: "", loading: "lazy" })] : []
      const item = make("li", { id: unique("option"), role: "option" }, ...picture, title, ...note, detail)
      item.addEventListener("click", () => choose(entry))
      return item
    }

    function show(found) {
      entries = found.slice(0, MOST)
      list.replaceChildren(...entries.map(option))
      list.hidden = !entries.length
      input.setAttribute("aria-expanded", String(entries.length > 0))
      const more = found.length > MOST ? ` The first ${MOST} are shown: type more.` : ""
      status.textContent = found.length ? `${found.length} found.${more}` : none(input.value)
      mark(0)
    }

    async function search() {
      const turn = ++asked
      const found = await find(input.value.trim()).catch(() => null)
      if (turn !== asked) return // a later question has been asked since
      show(found || [])
      if (!found) status.textContent = "Looking did not work. Are you still signed in?"
    }

    function key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) mark(active + step)
      else if (event.key === "Enter" && entries[active]) choose(entries[active])
      else return
      event.preventDefault()
    }

    list.addEventListener("mousedown", (event) => event.preventDefault()) // the field keeps focus
    input.addEventListener("keydown", key)
    input.addEventListener("input", () => {
      entries = [] // Enter must not choose what was found for other words
      clearTimeout(timer)
      if (!wait) search()
      else timer = setTimeout(search, wait)
    })
    search()
    return { input, parts: [...labelled(label, input), status, list] }
  }

  return { chooser, labelled, make, openDialog }
})()
