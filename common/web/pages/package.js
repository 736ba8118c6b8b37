// SPDX-License-Identifier: Apache-2.0
// package - the cards that travel together: what is on its way, arrived, missing.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { problemText } from '../fields.js';
import { caseLink } from '../numbers.js';
import { learnOffices, officeName } from '../offices.js';
import { table } from '../table.js';
import { named, number, time, word } from '../words.js';

export async function packagePage({ body, rest: [name, office = ''], who, onChange }) {
  const find = h('input', { name: 'package', value: name ?? '', required: true, maxlength: '40', placeholder: word('package.placeholder'), 'aria-label': word('case.package') });
  const head = h('div.head', h('h1', word('page.packages')), h('form.buttons', { onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#/package/${encodeURIComponent(find.value.trim())}`;
  } }, find, h('button.primary', { type: 'submit' }, word('find'))));
  replace(body, head, name ? null : h('p.hint', word('packages.lead')));
  if (!name) {
    find.focus();
    return;
  }
  const ask = () => call('package_query', { package: name, production_office: who.office.role === 'acceptance' ? office : '' });
  let report;
  try {
    report = await ask();
  } catch (problem) {
    replace(body, head, h('p.problem', { role: 'alert' }, problemText(problem)));
    find.select();
    return;
  }
  await learnOffices([report.production_office, report.acceptance_office], who.office);
  const place = h('div');
  replace(body, head, place);
  say(place, report);
  onChange(() => ask().then((now) => say(place, now), () => {}));
}

function say(place, report) {
  const figure = (label, count, late) => h(late ? 'div.tile.late' : 'div.tile', h('span.name', label), h('b.depth', number(count)));
  replace(place, h('p', h('b.mono', report.package), ' ', `${officeName(report.production_office)} → ${officeName(report.acceptance_office)}`),
    h('section.stages', figure(word('package.expected'), report.expected), figure(word('package.arrived'), report.arrived), figure(word('package.missing'), report.missing, Number(report.missing))),
    h('div.scroll', table([
      { label: word('cases.number'), cell: ({ case_number: number_ }) => caseLink(number_) },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
      { label: word('package.standing'), cell: ({ standing }) => h(`span.standing.${standing}`, named('package', standing)) },
      { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
    ], report.cards ?? [], { rowClass: ({ standing }) => (['CARD_MISSING', 'CARD_DEFECTIVE'].includes(standing) ? 'late' : '') })));
}
