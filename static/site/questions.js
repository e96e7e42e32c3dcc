// Questions for a visit: own ones, how many, print, keep. Inlined in place of page.js.
// Own questions are written into the page as text and sent nowhere. Without this, the page is a form.
"use strict"

const KEY = "questions"
const part = (id) => document.getElementById(id)
const [own, words, told, keep] = ["own", "words", "told", "keep"].map(part)
keep.autocomplete = "off"
const ticks = [...document.querySelectorAll("[name=q]")]

// What was kept before goes first, so that a full or forbidden store never holds an old list.
function store() {
  try {
    localStorage.removeItem(KEY)
    if (!keep.checked) return ""
    const ids = ticks.filter((tick) => tick.checked).map((tick) => tick.value)
    const written = [...own.querySelectorAll("p")].map((text) => text.textContent)
    localStorage.setItem(KEY, JSON.stringify([ids, written]))
    return " Kept on this device."
  } catch {
    if (!keep.checked) return ""
    keep.checked = false
    return " This browser cannot keep them."
  }
}

function tell(done = "") {
  const count = ticks.filter((tick) => tick.checked).length + own.children.length
  const many = `${count} question${count > 1 ? "s" : ""} to print.`
  told.textContent = done + (count ? many : "You chose none, so all are printed.") + store()
}

function button(does, text, act) {
  const made = document.createElement("button")
  made.type = "button"
  made.textContent = does
  made.setAttribute("aria-label", `${does}: ${text}`)
  made.onclick = act
  return made
}

function write(text) {
  const item = document.createElement("li")
  const shown = document.createElement("p")
  shown.textContent = text
  const change = button("Change", text, () => {
    add()
    item.remove()
    words.value = text
    words.focus()
    tell()
  })
  const remove = button("Remove", text, () => {
    const near = item.nextElementSibling || item.previousElementSibling
    item.remove()
    ;(near ? near.lastChild : words).focus()
    tell("Removed. ")
  })
  item.append(shown, change, remove)
  own.append(item)
}

function add() {
  const text = words.value.replace(/\s+/g, " ").trim()
  words.value = ""
  if (text) write(text)
  tell(text && "Added. ")
}

for (const hidden of document.querySelectorAll("main [hidden]")) hidden.hidden = false
part("show").remove()
part("yours")?.remove()
try {
  const [ids, written] = JSON.parse(localStorage.getItem(KEY))
  for (const tick of ticks) tick.checked ||= ids.includes(tick.value)
  written.map(String).forEach(write)
  keep.checked = true
} catch {
  keep.checked = false // nothing is kept, or nothing that we wrote
}
tell()

part("ask").onsubmit = (event) => event.preventDefault()
part("ask").onchange = () => tell()
keep.onchange = () => tell(keep.checked ? "" : "No longer kept. ")
part("add").onclick = () => {
  add()
  words.focus()
}
part("print").onclick = () => print()
part("forget").onclick = () => {
  for (const tick of [...ticks, keep]) tick.checked = false
  own.replaceChildren()
  words.value = ""
  part("about")?.remove()
  history.replaceState(null, "", location.pathname)
  tell("Forgotten. ")
}
// What is still being written is printed too; what is folded is opened, as on every page.
addEventListener("beforeprint", () => {
  add()
  for (const details of document.querySelectorAll("details")) details.open = true
})
