/* Blocks that stand apart from the running text: boxes around paragraphs, kinds of lists and tables.
   `config.blocks` lists them: [{element, name (its class), label}]. */
CKEDITOR.plugins.add("blocks", {
  requires: "richcombo,list,table",

  init(editor) {
    const { blocks } = editor.config
    const LISTS = { ul: "bulletedlist", ol: "numberedlist" }
    const byName = new Map(blocks.map((block) => [block.name, block]))
    const known = (element) => {
      const block = byName.get(element.getAttribute("class"))
      return block?.element === element.getName() ? block : undefined
    }

    /* The block around the caret, and its element: of several the innermost. */
    function around() {
      const found = editor.elementPath()?.elements.find(known)
      return found && { found, block: known(found) }
    }

    const inner = (element) => editor.elementPath()?.contains(element)

    /* The elements of the text itself, not of a part of it, between which the selection lies. */
    function topElements(range) {
      const area = editor.editable()
      const top = (node) => {
        while (node && !node.equals(area) && !node.getParent().equals(area)) node = node.getParent()
        return node
      }
      const [first, last] = [top(range.startContainer), top(range.endContainer)]
      if (first.equals(area) || last.equals(area)) return []
      const found = [first]
      while (!found.at(-1).equals(last)) found.push(found.at(-1).getNext())
      return found
    }

    function unwrap(box) {
      for (const child of [...box.getChildren().toArray()]) child.insertBefore(box)
      box.remove()
    }

    function wrap(name) {
      const elements = topElements(editor.getSelection().getRanges()[0])
      if (!elements.length) return
      const marks = editor.getSelection().createBookmarks()
      const box = editor.document.createElement("div", { attributes: { class: name } })
      box.insertBefore(elements[0])
      for (const element of elements) {
        if (known(element)?.element === "div") {
          for (const child of element.getChildren().toArray()) box.append(child)
          element.remove()
        } else box.append(element)
      }
      editor.getSelection().selectBookmarks(marks)
    }

    function setBox(name) {
      // What reaches beyond a box is no change of that box: everything marked goes into one.
      const marked = editor.getSelection().getRanges()[0].getCommonAncestor(true, true)
      const box = editor.elementPath(marked).elements.find((element) => known(element)?.element === "div")
      if (!box) return wrap(name)
      if (box.getAttribute("class") !== name) return box.setAttribute("class", name)
      const marks = editor.getSelection().createBookmarks()
      unwrap(box)
      return editor.getSelection().selectBookmarks(marks)
    }

    function setList(element, name) {
      if (!inner(element)) editor.execCommand(LISTS[element])
      toggle(inner(element), name)
    }

    function toggle(element, name) {
      if (!element) return
      if (element.getAttribute("class") === name) element.removeAttribute("class")
      else element.setAttribute("class", name)
    }

    function set({ element, name }) {
      editor.focus()
      editor.fire("saveSnapshot")
      if (element === "div") setBox(name)
      else if (element in LISTS) setList(element, name)
      else if (inner(element)) toggle(inner(element), name)
      else editor.execCommand(element)
      editor.fire("saveSnapshot")
      editor.selectionChange(true)
    }

    editor.ui.addRichCombo("Blocks", {
      label: "Boxes and lists",
      title: "Boxes and lists",
      toolbar: "lists",
      panel: {
        css: [CKEDITOR.skin.getPath("editor")].concat(editor.config.contentsCss),
        multiSelect: false,
        attributes: { "aria-label": "Boxes and lists" },
      },
      init() {
        for (const { name, label } of blocks) this.add(name, CKEDITOR.tools.htmlEncode(label), label)
      },
      onClick: (name) => set(byName.get(name)),
      onRender() {
        editor.on("selectionChange", () => {
          const now = around()
          this.setValue(now ? now.block.name : "", now ? now.block.label : "")
        })
      },
    })

    // Enter in an empty last paragraph leaves the box, as it leaves a list; in an empty first one
    // too, since there is no other way to write above a box that the text begins with.
    editor.on("key", (event) => {
      if (event.data.keyCode !== 13) return
      const block = editor.elementPath()?.block
      const box = block?.getParent()
      if (!box || known(box)?.element !== "div" || block.getText().trim()) return
      if (block.getNext() && block.getPrevious()) return
      editor.fire("saveSnapshot")
      if (block.getNext()) block.insertBefore(box)
      else block.insertAfter(box)
      if (!box.getFirst()) box.remove()
      const range = editor.createRange()
      range.moveToElementEditStart(block)
      range.select()
      editor.fire("saveSnapshot")
      event.cancel()
    })
  },
})
