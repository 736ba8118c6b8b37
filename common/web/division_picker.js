// SPDX-License-Identifier: Apache-2.0
// division_picker - a county of GB/T 2260, found by any part of its name or its code.
import { h, replace } from './dom.js';
import { field } from './fields.js';
import { word } from './words.js';

const shownMost = 12;
let divisions = null;

const load = async () => (divisions ??= await (await fetch('/divisions.json')).json());
const words = ([code, province, prefecture, county]) => `${province} ${prefecture} ${county} ${code}`;

// A field whose read() is the code; what is typed must name exactly one, or be chosen from the list. changed(code, names).
export function divisionPicker({ name, label, hint, required, changed = () => {} }) {
  const element = field({ name, label, hint, required, autocomplete: 'off', role: 'combobox', 'aria-expanded': 'false', placeholder: word('division.placeholder') });
  const list = h('ul.picker', { role: 'listbox', hidden: true });
  let code = '';
  let at = 0;
  let found = [];
  element.querySelector('input').after(list);
  const close = () => { list.hidden = true; element.input.setAttribute('aria-expanded', 'false'); };
  const choose = (division) => {
    code = division[0];
    element.input.value = words(division);
    element.say('');
    close();
    changed(code, `${division[1]}${division[2]}${division[3]}`);
  };
  const leave = () => {
    if (!code && found.length === 1) choose(found[0]);
    close();
  };
  const draw = () => {
    list.hidden = !found.length;
    element.input.setAttribute('aria-expanded', String(!list.hidden));
    replace(list, found.map((division, i) => h(i === at ? 'li.at' : 'li', { role: 'option', 'aria-selected': String(i === at), onmousedown: (event) => { event.preventDefault(); choose(division); } },
      h('b', division[3]), ' ', `${division[1]} ${division[2]}`, h('small.mono', division[0]))));
  };
  element.input.addEventListener('input', async () => {
    code = '';
    const parts = element.input.value.trim().split(/\s+/).filter(Boolean);
    found = parts.length ? (await load()).filter((each) => parts.every((part) => words(each).includes(part))).slice(0, shownMost) : [];
    at = 0;
    if (document.activeElement === element.input) draw();
    else leave(); // typed faster than the counties came
  });
  element.input.addEventListener('keydown', (event) => {
    if (list.hidden) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') at = (at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length;
    else if (event.key === 'Enter' && found[at]) choose(found[at]);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    if (!list.hidden) draw();
  });
  element.input.addEventListener('blur', leave);
  element.read = () => code;
  element.missing = () => {
    const missing = required && !code && !element.closest('[hidden]');
    if (missing) element.say(word(element.input.value ? 'division.unknown' : 'required'));
    return missing;
  };
  element.set = async (wanted) => {
    const division = (await load()).find(([each]) => each === wanted);
    if (division) choose(division);
  };
  return element;
}
