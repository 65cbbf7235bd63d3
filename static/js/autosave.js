// A draft is saved while it is written. Typing goes on meanwhile; a button pressed meanwhile waits for the answer, so
// that a new task never becomes two drafts.
(() => {
  "use strict";
  const form = document.getElementById("task-form");
  const note = document.getElementById("autosave");
  if (!form || !note) return;
  const AFTER = 3000; // ms without typing
  let timer = 0;
  let running = null;
  let saved = "";

  const typed = () => {
    const data = new FormData(form);
    data.delete("upload");
    data.set("action", "autosave");
    return data;
  };
  const address = () => form.getAttribute("action") || location.pathname; // `form.action` is our buttons' name
  const text = (data) => new URLSearchParams(data).toString();

  const save = async () => {
    const data = typed();
    if (text(data) === saved) return;
    try {
      const answer = await fetch(address(), { method: "POST", body: data, headers: { Accept: "application/json" } });
      const said = await answer.json();
      note.textContent = said.at || said.why;
      note.classList.toggle("text-danger", !said.at);
      if (!said.url) return;
      saved = text(data);
      form.setAttribute("action", said.url);
      if (location.pathname !== said.url) history.replaceState(null, "", said.url);
    } catch {
      note.textContent = note.dataset.offline;
      note.classList.add("text-danger");
    }
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = (running || Promise.resolve()).then(save).finally(() => (running = null));
    }, AFTER);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-remove-picture]")) soon();
  });
  form.addEventListener(
    "submit",
    (event) => {
      clearTimeout(timer);
      if (!running) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      running.then(() => form.requestSubmit(event.submitter));
    },
    true,
  );
  saved = text(typed());
})();
