// Undo and redo: whole documents as JSON texts. Changes with the same mark in quick succession are one step.

const MOST_STEPS = 200;
const TOGETHER_MS = 1500;

export class History {
  constructor(text) {
    this.texts = [text];
    this.at = 0;
    this.mark = null;
    this.time = 0;
  }

  get text() {
    return this.texts[this.at];
  }

  push(text, mark, now) {
    if (text === this.text) return;
    const isSame = mark && mark === this.mark && now - this.time < TOGETHER_MS && this.at > 0;
    this.texts.splice(isSame ? this.at : this.at + 1, Infinity, text);
    if (this.texts.length > MOST_STEPS) this.texts.shift();
    this.at = this.texts.length - 1;
    this.mark = mark;
    this.time = now;
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.texts.length - 1;
  }

  undo() {
    return this.go(-1);
  }

  redo() {
    return this.go(1);
  }

  go(by) {
    this.at = Math.min(Math.max(this.at + by, 0), this.texts.length - 1);
    this.mark = null;
    return this.text;
  }
}
