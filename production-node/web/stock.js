// SPDX-License-Identifier: Apache-2.0
// stock - blank cards: received = used + spoiled + left, the movements, and every spoiled card.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { ask, field, tell } from './fields.js';
import { caseLink } from './numbers.js';
import { table } from './table.js';
import { named, number, time, word } from './words.js';

const rowsShown = 200;

export async function stockPage({ body, reload, may, onChange }) {
  const report = await call('stock_query', { rows: rowsShown });
  const { row, movements = [], spoiled = [] } = report;
  onChange(async () => {
    const now = await call('stock_query', { rows: rowsShown }).catch(() => report);
    if (JSON.stringify(now) !== JSON.stringify(report) && !document.querySelector('dialog')) reload();
  });
  const change = (verb, fields) => ask({
    title: word(`stock.${verb}`), lead: word(`stock.${verb}.lead`),
    fields: [field({ name: 'count', label: word('stock.count'), type: 'number', min: '0', max: '10000000', required: true }), ...fields(),
      field({ name: 'text', label: word('stock.note'), required: true, maxlength: '240' })],
    act: async ({ count, ...more }) => {
      await call('stock_change', { verb, count: Number(count), ...more });
      tell(word('case.done', { act: word(`stock.${verb}`) }));
      reload();
    },
  });
  const serials = () => ['first_serial', 'last_serial'].map((name) => field({ name, label: word(`stock.${name}`), maxlength: '40' }));
  const button = (verb, duty, fields, first) => may(duty) && h(first ? 'button.primary' : 'button', { type: 'button', onclick: () => change(verb, fields) }, word(`stock.${verb}`));
  const figure = (name, count, sign) => [sign && h('span.sign', sign), h('div.tile', h('span.name', word(`stock.${name}`)), h('b.depth', number(count)))];
  replace(body, h('div.head', h('h1', word('page.stock')), h('div.buttons', button('STOCK_RECEIVE', 'stock_change', serials, true), button('STOCK_COUNT', 'stock_change', () => []),
      button('STOCK_SPOIL', 'stock_change.spoil', () => []))),
    row.count_due && h('p.alarm.warning', h('span.dot'), word('stock.count_due')),
    !row.controlled && h('p.notice', word('stock.uncontrolled')),
    h('section.balance', figure('received', row.received), figure('used', row.used, '='), figure('spoiled', row.spoiled, '+'), figure('left', row.left, '+')),
    (Number(row.written_off) || Number(row.proved)) ? h('p.hint.under', word('stock.of', { written: number(row.written_off), proved: number(row.proved) })) : null,
    h('section.card', h('h2', word('stock.movements')), table([
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
      { label: word('stock.kind'), cell: ({ kind }) => named('movement', kind) },
      { label: word('stock.count'), number: true, cell: ({ count }) => number(count) },
      { label: word('stock.serials'), cell: ({ first_serial: first, last_serial: last }) => h('span.mono', first ? `${first} – ${last}` : '–') },
      { label: word('stock.note'), cell: ({ note }) => note },
      { label: word('who'), cell: ({ operator }) => operator },
      { label: word('stock.left'), number: true, cell: ({ left }) => number(left) },
    ], movements, { none: word('stock.none') })),
    h('section.card', h('h2', word('stock.spoiled_cards')), table([
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
      { label: word('cases.number'), cell: ({ case_number: number_ }) => (number_ ? caseLink(number_) : '–') },
      { label: word('stock.why'), cell: ({ why, text }) => [named('spoiled', why), text && h('small', text)] },
      { label: word('case.attempt'), number: true, cell: ({ attempt }) => number(attempt) },
      { label: word('who'), cell: ({ operator }) => operator || '–' },
    ], spoiled, { none: word('stock.none') })));
}
