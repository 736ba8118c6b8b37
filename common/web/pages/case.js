// SPDX-License-Identifier: Apache-2.0
// case - one application: who, what, the findings, what can be done now, and its whole way across the offices.
import { call } from '../api.js';
import { actsOn, decide } from '../decide.js';
import { h, replace } from '../dom.js';
import { facts } from '../facts.js';
import { ask, field, problemText, tell } from '../fields.js';
import { askTakeOver, hold, isMine, isOpen, keepHolding, leaseText, letGo, takeOver } from '../lease.js';
import { caseLink, inGroups } from '../numbers.js';
import { isGone, learnOffices, officeName } from '../offices.js';
import { finding } from '../rules.js';
import { sentence } from '../sentences.js';
import { proofs, timeline } from '../trace.js';
import { date, day, duration, named, number, time, word, yuan } from '../words.js';

export async function casePage(context) {
  const { body, rest: [number_], onChange, reload, who } = context;
  const shown = await call('show', { case_number: number_ });
  const row = shown.case_row;
  await learnOffices([row.acceptance_office, row.registry_office, row.production_office, row.attention?.peer, row.note?.registry_office, ...(row.trace ?? []).flatMap(({ office, peer }) => [office, peer])], who.office);
  draw(context, shown);
  keepHolding(context, number_, shown.lease, (lease) => {
    shown.lease = lease;
    const line = body.querySelector('.lease span');
    if (line) line.textContent = leaseText(lease, who);
  });
  onChange(async () => {
    const now = await call('show', { case_number: number_ }).catch(() => shown);
    if (same(now, shown, who) || document.querySelector('dialog')) return;
    if (body.querySelector('.opened')) replace(body.querySelector('.stale'), word('case.stale'), ' ', h('button', { type: 'button', onclick: reload }, word('case.reload')));
    else reload();
  });
  const press = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, textarea, select') || document.querySelector('dialog')) return;
    const act = actsOn(context, shown).find(({ key }) => key === event.key);
    if (act) carryOut(act, shown, reload);
    else if (event.key === 'o') body.querySelector('button.unmask')?.click();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', press);
  context.onLeave(() => document.removeEventListener('keydown', press));
}

// But for the end of the lease that this page renews by itself.
function same(now, shown, who) {
  const text = (each) => JSON.stringify({ ...each, lease: isMine(each.lease, who) ? who.operator : each.lease });
  return text(now) === text(shown);
}

async function carryOut(act, shown, reload) {
  const caseNumber = shown.case_row.case_number;
  if (await (act.open ? act.open(caseNumber, shown) : decide(act, [caseNumber], shown))) {
    tell(word('case.done', { act: word(`act.${act.name}`) }));
    reload();
  }
}

function draw(context, shown) {
  const { body, role, may, reload } = context;
  const row = shown.case_row;
  const acts = actsOn(context, shown);
  replace(body,
    h('div.head', h('div', h('h1', named('state', shown.state), shown.overdue && h('em.late', word('urgency.overdue')), shown.due_soon && h('em.soon', word('urgency.soon'))),
      h('p', h('span.mono', inGroups(row.case_number)), ' · ', named('kind', row.form?.kind), row.revision ? ` · ${word('case.revision', { n: row.revision })}` : '')),
      h('div.buttons', !shown.lease && isOpen(row) && leaseButton(context, 'hold', () => hold(row.case_number)), acts.map((act) => h(act.danger ? 'button.danger' : act.first ? 'button.primary' : 'button', { type: 'button', onclick: () => carryOut(act, shown, reload) },
        word(`act.${act.name}`), act.key && h('kbd', act.key))))),
    h('p.stale.hint'), shown.lease && leaseBand(context, shown),
    row.attention && h('p.alarm.warning', h('span.dot'), h('span', named('code', row.attention.code)), h('small', sentence(row.attention.text), row.attention.peer && ` · ${officeName(row.attention.peer)}`)),
    h('div.columns.case',
      h('div.wide', findings(shown, context.who.office), person(context, shown), told(row), (role.sections?.(shown, context) ?? []),
        h('section.card', h('h2', word('case.trace')), timeline(row.trace ?? []))),
      h('div', h('section.card', h('h2', word('case.clock')), clocks(row)), h('section.card', h('h2', word('case.facts')), facts(circumstances(row))))),
    may('export') && proofs(row.case_number));
}

