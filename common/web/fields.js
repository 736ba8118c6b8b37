// SPDX-License-Identifier: Apache-2.0
// fields - what is typed in: labelled fields, the dialogs and pages that hold them, and what is wrong said beside the field.
import { dayInput, dayProblem, readDay } from './dates.js';
import { h, replace } from './dom.js';
import { sentence } from './sentences.js';
import { language, named, word } from './words.js';

let serial = 0;

// Some of a list: read() is an array of their values.
function choices({ name, label, options, value = [], hint }) {
  const id = `field-${(serial += 1)}`;
  const boxes = options.map(([key, text], i) => h('label', h('input', { type: 'checkbox', value: key, checked: value.includes(key), id: i ? undefined : id }), h('span', text)));
  const wrong = h('p.wrong', { role: 'alert' });
  const element = h('div.field', { 'data-field': name, role: 'group', 'aria-labelledby': `${id}-label` }, h('span.label', { id: `${id}-label` }, label),
    h(options.some(([, text]) => text.length > 24) ? 'div.choices.long' : 'div.choices', boxes), hint && h('p.hint', hint), wrong);
  element.input = boxes[0].querySelector('input');
  element.read = () => [...element.querySelectorAll('input:checked')].map((box) => box.value);
  element.say = (text) => { wrong.textContent = text ?? ''; };
  element.addEventListener('change', () => element.say(''));
  return element;
}

// field({ name, label, type, options: [[value, text]], many, value, required, hint, rows, check, when }); element.read() gives its value.
// type 'day' is typed as 2027-01-31; its value, min and max are 20270131. check(text) says what is wrong with it as it is typed. when(values) tells whether a dialog asks for it, given all values.
export function field({ many, ...rest }) {
  return many ? choices(rest) : single(rest);
}

function single({ name, label, type = 'text', options, value, required, hint, rows, check: checked, when, ...more }) {
  const check = type === 'day' ? (text) => dayProblem(text, more) : checked;
  const id = `field-${(serial += 1)}`;
  const shared = { id, name, required: Boolean(required), 'aria-describedby': `${id}-wrong`, ...more };
  let input;
  if (options) {
    input = h('select', shared, options.map(([key, text]) => h('option', { value: String(key) }, text)));
    input.value = String(value ?? options[0]?.[0] ?? '');
  } else if (type === 'day') {
    input = dayInput({ ...shared, value });
  } else if (rows) {
    input = h('textarea', { ...shared, rows });
    input.value = value ?? '';
  } else {
    input = h('input', { ...shared, type });
    if (type === 'checkbox') input.checked = Boolean(value);
    else if (type !== 'file') input.value = value ?? '';
  }
  const wrong = h('p.wrong', { id: `${id}-wrong`, role: 'alert' });
  const element = h(type === 'checkbox' ? 'div.field.tick' : 'div.field', { 'data-field': name },
    h('label', { for: id }, label, required && h('i', { 'aria-hidden': 'true' }, '*')), type === 'file' ? fileButton(input) : input, hint && h('p.hint', hint), wrong);
  element.input = input;
  element.when = when;
  element.read = () => (type === 'checkbox' ? input.checked : type === 'file' ? input.files[0] : input.value.trim());
  element.set = (text) => {
    if (type === 'checkbox') input.checked = Boolean(text);
    else input.value = text ?? '';
  };
  element.say = (text) => {
    wrong.textContent = text ?? '';
    input.toggleAttribute('aria-invalid', Boolean(text));
  };
  // What must be given and is not, said beside the field.
  element.missing = () => {
    const missing = input.required && !input.closest('[hidden]') && !element.read();
    const noDay = type === 'day' && input.value && (check(input.value) || (readDay(input.value) ? '' : word('day.wrong')));
    if (missing) element.say(word(type === 'checkbox' ? 'required.tick' : 'required'));
    else if (noDay) element.say(noDay);
    return missing || Boolean(noDay);
  };
  input.addEventListener('input', () => element.say(''));
  if (check) input.addEventListener('input', () => element.say(input.value ? check(input.value.trim()) : ''));
  return element;
}

