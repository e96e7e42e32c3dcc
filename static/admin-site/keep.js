// Keeps what is typed into a text's form on this computer, and offers it back if it was not saved.
//
// There is a copy for each time that a form was opened and typed in, so that two tabs do not
// overwrite each other. Its name says whose it is: "kept <person> <address> <this opening>".
"use strict";

const KEPT = "kept ";
const PAUSE = 3000; // milliseconds from a change to its copy
const WEEK = 7 * 24 * 60 * 60 * 1000; // milliseconds
const QUESTION = "What you typed is not saved. If you log out, it is removed from this computer. Log out all the same?";

const copies = {
  remove: (name) => localStorage.removeItem(name),

  // {at: when it was typed, words: {field: text}}
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },

  write(name, copy) {
    try {
      localStorage.setItem(name, JSON.stringify(copy));
    } catch {
      // There is no room. The warning before leaving stays.
    }
  },

  // Those whose names begin so, the newest first.
  names(start) {
    const found = Object.keys(localStorage).filter((name) => name.startsWith(start));
    return found.sort((one, other) => (this.read(other)?.at ?? 0) - (this.read(one)?.at ?? 0));
  },

  removeOld() {
    const young = (copy) => copy?.at > Date.now() - WEEK;
    this.names(KEPT).filter((name) => !young(this.read(name))).forEach(this.remove);
  },
};

// The form with the words of a text; `refused` says that it came back from a save that failed.
function keep(form, name, refused) {
  const FIELDS = ["title", "summary", "body", "note"];
  const field = (which) => form.elements[which];
  let timer = 0;
  let leaving = false; // on purpose, so without a warning

  const unsaved = () => refused || FIELDS.some((which) => field(which).value !== field(which).defaultValue);
  const words = () => Object.fromEntries([...FIELDS, "version"].map((which) => [which, field(which).value]));
  const copy = () => ({ at: Date.now(), words: words() });
  const holds = (other) => FIELDS.every((which) => other.words[which] === field(which).value);

  function write() {
    clearTimeout(timer);
    timer = 0;
    if (unsaved()) copies.write(name, copy());
    else copies.remove(name);
  }

  // With the version that the words were typed upon: if there is a newer one, a save shows both.
  function put(other) {
    for (const [which, value] of Object.entries(other.words)) field(which).value = value;
    window.CKEDITOR?.instances[field("body").id]?.setData(other.words.body);
    field("body").dispatchEvent(new Event("input", { bubbles: true }));
    leaving = false;
    write();
  }

  function leave() {
    clearTimeout(timer);
    timer = 0;
    leaving = true;
  }

  form.addEventListener("input", () => {
    leaving = false;
    timer ||= setTimeout(write, PAUSE);
  });
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target !== form && submitter?.value !== "discard") return;
    write();
    sessionStorage.setItem("kept-sent", name);
    leave();
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved() && !leaving) event.preventDefault();
  });
  // Closing a tab is both: first the editor hands over its last words, then the page is hidden.
  const writeNow = () => { if (timer) write(); };
  window.addEventListener("pagehide", writeNow);
  document.addEventListener("visibilitychange", writeNow);

  return { unsaved, copy, holds, write, put, leave };
}

