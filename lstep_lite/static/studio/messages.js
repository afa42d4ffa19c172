// The studio of templates: the parts on the left, the phone on the right.
import { Editor } from "./editor.js";
import { Preview } from "./preview.js";
import { start } from "./starting.js";
import "./areas.js";

class MessageEditor extends Editor {
  get kind() {
    return this.root.dataset.kind;
  }

  makePreview() {
    return new Preview(this);
  }

  build() {
    super.build();
    this.form()?.elements[this.root.dataset.sender]?.addEventListener?.("change", () => this.preview.soon());
  }
}

start("[data-studio]", MessageEditor);
