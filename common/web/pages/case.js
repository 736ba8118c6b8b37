// SPDX-License-Identifier: Apache-2.0
// case - one application: who, what, the findings, what can be done now, and its whole way across the offices.
import { call } from '../api.js';
import { decide } from '../decide.js';
import { h, replace } from '../dom.js';
import { ask, field, problemText, tell } from '../fields.js';
import { askTakeOver, hold, isForeign, isMine, keepHolding, leaseDuties, leaseText, letGo, takeOver } from '../lease.js';
import { date, named, number, time, word, yuan } from '../words.js';

export async function casePage(context) {
  const { body, rest: [number_], role, may, onChange, reload } = context;
  const shown = await call('show', { case_number: number_ });
  draw(context, shown, false);
  keepHolding(context, number_, shown.lease, (lease) => {
    shown.lease = lease;
    const line = body.querySelector('.lease span');
    if (line) line.textContent = leaseText(lease, context.who);
  });
  onChange(async () => {
    const now = await call('show', { case_number: number_ }).catch(() => shown);
    if (!same(now, shown, context.who) && !document.querySelector('dialog')) reload();
  });
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, textarea, select') || document.querySelector('dialog')) return;
    const act = !isForeign(shown.lease, context.who) && role.actions(shown).find(({ key, duties = [] }) => key === event.key && may(...duties));
    if (!act) return;
    event.preventDefault(); // or the key is typed into the dialog that it opens
    carryOut(act, number_, reload);
  };
  document.addEventListener('keydown', press);
  context.onLeave(() => document.removeEventListener('keydown', press));
  body.scrollTop = 0;
}

// But for the end of the lease that this page renews by itself.
function same(now, shown, who) {
  const text = (each) => JSON.stringify({ ...each, lease: isMine(each.lease, who) ? who.operator : each.lease });
  return text(now) === text(shown);
}

async function carryOut(act, caseNumber, reload) {
  if (await (act.open ? act.open(caseNumber) : decide(act, [caseNumber]))) {
    tell(word('case.done', { act: word(`act.${act.name}`) }));
    reload();
  }
}

function draw(context, shown, full) {
  const { body, role, may, reload, who, rest: [caseNumber] } = context;
  const row = shown.case_row;
  const acts = (isForeign(shown.lease, who) ? [] : role.actions(shown)).filter(({ duties = [] }) => may(...duties));
  const open = () => ask({
    title: word('case.open'), lead: word('case.open.lead'), confirm: word('case.open.go'),
    fields: [field({ name: 'reason', label: word('reason'), required: true, maxlength: '200' })],
    act: async ({ reason }) => { draw(context, await call('show', { case_number: caseNumber, full: true, reason }), true); },
  });
  replace(body,
    h('div.head', h('div', h('h1', named('state', shown.state), shown.overdue && h('em.late', word('urgency.overdue')), shown.due_soon && h('em.soon', word('urgency.soon'))),
      h('p.mono', row.case_number)),
      h('div.buttons', !shown.lease && role.openStates.includes(shown.state) && leaseButton(context, 'hold', () => hold(caseNumber)), acts.map((act) => h(act.danger ? 'button.danger' : act.first ? 'button.primary' : 'button', { type: 'button', onclick: () => carryOut(act, caseNumber, reload) },
        word(`act.${act.name}`), act.key && h('kbd', act.key))))),
    shown.lease && leaseLine(context, shown),
    row.attention && h('p.alarm.warning', h('span.dot'), h('code', row.attention.code), ' ', row.attention.text, row.attention.peer && h('small', row.attention.peer)),
    h('div.columns',
      h('div.wide',
        h('section.card', h('div.head', h('h2', word('case.applicant')), !full && h('button', { type: 'button', onclick: open }, word('case.open'))), facts(applicant(row.form ?? {}))),
        findings(shown.findings ?? []),
        row.refusal && h('section.card', h('h2', word('case.refusal')), h('ul', (row.refusal.reasons ?? []).map((reason) => h('li', named('reason', reason)))), h('p', row.refusal.text), h('p.hint', row.refusal.contact)),
        row.returned && h('section.card', h('h2', word('case.returned')), h('p', row.returned.text), facts([[word('case.fields'), (row.returned.fields ?? []).map((path) => named('field', path)).join(' · ')],
          [word('case.answer_by'), date(row.returned.answer_by)]])),
        (role.sections?.(shown, context) ?? [])),
      h('div', h('section.card', h('h2', word('case.facts')), facts(circumstances(row))),
        h('section.card', h('h2', word('case.trace')), timeline(row.trace ?? [])))));
}

