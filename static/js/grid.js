// Starts and texts of the chosen accounts, pasted from a sheet: 帐号, 开始时间, 内容 in columns; a heading is passed over.
(() => {
  "use strict";
  const box = document.getElementById("paste");
  const note = document.getElementById("pasted");
  if (!box || !note) return;

  // 2026/1/5 10:00, 2026-01-05 10:00:00 … as a field of the browser wants it; anything else as it is, for the server.
  const moment = (typed) => {
    const found = typed.trim().match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2})[:：](\d{2})/);
    if (!found) return "";
    const [year, ...rest] = found.slice(1);
    const [month, day, hour, minute] = rest.map((part) => part.padStart(2, "0"));
    return `${year}-${month}-${day}T${hour}:${minute}`;
  };

  // Tabs between cells, quotes around a cell with a line end or a tab inside, as spreadsheets copy them.
  const cells = (sheet) => {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < sheet.length; at += 1) {
      const one = sheet[at];
      const row = rows[rows.length - 1];
      if (quoted && one === '"' && sheet[at + 1] === '"') (row[row.length - 1] += '"'), (at += 1);
      else if (one === '"' && (quoted || row[row.length - 1] === "")) quoted = !quoted;
      else if (!quoted && one === "\t") row.push("");
      else if (!quoted && one === "\n") rows.push([""]);
      else if (quoted || one !== "\r") row[row.length - 1] += one;
    }
    return rows.filter((row) => row.some((cell) => cell.trim()));
  };

  const put = (row, start, text) => {
    const field = (name) => row.querySelector(`[name$="-${name}"]`);
    if (start) field("start_at").value = start;
    if (text) field("text").value = text;
    row.querySelector("details").open = true;
  };

  const fill = () => {
    const waiting = [...document.querySelectorAll("[data-account]")];
    const problems = [];
    let filled = 0;
    cells(box.value).forEach(([name = "", start = "", text = ""], place) => {
      const wanted = name.trim().replace(/^@/, "");
      const at = waiting.findIndex((row) => row.dataset.account === wanted);
      if (at < 0) {
        const heading = place === 0 && !moment(start);
        if (!heading) problems.push(note.dataset.unknown.replace("{row}", place + 1).replace("{name}", wanted));
        return;
      }
      if (start.trim() && !moment(start)) {
        problems.push(note.dataset.badTime.replace("{row}", place + 1).replace("{time}", start.trim()));
        return;
      }
      put(waiting.splice(at, 1)[0], moment(start), text.trim());
      filled += 1;
    });
    note.replaceChildren(
      ...[note.dataset.filled.replace("{count}", filled), ...problems].map((line) => {
        const said = document.createElement("div");
        said.textContent = line;
        return said;
      }),
    );
    note.classList.toggle("text-danger", problems.length > 0);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.getElementById("paste-fill").addEventListener("click", fill);
})();
