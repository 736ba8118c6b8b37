// SPDX-License-Identifier: Apache-2.0
// sections - what only a window knows of a case, for its page: what the registry said before the fee, the temporary card, how the
// card was handed over, what was paid and is to be given back.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { facts } from './facts.js';
import { ask, tell } from './fields.js';
import { sayEligibility } from './eligibility.js';
import { inGroups } from './numbers.js';
import { date, dayNumber, named, time, word, yuan } from './words.js';

const temporaryCard = (card) => h('section.card', h('h2', word('page.temporary')), facts([
  [word('temporary.serial'), h('span.mono', card.card_serial)], [word('case.validity'), `${date(card.valid_from)} – ${date(card.valid_until)}`], [word('fees.amount'), yuan(card.fee_fen)],
  [word('role.clerk'), card.clerk], [word('package.standing'), named('temporary', card.end ?? 'STILL_OUT')]]));

const handedOver = (collection) => h('section.card', h('h2', word('case.collection')), facts([
  [word('stock.time'), time(collection.collected_ms)], [word('role.clerk'), collection.clerk],
  [word('collect.identified_by'), [named('identified', collection.identified_by), collection.comparison !== 'NOT_COMPARED' && ` · ${named('comparison', collection.comparison)} ${collection.score}`]],
  [word('collect.collector'), collection.collector && [named('collector', collection.collector.kind), ' ', collection.collector.name, collection.collector.relation && ` (${collection.collector.relation})`]],
  [word('collect.receipt_checked'), word(collection.receipt_checked ? 'yes' : 'no')], [word('collect.holder_checked'), word(collection.holder_checked ? 'yes' : 'no')]]));

// What is due back is given back here; the entries come when they come.
function fees(row, { may, reload }) {
  const list = h('div');
  const section = h('section.card', { hidden: true }, h('h2', word('page.fees')), list);
  const giveBack = (fen) => ask({ title: word('fees.refund'), lead: inGroups(row.case_number), confirm: `${word('fees.refund')} ${yuan(fen)}`, act: async () => {
    await call('refund', { case_number: row.case_number });
    tell(word('fees.refunded_now', { sum: yuan(fen) }));
    reload();
  } });
  const load = async () => {
    const { entries = [] } = await call('fees', { case_number: row.case_number, date: dayNumber(row.accepted_ms), until: dayNumber(Date.now()) });
    const sum = (wanted) => entries.filter(({ move }) => move === wanted).reduce((total, { amount_fen: fen }) => total + fen, 0);
    const due = sum('FEE_REFUND_DUE') - sum('FEE_REFUNDED');
    section.hidden = !entries.length;
    replace(list, facts(entries.map((entry) => [`${named('fee', entry.item)} · ${named('fee', entry.move)}`, `${yuan(entry.amount_fen)} · ${time(entry.time_ms)} · ${entry.clerk}`])),
      due > 0 && may('clerk', 'supervisor') && h('div.buttons', h('button.primary', { type: 'button', onclick: () => giveBack(due) }, `${word('fees.refund')} ${yuan(due)}`)));
  };
  if (may('clerk', 'supervisor', 'auditor')) load().catch(() => {});
  return section;
}

export function sections({ case_row: row }, context) {
  const { eligibility, collection } = row;
  return [
    eligibility && eligibility.outcome !== 'ELIGIBILITY_NOT_ASKED' && h('section.card', h('h2', word('eligibility.title')), sayEligibility(eligibility)),
    collection?.temporary_card && temporaryCard(collection.temporary_card),
    Number(collection?.collected_ms) > 0 && handedOver(collection),
    fees(row, context),
  ];
}
