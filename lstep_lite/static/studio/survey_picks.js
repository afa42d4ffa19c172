// What stands elsewhere in the same form: a question, some of its choices, a page; and where an answer is kept.
import { h, iconButton } from "./dom.js";
import { widgets } from "./widgets.js";

const END = "end";

// A question with choices. Conditions go by those before, jumps also by those of their own page.
widgets.question = ({ editor, input, value, set, data, id, place }) => {
  const known = questionsBefore(editor.document, place);
  const isGone = value && !known.some((question) => question.id === value);
  const none = known.length ? "選んでください" : "選んで答える質問が、まだ前にありません";
  const options = [
    h("option", { value: "", selected: !value }, none),
    isGone && h("option", { value, selected: true }, "選べなくなった質問"),
    known.map((question) => option(question.id, question.label || "（質問の文がありません）", value)),
  ];
  return select(id, place, options, (chosen) => {
    data.choices = [];
    set(chosen, { redraw: true });
  });
};

widgets["question-choices"] = ({ editor, input, value, set, data, place }) => {
  const question = questionsBefore(editor.document, place).find((each) => each.id === data[input.of]);
  if (!question) return h("p", { class: "form-hint", tabindex: "-1" }, "先に、質問を選んでください。");
  const chosen = new Set(value || []);
  return h(
    "div",
    { class: "studio-picks" },
    question.choices.map((choice) =>
      h(
        "label",
        { class: "studio-choice" },
        h("input", {
          type: "checkbox",
          class: "visually-hidden",
          checked: chosen.has(choice.id),
          "data-key": `${place}|${choice.id}`,
          onchange: (event) => toggle(choice.id, event.target.checked),
        }),
        h("span", {}, choice.label || "（名前のない選択肢）"),
      ),
    ),
  );

  function toggle(code, isOn) {
    if (isOn) chosen.add(code);
    else chosen.delete(code);
    set(question.choices.map((choice) => choice.id).filter((each) => chosen.has(each)));
  }
};

widgets.page = ({ editor, value, set, id, place }) => {
  const pages = editor.document.pages;
  const here = pages.findIndex((page) => place.startsWith(`pages/#${page.id}/`));
  const later = pages.map((page, at) => ({ page, at })).slice(here + 1);
  const isJump = place.includes("/jumps/");
  const isGone = value && value !== END && !later.some(({ page }) => page.id === value);
  const options = [
    option("", isJump ? "選んでください" : "次のページ（順番どおり）", value),
    isGone && h("option", { value, selected: true }, "選べなくなったページ"),
    later.map(({ page, at }) => option(page.id, `ページ${at + 1}${page.title ? `「${page.title}」` : ""}`, value)),
    option(END, "質問を終えて送信へ", value),
  ];
  return select(id, place, options, (chosen) => set(chosen));
};

// Where an answer is kept; the first of them is also what a page may be filled in with.
widgets.targets = ({ input, value, set, id, place }) => {
  const kept = value || [];
  const all = input.headings.flatMap((heading) => heading.targets);
  const labelOf = (key) => all.find((target) => target.value === key)?.label || "削除された欄";
  const groups = input.headings.map((heading) =>
    h(
      "optgroup",
      { label: heading.label },
      heading.targets.filter((target) => !kept.includes(target.value)).map((target) => option(target.value, target.label)),
    ),
  );
  const adding = select(id, place, [option("", "保存先を追加…", ""), groups], (key) => key && set([...kept, key], { redraw: true }));
  const chosen = kept.map((key) => h("li", {}, labelOf(key), iconButton(`${labelOf(key)}を外す`, "x", () => remove(key))));
  return h("div", { class: "studio-targets" }, kept.length ? h("ol", {}, chosen) : null, adding);

  function remove(key) {
    set(
      kept.filter((each) => each !== key),
      { redraw: true },
    );
  }
};

function questionsBefore(document, place) {
  const [, page, , part] = place.split("/");
  const isJump = place.includes("/jumps/");
  const found = [];
  for (const each of document.pages) {
    for (const question of each.parts) {
      if (!isJump && `#${question.id}` === part) return found;
      if (question.choices) found.push(question);
    }
    if (`#${each.id}` === page) return found;
  }
  return found;
}

function option(value, label, chosen) {
  return h("option", { value, selected: value === chosen }, label);
}

function select(id, place, options, onchoose) {
  const onchange = (event) => onchoose(event.target.value);
  return h("select", { id, class: "form-select", "data-key": place, onchange }, options);
}
