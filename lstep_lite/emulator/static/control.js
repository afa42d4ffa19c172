// The control API, as the phone uses it.

const base = document.body.dataset.control;

/** `found` is what the control API answered. */
export class Refused extends Error {
  constructor(message, found) {
    super(message);
    this.found = found;
  }
}

export async function read(path) {
  const answer = await fetch(base + path, { headers: { Accept: "application/json" } });
  return unpack(answer);
}

export async function act(path, body = {}) {
  const answer = await fetch(base + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return unpack(answer);
}

async function unpack(answer) {
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(found.message || `HTTP ${answer.status}`, found);
  return found;
}
