// What happens on a tap: one of the behaviours on offer, with its own inputs.
import { h, icon, menu, menuItem } from "./dom.js";
import { fresh } from "./documents.js";
import { drawFields } from "./fields.js";
import { widgets } from "./widgets.js";

widgets.tap = ({ editor, input, value, set, place }) => {
  const chosen = input.behaviours.find((each) => each.name === value.do);
  const summary = h(
    "summary",
    { class: "btn studio-behaviour", "data-key": place },
    icon(chosen?.icon || "alert-triangle"),
    h("span", {}, chosen?.label || "選び直してください"),
    icon("chevron-down"),
  );
  const items = input.behaviours.map((each) =>
    menuItem(each.label, each.icon, () => choose(each), { "aria-pressed": String(each === chosen) }),
  );
  const more = chosen?.inputs.length
    ? h("div", { class: "studio-tap-inputs" }, drawFields(editor, chosen.inputs, value, place))
    : null;
  return h("div", { class: "studio-tap" }, menu(summary, items, { class: "row-picker" }), more);

  function choose(behaviour) {
    set({ ...fresh(behaviour.inputs), ...value, do: behaviour.name }, { redraw: true });
  }
};
