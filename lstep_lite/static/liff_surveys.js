// Forms for customers. The pages work without it; here they save while somebody types, show what an answer brings up
// at once, count letters, find addresses and look at files before they travel.
(() => {
  const SAVE_AFTER_MS = 1200;
  const form = document.querySelector("form[data-survey]");
  document.querySelector("[data-focus]")?.focus();
  if (!form) return;

  let timer = 0;
  let isLeaving = false;

  form.addEventListener("input", (event) => {
    count(event.target);
    if (event.target.matches("[data-fills-address]")) fillAddress(event.target);
    arrange();
    save();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-file-bytes]")) checkFiles(event.target);
  });
  form.addEventListener("submit", (event) => {
    if (isLeaving) {
      event.preventDefault();
      return;
    }
    isLeaving = true;
    clearTimeout(timer);
    setTimeout(() => setButtons(true));
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
    setButtons(false);
  });
  form.querySelectorAll("[data-most]").forEach(count);
  arrange();

  function setButtons(isDisabled) {
    form.querySelectorAll("button").forEach((button) => { button.disabled = isDisabled; });
  }

  // What has been typed, kept on the server
  function save() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (isLeaving) return;
      const typed = new FormData(form);
      for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
      try {
        const answer = await fetch(form.dataset.survey, { method: "POST", body: typed });
        say(answer.ok ? "入力した内容を保存しました" : "");
      } catch {
        say("");
      }
    }, SAVE_AFTER_MS);
  }

  function say(text) {
    const place = form.querySelector("[data-saved]");
    if (place) place.textContent = text;
  }

  // Questions that an answer of this page brings up; from top to bottom, for one may bring up the next
  function arrange() {
    form.querySelectorAll("[data-shown-if]").forEach((part) => {
      const isShown = JSON.parse(part.dataset.shownIf).some(isMet);
      part.hidden = !isShown;
      part.querySelector(".question-body").disabled = !isShown;
    });
  }

  function isMet({ question, choices }) {
    const asked = form.querySelector(`[data-question="${CSS.escape(question)}"]`);
    if (!asked || asked.hidden) return false;
    return picked(asked, question).some((code) => choices.includes(code));
  }

  function picked(asked, question) {
    const inputs = [...asked.querySelectorAll(`[name="${CSS.escape(question)}"]`)];
    return inputs.filter((input) => input.checked || input.tagName === "SELECT").map((input) => input.value);
  }

  function count(input) {
    const most = Number(input.dataset?.most);
    const place = most && input.parentElement.querySelector("[data-count]");
    if (!place) return;
    const length = [...new Intl.Segmenter("ja").segment(input.value)].length;
    place.textContent = `${length.toLocaleString()}/${most.toLocaleString()}文字`;
    place.classList.toggle("error", length > most);
  }

  // 郵便番号 → 住所
  async function fillAddress(input) {
    const digits = input.value.normalize("NFKC").replace(/\D/g, "");
    if (digits.length !== 7 || input.dataset.found === digits) return;
    input.dataset.found = digits;
    let address;
    try {
      const answer = await fetch(form.dataset.postalCodes.replace("0000000", digits));
      if (!answer.ok) return;
      address = await answer.json();
    } catch {
      delete input.dataset.found;
      return;
    }
    writeAddress(input.closest("[data-question]"), address);
  }

  function writeAddress(from, { prefecture, rest }) {
    const questions = [...form.querySelectorAll("[data-question]")];
    const next = questions.slice(questions.indexOf(from) + 1);
    let text = prefecture + rest;
    if (next[0]?.dataset.kind === "prefecture") {
      next.shift().querySelector("select").value = prefecture;
      text = rest;
    }
    const line = next[0]?.dataset.kind === "one_line" && next[0].querySelector("input:not([type=hidden])");
    if (line && (!line.value || line.value === line.dataset.filled)) {
      line.value = text;
      line.dataset.filled = text;
    }
    save();
  }

  function checkFiles(input) {
    const most = Number(input.dataset.fileBytes);
    const place = input.parentElement.querySelector("[data-file-problem]");
    const isTooLarge = [...input.files].some((file) => file.size > most);
    place.hidden = !isTooLarge;
    place.textContent = isTooLarge ? "ファイルが大きすぎます（20MBまで）。小さくしたものを選んでください。" : "";
    if (isTooLarge) input.value = "";
  }
})();
