// Keys for the desk. Everything they do is a link or a button as well; without this file the pages work the same.
(() => {
  "use strict";
  const SWITCH = "igny8-desk-keys-off";
  const keysAreOff = () => { try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; } };
  const dialog = () => document.getElementById("keys");
  const rows = () => [...document.querySelectorAll("[data-row] [data-open]")].filter((link) => link.getClientRects().length);

  function move(by) {
    const links = rows();
    if (!links.length) return;
    const here = links.findIndex((link) => link === document.activeElement || link.closest("[data-row]").contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + by));
    links[next].focus();
    links[next].closest("[data-row]").scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    const onPage = document.querySelector("[data-row]") === null || document.querySelector(".article-page") !== null;
    const scope = row || (onPage ? document : null);
    const target = scope && scope.querySelector(`[data-key="${key}"]`);
    if (!target) return false;
    target.click();
    const details = target.closest("details");
    if (details && details.open) details.querySelector("textarea").focus();
    return true;
  }

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    a: () => press("a"),
    r: () => press("r"),
    n: () => { const next = document.querySelector("[data-next]"); if (next) next.click(); },
    u: () => { const up = document.querySelector("[data-up]"); if (up) up.click(); },
    "/": () => { const field = document.querySelector("[data-search]"); if (field) field.focus(); },
    "?": () => { const shown = dialog(); if (shown) shown.showModal(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keysAreOff()) return;
    const field = event.target;
    if (field instanceof HTMLElement && (field.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(field.tagName))) {
      if (event.key === "Escape") field.blur();
      return;
    }
    const shown = dialog();
    if (shown && shown.open) return;
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest("[data-opens]");
    const shown = opener && document.getElementById(opener.dataset.opens);
    if (shown && shown.showModal) { event.preventDefault(); shown.showModal(); }
  });

  // A form is sent once: a second click while the answer is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = form.querySelector("button[type=submit]");
    if (button && form.dataset.busy) { button.textContent = form.dataset.busy; button.setAttribute("aria-busy", "true"); }
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  // On a phone the stages are a row that scrolls; the chosen one is to be seen.
  const stage = document.querySelector(".stages [aria-current]");
  if (stage) stage.parentElement.scrollLeft = stage.offsetLeft - stage.parentElement.offsetLeft - 24;

  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = !keysAreOff();
    box.addEventListener("change", () => { try { localStorage.setItem(SWITCH, box.checked ? "0" : "1"); } catch { /* without storage the keys stay on */ } });
  }
})();
