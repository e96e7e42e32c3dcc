/* Citations: an indivisible word in the text, "Onofrio 1990", chosen from the page's references. */
CKEDITOR.plugins.add("citation", {
  requires: "widget",

  init(editor) {
    const { chooser, openDialog } = CKEDITOR.portal
    const block = document.getElementById("references")
    const references = block ? JSON.parse(block.textContent) : []
    const byKey = new Map(references.map((reference) => [reference.key, reference]))

    const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase()
    const entries = references.map(({ key, label, text, retracted }) => ({
      value: key,
      title: label,
      detail: text,
      note: retracted ? "Retracted" : "",
      searched: plain(`${label} ${text}`),
    }))

    async function find(typed) {
      const words = plain(typed).split(/\s+/)
      return entries.filter(({ searched }) => words.every((word) => searched.includes(word)))
    }

    function insert(key) {
      const text = CKEDITOR.tools.htmlEncode(byKey.get(key).label)
      editor.insertHtml(`<cite data-reference="${key}">${text}</cite>`)
      const chip = editor.widgets.focused || editor.widgets.selected[0]
      if (!chip) return
      // Behind it, or the next key would replace it.
      const range = editor.createRange()
      range.moveToPosition(chip.wrapper, CKEDITOR.POSITION_AFTER_END)
      range.select()
    }

    function open() {
      let done
      const { parts, input } = chooser({
        label: "Part of an author or a title",
        find,
        none: () =>
          references.length
            ? "No reference holds these words. New ones are added in the menu, under References."
            : "There is no reference yet. They are added in the menu, under References.",
        choose: (entry) => done(() => insert(entry.value)),
      })
      done = openDialog(editor, "Cite a source", parts, [], () => {})
      input.focus()
    }

    editor.widgets.add("citation", {
      inline: true,
      draggable: false,
      upcast: (element) => element.name === "cite" && Boolean(element.attributes["data-reference"]),
      getLabel() {
        return `Citation of ${this.element.getText()}`
      },
      init() {
        this.on("ready", () => this.wrapper.setAttribute("role", "group")) // no landmark of the page
        const reference = byKey.get(this.element.data("reference"))
        if (!reference) return
        this.element.setText(reference.label)
        this.wrapper.setAttribute("title", reference.text)
        if (reference.retracted) this.wrapper.addClass("cke_retracted")
      },
    })
    editor.addCommand("citation", { exec: open, async: true, requiredContent: "cite[data-reference]" })
    editor.ui.addButton("Citation", { label: "Cite a source", command: "citation" })
  },
})
