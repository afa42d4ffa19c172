// How each kind of input is drawn, by its word (Input.widget in engine/studio). A file that knows a further one adds it:
//
//   import { widgets } from "./widgets.js";
//   widgets.areas = ({ input, value, set, path, data, element, problems, id, editor }) => node;
//
// *value* is what the document holds; `set(value, {typing, redraw})` keeps a new one (*typing*: one step of undo with what
// was typed just before; *redraw*: the whole editor is drawn anew). *data* is the element around it. *id* belongs to the
// control the label stands for; without a control of that id, the node is a group with the label as its name.
// *problems* are the sentences that stand below it. A widget may answer null: nothing is drawn.

export const widgets = {};
