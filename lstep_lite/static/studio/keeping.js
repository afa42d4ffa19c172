// What was not saved is kept in this browser, so that a closed window or a crash loses nothing.
import { isSame } from "./documents.js";

const PREFIX = "studio:";

export class Keeping {
  constructor(name) {
    this.key = PREFIX + name;
  }

  // {text, at} of what was edited and never saved, if it differs from the page; what was saved is forgotten here.
  found(text, isRefused) {
    const kept = this.read();
    if (!kept) return null;
    if ((kept.isSent && !isRefused) || isSame(kept.text, text)) {
      this.forget();
      return null;
    }
    return kept;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep(text, isSent = false) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ text, at: Date.now(), isSent }));
    } catch {
      // the browser keeps no more, or keeps nothing for this site: then there is no net, and nothing else is lost
    }
  }

  forget() {
    localStorage.removeItem(this.key);
  }
}
