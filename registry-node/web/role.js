// SPDX-License-Identifier: Apache-2.0
// role - what examiners and issuers can do (yidictl's verbs of a registry).
import { named, word } from './words.js';

const reasons = ['FIRST_APPLICATION', 'IDENTITY_DOUBTFUL', 'APPEARANCE_WITHOUT_FINGERPRINTS', 'DOCUMENTS_NOT_GENUINE', 'BAD_CREDIT_RECORD',
  'REGISTRATION_CANCELLED', 'NUMBER_REPLACED', 'NUMBER_SHARED', 'NO_PHOTO_ON_FILE', 'TOO_EARLY'];
const fields = ['person.name', 'person.address', 'person.ethnic_group', 'person.birth_date', 'photo', 'fingerprints', 'phone', 'evidence', 'guardian'];

const acts = [
  { name: 'examine', verb: 'EXAMINE', key: 'e', first: true, bulk: true, states: ['received'], duties: ['examiner'] },
  { name: 'issue', verb: 'ISSUE', key: 'i', first: true, bulk: true, states: ['examined', 'blocked'], duties: ['issuer'] },
  { name: 'return', verb: 'RETURN_FORM', key: 'b', states: ['received', 'examined'], duties: ['examiner', 'issuer'], fields: [
    () => ({ name: 'fields', label: word('case.fields'), options: fields.map((path) => [`form.${path}`, named('field', `form.${path}`)]) }),
    () => ({ name: 'text', label: word('case.tell'), rows: 3, required: true, maxlength: '600' }),
    () => ({ name: 'answer_by', label: word('case.answer_by'), type: 'date', required: true })],
    request: ({ fields: path, text, answer_by: by }) => ({ fields: [path], text, answer_by: Number(by.replaceAll('-', '')) }) },
  { name: 'refuse', verb: 'REFUSE', key: 'r', danger: true, bulk: true, states: ['received', 'examined'], duties: ['examiner', 'issuer'], fields: [
    () => ({ name: 'reasons', label: word('case.reason'), options: reasons.map((each) => [each, named('reason', each)]) }),
    () => ({ name: 'text', label: word('case.tell'), rows: 3, required: true, maxlength: '600' })],
    request: ({ reasons: reason, text }) => ({ reasons: [reason], text }) },
  { name: 'redirect', verb: 'REDIRECT', states: ['received', 'examined'], duties: ['examiner'], fields: [
    () => ({ name: 'registration_division', label: word('field.form.person.registration_division'), required: true, pattern: '[0-9]{6}', maxlength: '6' }),
    () => ({ name: 'text', label: word('reason'), rows: 2, required: true, maxlength: '600' })] },
];

export const role = {
  navigation: [],
  pages: {},
  openStates: ['received', 'examined', 'returned', 'issued', 'made', 'blocked', 'withdrawing', 'abandoning'],
  actions: ({ state }) => acts.filter(({ states }) => states.includes(state)),
};
