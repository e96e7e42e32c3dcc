/* Pictures: indivisible in the text, each a figure, chosen from those that are kept. */
CKEDITOR.plugins.add("picture", {
  requires: "widget,notification",

  init(editor) {
    const { chooser, labelled, make, openDialog } = CKEDITOR.portal
    const { search, file, add } = editor.config.pictures
    const address = (key) => file.replace("KEY", key)
    const isOurs = (element) => element.name === "img" && Boolean(element.attributes["data-image"])
    const encoded = CKEDITOR.tools.htmlEncode

    async function find(words) {
      const answer = await fetch(`${search}?${new URLSearchParams({ q: words })}`)
      if (!answer.ok) throw new Error(answer.statusText)
      const { results } = await answer.json()
      return results.map((found) => ({
        title: found.title,
        detail: found.decorative ? "Only decorative" : found.alternative,
        picture: found.file,
        value: found,
      }))
    }

    // Whatever comes into the editor: a picture of ours gets the editor's own address for it, others go.
    // Behind the parsing (5) and before the filter (6), which takes an image without an address for none.
    editor.on(
      "toHtml",
      (event) => {
        const images = []
        event.data.dataValue.forEach((element) => void (element.name === "img" && images.push(element)), CKEDITOR.NODE_ELEMENT)
        for (const element of images) {
          const { "data-image": key, alt } = element.attributes
          if (!/^[0-9a-f]{16}$/.test(key)) element.remove()
          else element.attributes = { "data-image": key, src: address(key), ...(alt === undefined ? {} : { alt }) }
        }
      },
      null,
      null,
      5.5,
    )

    editor.widgets.add("picture", {
      draggable: false,
      upcast: (element) => element.name === "figure" && Boolean(element.find(isOurs, true).length),
      // A text knows a picture by its key alone.
      downcast(element) {
        for (const image of element.find("img", true)) {
          const { "data-image": key, alt } = image.attributes
          image.attributes = alt === undefined ? { "data-image": key } : { "data-image": key, alt }
        }
        return element
      },
      getLabel() {
        return `Picture: ${image(this).getAttribute("alt") || "only decorative"}`
      },
      init() {
        this.on("ready", () => this.wrapper.setAttribute("role", "group")) // no landmark of the page
        this.on("edit", (event) => {
          event.cancel()
          open(this)
        })
      },
    })
    const image = (widget) => widget.element.findOne("img")
    const caption = (widget) => widget.element.findOne("figcaption")

    function change(widget, said) {
      editor.fire("saveSnapshot")
      image(widget).setAttribute("alt", said.alternative)
      const words = caption(widget)
      if (words && words.getText().trim() !== said.caption) words.remove()
      if (said.caption && !caption(widget)) {
        widget.element.appendHtml(`<figcaption>${encoded(said.caption)}</figcaption>`)
      }
      editor.fire("saveSnapshot")
      widget.focus()
    }

    function insert(key, said) {
      const words = said.caption ? `<figcaption>${encoded(said.caption)}</figcaption>` : ""
      const alternative = CKEDITOR.tools.htmlEncodeAttr(said.alternative)
      const figure = CKEDITOR.dom.element.createFromHtml(
        `<figure><img data-image="${key}" src="${address(key)}" alt="${alternative}">${words}</figure>`,
        editor.document,
      )
      const wrapper = editor.widgets.wrapElement(figure, "picture")
      editor.fire("saveSnapshot")
      editor.insertElement(wrapper)
      editor.widgets.initOn(figure, "picture").fire("ready")
      // Behind it, in a paragraph, so that the next key replaces nothing.
      if (!wrapper.getNext()) {
        const paragraph = new CKEDITOR.dom.element("p", editor.document)
        paragraph.appendBogus()
        paragraph.insertAfter(wrapper)
      }
      const range = editor.createRange()
      range.moveToElementEditStart(wrapper.getNext())
      range.select()
      editor.fire("saveSnapshot")
    }

    function open(widget) {
      let key
      let done

      const picture = make("img", { alt: "", class: "editor-picture" })
      const words = make("textarea", { rows: 3, class: "vLargeTextField", maxlength: 500 })
      const below = make("input", { type: "text", class: "vTextField" })
      const [told, decorative] = ["told", "decorative"].map((value) => make("input", { type: "radio", name: "tells", value }))
      const wrong = make("p", { role: "alert", class: "editor-wrong" })
      const writing = make("div", {}, ...labelled("Alternative text: what the picture tells, for people who do not see it", words))
      const choice = make(
        "fieldset",
        {},
        make("legend", {}, "What the picture tells here"),
        make("label", {}, told, "Something, which is read out in its place"),
        make("label", {}, decorative, "Nothing that the words beside it do not tell: only decorative"),
      )
      const accept = make("button", { type: "submit", class: "button default" }, widget ? "Change the picture" : "Place the picture")
      const look = chooser({
        label: "Look for a picture: part of what it shows",
        find,
        wait: 150,
        none: (looked) => (looked.trim() ? "No picture is described by these words." : "There is no picture yet."),
        choose: (entry) => choose(entry.value),
      })
      const link = make("a", { href: add, target: "_blank" }, "Add a picture (opens a new tab)")
      const looking = make("div", {}, ...look.parts, make("p", {}, link))
      const saying = make("div", {}, picture, choice, writing, ...labelled("Words below the picture (optional)", below), wrong)

      function tell() {
        writing.hidden = decorative.checked
      }
      for (const radio of [told, decorative]) radio.addEventListener("change", tell)

      function show(found, said, under) {
        key = found
        picture.src = address(key)
        words.value = said
        below.value = under
        told.checked = said !== ""
        decorative.checked = !told.checked
        looking.hidden = true
        saying.hidden = accept.hidden = false
        tell()
        ;(told.checked ? told : decorative).focus()
      }
      const choose = (found) => show(found.key, found.alternative, "")

      // A picture that was added in another tab is found when one comes back.
      const again = () => {
        if (!look.input.isConnected) document.removeEventListener("visibilitychange", again)
        else if (!document.hidden) look.input.dispatchEvent(new Event("input"))
      }
      document.addEventListener("visibilitychange", again)

      saying.hidden = accept.hidden = true
      done = openDialog(editor, "Picture", [looking, saying], [accept], () => {
        const alternative = decorative.checked ? "" : words.value.trim().replace(/\s+/g, " ")
        if (key && (alternative || decorative.checked)) {
          const said = { alternative, caption: below.value.trim() }
          return done(() => (widget ? change(widget, said) : insert(key, said)))
        }
        wrong.textContent = "Write what the picture tells, or say that it is only decorative."
        return words.focus()
      }, widget && (() => widget.focus()))
      if (!widget) return look.input.focus()
      const under = caption(widget)
      return show(image(widget).data("image"), image(widget).getAttribute("alt") || "", under ? under.getText().trim() : "")
    }

    function chosen() {
      const widget = editor.widgets.focused || editor.widgets.selected[0]
      return widget && widget.name === "picture" ? widget : undefined
    }

    // What comes with a text that is pasted or dragged has no title, no alternative text and no right
    // to be shown.
    editor.on(
      "paste",
      (event) => {
        const { dataTransfer, dataValue } = event.data
        const foreign = [...(dataValue || "").matchAll(/<img\b[^>]*>/gi)].some(([tag]) => !/\sdata-image=/.test(tag))
        const files = dataTransfer ? dataTransfer.getFilesCount() : 0
        if (!foreign && !files) return
        editor.showNotification(
          "Pictures do not come along with a text. Keep each one under Pictures, and place it with the button “Picture”.",
          "warning",
        )
        if (files && !dataValue) event.cancel()
      },
      null,
      null,
      1,
    )

    editor.addCommand("picture", { exec: () => open(chosen()), async: true, requiredContent: "img[data-image]" })
    editor.ui.addButton("Picture", { label: "Picture", command: "picture" })
  },
})
