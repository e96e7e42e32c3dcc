// The advice beside the text: kept up to date while one types, and leading to the words concerned.
"use strict";

(() => {
  const panel = document.getElementById("advice");
  const form = document.getElementById("words");
  if (!panel || !form) return;

  const PAUSE = 1500; // milliseconds without a change
  const BLOCKS = "p, li, th, td, caption, figcaption, summary, h1, h2, h3, h4, h5, h6, div, blockquote, details";
  const UNREAD = "cite, script, style, .cke_widget_drag_handler_container, [data-cke-temp], [data-cke-hidden-sel]";
  const place = panel.querySelector("[data-advice]");
  const state = panel.querySelector("[data-state]");
  const status = panel.querySelector("[role=status]");
  const { body, summary } = form.elements;

  let timer = 0;
  let asked = null; // what stops the question that is under way
  let sent = words(); // those that the panel speaks of

  function words() {
    return JSON.stringify([body.value, summary.value]);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  async function ask() {
    const now = words();
    if (now === sent) return;
    asked?.abort();
    const mine = (asked = new AbortController());
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("body", body.value);
    data.set("summary", summary.value);
    let answer = "";
    try {
      // Who has to sign in again is not led away: the answer then is no advice.
      const response = await fetch(panel.dataset.address, { method: "POST", body: data, redirect: "manual", signal: mine.signal });
      if (response.status === 413) return tell("This text is too long for advice.");
      if (!response.ok) return tell("The advice is of an earlier text: it could not be renewed.");
      answer = await response.text();
    } catch {
      if (!mine.signal.aborted) tell("The advice is of an earlier text: it could not be renewed.");
      return;
    }
    if (asked !== mine) return; // a newer question is under way
    sent = now;
    tell("");
    show(answer);
  }

  function tell(sentence) {
    state.textContent = sentence;
    state.hidden = !sentence;
  }

  function show(answer) {
    const closed = new Set([...place.querySelectorAll("details:not([open])")].map(heading));
    const focused = place.contains(document.activeElement) ? [...place.querySelectorAll("a, summary")].indexOf(document.activeElement) : -1;
    place.innerHTML = answer;
    place.querySelectorAll("details").forEach((group) => { group.open = !closed.has(heading(group)); });
    if (focused >= 0) {
      const all = place.querySelectorAll("a, summary");
      all[Math.min(focused, all.length - 1)]?.focus();
    }
    const said = place.querySelector("[data-said]")?.dataset.said ?? "";
    if (status.textContent !== said) status.textContent = said;
  }

  const heading = (group) => group.querySelector("summary").firstChild.data.trim();

  // Leading to the words

  const bare = (text) => text.replace(/[\s\u00a0\u200b\ufeff]+/g, "");

  // The text nodes of each passage, in the order in which the server counts passages.
  function passages(root) {
    const found = new Map();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!bare(node.data) || parent.closest(UNREAD)) continue;
      const block = parent.closest(BLOCKS);
      if (!found.has(block)) found.set(block, []);
      found.get(block).push(node);
    }
    return [...found.values()];
  }

  const text = (nodes) => bare(nodes.map((node) => node.data).join(""));

  // Where the words stand among these nodes: [first node, offset, last node, offset], or null.
  function spot(nodes, wanted) {
    const begin = text(nodes).indexOf(wanted);
    if (begin < 0 || !wanted) return null;
    const ends = [begin, begin + wanted.length - 1].map((target) => {
      let left = target;
      for (const node of nodes) {
        for (let offset = 0; offset < node.data.length; offset += 1) {
          if (!bare(node.data[offset])) continue;
          if (left === 0) return [node, offset];
          left -= 1;
        }
      }
      return null;
    });
    return [...ends[0], ends[1][0], ends[1][1] + 1];
  }

  function lead(number, said) {
    if (number < 0) {
      summary.focus();
      return;
    }
    const editor = window.CKEDITOR?.instances[body.id];
    if (!editor?.editable()) {
      body.focus();
      return;
    }
    const all = passages(editor.editable().$);
    const wanted = bare(said);
    // The text may have changed since: then the passage that holds the words, if one still does.
    const near = [...all.keys()].sort((one, other) => Math.abs(one - number) - Math.abs(other - number));
    const at = near.find((index) => spot(all[index], wanted)) ?? Math.min(number, all.length - 1);
    editor.focus();
    if (!all[at]) return;
    const nodes = all[at];
    const [first, from, last, to] = spot(nodes, wanted) ?? [nodes[0], 0, nodes[0], 0];
    const range = editor.createRange();
    range.setStart(new CKEDITOR.dom.node(first), from);
    range.setEnd(new CKEDITOR.dom.node(last), to);
    editor.getSelection().selectRanges([range]);
    first.parentElement.closest(BLOCKS).scrollIntoView({ block: "center" });
  }

  place.addEventListener("click", (event) => {
    const link = event.target.closest("[data-place]");
    if (!link) return;
    event.preventDefault();
    lead(Number(link.dataset.place), link.dataset.words);
  });

  form.addEventListener("input", later);

  // From the report on the library: straight to a passage, once the editor stands.
  const [, wanted] = /^#passage-(-?\d+)$/.exec(location.hash) ?? [];
  if (wanted && window.CKEDITOR) CKEDITOR.on("instanceReady", () => lead(Number(wanted), ""));
})();
