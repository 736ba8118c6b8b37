// SPDX-License-Identifier: Apache-2.0
// dates - a day that is typed, as 2027-01-31 or 20270131, whatever language the browser speaks; the arrows up and down lead to the
// days before and after.
import { h } from './dom.js';
import { word } from './words.js';

const dayMs = 86400000;

// 20270131 as 2027-01-31.
export const written = (day) => String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');

// What was typed as 20270131; 0 when that is no day.
export function readDay(text) {
  const [, year, month, date] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text.trim()) ?? [];
  const day = new Date(Date.UTC(year, month - 1, date));
  return year && day.getUTCMonth() === month - 1 && day.getUTCDate() === Number(date) ? Number(`${year}${month}${date}`) : 0;
}

const stepped = (day, days) => Number(new Date(Date.parse(written(day)) + days * dayMs).toISOString().slice(0, 10).replaceAll('-', ''));

// What is wrong with it; '' while it is still being typed right. min and max: 20270131.
export function dayProblem(text, { min = 0, max = 99999999 }) {
  const day = readDay(text);
  if (!day) return /^[\d-]{0,9}$/.test(text) && text.replaceAll('-', '').length < 8 ? '' : word('day.wrong');
  if (day < min) return word('day.early', { day: written(min) });
  return day > max ? word('day.late', { day: written(max) }) : '';
}

export function dayInput({ value, min, max, ...more }) {
  const input = h('input.day', { type: 'text', inputmode: 'numeric', maxlength: '10', size: '10', autocomplete: 'off', placeholder: word('day.form'), ...more });
  input.value = value ? written(value) : '';
  input.addEventListener('keydown', (event) => {
    const days = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const next = days && readDay(input.value) ? stepped(readDay(input.value), days) : 0;
    if (!next || dayProblem(written(next), { min, max })) return;
    input.value = written(next);
    event.preventDefault();
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  input.addEventListener('blur', () => { if (readDay(input.value)) input.value = written(readDay(input.value)); });
  return input;
}
