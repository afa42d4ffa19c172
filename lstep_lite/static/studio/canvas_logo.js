// The logo of a tab: a handle on the picture that moves it.
import { follow, stepOf } from "./board.js";
import { WHOLE } from "./boxes.js";
import { h, icon } from "./dom.js";

export function drawLogo(composer, body) {
  const { tab } = composer;
  if (tab.source !== "compose" || !tab.logo_id) return null;
  const node = h(
    "button",
    {
      type: "button",
      class: "canvas-logo",
      title: "ロゴを動かす",
      "aria-label": `ロゴ。左から${tab.logo_x / 10}%、上から${tab.logo_y / 10}%。矢印キーで移動`,
      "data-key": key(composer),
      onpointerdown: (event) => drag(composer, body, node, event),
      onkeydown: (event) => moveByKey(composer, event),
    },
    icon("arrows-move"),
  );
  return lay(node, { x: tab.logo_x, y: tab.logo_y });
}

function key(composer) {
  return `${composer.tabPlace}|logo`;
}

function lay(node, point) {
  node.style.left = `${point.x / 10}%`;
  node.style.top = `${point.y / 10}%`;
  node.point = point;
  return node;
}

function drag(composer, body, node, event) {
  if (event.button !== 0) return;
  event.preventDefault();
  event.stopPropagation();
  node.focus({ preventScroll: true });
  const show = (dx, dy) => lay(node, away(composer.tab, dx, dy)).point;
  follow(node, body, event, show, (point) => point && keep(composer, point));
}

function moveByKey(composer, event) {
  const by = stepOf(event);
  if (!by) return;
  event.preventDefault();
  keep(composer, away(composer.tab, ...by), key(composer));
}

function away(tab, dx, dy) {
  const within = (share) => Math.min(Math.max(share, 0), WHOLE);
  return { x: within(tab.logo_x + dx), y: within(tab.logo_y + dy) };
}

function keep(composer, { x, y }, mark = null) {
  const tab = { ...composer.tab, logo_x: x, logo_y: y };
  composer.put(composer.tabPlace, tab, { redraw: true, mark, focus: { key: key(composer) } });
}
