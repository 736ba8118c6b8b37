// SPDX-License-Identifier: Apache-2.0
// fees - the window's ledger, day by day: what was taken, is due back, was given back; it balances, and goes out as CSV.
import { call } from './api.js';
import { dayInput, dayProblem, readDay, written } from './dates.js';
import { download } from './download.js';
import { h, replace } from './dom.js';
import { ask, tell } from './fields.js';
import { caseLink, inGroups } from './numbers.js';
import { table } from './table.js';
import { clock, dayNumber, named, number, word, yuan } from './words.js';

const entriesMost = 2000;

export async function feesPage({ body, query, may, reload }) {
  const today = dayNumber(Date.now());
  const day = Number(query.date) || today;
  const step = (days) => dayNumber(Date.parse(`${written(day)}T04:00:00Z`) + days * 86400000);
  const turn = (days, text) => h('a.button', { href: `#/fees?date=${step(days)}`, 'aria-label': word(days < 0 ? 'fees.day_before' : 'fees.day_after') }, text);
  const chosen = dayInput({ value: day, max: today, 'aria-label': word('fees.day'), onchange: ({ target: input }) => {
    const wanted = dayProblem(input.value, { max: today }) ? 0 : readDay(input.value);
    if (wanted) location.hash = `#/fees?date=${wanted}`;
    else input.value = written(day);
  } });
  const { entries, before } = await ledger(day);
  const sum = (move) => entries.filter((entry) => entry.move === move).reduce((total, { amount_fen: fen }) => total + fen, 0);
  // Of an earlier day, the page of the case knows whether it was paid back since.
  const paidBack = new Set(entries.filter(({ move }) => move === 'FEE_REFUNDED').map(({ case_number: each }) => each));
  const clerks = Object.entries(byClerk(entries));
  const unknown = entries.filter(({ move }) => move === 'FEE_UNKNOWN').length;
  const due = sum('FEE_REFUND_DUE');
  const back = sum('FEE_REFUNDED');
  const figure = (name, fen) => h('div.tile', h('span.name', word(`fees.${name}`)), h('b.sum', yuan(fen)));
  replace(body, h('div.head', h('h1', word('page.fees')), h('div.buttons', turn(-1, '‹'), chosen, day < today && turn(1, '›'), entries.length > 0 && h('button', { type: 'button', onclick: () => save(day, entries) }, word('csv')))),
    h('section.stages', figure('taken', sum('FEE_TAKEN')), figure('before', before), figure('due', due), figure('refunded', back), figure('after', before + due - back)),
    unknown > 0 && h('p.alarm.warning', h('span.dot'), h('span', word('fees.unknown', { n: number(unknown) }))),
    clerks.length > 1 && h('div.scroll.clerks', table([
      { label: word('role.clerk'), cell: ([clerk]) => clerk },
      { label: word('fees.count'), number: true, cell: ([, { count }]) => number(count) },
      { label: word('fees.taken'), number: true, cell: ([, { taken }]) => yuan(taken) },
      { label: word('fees.refunded'), number: true, cell: ([, { refunded }]) => yuan(refunded) },
      { label: word('fees.till'), number: true, cell: ([, { taken, refunded }]) => h('b', yuan(taken - refunded)) },
    ], clerks)),
    h('div.scroll', table([
      { label: word('fees.time'), cell: ({ time_ms: ms }) => clock(ms) },
      { label: word('cases.number'), cell: ({ case_number: number_ }) => caseLink(number_) },
      { label: word('fees.item'), cell: ({ item }) => named('fee', item) },
      { label: word('cases.kind'), cell: ({ kind, waiver, move }) => move !== 'FEE_UNKNOWN' && [named('kind', kind), waiver !== 'NO_WAIVER' && h('span.flag', named('waiver', waiver))] },
      { label: word('fees.move'), cell: ({ move }) => named('fee', move) },
      { label: word('fees.amount'), number: true, cell: ({ amount_fen: fen, move }) => (move === 'FEE_UNKNOWN' ? '–' : yuan(fen)) },
      { label: word('role.clerk'), cell: ({ clerk }) => clerk },
      { label: '', cell: (entry) => entry.move === 'FEE_REFUND_DUE' && day === today && may('clerk', 'supervisor') && !paidBack.has(entry.case_number) && h('button', { type: 'button', onclick: () => refund(entry, reload) }, word('fees.refund')) },
    ], entries, { none: word('fees.none') })), h('p.hint', word('fees.hint', { n: number(entries.length) })));
}

async function ledger(day) {
  const entries = [];
  let before = 0;
  let after = '';
  do {
    const page = await call('fees', { date: day, until: day, limit: entriesMost, after });
    if (!after) before = Number(page.due_before_fen ?? 0);
    entries.push(...(page.entries ?? []));
    after = page.next ?? '';
  } while (after);
  return { entries: entries.sort((a, b) => a.time_ms - b.time_ms), before };
}

// What each clerk took and gave back: what ought to lie in the till.
function byClerk(entries) {
  const sums = {};
  for (const { clerk, move, amount_fen: fen } of entries.filter(({ move }) => move === 'FEE_TAKEN' || move === 'FEE_REFUNDED')) {
    const sum = (sums[clerk] ??= { count: 0, taken: 0, refunded: 0 });
    if (move === 'FEE_TAKEN') sum.count += 1;
    sum[move === 'FEE_TAKEN' ? 'taken' : 'refunded'] += fen;
  }
  return sums;
}

const refund = (entry, reload) => ask({
  title: word('fees.refund'), lead: inGroups(entry.case_number), fields: [], confirm: `${word('fees.refund')} ${yuan(entry.amount_fen)}`,
  act: async () => {
    const { amount_fen: fen } = await call('refund', { case_number: entry.case_number });
    tell(word('fees.refunded_now', { sum: yuan(fen) }));
    reload();
  },
});

const save = (day, entries) => download(`fees-${day}.csv`, [
  ['day', 'time', 'case_number', 'item', 'move', 'amount_fen', 'kind', 'waiver', 'clerk'],
  ...entries.map((entry) => [written(entry.day), clock(entry.time_ms), entry.case_number, entry.item, entry.move, entry.amount_fen, entry.kind, entry.waiver, entry.clerk]),
]);
