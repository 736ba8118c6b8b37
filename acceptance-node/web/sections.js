// SPDX-License-Identifier: Apache-2.0
// sections - what only a window knows of a case, for its page: what the registry said before the fee, the temporary card, how the
// card was handed over.
import { h } from './dom.js';
import { facts } from './facts.js';
import { sayEligibility } from './eligibility.js';
import { date, named, time, word, yuan } from './words.js';

const temporaryCard = (card) => h('section.card', h('h2', word('page.temporary')), facts([
  [word('temporary.serial'), h('span.mono', card.card_serial)], [word('case.validity'), `${date(card.valid_from)} – ${date(card.valid_until)}`], [word('fees.amount'), yuan(card.fee_fen)],
  [word('role.clerk'), card.clerk], [word('package.standing'), named('temporary', card.end ?? 'STILL_OUT')]]));

const handedOver = (collection) => h('section.card', h('h2', word('act.collect')), facts([
  [word('stock.time'), time(collection.collected_ms)], [word('role.clerk'), collection.clerk],
  [word('collect.identified_by'), [named('identified', collection.identified_by), collection.comparison !== 'NOT_COMPARED' && ` · ${named('comparison', collection.comparison)} ${collection.score}`]],
  [word('collect.collector'), collection.collector && `${named('collector', collection.collector.kind)} ${collection.collector.name}`],
  [word('collect.receipt_checked'), word(collection.receipt_checked ? 'yes' : 'no')]]));

export function sections({ case_row: row }) {
  const { eligibility, collection } = row;
  return [
    eligibility && eligibility.outcome !== 'ELIGIBILITY_NOT_ASKED' && h('section.card', h('h2', word('eligibility.title')), sayEligibility(eligibility)),
    collection?.temporary_card && temporaryCard(collection.temporary_card),
    Number(collection?.collected_ms) > 0 && handedOver(collection),
  ];
}
