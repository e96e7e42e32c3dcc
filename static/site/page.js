// What pages do beyond links and forms. Inlined into each page, which works without it.
"use strict"

// Paper cannot be unfolded: what is folded is opened for printing, and folded again after it.
const folded = () => document.querySelectorAll("details:not([open])")
let unfolded = []
addEventListener("beforeprint", () => {
  unfolded = [...folded()]
  for (const details of unfolded) details.open = true
})
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false
})

// A word's meaning opens after the paragraph that holds it. Esc, the button or the word itself
// closes it, and the reader is back at the word. In a new tab the link leads to the glossary.
let word, meaning

const hide = () => {
  if (!word) return
  meaning.remove()
  word.setAttribute("aria-expanded", false)
  word = null
}

const back = () => {
  const left = word
  hide()
  if (left) left.focus()
}

const show = (link) => {
  const text = `${link.textContent}: ${link.dataset.meaning}`
  const add = (tag, properties) => meaning.append(Object.assign(document.createElement(tag), properties))
  word = link
  meaning = document.createElement("div")
  meaning.className = "meaning"
  meaning.tabIndex = -1
  meaning.setAttribute("role", "note")
  meaning.setAttribute("aria-label", text)
  add("p", { textContent: text })
  add("a", { textContent: "More in the list of words", href: link.href })
  add("button", { textContent: "Close", type: "button", onclick: back })
  const paragraph = link.closest("p")
  const around = link.closest("li, td, dd, blockquote, .text")
  if (paragraph) paragraph.after(meaning)
  else around.insertBefore(meaning, around.querySelector(":scope > :is(ul, ol)"))
  link.setAttribute("aria-expanded", true)
  meaning.focus({ preventScroll: true })
  meaning.scrollIntoView({ block: "nearest" }) // no further than needed, so the word stays in view
}

for (const link of document.querySelectorAll("a.term")) link.setAttribute("aria-expanded", false)
addEventListener("click", (event) => {
  const link = event.target.closest("a.term")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  if (link === word) return back()
  hide()
  show(link)
})
addEventListener("keydown", (event) => {
  if (event.key === "Escape") back()
})
