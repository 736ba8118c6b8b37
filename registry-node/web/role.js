// SPDX-License-Identifier: Apache-2.0
// role - what examiners and issuers can do (yidictl's verbs of a registry).
import { cardsPage, cardsOf } from './cards.js';
import { readDay } from './dates.js';
import { divisionPicker } from './division_picker.js';
import { h, replace } from './dom.js';
import { call } from './api.js';
import { photo } from './pages/case.js';
import { finding } from './rules.js';
import { date, dayNumber, named, word } from './words.js';

// The five of the rules first, then what is seen besides.
const reasons = ['FIRST_APPLICATION', 'IDENTITY_DOUBTFUL', 'APPEARANCE_WITHOUT_FINGERPRINTS', 'DOCUMENTS_NOT_GENUINE', 'BAD_CREDIT_RECORD',
  'REGISTRATION_CANCELLED', 'NUMBER_REPLACED', 'NUMBER_SHARED', 'NO_PHOTO_ON_FILE', 'TOO_EARLY'];
const paths = ['person.name', 'person.citizen_number', 'person.sex', 'person.ethnic_group', 'person.birth_date', 'person.address', 'photo_digest', 'fingerprints', 'phone', 'residence_address',
  'identity_document', 'residence_basis', 'evidence', 'guardian', 'guardian.photo_digest'];
const dayMs = 86400000;
const answerDays = 15;

const tell = (value) => ({ name: 'text', label: word('case.tell'), rows: 4, required: true, maxlength: '600', value });

// What the findings tell against it is chosen already, and said to the applicant.
const found = (shown) => [...new Set((shown?.findings ?? []).map((name) => finding(name)).filter(({ fails }) => fails).map(({ reason }) => reason))].filter((each) => reasons.includes(each));

// Where the record says that the citizen is registered now goes without saying.
const moved = (shown) => (shown?.case_row?.present_division
  ? { required: false, hint: word('finding.moved', { division: shown.case_row.present_division }) } : { required: true });

// What fails by a finding can be refused, returned or sent on, and nothing else. A policy that was unknown may have come since.
const fails = ({ findings, row }) => (findings ?? row?.findings ?? []).some((name) => name !== 'POLICY_UNKNOWN' && finding(name).fails);

const acts = [
  { name: 'examine', verb: 'EXAMINE', key: 'e', first: true, bulk: true, states: ['received'], unless: fails },
  { name: 'issue', verb: 'ISSUE', key: 'i', first: true, bulk: true, states: ['examined', 'blocked'], unless: fails },
  { name: 'return', verb: 'RETURN_FORM', key: 'b', states: ['received', 'examined'], fields: [
    () => ({ name: 'fields', label: word('case.fields'), many: true, options: paths.map((path) => [`form.${path}`, named('field', `form.${path}`)]) }),
    () => tell(''),
    () => ({ name: 'answer_by', label: word('case.answer_by'), type: 'day', required: true, min: dayNumber(Date.now() + dayMs), value: dayNumber(Date.now() + answerDays * dayMs) })],
    request: ({ fields, text, answer_by: by }) => ({ fields, text, answer_by: readDay(by) }) },
  { name: 'refuse', verb: 'REFUSE', key: 'r', danger: true, bulk: true, states: ['received', 'examined', 'returned', 'blocked'], fields: [
    (shown) => ({ name: 'reasons', label: word('case.reason'), many: true, value: found(shown), options: reasons.map((each) => [each, named('reason', each)]), hint: word('case.reason.hint') }),
    (shown) => tell(found(shown).map((each) => named('reason', each)).join('；'))] },
  { name: 'redirect', verb: 'REDIRECT', key: 'd', states: ['received', 'examined'], fields: [
    (shown) => divisionPicker({ name: 'registration_division', label: word('field.form.person.registration_division'), ...moved(shown) }),
    () => ({ name: 'text', label: word('reason'), rows: 3, required: true, maxlength: '600' })] },
];

// The photo of the citizen's last application before this one; the population record has none.
async function earlierPhoto({ case_row: row }, reason) {
  const { cases = [] } = await call('search', { text: row.form.person.citizen_number });
  const [last] = cases.filter(({ accepted_ms: ms }) => Number(ms) < Number(row.accepted_ms)).sort((a, b) => Number(b.accepted_ms) - Number(a.accepted_ms));
  if (!last) return h('figure.portrait', h('p.none', word('photo.none')));
  const before = await call('show', { case_number: last.case_number, full: true, reason });
  return photo(before, h('a', { href: `#/case/${last.case_number}`, title: last.case_number }, word('photo.before', { date: date(dayNumber(last.accepted_ms)) })));
}

// Beside the personal data: the photo of an earlier application, and the cards that were issued. Whoever decides sees the photos at once.
function person(full, { may }, reason, portraits) {
  const cards = h('div');
  const ask = async () => replace(cards, cardsOf(await call('card_query', { citizen_number: full.case_row.form.person.citizen_number, reason })));
  const compare = async () => portraits.append(await earlierPhoto(full, reason));
  const decides = ['received', 'examined'].includes(full.state);
  const button = h('button', { type: 'button', onclick: () => { button.remove(); compare(); } }, word('photo.compare'));
  if (decides && may('search')) compare();
  return [h('div.buttons', may('card_query') && h('button', { type: 'button', onclick: ask }, word('cards.ask')), !decides && may('search') && button), cards];
}

export const role = {
  navigation: [{ page: 'cards', duties: ['card_query'] }],
  pages: { cards: cardsPage },
  person,
  actions: (shown) => acts.filter(({ states, unless }) => states.includes(shown.state) && !unless?.(shown)),
};
