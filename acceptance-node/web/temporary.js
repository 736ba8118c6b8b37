// SPDX-License-Identifier: Apache-2.0
// temporary - temporary cards (临时居民身份证): given while the card is made, and those that are still out.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { ask, field, tell } from './fields.js';
import { caseLink } from './numbers.js';
import { caseNumber } from './scan.js';
import { table } from './table.js';
import { date, dayNumber, named, word, yuan } from './words.js';

const pageSize = 200;

// Dialogs that the case page opens, too; true when it was done.
export const issueTemporary = (number) => ask({
  title: word('act.temporary'), lead: number || undefined,
  fields: [...(number ? [] : [field({ name: 'case_number', label: word('cases.number'), required: true, maxlength: '40', class: 'mono', autocomplete: 'off' })]),
    field({ name: 'card_serial', label: word('temporary.serial'), required: true, maxlength: '40', class: 'mono', autocomplete: 'off', hint: word('temporary.serial.hint') })],
  act: async ({ card_serial: serial, case_number: typed = '' }) => {
    const card = await call('issue_temporary', { case_number: number || caseNumber(typed) || typed, card_serial: serial });
    tell(word('temporary.issued', { fee: yuan(card.fee_fen), until: date(card.valid_until) }));
    return true;
  },
});

export const returnTemporary = (number, serial) => ask({
  title: word('act.temporary-back'), lead: serial ?? number,
  fields: [field({ name: 'lost', label: word('temporary.how'), options: [['', word('collect.temporary.back')], ['lost', word('collect.temporary.lost')]] }),
    field({ name: 'text', label: word('temporary.known'), required: true, maxlength: '80', value: '', hint: word('temporary.known.hint') })],
  act: async ({ lost, text }) => {
    await call('return_temporary', { case_number: number, lost: Boolean(lost), text });
    tell(word('case.done', { act: word('act.temporary-back') }));
    return true;
  },
});

export async function temporaryPage({ body, query, may, reload, onChange }) {
  const today = dayNumber(Date.now());
  const ended = query.show === 'ended';
  const clerk = may('clerk', 'supervisor');
  const rows = [];
  let after = '';
  const list = h('div.scroll');
  const more = h('div.more');
  const load = async () => {
    const page = await call('temporary_query', { ended_before: ended ? today : 0, limit: pageSize, after });
    if (!after) rows.length = 0;
    rows.push(...(page.cards ?? []));
    after = page.next ?? '';
    replace(list, table([
      { label: word('temporary.serial'), cell: ({ card }) => h('span.mono', card.card_serial) },
      { label: word('cases.number'), cell: ({ case_number: each }) => caseLink(each) },
      { label: word('cases.state'), cell: ({ state }) => named('state', state) },
      { label: word('temporary.from'), cell: ({ card }) => date(card.valid_from) },
      { label: word('temporary.until'), cell: ({ card }) => [date(card.valid_until), card.valid_until < today && h('small.late', word('temporary.ended'))] },
      { label: word('fees.amount'), number: true, cell: ({ card }) => yuan(card.fee_fen) },
      { label: word('role.clerk'), cell: ({ card }) => card.clerk },
      ...(clerk ? [{ label: '', cell: ({ case_number: each, card }) => h('div.buttons', h('button', { type: 'button', onclick: async () => { if (await returnTemporary(each, card.card_serial)) reload(); } }, word('act.temporary-back'))) }] : []),
    ], rows, { none: word('temporary.none'), rowClass: ({ card }) => (card.valid_until < today ? 'late' : '') }));
    replace(more, after && h('button', { type: 'button', onclick: load }, word('more')));
  };
  const tab = (name) => h((name === 'ended') === ended ? 'a.here' : 'a', { href: name === 'ended' ? '#/temporary?show=ended' : '#/temporary' }, word(`temporary.${name}`));
  const give = h('button.primary', { type: 'button', onclick: async () => { if (await issueTemporary('')) reload(); } }, word('act.temporary'));
  replace(body, h('div.head', h('h1', word('page.temporary')), clerk && give), h('div.filters', h('div.tabs', tab('out'), tab('ended'))), list, more);
  await load();
  onChange(() => {
    if (rows.length > pageSize || document.querySelector('dialog')) return;
    after = '';
    load().catch(() => {});
  });
}