// The notice on one copy. What the form holds and what is brought back change places.
function offer(place, name, form) {
  const entry = document.createElement("div");
  const write = document.querySelector("button[name=verb][value=write]");
  let copy = copies.read(name);
  const { at } = copy;
  let shown = "";

  function show(what) {
    const inside = entry.contains(document.activeElement);
    const notice = place.querySelector(`[data-notice=${what}]`).content.cloneNode(true);
    notice.querySelectorAll("[data-when]").forEach((spot) => { spot.textContent = when(at); });
    notice.querySelectorAll("[data-words]").forEach((spot) => { spot.textContent = plain(copy.words); });
    entry.replaceChildren(notice);
    if (inside) entry.querySelector("button").focus();
    shown = what;
  }

  const deeds = {
    bring() {
      if (!form) {
        sessionStorage.setItem("kept-bring", name);
        write.click();
        return;
      }
      const [before, typed] = [form.copy(), form.unsaved()];
      form.put(copy);
      if (typed) copies.write(name, before);
      else copies.remove(name);
      copy = before;
      show(shown === "back" ? "offer" : "back");
    },
    throw() {
      copies.remove(name);
      show("thrown");
    },
    undo() {
      copies.write(name, copy);
      show("offer");
    },
  };

  entry.addEventListener("click", ({ target }) => deeds[target.dataset.deed]?.());
  // Another tab has saved it, brought it back or thrown it away.
  window.addEventListener("storage", (event) => {
    if (event.key === name && event.newValue === null && shown !== "back") entry.remove();
  });
  place.querySelector("[role=status]").append(entry);
  show(form || write ? "offer" : "elsewhere");
  return deeds;
}

// "at 2:05 PM", on another day "on May 1 at 2:05 PM"
function when(at) {
  const moment = new Date(at);
  const time = { hour: "numeric", minute: "2-digit" };
  if (moment.toDateString() === new Date().toDateString()) {
    return `at ${moment.toLocaleTimeString(document.documentElement.lang, time)}`;
  }
  return `on ${moment.toLocaleString(document.documentElement.lang, { month: "long", day: "numeric", ...time })}`;
}

// Words to read, without their markup.
function plain({ title, summary, body, note }) {
  const lines = body.replace(/<\/(p|h\d|li|tr|caption)>|<br>/g, "$&\n");
  const { textContent } = new DOMParser().parseFromString(lines, "text/html").body;
  return [title, summary, textContent, note].filter((part) => part.trim()).join("\n\n");
}

// Whether this page is where a save leads: a refused one leads nowhere, and who had to sign in
// comes from there.
function isAfterSave() {
  const [arrival] = performance.getEntriesByType("navigation");
  const from = document.referrer.split(/[?#]/)[0];
  return arrival?.redirectCount > 0 && from === location.origin + location.pathname;
}

// Forgetting what was noted in this tab for the page that follows.
function noted(what) {
  const found = sessionStorage.getItem(what);
  sessionStorage.removeItem(what);
  return found;
}

// The editor follows what its field is given only once it stands.
function whenWritable(form, then) {
  if (!window.CKEDITOR) then();
  else CKEDITOR.on("instanceReady", ({ editor }) => { if (editor.element.$.form === form) then(); });
}

// Somebody who logs out leaves nothing behind on a computer that others use too.
function forgetAtLogOut(user, form) {
  document.getElementById("logout-form")?.addEventListener("submit", (event) => {
    form?.write();
    const left = copies.names(`${KEPT}${user} `);
    if (left.length && !confirm(QUESTION)) {
      event.preventDefault();
      return;
    }
    form?.leave();
    left.forEach(copies.remove);
  });
}

function start(user) {
  const place = document.getElementById("kept");
  const words = document.getElementById("words");
  const page = `${KEPT}${user} ${location.pathname} `;
  const name = page + crypto.getRandomValues(new Uint32Array(2)).join("-");
  const refused = Boolean(place) && "refused" in place.dataset;
  const form = place && words && keep(words, name, refused);
  const [sent, wanted] = [noted("kept-sent"), noted("kept-bring")];

  copies.removeOld();
  forgetAtLogOut(user, form);
  if (refused) form.write();
  if (sent?.startsWith(page) && (refused || isAfterSave())) copies.remove(sent);
  for (const found of place ? copies.names(page) : []) {
    if (found === name) continue;
    if (form?.holds(copies.read(found))) copies.remove(found);
    else if (form && found === wanted) whenWritable(words, offer(place, found, form).bring);
    else offer(place, found, form);
  }
  // Who comes back stands where they left, which may be below what is offered.
  if (place?.querySelector("[data-deed]")) {
    window.addEventListener("load", () => setTimeout(() => place.scrollIntoView({ block: "nearest" })));
  }
}

const signedIn = document.getElementById("session");
if (signedIn) start(signedIn.dataset.user);
