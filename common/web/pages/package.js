// SPDX-License-Identifier: Apache-2.0
// package - the cards that travel together: what is on its way, arrived, missing.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { table } from '../table.js';
import { named, number, time, word } from '../words.js';

export async function packagePage({ body, rest: [name, office = ''] }) {
  const find = h('input', { name: 'package', value: name ?? '', maxlength: '40', placeholder: word('package.placeholder'), 'aria-label': word('case.package') });
  const head = h('div.head', h('h1', word('page.package')), h('form.buttons', { onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#/package/${encodeURIComponent(find.value.trim())}`;
  } }, find, h('button.primary', { type: 'submit' }, word('find'))));
  replace(body, head);
  if (!name) return find.focus();
  const report = await call('package_query', { package: name, production_office: office });
  const cards = report.cards ?? [];
  const figure = (label, count) => h('div.tile', h('span.name', label), h('b.depth', number(count)));
  replace(body, head, h('section.stages', figure(word('package.expected'), report.expected), figure(word('package.arrived'), report.arrived), figure(word('package.missing'), report.missing)),
    h('div.scroll', table([
      { label: word('cases.number'), cell: ({ case_number: number_ }) => h('a.mono', { href: `#/case/${number_}` }, number_) },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
      { label: word('package.standing'), cell: ({ standing }) => named('package', standing) },
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
    ], cards, { rowClass: ({ standing }) => (standing === 'CARD_MISSING' ? 'late' : '') })));
}
