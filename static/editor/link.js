/* The dialog of links: a page of this site, a web address, an e-mail address or a phone number. */
CKEDITOR.plugins.add("portallink", {
  requires: "link",

  init(editor) {
    const { chooser, labelled, make, openDialog } = CKEDITOR.portal
    const address = editor.config.pageSearch

    // What is typed, as an address; undefined where it is none.
    const KINDS = {
      page: {
        label: "A page of this site",
        read: () => undefined,
        wrong: "Choose one of the pages found.",
      },
      web: {
        label: "A web address",
        field: "Address, such as https://www.example.org/",
        read(typed) {
          const written = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(typed) ? typed : `https://${typed}`
          if (/^\/(?!\/)/.test(typed)) return typed
          return /^https?:\/\/[^\s/?#]+\.?[^\s]*$/i.test(written) ? written : undefined
        },
        wrong: "This is no web address. Write it as https://www.example.org/page",
      },
      mail: {
        label: "An e-mail address",
        field: "E-mail address",
        read: (typed) => (/^[^\s@?&%]+@[^\s@?&%]+$/.test(typed) ? `mailto:${typed}` : undefined),
        wrong: "This is no e-mail address. Write it as name@example.org",
      },
      phone: {
        label: "A phone number",
        field: "Phone number",
        read(typed) {
          const number = typed.replace(/[\s().\/-]/g, "")
          return /^\+?\d{3,15}$/.test(number) ? `tel:${number}` : undefined
        },
        wrong: "This is no phone number. Write its digits, such as 555 0100",
      },
    }

    function kindOf(href) {
      if (href.startsWith("mailto:")) return ["mail", href.slice(7)]
      if (href.startsWith("tel:")) return ["phone", href.slice(4)]
      return href ? ["web", href] : [address ? "page" : "web", ""]
    }

    async function pages(words) {
      if (!words) return []
      const answer = await fetch(`${address}?${new URLSearchParams({ q: words })}`)
      if (!answer.ok) throw new Error(answer.statusText)
      const { results } = await answer.json()
      return results.map(({ title, url, kind }) => ({ title, detail: `${kind}, ${url}`, value: url }))
    }

    const linkAt = () => CKEDITOR.plugins.link.getSelectedLink(editor)

    function change(link, href) {
      editor.fire("saveSnapshot")
      link.setAttributes({ href, "data-cke-saved-href": href })
      editor.fire("saveSnapshot")
    }

    function insert(href, words) {
      const selection = editor.getSelection()
      const range = selection.getRanges()[0]
      editor.fire("saveSnapshot")
      if (range.collapsed) {
        const text = new CKEDITOR.dom.text(words, editor.document)
        range.insertNode(text)
        range.selectNodeContents(text)
      }
      const attributes = { href, "data-cke-saved-href": href }
      const style = new CKEDITOR.style({ element: "a", attributes })
      style.type = CKEDITOR.STYLE_INLINE
      style.applyToRange(range, editor)
      range.collapse(false)
      range.select()
      editor.fire("saveSnapshot")
    }

    function open() {
      const link = linkAt()
      const href = link ? link.data("cke-saved-href") || link.getAttribute("href") || "" : ""
      const selection = editor.getSelection()
      const marked = selection && !selection.getRanges()[0]?.collapsed
      let [kind, typed] = kindOf(href)
      let done

      const field = make("input", { type: "text", class: "vTextField", value: typed })
      const [caption] = labelled("", field)
      const words = make("input", { type: "text", class: "vTextField" })
      const wrong = make("p", { role: "alert", class: "editor-wrong" })
      const finish = (target, title) => {
        if (link) return done(() => change(link, target))
        return done(() => insert(target, words.value.trim() || title))
      }
      const look = chooser({
        label: "Look for a page: part of its title",
        find: pages,
        wait: 150,
        none: (looked) =>
          looked.trim() ? "No page that patients can read now has these words in its title." : "",
        choose: (entry) => finish(entry.value, entry.title),
      })
      const choice = make("fieldset", {}, make("legend", {}, "Leads to"))
      const typing = make("div", {}, caption, field)
      const looking = make("div", {}, ...look.parts)
      const accept = make("button", { type: "submit", class: "button default" }, link ? "Change the link" : "Insert the link")

      function choose(name) {
        kind = name
        wrong.textContent = ""
        looking.hidden = name !== "page"
        typing.hidden = accept.hidden = name === "page"
        caption.textContent = KINDS[name].field || ""
      }
      for (const [name, { label }] of Object.entries(KINDS)) {
        if (name === "page" && !address) continue
        const radio = make("input", { type: "radio", name: "kind", value: name, checked: name === kind })
        radio.addEventListener("change", () => choose(name))
        choice.append(make("label", {}, radio, label))
      }
      choose(kind)

      const shown = link || marked ? [] : labelled("Words of the link (if empty, the page’s title or the address)", words)
      const content = [choice, ...shown, looking, typing, wrong]
      done = openDialog(editor, link ? "Change a link" : "Link", content, [accept], () => {
        const written = field.value.trim()
        const target = kind === "page" ? undefined : KINDS[kind].read(written)
        if (target) return finish(target, written)
        wrong.textContent = KINDS[kind].wrong
        return (kind === "page" ? look.input : field).focus()
      })
      ;(kind === "page" ? look.input : field).focus()
    }

    editor.addCommand("link", { exec: open, async: true, requiredContent: "a[href]" })
    editor.on(
      "doubleclick",
      (event) => {
        if (event.data.dialog !== "link") return
        event.data.dialog = ""
        open()
      },
      null,
      null,
      30,
    )
  },
})
