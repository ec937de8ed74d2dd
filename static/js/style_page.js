// States stand still for whoever compares them: data-shown="hover", "focus" or "active" is as if it were so.
const STATES = [[/:hover/g, "hover"], [/:focus-visible/g, "focus"], [/:focus(?![-\w])/g, "focus"], [/:active/g, "active"]];

const shown = (text) => STATES.reduce((css, [state, name]) =>
  css.replace(state, (found) => `:is(${found.replace(":", "\0")}, [data-shown="${name}"])`), text).replaceAll("\0", ":");

for (const sheet of [...document.styleSheets]) {
  const copy = new CSSStyleSheet();
  copy.replaceSync([...sheet.cssRules].map((rule) => shown(rule.cssText)).join("\n"));
  document.adoptedStyleSheets.push(copy);
}
