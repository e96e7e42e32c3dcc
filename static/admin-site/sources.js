// The sources that a text cites while it is written, in the order in which they will be numbered.
"use strict";

(() => {
  const place = document.getElementById("sources");
  if (!place) return;
  const field = document.getElementById("id_body");
  const references = JSON.parse(document.getElementById("references").textContent);
  const byKey = new Map(references.map((reference) => [reference.key, reference]));

  // One that was merged meanwhile is known again from the next save on: until then by its label.
  function entry([key, label]) {
    const found = byKey.get(key);
    const item = document.createElement("li");
    item.textContent = found?.text ?? label;
    if (found?.retracted) {
      const word = document.createElement("strong");
      word.textContent = "Retracted";
      item.append(" ", word);
    }
    return item;
  }

  function show() {
    const chips = new DOMParser().parseFromString(field.value, "text/html").querySelectorAll("cite");
    const cited = new Map();
    for (const { dataset, textContent } of chips) {
      if (!cited.has(dataset.reference)) cited.set(dataset.reference, textContent);
    }
    place.querySelector("ol").replaceChildren(...[...cited].map(entry));
    place.hidden = !cited.size;
  }

  field.addEventListener("input", show);
  show();
})();
