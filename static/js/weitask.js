// Small behaviours every page shares. No inline script anywhere: the CSP allows only files of our own.
(() => {
  "use strict";
  const root = document.documentElement;

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) {
      const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      root.dataset.bsTheme = theme;
      localStorage.setItem("theme", theme);
    }
    const check = event.target.closest("[data-check-all]");
    if (check) {
      document.querySelectorAll(`input[name="${check.dataset.checkAll}"]:not(:disabled)`).forEach((box) => {
        box.checked = check.checked;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  });

  // A link to pass on: the whole of it is marked, copied, and the button says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard?.writeText(field.value);
    button.textContent = button.dataset.copied;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // What is ticked goes along to the next page and through a filter.
  const ticked = (name) =>
    [...document.querySelectorAll(`#choice input[name="${name}"]`)]
      .filter((box) => box.type === "hidden" || box.checked)
      .map((box) => box.value);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-carry]");
    if (!link) return;
    const address = new URL(link.href);
    address.searchParams.delete(link.dataset.carry);
    ticked(link.dataset.carry).forEach((value) => address.searchParams.append(link.dataset.carry, value));
    link.href = address;
  });
  document.addEventListener("formdata", (event) => {
    const name = event.target.dataset.carry;
    if (name) ticked(name).forEach((value) => event.formData.append(name, value));
  });

  // What cannot be undone is confirmed; a form is sent once; long work says so.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asked = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (asked && !confirm(asked)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 4000);
    }
    if (form.dataset.busy) {
      const note = document.getElementById("progress");
      note.textContent = form.dataset.busy;
      note.classList.add("wt-busy");
    }
  });

  const progress = () => document.getElementById("progress");
  let waiting = 0;
  document.addEventListener("htmx:beforeRequest", () => {
    waiting += 1;
    setTimeout(() => waiting > 0 && progress().classList.add("wt-loading"), 300);
  });
  document.addEventListener("htmx:afterRequest", () => {
    waiting -= 1;
    if (waiting <= 0) progress().classList.remove("wt-loading");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    progress()?.classList.remove("wt-busy");
  });
})();
