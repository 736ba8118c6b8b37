// SPDX-License-Identifier: Apache-2.0
// stock - blank cards: received = used + spoiled + left, the movements, and every spoiled card.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { ask, field } from './fields.js';
import { table } from './table.js';
import { named, number, time, word } from './words.js';

const rowsShown = 100;

export async function stockPage({ body, reload, may }) {
  const { row, movements = [], spoiled = [] } = await call('stock_query', { rows: rowsShown });
  const change = (verb, fields) => ask({
    title: word(`stock.${verb}`),
    fields: [field({ name: 'count', label: word('stock.count'), type: 'number', min: '0', max: '10000000', required: true }), ...fields(),
      field({ name: 'text', label: word('stock.note'), required: true, maxlength: '240' })],
    act: async ({ count, ...more }) => { await call('stock_change', { verb, count: Number(count), ...more }); reload(); },
  });
  const serials = () => ['first_serial', 'last_serial'].map((name) => field({ name, label: word(`stock.${name}`), maxlength: '40' }));
  const figure = (name, count) => h('div.tile', h('span.name', word(`stock.${name}`)), h('b.depth', number(count)));
  replace(body, h('div.head', h('h1', word('page.stock')), may('maker', 'supervisor') && h('div.buttons',
      h('button.primary', { type: 'button', onclick: () => change('STOCK_RECEIVE', serials) }, word('stock.STOCK_RECEIVE')),
      h('button', { type: 'button', onclick: () => change('STOCK_COUNT', () => []) }, word('stock.STOCK_COUNT')),
      h('button', { type: 'button', onclick: () => change('STOCK_SPOIL', () => []) }, word('stock.STOCK_SPOIL')))),
    row.count_due && h('p.alarm.warning', h('span.dot'), word('stock.count_due')),
    h('section.stages', figure('received', row.received), figure('used', row.used), figure('spoiled', row.spoiled), figure('left', row.left)),
    h('section.card', h('h2', word('stock.movements')), table([
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
      { label: word('stock.kind'), cell: ({ kind }) => named('movement', kind) },
      { label: word('stock.count'), number: true, cell: ({ count }) => number(count) },
      { label: word('stock.serials'), cell: ({ first_serial: first, last_serial: last }) => h('span.mono', first ? `${first} – ${last}` : '') },
      { label: word('stock.note'), cell: ({ note }) => note },
      { label: word('who'), cell: ({ operator }) => operator },
      { label: word('stock.left'), number: true, cell: ({ left }) => number(left) },
    ], movements, { none: word('stock.none') })),
    h('section.card', h('h2', word('stock.spoiled_cards')), table([
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
      { label: word('cases.number'), cell: ({ case_number: number_ }) => h('a.mono', { href: `#/case/${number_}` }, number_) },
      { label: word('stock.why'), cell: ({ why, text }) => [named('spoiled', why), text && h('small', text)] },
      { label: word('who'), cell: ({ operator }) => operator },
    ], spoiled, { none: word('stock.none') })));
}
