// SPDX-License-Identifier: Apache-2.0
// fields - what is typed in: labelled fields, the dialogs and pages that hold them, and what is wrong said beside the field.
import { h, replace } from './dom.js';
import { language, word } from './words.js';

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

// field({ name, label, type, options: [[value, text]], many, value, required, hint, rows, check }); element.read() gives its value.
export function field({ many, ...rest }) {
  return many ? choices(rest) : single(rest);
}

function single({ name, label, type = 'text', options, value, required, hint, rows, check, ...more }) {
  const id = `field-${(serial += 1)}`;
  const shared = { id, name, required: Boolean(required), 'aria-describedby': `${id}-wrong`, ...more };
  let input;
  if (options) {
    input = h('select', shared, options.map(([key, text]) => h('option', { value: String(key) }, text)));
    input.value = String(value ?? options[0]?.[0] ?? '');
  } else if (rows) {
    input = h('textarea', { ...shared, rows });
    input.value = value ?? '';
  } else {
    input = h('input', { ...shared, type });
    if (type === 'checkbox') input.checked = Boolean(value);
    else if (type !== 'file') input.value = value ?? '';
  }
  const wrong = h('p.wrong', { id: `${id}-wrong`, role: 'alert' });
  const element = h(type === 'checkbox' ? 'div.field.tick' : 'div.field', { 'data-field': name }, h('label', { for: id }, label), input,
    hint && h('p.hint', hint), wrong);
  element.input = input;
  element.read = () => (type === 'checkbox' ? input.checked : type === 'file' ? input.files[0] : input.value.trim());
  element.say = (text) => {
    wrong.textContent = text ?? '';
    input.toggleAttribute('aria-invalid', Boolean(text));
  };
  input.addEventListener('input', () => element.say(''));
  if (check) input.addEventListener('input', () => element.say(input.value ? check(input.value.trim()) : ''));
  return element;
}

export const problemText = (problem) => problem.words?.[language] || problem.message;

// Says a problem beside the field that it names (its path or the end of it), else in `elsewhere`.
export function sayProblem(problem, fields, elsewhere) {
  const path = problem.field ?? '';
  const found = path && fields.find(({ dataset }) => dataset.field && (path === dataset.field || path.endsWith(`.${dataset.field}`)));
  const text = problem.rule && language === 'en' ? `${problemText(problem)} (${problem.rule})` : problemText(problem);
  if (found) {
    found.say(text);
    found.input.focus();
  } else {
    replace(elsewhere, h('p.problem', { role: 'alert' }, text, ' ', h('code', problem.code)));
  }
}

// A dialog that asks for what an act needs. `act(values)` may throw a problem: then it stays open and says so.
export function ask({ title, lead, fields = [], confirm, danger, act }) {
  return new Promise((done) => {
    const wrong = h('div');
    const go = h(danger ? 'button.primary.danger' : 'button.primary', { type: 'submit' }, confirm ?? title);
    const form = h('form', { method: 'dialog' }, h('h2', title), lead && h('p.lead', lead), fields, wrong,
      h('div.buttons', h('button', { type: 'button', onclick: () => dialog.close() }, word('cancel')), go));
    const dialog = h('dialog', { onclose: () => { dialog.remove(); done(dialog.answer); } }, form);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      go.disabled = true;
      replace(wrong);
      try {
        dialog.answer = (await act(Object.fromEntries(fields.map((each) => [each.dataset.field, each.read()])))) ?? true;
        dialog.close();
      } catch (problem) {
        sayProblem(problem, fields, wrong);
      }
      go.disabled = false;
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
