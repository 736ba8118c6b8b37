// SPDX-License-Identifier: Apache-2.0
// cards - which cards of a citizen this registry knows of, and whether they are good.
import { call } from './api.js';
import { readCitizenNumber } from './citizen_number.js';
import { h, replace } from './dom.js';
import { facts } from './facts.js';
import { field, sayProblem } from './fields.js';
import { caseLink } from './numbers.js';
import { date, word } from './words.js';

export async function cardsPage({ body }) {
  const number = field({ name: 'citizen_number', label: word('field.form.person.citizen_number'), required: true, maxlength: '18', autocomplete: 'off', spellcheck: false,
    check: (text) => { const { complete, right } = readCitizenNumber(text); return complete && !right ? word('apply.number_wrong') : ''; } });
  const reason = field({ name: 'reason', label: word('reason'), required: true, maxlength: '200', hint: word('lease.take_over.lead') });
  const answer = h('div');
  const form = h('form.card.narrow', { novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    replace(answer);
    const empty = [number, reason].filter((each) => each.missing());
    if (empty.length) {
      empty[0].input.focus();
      return;
    }
    try {
      replace(answer, h('section.card.narrow', cardsOf(await call('card_query', { citizen_number: number.read().toUpperCase(), reason: reason.read() }))));
    } catch (problem) {
      sayProblem(problem, [number, reason], answer);
    }
  } }, number, reason, h('div.buttons', h('button.primary', { type: 'submit' }, word('cards.ask'))));
  replace(body, h('div.head', h('h1', word('page.cards'))), h('p.hint', word('cards.lead')), form, answer);
  number.input.focus();
}

export function cardsOf(report) {
  const serial = (text) => h('span.mono', text);
  if (!report.card_serial && !report.former_card_serial && !report.reported_lost) return h('p.none', word('cards.none'));
  return facts([
    [word('cards.valid'), report.card_serial ? [serial(report.card_serial), ' ', report.reported_lost ? h('em.late', word('cards.lost')) : h('em.good', word('cards.good'))] : word('cards.none')],
    [word('cards.until'), report.card_serial ? date(report.valid_until, word('long_term')) : ''],
    [word('cards.lost.on'), report.reported_lost ? [report.lost_reported_on ? date(report.lost_reported_on) : word('cards.lost.file'),
      ' ', report.lost_reported_case && caseLink(report.lost_reported_case)] : ''],
    [word('cards.former'), report.former_card_serial && serial(report.former_card_serial)],
    [word('cards.destroyed'), report.former_card_destroyed_on ? date(report.former_card_destroyed_on) : ''],
  ]);
}
