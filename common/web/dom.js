// SPDX-License-Identifier: Apache-2.0
// dom - builds what is seen. Every text becomes a text node: nothing that anybody typed is ever read as HTML.

// h('td.number', { title: 'x', onclick: f }, 'text', node, [more]) - nothing, false and null are left out.
export function h(selector, ...parts) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  for (const part of parts.flat(Infinity)) {
    if (part === undefined || part === null || part === false) continue;
    if (part instanceof Node) element.append(part);
    else if (typeof part === 'object') attributes(element, part);
    else element.append(String(part));
  }
  return element;
}

function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
}

export function replace(element, ...parts) {
  element.replaceChildren(...h('div', ...parts).childNodes);
}