// What can be done about who has it in hand.
function leaseButton({ may, reload }, name, act) {
  return may(...leaseDuties) && h('button', { type: 'button', onclick: async () => {
    try {
      if (await act()) reload();
    } catch (problem) {
      tell(problemText(problem), 'bad');
    }
  } }, word(`lease.${name}`));
}

// Who has it in hand.
function leaseLine(context, { lease }) {
  const { who, rest: [caseNumber] } = context;
  const text = leaseText(lease, who);
  return h(isMine(lease, who) ? 'div.lease' : 'div.lease.held', h('span', text), isMine(lease, who)
    ? leaseButton(context, 'release', () => letGo(caseNumber))
    : leaseButton(context, 'take_over', () => askTakeOver(text, (reason) => takeOver(caseNumber, reason))));
}

const facts = (rows) => h('dl.facts', rows.filter(([, value]) => value !== undefined && value !== '' && value !== null).map(([name, value]) => [h('dt', name), h('dd', value)]));

function applicant(form) {
  const person = form.person ?? {};
  return [
    [word('field.form.person.name'), h('b', person.name)],
    [word('field.form.person.citizen_number'), h('span.mono', person.citizen_number)],
    [word('field.form.person.sex'), named('sex', person.sex)],
    [word('field.form.person.ethnic_group'), person.ethnic_group && named('ethnic', person.ethnic_group)],
    [word('field.form.person.birth_date'), person.birth_date ? date(person.birth_date) : ''],
    [word('field.form.person.address'), person.address],
    [word('field.form.phone'), form.phone],
    [word('field.form.kind'), `${named('kind', form.kind)} · ${named('cause', form.reason)}`],
    [word('field.form.residence_basis'), named('basis', form.residence_basis)],
    [word('field.form.residence_address'), form.residence_address],
    [word('field.form.identity_document'), `${named('document', form.identity_document)} ${form.identity_document_number ?? ''}`],
    [word('field.form.evidence'), named('document', form.evidence)],
    [word('field.form.guardian'), form.guardian && `${form.guardian.name} (${form.guardian.relation})`],
    [word('field.form.fee_fen'), yuan(form.fee_fen)],
    [word('field.form.appearance_changed'), form.appearance_changed ? word('yes') : ''],
  ];
}

function circumstances(row) {
  return [
    [word('case.accepted'), time(row.accepted_ms)],
    [word('case.stage_deadline'), time(row.stage_deadline_ms)],
    [word('case.statutory_deadline'), time(row.statutory_deadline_ms)],
    [word('role.acceptance'), row.acceptance_office], [word('role.registry'), row.registry_office], [word('role.production'), row.production_office],
    ...['clerk', 'examiner', 'issuer', 'maker', 'checker'].map((who) => [word(`role.${who}`), row[who]]),
    [word('case.validity'), row.valid_from ? `${date(row.valid_from)} – ${date(row.valid_until, word('long_term'))}` : ''],
    [word('case.card_serial'), row.card_serial && h('span.mono', row.card_serial)],
    [word('case.attempt'), row.attempt > 1 ? number(row.attempt) : ''],
    [word('case.package'), row.package],
    [word('case.policy'), row.policy_version ? number(row.policy_version) : ''],
  ];
}

function findings(names) {
  if (!names.length) return null;
  return h('section.card', h('h2', word('case.findings')), h('ul.findings', names.map((name) => h('li', named('finding', name)))));
}

// The case's whole way: one line for each step, in the order of time, the office said where it changes.
export function timeline(hops) {
  let office = '';
  return h('ol.timeline', hops.map((hop) => {
    const first = hop.office !== office;
    office = hop.office;
    return h(first ? 'li.office' : 'li', first && h('b.mono', hop.office), h('span.step', named('step', hop.step)), h('time', time(hop.time_ms)),
      hop.operator && h('span.by', hop.operator), h('small.proof', { title: word('case.proof', { leaf: hop.leaf_index ?? 0, sequence: hop.sequence ?? 0 }) }, `#${hop.leaf_index ?? 0}`));
  }));
}
