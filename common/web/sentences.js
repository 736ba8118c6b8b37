// SPDX-License-Identifier: Apache-2.0
// sentences - what offices say in English, put into Chinese: the rule that a refusal names, with its numbers, dates and codes
// (sentences.zh.json; make lint tells which are missing).
import { language, named } from './words.js';

const families = ['state', 'role', 'finger', 'finding'];

let plain = new Map();
let patterns = []; // those with values in them

const caseNumber = /\b(\d{12})(\d{6})(\d{7})([0-9A-Z])\b/g;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const fixed = ([english]) => english.replaceAll('{}', '').length;

export async function learnSentences() {
  const all = Object.entries(await (await fetch('/sentences.zh.json')).json());
  plain = new Map(all);
  patterns = all.filter(([english]) => english.includes('{}')).sort((a, b) => fixed(b) - fixed(a))
    .map(([english, chinese]) => [new RegExp(`^${english.split('{}').map(escaped).join('(.*)')}$`), chinese]);
}

// Some values are words themselves, or lists of them.
const valueInChinese = (value) => plain.get(value)
  ?? value.split(/, | or | and /).map((each) => families.map((family) => named(family, each)).find((words) => words !== each) ?? each).join('、');

function inChinese(text) {
  if (plain.has(text)) return plain.get(text);
  for (const [pattern, chinese] of patterns) {
    const found = pattern.exec(text);
    if (found) return chinese.replace(/\{(\d)\}/g, (_, place) => valueInChinese(found[place]));
  }
  return '';
}

// In the language of the page; what people wrote stays as it is, and English that has no Chinese is left out.
export function sentence(text = '') {
  const said = language === 'en' ? text : inChinese(text) || (/[^\0-\x7f]/.test(text) ? text : '');
  return said.replace(caseNumber, '$1-$2-$3-$4');
}
