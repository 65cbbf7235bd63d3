// The task form: fields of the chosen form only, a live count as Weibo counts, removing a picture.
(() => {
  "use strict";
  const form = document.getElementById("task-form");
  if (!form) return;
  const chosen = () => form.querySelector("[data-form]:checked")?.value || "repost";

  // A full-width character counts 1, ASCII a half, a link 10 (protocols/weibo.md 4); the server is the judge.
  const count = (text) => {
    let units = 0;
    const rest = text.replace(/https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g, () => ((units += 20), ""));
    for (const character of rest) units += character.codePointAt(0) < 128 ? 1 : 2;
    return Math.ceil(units / 2);
  };

  const show = () => {
    form.querySelectorAll("[data-when]").forEach((part) => (part.hidden = part.dataset.when !== chosen()));
    form.querySelectorAll("[data-count-for]").forEach((note) => {
      const limit = chosen() === "original" ? note.dataset.limitOriginal : note.dataset.limitRepost;
      const used = count(document.getElementById(note.dataset.countFor).value);
      note.textContent = `${used} / ${limit}`;
      note.classList.toggle("text-danger", used > Number(limit));
    });
  };
  // How it will look: the words, the pictures, and under a repost the original.
  const preview = document.getElementById("preview");
  const mirror = () => {
    if (!preview) return;
    const part = (name) => preview.querySelector(`[data-preview="${name}"]`);
    const repost = chosen() === "repost";
    part("text").textContent = document.getElementById("id_text").value || (repost ? part("text").dataset.empty : "");
    part("source").replaceChildren(...[...document.querySelectorAll("#source .wt-post-source > *")].map((one) => one.cloneNode(true)));
    part("source").hidden = !repost;
    part("pictures").replaceChildren(...[...document.querySelectorAll("#pictures img")].map((one) => one.cloneNode()));
    part("pictures").hidden = repost;
  };
  const refresh = () => {
    show();
    mirror();
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("htmx:afterSettle", mirror);
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-remove-picture]")) event.target.closest("[data-picture]").remove();
    mirror();
  });

  // The next upload starts afresh: without the refusals of the one before, and free to take the same file again.
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "upload") document.querySelectorAll("#pictures [role=alert]").forEach((one) => one.remove());
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "upload") event.target.value = "";
  });
  refresh();
})();
