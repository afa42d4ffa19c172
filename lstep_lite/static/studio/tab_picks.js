// A tab of the same menu, to switch to.
import { h } from "./dom.js";
import { widgets } from "./widgets.js";

widgets.tab = ({ editor, value, set, id, place }) => {
  const here = editor.tab.id;
  const others = editor.document.tabs.filter((tab) => tab.id !== here);
  const isGone = value && !others.some((tab) => tab.id === value);
  const none = others.length ? "選んでください" : "ほかのタブがまだありません";
  const options = [
    h("option", { value: "", selected: !value }, none),
    isGone && h("option", { value, selected: true }, value === here ? "このタブ" : "削除されたタブ"),
    others.map((tab) => h("option", { value: tab.id, selected: tab.id === value }, tab.label || "名前のないタブ")),
  ];
  const attributes = { id, class: "form-select", "data-key": place };
  return h("select", { ...attributes, onchange: (event) => set(event.target.value) }, options);
};
