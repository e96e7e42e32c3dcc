// Warns before the session ends, and says when it has. It never leaves the page, and moves the
// focus only back to where it was before the notice's own button was used.
"use strict";

function watchSession(box) {
  const MARKS = [300, 60, 0]; // seconds before the end at which there is something to say
  const SHORT = 60_000; // milliseconds: typing prolongs the session once in so many
  const notice = box.querySelector("[role=alert]");
  const channel = new BroadcastChannel("session");
  const token = () => box.querySelector("[name=csrfmiddlewaretoken]").value;
  let state = {
    user: box.dataset.user,
    name: box.dataset.name,
    left: Number(box.dataset.left),
    last: "last" in box.dataset,
    token: token(),
  };
  let end = Date.now() + state.left * 1000;
  let prolonged = Date.now();
  let said = "";
  let before = null;
  let timer;

  const left = () => (end - Date.now()) / 1000;
  const mine = () => state.user === box.dataset.user;
  const barred = () => said.startsWith("ended") || said.startsWith("other");

  function learn(answer) {
    state = answer;
    end = Date.now() + (answer.left ?? 0) * 1000;
    if (mine() && answer.token) {
      // Signing in elsewhere changed the token that this page's forms were given.
      const fields = document.getElementsByName("csrfmiddlewaretoken");
      for (const field of fields) field.value = answer.token;
    }
    say();
  }

  async function send(method, headers) {
    const answer = await fetch(box.dataset.address, { method, headers });
    if (!answer.ok) throw new Error(answer.status);
    learn(await answer.json());
  }

  // A question of the page's clock counts as nobody's activity.
  async function ask() {
    try {
      await send("GET", { "X-Background": "yes" });
    } catch {
      say();
    }
  }

  async function stay() {
    prolonged = Date.now();
    try {
      await send("POST", { "X-CSRFToken": token() });
      channel.postMessage(state);
    } catch {
      await ask();
    }
  }

  function say() {
    const mark = left() > 60 ? 300 : 60;
    let what = "";
    if (state.user && !mine()) what = "other";
    else if (!state.user || left() <= 0) what = "ended";
    else if (left() <= 300) what = `${state.last ? "day" : "idle"} ${mark}`;
    else if (barred()) what = "again";
    else if (said === "again" || said === "stayed") what = said;
    if (what !== said) show(what);
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const next = MARKS.find((mark) => mark < left());
    if (next !== undefined && state.user) timer = setTimeout(ask, (left() - next) * 1000);
  }

  function show(what) {
    const inside = notice.contains(document.activeElement);
    const name = what.split(" ")[0];
    const words = name && box.querySelector(`[data-notice=${name}]`).content.cloneNode(true);
    if (words) fill(words);
    notice.replaceChildren(...(words ? [words] : []));
    said = what;
    if (inside) (notice.querySelector("button, a") ?? before ?? document.body).focus();
    if (what === "stayed") setTimeout(() => said === "stayed" && show(""), 10_000);
  }

  function fill(words) {
    const put = (selector, text) => {
      for (const place of words.querySelectorAll(selector)) place.textContent = text;
    };
    const clock = { hour: "numeric", minute: "2-digit" };
    put("time", new Date(end).toLocaleTimeString(document.documentElement.lang, clock));
    put("[data-words]", left() > 60 ? `${Math.ceil(left() / 60)} minutes` : "a minute");
    put("[data-name]", state.name);
  }

  notice.addEventListener("focusin", (event) => {
    if (!notice.contains(event.relatedTarget)) before = event.relatedTarget;
  });
  notice.addEventListener("click", (event) => {
    if (event.target.closest("[data-stay]")) stay().then(() => said === "" && show("stayed"));
    if (event.target.closest("[data-close]")) show("");
  });
  document.addEventListener("input", (event) => {
    if (event.isTrusted && !barred() && Date.now() - prolonged > SHORT) stay();
  });
  // What cannot be saved is not sent, nor does any other script take it for saved.
  window.addEventListener("submit", async (event) => {
    if (!barred() || event.target.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await ask();
    if (barred()) notice.querySelector("a").focus();
    else event.target.requestSubmit(event.submitter);
  }, true);
  // Other tabs tell what they know when they are opened, and when they prolong the session.
  channel.addEventListener("message", (event) => learn(event.data));
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("pageshow", (event) => event.persisted && ask());

  say();
  channel.postMessage(state);
}

const sessionBox = document.getElementById("session");
if (sessionBox) watchSession(sessionBox);
