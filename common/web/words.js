// SPDX-License-Identifier: Apache-2.0
// words - the two languages: one catalogue file each (words.zh.json, words.en.json), the domain's own terms
// beside it (terms.zh.json, made by make_terms), and how dates, times and amounts are written.

const zone = 'Asia/Shanghai'; // one time for the whole country
const kept = 'yidi-language';

let catalogue = {};
export let language = 'zh';

export async function choose(wanted) {
  language = wanted === 'en' ? 'en' : 'zh';
  const parts = await Promise.all(['words', 'terms'].map(async (name) => (await fetch(`/${name}.${language}.json`)).json()));
  catalogue = Object.assign({}, ...parts);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  localStorage.setItem(kept, language);
}

export const chosen = () => localStorage.getItem(kept) ?? 'zh';

// The words of a key, {name} filled in. A key that is missing shows itself (and fails a test).
export function word(key, values = {}) {
  const text = catalogue[values.count === 1 && `${key}.one` in catalogue ? `${key}.one` : key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

// The word of a value in a family of words, such as state.ready; the value itself when there is none.
export const named = (family, value) => catalogue[`${family}.${value}`] ?? value ?? '';

const locale = () => (language === 'zh' ? 'zh-CN' : 'en-GB');
const format = (ms, options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options }).format(new Date(Number(ms)));

export const number = (value) => new Intl.NumberFormat(locale()).format(Number(value ?? 0));
export const yuan = (fen) => new Intl.NumberFormat(locale(), { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' }).format(Number(fen ?? 0) / 100);
export const day = (ms) => (Number(ms) ? format(ms, { year: 'numeric', month: '2-digit', day: '2-digit' }) : '–');
export const monthDay = (ms) => format(ms, { month: 'numeric', day: 'numeric' });
export const time = (ms) =>
  Number(ms) ? format(ms, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }) : '–';
// A time as [day, time of day].
export const moment = (ms) => [day(ms), clock(ms)];
export const clock = (ms) => format(ms, { hour: '2-digit', minute: '2-digit', hour12: false });

// The day of a time as 20270131.
export const dayNumber = (ms) => Number(new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(Number(ms))).replaceAll('-', ''));

// What an office says in both languages, in that of the page.
export const inLanguage = (english, chinese) => (language === 'zh' ? chinese : english) ?? '';

// 20270131 as a date; 0 is what `none` says.
export function date(value, none = '–') {
  if (!value) return none;
  const text = String(value).padStart(8, '0');
  return day(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6)), 4));
}

// 93,784,000 ms as "1 d 2 h"; never more than two units, or as many as are wanted.
export function duration(ms, wanted = 2) {
  const units = [['day', 86400000], ['hour', 3600000], ['minute', 60000], ['second', 1000]];
  let left = Math.max(0, Number(ms ?? 0));
  const first = units.findIndex(([, length]) => left >= length);
  if (first < 0) return word('duration.second', { n: 0 });
  return units
    .slice(first, first + wanted)
    .map(([name, length]) => {
      const n = Math.floor(left / length);
      left -= n * length;
      return n ? word(`duration.${name}`, { n }) : '';
    })
    .filter(Boolean)
    .join(' ');
}
