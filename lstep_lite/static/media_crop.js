// Cutting a picture by eye: a box over the picture ([data-crop-box]) that is drawn from, and writes, the form's numbers.
// Without this script the numbers, or the shape alone, do the same.
window.mediaCrop = (() => {
  "use strict";
  const SMALLEST = 16;

  function start(root) {
    for (const form of root.querySelectorAll("[data-crop]:not([data-started])")) {
      form.dataset.started = "yes";
      const crop = {
        form,
        box: form.querySelector("[data-crop-box]"),
        image: form.querySelector("[data-crop-stage] img"),
        width: Number(form.dataset.width),
        height: Number(form.dataset.height),
      };
      crop.box.addEventListener("pointerdown", (event) => grab(crop, event));
      crop.box.addEventListener("keydown", (event) => onKey(crop, event));
      form.addEventListener("change", (event) => (event.target.name === "ratio" ? reshape(crop) : draw(crop)));
      window.addEventListener("resize", () => draw(crop));
      if (crop.image.complete) begin(crop);
      else crop.image.addEventListener("load", () => begin(crop));
    }
  }

  function begin(crop) {
    crop.box.hidden = false;
    if (crop.form.elements.width.value) draw(crop);
    else reshape(crop);
  }

  function ratio(crop) {
    const [width, height] = crop.form.elements.ratio.value.split(":").map(Number);
    return width && height ? width / height : 0;
  }

  // The largest box of the chosen shape, in the middle.
  function reshape(crop) {
    const shape = ratio(crop) || crop.width / crop.height;
    const width = Math.min(crop.width, Math.round(crop.height * shape));
    const height = Math.min(crop.height, Math.round(crop.width / shape));
    put(crop, (crop.width - width) / 2, (crop.height - height) / 2, width, height);
  }

  function read(crop) {
    return ["left", "top", "width", "height"].map((name) => Number(crop.form.elements[name].value) || 0);
  }

  function put(crop, left, top, width, height) {
    const shape = ratio(crop);
    let wide = Math.min(Math.max(width, SMALLEST), crop.width);
    let high = shape ? wide / shape : Math.min(Math.max(height, SMALLEST), crop.height);
    if (high > crop.height) [wide, high] = [crop.height * shape, crop.height];
    const numbers = {
      left: Math.min(Math.max(left, 0), crop.width - wide),
      top: Math.min(Math.max(top, 0), crop.height - high),
      width: wide,
      height: high,
    };
    for (const [name, value] of Object.entries(numbers)) crop.form.elements[name].value = Math.floor(value);
    draw(crop);
  }

  function draw(crop) {
    const [left, top, width, height] = read(crop);
    const scale = crop.image.clientWidth / crop.width;
    Object.assign(crop.box.style, {
      left: `${left * scale}px`, top: `${top * scale}px`, width: `${width * scale}px`, height: `${height * scale}px`,
    });
  }

  function grab(crop, event) {
    event.preventDefault();
    crop.box.focus();
    crop.box.setPointerCapture(event.pointerId);
    const isSizing = "cropHandle" in event.target.dataset;
    const scale = crop.width / crop.image.clientWidth;
    const [left, top, width, height] = read(crop);
    const move = ({ clientX, clientY }) => {
      const right = (clientX - event.clientX) * scale;
      const down = (clientY - event.clientY) * scale;
      if (isSizing) put(crop, left, top, Math.min(width + right, crop.width - left), Math.min(height + down, crop.height - top));
      else put(crop, left + right, top + down, width, height);
    };
    const end = () => {
      crop.box.removeEventListener("pointermove", move);
      crop.box.removeEventListener("pointerup", end);
      crop.box.removeEventListener("pointercancel", end);
    };
    crop.box.addEventListener("pointermove", move);
    crop.box.addEventListener("pointerup", end);
    crop.box.addEventListener("pointercancel", end);
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function onKey(crop, event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [left, top, width, height] = read(crop);
    const [right, down] = step.map((part) => part * Math.max(1, Math.round(crop.width / 100)));
    if (event.shiftKey) put(crop, left, top, width + right + (ratio(crop) ? down : 0), height + down);
    else put(crop, left + right, top + down, width, height);
  }

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:load", (event) => start(event.target));
  return { start };
})();
