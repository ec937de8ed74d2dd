// Every behaviour listens on the document, so what htmx swaps in needs no wiring.
import "./behaviours/busy.js";
import "./behaviours/check-all.js";
import "./behaviours/confirm.js";
import "./behaviours/connection.js";
import "./behaviours/copy.js";
import "./behaviours/counter.js";
import "./behaviours/dialogs.js";
import "./behaviours/drop.js";
import "./behaviours/marks.js";
import "./behaviours/menus.js";
import "./behaviours/refusals.js";
import "./behaviours/reveal.js";
import "./behaviours/shortcuts.js";
import "./behaviours/toasts.js";
