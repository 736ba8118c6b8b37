// SPDX-License-Identifier: Apache-2.0
// keys - what the keys do, as a dialog.
import { h } from './dom.js';
import { word } from './words.js';

const keys = [['/', 'find'], ['1 – 9', 'page'], ['↑ ↓  j k', 'row'], ['Enter', 'open'], ['x', 'choose'], ['e i r …', 'act'], ['Esc', 'cancel'], ['?', 'this']];

export function showKeys() {
  const dialog = h('dialog', { onclose: () => dialog.remove() }, h('form', { method: 'dialog' }, h('h2', word('keys')),
    h('dl.facts', keys.map(([key, what]) => [h('dt', h('kbd', key)), h('dd', word(`keys.${what}`))])),
    h('div.buttons', h('button.primary', { type: 'submit' }, word('close')))));
  document.body.append(dialog);
  dialog.showModal();
}
