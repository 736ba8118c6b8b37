// SPDX-License-Identifier: Apache-2.0
// cases - the queue: filtered by state and urgency, searched, decided in bulk with a result for each.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { problemText, tell } from '../fields.js';
import { decide } from '../decide.js';
import { day, duration, named, number, word } from '../words.js';

const pageSize = 50;

export async function casesPage(context) {
  const { body, query, role, every, onChange } = context;
  const chosen = new Set();
  const wanted = { state: query.state ?? '', urgency: query.urgency ?? '', find: query.find ?? '' };
  let rows = [];
  let next = '';
  const bulk = h('div.bulk', { hidden: true });
  const table = h('div.scroll');
  const more = h('div.more');
  const link = (changes) => `#/cases?${new URLSearchParams(Object.entries({ ...wanted, ...changes }).filter(([, value]) => value))}`;
  const tab = (key, value, text) => h(wanted[key] === value && !wanted.find ? 'a.here' : 'a', { href: link({ [key]: value, find: '' }) }, text);

  const sayBulk = () => {
    const states = new Set(rows.filter(({ case_number: each }) => chosen.has(each)).map(({ state }) => state));
    const acts = states.size === 1 ? role.actions({ state: [...states][0] }).filter(({ bulk: many, duties = [] }) => many && context.may(...duties)) : [];
    bulk.hidden = !chosen.size;
    replace(bulk, h('b', word('cases.chosen', { n: number(chosen.size) })), acts.map((act) =>
      h(act.danger ? 'button.danger' : 'button', { type: 'button', onclick: () => together(act) }, word(`act.${act.name}`))),
      states.size > 1 && h('span.hint', word('cases.mixed')));
  };
  const together = async (act) => {
    const results = await decide(act, [...chosen]);
    if (!results) return;
    const refused = results.filter(({ refusal }) => refusal);
    chosen.clear();
    await load();
    if (refused.length) {
      replace(more, h('section.results', h('h3', word('cases.refused', { n: refused.length })), h('ul', refused.map(({ case_number: each, refusal }) =>
        h('li', h('a', { href: `#/case/${each}` }, each), ' ', h('code', refusal.code), ' ', problemText({ words: refusal.words, message: refusal.rule ?? '' }))))));
    }
    tell(word('cases.done', { n: results.length - refused.length }));
  };
  const draw = () => {
    replace(table, rows.length ? caseTable(rows, chosen, sayBulk) : h('p.none', word(wanted.find ? 'cases.notfound' : 'cases.none')));
    replace(more, next ? h('button', { type: 'button', onclick: () => load(true) }, word('more')) : null);
    sayBulk();
  };
  const load = async (onward) => {
    const page = wanted.find
      ? await call('search', { text: wanted.find, limit: pageSize, after: onward ? next : '' })
      : await call('list', { state: wanted.state, limit: pageSize, after: onward ? next : '',
        overdue_only: wanted.urgency === 'overdue', due_soon_only: wanted.urgency === 'soon', attention_only: wanted.urgency === 'attention' });
    rows = onward ? [...rows, ...(page.cases ?? [])] : page.cases ?? [];
    next = page.next ?? '';
    draw();
  };

  replace(body, h('div.head', h('h1', wanted.find ? word('cases.find', { text: wanted.find }) : word('page.cases'))),
    wanted.find ? h('p', h('a', { href: '#/cases' }, word('cases.back'))) : h('div.filters',
      h('div.tabs', tab('state', '', word('all')), role.openStates.map((state) => tab('state', state, named('state', state)))),
      h('div.tabs', tab('urgency', '', word('all')), ['overdue', 'soon', 'attention'].map((name) => tab('urgency', name, word(`urgency.${name}`))))),
    bulk, table, more);
  await load();
  const follow = () => chosen.size || rows.length > pageSize || load().catch(() => {});
  onChange(follow);
  every(30000, follow);
}

export function caseTable(rows, chosen, changed) {
  const box = (row) => h('input', { type: 'checkbox', checked: chosen.has(row.case_number), 'aria-label': row.case_number, onchange: (event) => {
    if (event.target.checked) chosen.add(row.case_number);
    else chosen.delete(row.case_number);
    changed();
  } });
  const all = h('input', { type: 'checkbox', 'aria-label': word('cases.all'), onchange: (event) => {
    rows.forEach(({ case_number: each }) => (event.target.checked ? chosen.add(each) : chosen.delete(each)));
    table.querySelectorAll('tbody input').forEach((each) => { each.checked = event.target.checked; });
    changed();
  } });
  const table = h('table.cases', h('thead', h('tr', h('th', all), ['number', 'applicant', 'kind', 'state', 'changed', 'due'].map((name) => h('th', { scope: 'col' }, word(`cases.${name}`))))),
    h('tbody', rows.map((row) => h(row.overdue ? 'tr.late' : row.due_soon ? 'tr.soon' : 'tr',
      h('td', box(row)),
      h('td', h('a.mono', { href: `#/case/${row.case_number}` }, row.case_number)),
      h('td', row.name_masked, h('small.mono', row.citizen_number_masked)),
      h('td', named('kind', row.kind)),
      h('td', named('state', row.state), row.attention && h('span.flag', { title: row.attention.text ?? '' }, row.attention.code),
        (row.findings ?? []).map((finding) => h('span.flag.doubt', named('finding', finding)))),
      h('td', word('ago', { age: duration(Date.now() - Number(row.changed_ms)) })),
      h('td', due(row))))));
  return table;
}

function due(row) {
  const ms = Number(row.stage_deadline_ms ?? 0);
  if (!ms) return '–';
  const left = ms - Date.now();
  return [day(ms), h(left < 0 ? 'small.late' : 'small', left < 0 ? word('late.by', { age: duration(-left) }) : word('left', { age: duration(left) }))];
}
