// Documents: JSON whose shape is told by the server's description (engine/studio). Nothing here touches the page.
//
// A *path* counts elements of lists ("panels.0.label"), as the server speaks of them. A *place* names them by their
// codes ("panels/#abc/label"), so that it stays right while they move.

export function newCode() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

export function fresh(inputs) {
  return Object.fromEntries(inputs.map((input) => [input.name, freshValue(input)]));
}

export function freshValue(input) {
  return renewed(input.empty);
}

export function freshElement(description, kind) {
  return { kind, id: newCode(), ...fresh(description.elements[kind].inputs) };
}

// A deep copy in which all elements and taps have codes of their own.
export function renewed(value) {
  if (Array.isArray(value)) return value.map(renewed);
  if (value === null || typeof value !== "object") return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, renewed(part)]));
  if (typeof value.id === "string" && ("kind" in value || "do" in value)) copy.id = newCode();
  return copy;
}

export function isShown(input, data) {
  return Object.entries(input.shown_if).every(([name, values]) => values.includes(data[name]));
}

// Give every input that is shown a value: one that was hidden so far may have none.
export function settle(description, inputs, data) {
  for (const input of inputs) {
    if (!isShown(input, data)) continue;
    if (!(input.name in data)) data[input.name] = freshValue(input);
    for (const [inner, part] of within(description, input, data[input.name])) {
      part.id ||= newCode();
      settle(description, inner, part);
    }
  }
}

// The parts of a value that have inputs of their own, as [inputs, data].
export function within(description, input, value) {
  if (input.of) {
    const known = (value || []).filter((item) => description.elements[item.kind]);
    return known.map((item) => [description.elements[item.kind].inputs, item]);
  }
  if (input.widget === "tap" && value) {
    const behaviour = input.behaviours.find((each) => each.name === value.do);
    return behaviour ? [[behaviour.inputs, value]] : [];
  }
  return [];
}

// Whether two JSON texts say the same, whatever the order of the names in them.
export function isSame(text, other) {
  return text === other || JSON.stringify(ordered(JSON.parse(text))) === JSON.stringify(ordered(JSON.parse(other)));
}

function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, ordered(value[name])]),
  );
}

export function join(place, name) {
  return place ? `${place}/${name}` : name;
}

export function isInside(place, around) {
  return around === "" || place === around || place.startsWith(`${around}/`);
}

// What holds the value at a place, and its name or number there; null when it is gone.
export function locate(document, place) {
  const names = place.split("/");
  const last = names.pop();
  let holder = document;
  for (const name of names) {
    holder = name.startsWith("#") ? holder?.find?.((item) => item?.id === name.slice(1)) : holder?.[name];
    if (holder === undefined || holder === null) return null;
  }
  if (!last.startsWith("#")) return { holder, key: last };
  const key = holder.findIndex((item) => item?.id === last.slice(1));
  return key < 0 ? null : { holder, key };
}

export function valueAt(document, place) {
  const found = place ? locate(document, place) : null;
  return found ? found.holder[found.key] : document;
}

export function placeOf(document, path) {
  const names = [];
  let here = document;
  for (const name of path ? path.split(".") : []) {
    names.push(Array.isArray(here) ? `#${here[Number(name)]?.id}` : name);
    here = here?.[name];
  }
  return names.join("/");
}

export function pathOf(document, place) {
  const names = [];
  let here = document;
  for (const name of place ? place.split("/") : []) {
    const key = name.startsWith("#") ? here?.findIndex?.((item) => item?.id === name.slice(1)) : name;
    names.push(key);
    here = here?.[key];
  }
  return names.join(".");
}

const segmenter = new Intl.Segmenter("ja", { granularity: "grapheme" });

export function lengthOf(text, count) {
  return count === "utf16" ? text.length : [...segmenter.segment(text)].length;
}

// What tells an element from its neighbours: its title, else the first words in it.
export function titleOf(description, item) {
  const element = description.elements[item.kind];
  if (!element) return "";
  const told = element.inputs.find((input) => input.name === element.title);
  for (const input of [told, ...element.inputs]) {
    const words = input && isShown(input, item) ? wordsOf(description, input, item[input.name]) : "";
    if (words) return words;
  }
  return "";
}

const EMOJI = /\(emoji:[0-9a-f]{24}:\d{3}\)/g;

function wordsOf(description, input, value) {
  if (input.of)
    return (value || [])
      .slice(0, 3)
      .map((item) => titleOf(description, item))
      .filter(Boolean)
      .join("、");
  if (input.widget === "text")
    return String(value || "")
      .replace(EMOJI, "［絵文字］")
      .trim()
      .split("\n")[0];
  if (input.widget === "pick") return input.options.find((option) => option.value === value)?.label || "";
  return "";
}