function leaseButton({ may, reload }, name, act) {
  return may('lease') && h('button', { type: 'button', onclick: async () => {
    try {
      if (await act()) reload();
    } catch (problem) {
      tell(problemText(problem), 'bad');
    }
  } }, word(`lease.${name}`));
}

// Who has it in hand, and what can be done about that.
function leaseBand(context, { lease, case_row: { case_number: number_ } }) {
  const text = leaseText(lease, context.who);
  const mine = isMine(lease, context.who);
  return h(mine ? 'div.lease' : 'div.lease.held', h('span', text), mine ? leaseButton(context, 'release', () => letGo(number_))
    : leaseButton(context, 'take_over', () => askTakeOver(text, (reason) => takeOver(number_, reason))));
}

// ---- the applicant ----

function person(context, shown) {
  const { may, role } = context;
  const row = shown.case_row;
  const section = h('section.card.person');
  const open = () => ask({
    title: word('case.open'), lead: word('case.open.lead'), confirm: word('case.open.go'),
    fields: [field({ name: 'reason', label: word('reason'), required: true, maxlength: '200' })],
    act: async ({ reason }) => {
      const full = await call('show', { case_number: row.case_number, full: true, reason });
      const portraits = h('div.portraits', photo(full), together(full));
      section.classList.add('opened');
      replace(section, h('div.head', h('h2', word('case.applicant')), h('span.hint', word('case.opened', { reason }))),
        h('div.profile', portraits, facts(applicant(full.case_row.form ?? {}))), role.person?.(full, context, reason, portraits) ?? null);
    },
  });
  const erased = Number(row.text_erased_ms) ? word('case.erased.text', { time: day(row.text_erased_ms) })
    : Number(row.biometrics_erased_ms) ? word('case.erased.biometrics', { time: day(row.biometrics_erased_ms) }) : '';
  replace(section, h('div.head', h('h2', word('case.applicant')),
    may('show.full') && !Number(row.text_erased_ms) && h('button.unmask', { type: 'button', onclick: open }, word('case.open'), h('kbd', 'o'))),
    erased && h('p.notice', erased), Number(row.text_erased_ms) ? null : facts(masked(row.form ?? {})));
  return section;
}

export function photo({ attachments = [], case_row: row }, label) {
  const [data] = attachments;
  const none = Number(row.biometrics_erased_ms) ? 'photo.erased' : 'photo.lost';
  return h('figure.portrait', data ? h('img', { src: `data:image/jpeg;base64,${data}`, alt: word('photo.of'), width: '179', height: '221' }) : h('p.none', word(none)), h('figcaption', label ?? word('photo.of')));
}

// Guardian and applicant, if the form names such a photo.
function together({ attachments = [], case_row: row }) {
  const title = word('field.form.guardian.photo_digest');
  const [, data] = attachments;
  return row.form?.guardian?.photo_digest && h('figure.portrait.together',
    data ? h('img', { src: `data:image/jpeg;base64,${data}`, alt: title, height: '221' }) : h('p.none', word(Number(row.biometrics_erased_ms) ? 'photo.erased' : 'photo.lost')), h('figcaption', title));
}

