/* How the editor stands in a form: its words, its names, and the field that follows what is typed. */
CKEDITOR.plugins.add("writing", {
  requires: "format,table,toolbar,a11yhelp",

  beforeInit(editor) {
    Object.assign(editor.lang.format, {
      label: "Kind of paragraph",
      panelTitle: "Kind of paragraph",
      tag_p: "Text",
      tag_h2: "Heading",
      tag_h3: "Smaller heading",
    })
    editor.lang.list.bulletedlist = "List"
    editor.lang.list.numberedlist = "Numbered steps"
  },

  init(editor) {
    editor.ui.addButton("Help", { label: "Keyboard help", command: "a11yHelp" })
    editor.on("instanceReady", () => {
      name()
      follow()
    })

    // What is marked is noted only now and then; before the keyboard leaves, it has to be.
    editor.on("beforeCommandExec", ({ data }) => {
      if (data.name === "toolbarFocus") editor.selectionChange(true)
    })

    /* Give the editing area the field's own label and help. */
    function name() {
      const field = editor.element.$
      const area = editor.editable()
      const label = field.labels[0]
      const words = label ? label.textContent.replace(/:\s*$/, "").trim() : "Text"
      area.removeAttribute("title")
      area.setAttribute("aria-label", words)
      document.getElementById(`cke_${editor.name}_arialbl`).textContent = `${words}: editor`
      const described = [area.getAttribute("aria-describedby"), field.getAttribute("aria-describedby")]
      area.setAttribute("aria-describedby", described.filter(Boolean).join(" "))
      if (label) label.addEventListener("click", () => editor.focus())
      // Beside the column of text one clicks into the text too.
      editor.ui.contentsElement.on("click", (event) => {
        if (event.data.getTarget().equals(editor.ui.contentsElement)) editor.focus()
      })
    }

    /* Keep the form's field as the text stands. Untouched, it keeps what it held when the editor
       opened, to the last space: looking at a text changes nothing. That need not be what the
       server sent: a browser may have put back what was typed there before. */
    function follow() {
      const field = editor.element.$
      const opened = editor.getData()
      const held = field.value
      let timer
      const update = () => {
        clearTimeout(timer)
        const data = editor.getData()
        const value = data === opened ? held : data
        if (field.value === value) return
        field.value = value
        field.dispatchEvent(new Event("input", { bubbles: true }))
      }
      editor.on("change", () => {
        clearTimeout(timer)
        timer = setTimeout(update, 300)
      })
      editor.on("blur", update)
      if (field.form) field.form.addEventListener("submit", update, true)
      window.addEventListener("pagehide", update)
    }
  },
})

CKEDITOR.on("dialogDefinition", ({ data }) => {
  // Readers of tables need to be told what a column holds.
  if (data.name === "table") data.definition.getContents("info").get("selHeaders").default = "row"
})

// Lists and menus open in frames of their own, which know nothing of the admin's light and dark.
CKEDITOR.on("instanceCreated", ({ editor }) => {
  editor.on("configLoaded", () => {
    const skin = CKEDITOR.skin.getPath("editor")
    editor.config.contextmenu_contentsCss = [skin].concat(editor.config.contentsCss)
  })
  editor.on("panelShow", () => {
    const { theme } = document.documentElement.dataset
    const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches)
    for (const frame of document.querySelectorAll(".cke_panel_frame")) {
      frame.contentDocument.documentElement.dataset.theme = dark ? "dark" : "light"
    }
  })
})
