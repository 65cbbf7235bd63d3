// The review desk by keyboard, and the claim of the submission that is being read.
(() => {
  "use strict";
  const ticks = ["checkbox", "radio", "button", "submit"];
  const isTyping = (element) =>
    element.closest("textarea, select, [contenteditable]") !== null ||
    (element.matches("input") && !ticks.includes(element.type));

  function press(event, element) {
    event.preventDefault();
    element.focus();
    element.click();
  }

  document.addEventListener("keydown", (event) => {
    const confirm = document.querySelector("[data-wt-confirm]");
    if (event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
    if (event.ctrlKey && event.key === "Enter" && confirm) return press(event, confirm);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const reason = document.querySelector(".wt-reason");
    if (event.key.toLowerCase() === "e" && reason) {
      event.preventDefault();
      return reason.focus();
    }
    const preset = document.querySelectorAll("input.wt-preset")[Number(event.key) - 1];
    const named = [...document.querySelectorAll("[data-wt-key]")].find(
      (element) => element.dataset.wtKey === event.key.toLowerCase(),
    );
    if (preset || named) press(event, preset || named);
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-wt-open]");
    if (opener) document.getElementById(opener.dataset.wtOpen).showModal();
  });

  // Enter confirms what has just been read; a reason must be written first.
  document.addEventListener("DOMContentLoaded", () => {
    const confirm = document.querySelector("[data-wt-confirm]");
    if (confirm && !document.querySelector(".wt-reason")) confirm.focus();
    const wrong = document.querySelector(".wt-confirm [role=alert]");
    if (wrong) document.querySelector(".wt-reason")?.focus();
  });

  const claim = document.querySelector("[data-wt-claim]");
  if (!claim) return;
  let staying = false;
  const stays = (event) => {
    staying = event.target.closest("[data-wt-stay]") !== null;
  };
  document.addEventListener("click", stays);
  document.addEventListener("submit", stays);
  setInterval(() => fetch(claim.dataset.wtClaim, { method: "POST", body: new FormData(claim) }), 60_000);
  addEventListener("pagehide", () => {
    if (!staying) navigator.sendBeacon(claim.dataset.wtRelease, new FormData(claim));
  });
})();