// What is known before anybody has said why it is looked at.
function masked(form) {
  const one = form.person ?? {};
  return [
    [word('field.form.person.name'), h('b', one.name)],
    [word('field.form.person.citizen_number'), h('span.mono', one.citizen_number)],
    [word('field.form.person.sex'), named('sex', one.sex)],
    [word('field.form.person.ethnic_group'), one.ethnic_group && named('ethnic', one.ethnic_group)],
    [word('field.form.kind'), `${named('kind', form.kind)} · ${named('cause', form.reason)}`],
    [word('field.form.residence_basis'), named('basis', form.residence_basis)],
    [word('field.form.identity_document'), named('document', form.identity_document)],
    [word('field.form.evidence'), named('document', form.evidence)],
    [word('field.form.guardian'), form.guardian && `${form.guardian.name} (${form.guardian.relation})`],
    ...conditions(form),
  ];
}

function conditions(form) {
  return [
    [word('field.form.fee_fen'), [yuan(form.fee_fen), form.fee_waiver && form.fee_waiver !== 'NO_WAIVER' && ` · ${named('waiver', form.fee_waiver)}`]],
    [word('field.form.fingerprints'), (form.fingerprints ?? []).map(({ position }) => named('finger', position)).join(' · ')],
    [word('field.form.appearance_changed'), form.appearance_changed ? h('em.soon', word('yes')) : ''],
  ];
}

function applicant(form) {
  const one = form.person ?? {};
  const { guardian } = form;
  return [
    [word('field.form.person.name'), h('b', one.name)],
    [word('field.form.second_script_name'), form.second_script_name],
    [word('field.form.person.citizen_number'), h('span.mono', one.citizen_number)],
    [word('field.form.person.sex'), named('sex', one.sex)],
    [word('field.form.person.ethnic_group'), one.ethnic_group && named('ethnic', one.ethnic_group)],
    [word('field.form.person.birth_date'), one.birth_date ? date(one.birth_date) : ''],
    [word('field.form.person.address'), one.address],
    [word('field.form.second_script_address'), form.second_script_address],
    [word('field.form.phone'), form.phone],
    [word('field.form.kind'), `${named('kind', form.kind)} · ${named('cause', form.reason)}`],
    [word('field.form.residence_basis'), named('basis', form.residence_basis)],
    [word('field.form.residence_address'), form.residence_address],
    [word('field.form.identity_document'), `${named('document', form.identity_document)} ${form.identity_document_number ?? ''}`],
    [word('field.form.evidence'), named('document', form.evidence)],
    [word('field.form.guardian'), guardian && [guardian.name, guardian.relation && ` (${guardian.relation})`, guardian.citizen_number && h('small.mono', guardian.citizen_number)]],
    [word('field.form.fingers_missing'), (form.fingers_missing ?? []).map((each) => named('finger', each)).join(' · ')],
    [word('field.form.no_fingerprints_reason'), form.no_fingerprints_reason],
    ...conditions(form),
  ];
}

// ---- what was found, and said ----

// What fails the application first; each with what the applicant would be told. Only a registry looks.
function findings({ findings: names = [], passed = [], case_row: row }, office) {
  if (office.role !== 'registry') return null;
  const found = names.map((name) => ({ name, ...finding(name) })).sort((a, b) => b.fails - a.fails);
  return h('section.card', h('h2', word('case.findings')), found.length ? h('ul.findings', found.map(({ name, fails, reason }) => h('li',
    h(fails ? 'em.late' : 'em.soon', word(fails ? 'finding.fails' : 'finding.doubt')), h('span', named('finding', name),
      named('reason', reason) !== reason && h('small', word('finding.told', { reason: named('reason', reason) })))))) : h('p.good', word('finding.nothing')),
  row.present_division && h('p.hint', word('finding.moved', { division: row.present_division })),
  h('details', h('summary', word('finding.passed', { count: passed.length })), h('ul.findings', passed.map((name) => h('li', h('em.good', '✓'), h('span', named('check', name)))))));
}

const typed = { 'data-foreign': '' }; // somebody's own words, in whatever language