// The browser's own button speaks the browser's language: ours stands in its place, and the keyboard finds the input itself.
export function fileButton(input) {
  const name = h('span.name', { 'data-foreign': '' }, word('file.none'));
  input.classList.add('covered');
  input.addEventListener('change', () => { name.textContent = input.files[0]?.name ?? word('file.none'); });
  return h('span.file', input, h('label.button', { for: input.id, 'aria-hidden': 'true' }, word('file.choose')), name);
}

// What a code means, and which rule was broken, when that says more.
export function withRule(meaning, rule) {
  const said = sentence(rule);
  return said && said !== meaning ? word('problem.rule', { meaning, rule: said }) : meaning;
}

export const problemText = (problem) => withRule(problem.words?.[language] || problem.message, problem.rule);

// The number of a case that a problem's rule names; empty when it names none.
export const citedCase = ({ rule = '' }) => /\b\d{25}[0-9A-Z]\b/.exec(rule)?.[0] ?? '';

// Of a field of the form that this page does not show.
function labelled(path, text) {
  const inForm = path.slice(Math.max(path.indexOf('form.'), 0));
  const label = named('field', inForm);
  return label === inForm ? text : word('problem.field', { label, text });
}

// Says a problem beside the field that it names (its path or the end of it; element.paths are more that it stands for), else in `elsewhere`.
export function sayProblem(problem, fields, elsewhere) {
  const path = problem.field ?? '';
  const found = path && fields.find(({ dataset, paths = [] }) => [dataset.field, ...paths].some((each) => each && `.${path.replace(/\[\d+\].*/, '')}`.endsWith(`.${each}`)));
  if (found) {
    found.say(problemText(problem));
    found.input.focus();
  } else {
    replace(elsewhere, h('p.problem', { role: 'alert' }, labelled(path, problemText(problem)), ' ', h('code', problem.code)));
  }
}

// In a long form Enter leads to the next field, also when a scanner sends it; on a button it does what the button does.
export function enterMovesOn(form) {
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || !event.target.matches('input, select')) return;
    const all = [...form.querySelectorAll('input, select, textarea, button')].filter((each) => !each.disabled && each.type !== 'range' && each.offsetParent !== null);
    all[all.indexOf(event.target) + 1]?.focus();
    event.preventDefault();
  });
}

// A dialog that asks for what an act needs; only what is seen must be given. `act(values)` may throw a problem: then it stays open and says so.
export function ask({ title, lead, fields = [], confirm, danger, act }) {
  return new Promise((done) => {
    const wrong = h('div');
    const go = h(danger ? 'button.primary.danger' : 'button.primary', { type: 'submit' }, confirm ?? title);
    const form = h('form', { method: 'dialog', novalidate: true }, h('h2', title), lead && h('p.lead', lead), fields, wrong,
      h('div.buttons', h('button', { type: 'button', onclick: () => dialog.close() }, word('cancel')), go));
    const values = () => Object.fromEntries(fields.map((each) => [each.dataset.field, each.read()]));
    const follow = () => fields.forEach((each) => { each.hidden = Boolean(each.when && !each.when(values())); });
    form.addEventListener('input', follow);
    follow();
    const dialog = h('dialog', { onclose: () => { dialog.remove(); done(dialog.answer); } }, form);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const empty = fields.filter((each) => each.missing?.())[0];
      if (empty) return empty.input.focus();
      go.disabled = true;
      replace(wrong);
      try {
        dialog.answer = (await act(values())) ?? true;
        dialog.close();
      } catch (problem) {
        go.disabled = false;
        sayProblem(problem, fields, wrong);
      }
      return undefined;
    });
    document.body.append(dialog);
    dialog.showModal();
    if (!fields.length && !danger) go.focus();
  });
}

// A sentence at the foot of the page that goes away by itself.
export function tell(text, kind = 'good') {
  const note = h(`div.toast.${kind}`, { role: 'status' }, text);
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}
