// Turning elements of the page into editors, as soon as they are there.

// Make each *selector* of the page, and of what htmx brings, an editor of that class.
export function start(selector, EditorClass) {
  const startAll = (around) => {
    if (around.matches?.(selector)) begin(around, EditorClass);
    around.querySelectorAll(selector).forEach((root) => begin(root, EditorClass));
  };
  startAll(document);
  document.addEventListener("htmx:load", (event) => startAll(event.target));
}

async function begin(root, EditorClass) {
  if (root.dataset.started) return;
  root.dataset.started = "yes";
  const answer = await fetch(root.dataset.kindUrl).catch(() => null);
  if (!answer?.ok) {
    root.querySelector("[data-studio-waiting]").textContent =
      "編集画面を開けませんでした。通信の状態を確認して、画面を読み込み直してください。";
    return;
  }
  new EditorClass(root, await answer.json());
}