// The words that travelled or were kept: refused, returned, noted.
function told(row) {
  const { refusal, returned, note, noted } = row;
  const box = (title, ...parts) => h('section.card', h('h2', title), parts);
  return h('div.told',
    refusal && box(word('case.refusal'), h('ul', (refusal.reasons ?? []).map((reason) => h('li', named('reason', reason)))), h('p', typed, refusal.text), refusal.contact && h('p.hint', word('case.contact', { contact: refusal.contact }))),
    returned && box(word('case.returned'), h('p', typed, returned.text), facts([[word('case.fields'), (returned.fields ?? []).map((path) => named('field', path)).join(' · ')],
      [word('case.answer_by'), date(returned.answer_by)], [word('case.contact.short'), returned.contact]])),
    note && (note.text || note.division) && box(word('case.note'), h('p', typed, note.text), facts([[word('case.note.division'), note.division], [word('case.note.registry'), note.registry_office && officeName(note.registry_office)],
      [word('case.card_serial'), note.card_serial]])),
    noted && box(word('case.noted'), h('p', typed, noted.text), h('p.hint', `${named('code', noted.code)} · ${noted.operator} · ${time(noted.time_ms)}`)));
}

// ---- the case ----

// How much of each term is left.
function clocks(row) {
  const left = (ms) => {
    const rest = Number(ms) - Date.now();
    return [day(ms), h(rest < 0 ? 'small.late' : 'small', rest < 0 ? word('late.by', { age: duration(-rest) }) : word('left', { age: duration(rest) }))];
  };
  return facts([
    [word('case.accepted'), time(row.accepted_ms)],
    [word('cases.changed'), word('ago', { age: duration(Date.now() - Number(row.changed_ms)) })],
    [word('case.stage_deadline'), Number(row.stage_deadline_ms) ? left(row.stage_deadline_ms) : ''],
    [word('case.statutory_deadline'), Number(row.stage_deadline_ms) ? left(row.statutory_deadline_ms) : day(row.statutory_deadline_ms)],
    [word('case.reminded'), Number(row.reminded_ms) ? time(row.reminded_ms) : ''],
  ]);
}

function circumstances(row) {
  const office = (code) => code && [officeName(code), ' ', isGone(code) && h('em.late', word('case.gone')), officeName(code) !== code && h('small.mono.code', code)];
  return [
    [word('role.acceptance'), office(row.acceptance_office)], [word('role.registry'), office(row.registry_office)], [word('role.production'), office(row.production_office)],
    ...['clerk', 'examiner', 'issuer', 'maker'].map((who) => [word(`role.${who}`), row[who]]),
    [word('case.checked.eye'), row.checked_by_eye], [word('case.checked.reader'), row.checked_by_reader],
    [word('case.validity'), row.valid_from ? `${date(row.valid_from)} – ${date(row.valid_until, word('long_term'))}` : ''],
    [word('case.card_serial'), row.card_serial && h('span.mono', row.card_serial)],
    [word('case.attempt'), row.attempt > 1 ? number(row.attempt) : ''],
    [word('case.faulty'), row.faulty_serial && h('span.mono', row.faulty_serial)],
    [word('case.made_since'), row.made_since && h('span.mono', row.made_since)],
    [word('case.destroyed'), row.destroyed_serial && h('span.mono', row.destroyed_serial)],
    [word('case.batch'), row.batch && h('a', { href: `#/batches/${row.batch}` }, row.batch)],
    [word('case.package'), row.package && h('a', { href: `#/package/${encodeURIComponent(row.package)}/${row.production_office}` }, row.package)],
    [word('case.displaced'), row.displaced_case && caseLink(row.displaced_case)],
    [word('case.redirections'), row.redirections ? number(row.redirections) : ''],
    [word('case.policy'), row.policy_version ? number(row.policy_version) : ''],
    [word('case.erase_due'), Number(row.erase_due_ms) ? day(row.erase_due_ms) : ''],
  ];
}
