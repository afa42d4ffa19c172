// Draws LINE message objects. Everything is built from text nodes: no message can bring markup along.

/** Draw `message`; `tools` gives `address(url)` for pictures and `perform(action)` for what is tapped. */
export function bubble(message, contentUrl, tools) {
  const draw = drawers[message.type] || drawUnknown;
  return draw(message, contentUrl, tools);
}

const drawers = {
  text: (message) => element("div", "bubble", message.text),
  textV2: (message) => element("div", "bubble", message.text),
  sticker: (message) => bare(element("div", "tile", `スタンプ\n${message.packageId} / ${message.stickerId}`)),
  image: (message, contentUrl, tools) =>
    bare(picture(contentUrl || tools.address(message.previewImageUrl || message.originalContentUrl), "写真")),
  video: (message, contentUrl, tools) =>
    message.previewImageUrl
      ? bare(picture(tools.address(message.previewImageUrl), "動画"), element("span", "meta", "▶ 動画"))
      : element("div", "bubble", "▶ 動画"),
  audio: (message) => element("div", "bubble", `♪ 音声 ${Math.round((message.duration || 0) / 1000)}秒`),
  file: (message) => element("div", "bubble", `📎 ${message.fileName || "ファイル"}`),
  location: (message) =>
    element("div", "bubble", `📍 ${message.title || "位置情報"}\n${message.address || `${message.latitude}, ${message.longitude}`}`),
  template: drawTemplate,
};

function drawTemplate(message, _contentUrl, tools) {
  const template = message.template;
  const columns = template.columns || [template];
  const cards = columns.map((column) => card(column, tools));
  if (cards.length === 1) return bare(cards[0]);
  const row = element("div", "cards");
  row.append(...cards);
  return bare(row);
}

function card(column, tools) {
  const box = element("div", "card");
  const imageUrl = column.thumbnailImageUrl || column.imageUrl;
  if (imageUrl) box.append(picture(tools.address(imageUrl), ""));
  const body = element("div", "card-body");
  if (column.title) body.append(element("div", "card-title", column.title));
  if (column.text) body.append(element("div", "", column.text));
  if (body.childNodes.length) box.append(body);
  for (const action of column.actions || [column.action]) box.append(button("card-action", action, tools));
  return box;
}

function drawUnknown(message) {
  return element("div", "bubble", message.altText || `（${message.type} のメッセージ）`);
}

export function quickReplies(message, tools) {
  const items = (message && message.quickReply && message.quickReply.items) || [];
  return items.map((item) => button("", item.action, tools));
}

function button(className, action, tools) {
  const made = element("button", className, action.label || "選ぶ");
  made.type = "button";
  made.addEventListener("click", () => tools.perform(action));
  return made;
}

function picture(url, words) {
  const image = element("img", "picture");
  image.src = url;
  image.alt = words;
  image.loading = "lazy";
  return image;
}

function bare(...children) {
  const box = element("div", "bubble bare");
  box.append(...children);
  return box;
}

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
