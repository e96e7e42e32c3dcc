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
