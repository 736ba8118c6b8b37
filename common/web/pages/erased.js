// SPDX-License-Identifier: Apache-2.0
// erased - what was erased because the time for keeping it is over, day by day, and what is next.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { caseLink, inGroups } from '../numbers.js';
import { table } from '../table.js';
import { date, day, inLanguage, named, number, word } from '../words.js';

const nextShown = 100;

export async function erasedPage({ body, may }) {
  const { days = [], next = [], waiting, resting, resting_chinese: restingChinese } = await call('erase_query', { limit: nextShown });
  const sum = (name) => days.reduce((all, row) => all + Number(row[name] ?? 0), 0);
  const figure = (name, count) => h('div.tile', h('span.name', word(`erased.${name}`)), h('b.depth', number(count)));
  const caseCell = ({ case_number: number_ }) => (may('list') ? caseLink(number_) : h('span.mono', inGroups(number_)));
  const counts = ['cases', 'attachments', 'texts', 'messages', 'undelivered'];
  replace(body, h('div.head', h('h1', word('page.erased'))),
    resting && h('p.alarm.warning', h('span.dot'), h('span', word('erased.resting')), h('small', inLanguage(resting, restingChinese))),
    h('section.stages', counts.map((name) => figure(name, sum(name))), figure('waiting', waiting)),
    h('section.card', h('h2', word('erased.next')), table([
      { label: word('cases.number'), cell: caseCell },
      { label: word('cases.state'), cell: ({ state }) => named('state', state) },
      { label: word('erased.closed'), cell: ({ closed_ms: ms }) => day(ms) },
      { label: word('erased.what'), cell: ({ stage }) => named('erase', stage) },
      { label: word('erased.due'), cell: ({ due_ms: ms }) => day(ms) },
      { label: word('erased.held'), cell: ({ held, held_chinese: chinese }) => (held ? inLanguage(held, chinese) : '–') },
    ], next, { rowClass: ({ held }) => (held ? 'soon' : ''), none: word('erased.none') })),
    h('section.card', h('h2', word('erased.days')), table([
      { label: word('fees.day'), cell: ({ date: value }) => date(value) },
      ...counts.map((name) => ({ label: word(`erased.${name}`), number: true, cell: (row) => number(row[name]) })),
    ], days, { none: word('erased.none') })));
}
