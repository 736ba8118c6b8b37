// SPDX-License-Identifier: Apache-2.0
// form - the fields of the registration form (居民身份证异地受理登记表), as apply and amend show them: what follows from what is
// typed, what is missing, what the chip will not hold, and the form as the office wants it. The office has the last word.
import { base64 } from './base64.js';
import { ageOn, readCitizenNumber } from './citizen_number.js';
import { divisionPicker } from './division_picker.js';
import { h, replace } from './dom.js';
import { citedCase, enterMovesOn, field, sayProblem } from './fields.js';
import { Fingers } from './fingers.js';
import { caseLink } from './numbers.js';
import { guardianPhotoField, photoField } from './photo.js';
import { date, dayNumber, named, word } from './words.js';

const reasons = { RENEWAL: ['EXPIRING', 'EXPIRED', 'DAMAGED', 'DETAILS_CHANGED'], REPLACEMENT: ['LOST', 'STOLEN'], FIRST: ['FIRST_CARD'] };
const evidence = { RENEWAL: ['ORIGINAL_CARD'], REPLACEMENT: ['HOUSEHOLD_REGISTER', 'RESIDENCE_PERMIT'], FIRST: ['HOUSEHOLD_REGISTER'] };
const identity = ['HOUSEHOLD_REGISTER', 'DRIVING_LICENCE', 'PASSPORT', 'RESIDENCE_PERMIT', 'ORIGINAL_CARD'];
const citizenNumbered = ['HOUSEHOLD_REGISTER', 'ORIGINAL_CARD', 'DRIVING_LICENCE']; // these bear the citizen number itself
const guardianAge = 16;
const phoneDigits = 5;
const chipName = 15;    // UTF-16 units, GA/T 490
const chipAddress = 35;
const secondScripts = /^(15|45|54|65)|自治[州县旗]/; // by code or name of the county

const choices = (family, names) => names.map((name) => [name, named(family, name)]);
const termed = (path, more) => field({ name: `form.${path}`, label: word(`field.form.${path}`), autocomplete: 'off', ...more });
// The separator of names has look-alikes on keyboards; between letters it is meant.
const separated = (name) => name.replace(/\s*[•‧∙・⋅．･●]\s*/g, '·').replace(/(\p{Letter})\.(\p{Script=Han})/gu, '$1·$2');

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
// Under it a form that is sent twice makes one case.
export const requestKey = () => hex(crypto.getRandomValues(new Uint8Array(16)));

const digest = async (bytes) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));

export class RegistrationForm {
  // feeChanged() is called when something changed that a fee depends on, changed() whenever anything did.
  constructor({ feeChanged = () => {}, changed = () => {} }) {
    this.feeChanged = () => {}; // nothing has changed while the form is built
    this.build(changed);
    this.draw();
    this.element.addEventListener('input', changed);
    enterMovesOn(this.element);
    this.followKind();
    this.followNumber();
    this.feeChanged = feeChanged;
  }

  build(changed) {
    const number = (text) => { const read = readCitizenNumber(text); return read.complete && !read.right ? word('apply.number_wrong') : ''; };
    this.kind = termed('kind', { options: choices('kind', ['RENEWAL', 'REPLACEMENT', 'FIRST']), onchange: () => this.followKind() });
    this.reason = termed('reason', { options: choices('cause', reasons.RENEWAL), onchange: () => this.feeChanged() });
    this.waiver = termed('fee_waiver', { options: [['NO_WAIVER', word('apply.no_waiver')], ...choices('waiver', ['WELFARE', 'HARDSHIP'])], onchange: () => this.feeChanged() });
    this.number = termed('person.citizen_number', { required: true, maxlength: '20', spellcheck: false, class: 'mono', check: number, oninput: () => this.followNumber() });
    this.number.paths = ['form.person.sex', 'form.person.birth_date'];
    this.name = termed('person.name', { required: true, maxlength: '60', spellcheck: false, onchange: () => { this.name.input.value = separated(this.name.read()); } });
    this.group = termed('person.ethnic_group', { options: choices('ethnic', Array.from({ length: 56 }, (_, i) => String(i + 1).padStart(2, '0'))) });
    this.division = divisionPicker({ name: 'form.person.registration_division', label: word('field.form.person.registration_division'), required: true,
      changed: (code, names) => { this.followDivision(code, names); changed(); } });
    this.address = termed('person.address', { required: true, maxlength: '100' });
    this.secondName = termed('second_script_name', { maxlength: '75', dir: 'auto', hint: word('apply.second_script') });
    this.secondAddress = termed('second_script_address', { maxlength: '150', dir: 'auto' });
    this.phone = termed('phone', { required: true, type: 'tel', maxlength: '20',
      check: (text) => (text.replace(/\D/g, '').length < phoneDigits || /[^\d+() -]/.test(text) ? word('apply.phone_wrong') : '') });
    this.basis = termed('residence_basis', { options: choices('basis', ['WORK', 'STUDY', 'LIVING']) });
    this.residence = termed('residence_address', { required: true, maxlength: '100' });
    this.identity = termed('identity_document', { options: choices('document', identity), onchange: () => this.followNumber() });
    this.identityNumber = termed('identity_document_number', { required: true, maxlength: '32', class: 'mono', spellcheck: false });
    this.evidence = termed('evidence', { options: choices('document', evidence.RENEWAL) });
    this.changed = termed('appearance_changed', { type: 'checkbox', label: word('apply.appearance_changed') });
    this.guardian = [termed('guardian.name', { required: true, maxlength: '60' }), termed('guardian.citizen_number', { required: true, maxlength: '20', class: 'mono', check: number }),
      termed('guardian.relation', { required: true, maxlength: '10' })];
    this.together = guardianPhotoField({ changed });
    this.photo = photoField({ changed });
    this.hands = new Fingers(changed);
    for (const element of [this.name, this.address]) {
      element.note = element.appendChild(h('p.warn', { role: 'status' }));
      element.input.addEventListener('input', () => this.followChip());
    }
    this.born = this.number.appendChild(h('p.hint.born', { role: 'status' }));
    this.fields = [this.kind, this.reason, this.waiver, this.number, this.name, this.group, this.division, this.address, this.secondName, this.secondAddress, ...this.guardian, this.together,
      this.phone, this.residence, this.basis, this.identity, this.identityNumber, this.evidence, this.photo, ...this.hands.fields, this.changed];
  }

  draw() {
    const part = (name, ...fields) => h('fieldset.card', h('legend', word(`apply.${name}`)), h(fields.length === 4 ? 'div.grid.four' : 'div.grid', fields));
    this.minor = part('guardian', this.guardian);
    this.minor.append(this.together);
    this.second = [this.secondName, this.secondAddress];
    this.side = h('div.side'); // for what the page adds
    this.element = h('form.apply', { novalidate: true }, h('div.columns',
      h('div.wide', part('what', this.kind, this.reason, this.evidence, this.waiver), part('who', this.number, this.name, this.division, this.group, this.address, this.second), this.minor,
        part('where', this.phone, this.residence, this.basis, this.identity, this.identityNumber)),
      h('div', h('fieldset.card.biometrics', h('legend', word('apply.biometrics')), this.photo, this.hands.element, this.changed), this.side)));
    this.followDivision('', '');
  }

  followKind() {
    const kind = this.kind.read();
    replace(this.reason.input, choices('cause', reasons[kind]).map(([value, text]) => h('option', { value }, text)));
    replace(this.evidence.input, choices('document', evidence[kind]).map(([value, text]) => h('option', { value }, text)));
    this.feeChanged();
  }

  // Sex and date of birth stand in the number; a document that bears it has been read with it.
  followNumber() {
    const read = readCitizenNumber(this.number.read());
    const age = read.right ? ageOn(read.birth, dayNumber(Date.now())) : 0;
    const before = this.person;
    this.person = read.right ? read : null;
    this.born.textContent = read.right ? word('apply.born', { sex: named('sex', read.sex), birth: date(read.birth), age }) : '';
    this.minor.hidden = !(read.right && age < guardianAge);
    if (read.right && citizenNumbered.includes(this.identity.read()) && (!this.identityNumber.read() || this.identityNumber.read() === before?.text)) this.identityNumber.set(read.text);
    if (read.birth !== before?.birth) this.feeChanged();
  }

  // The chip holds less than the card shows.
  followChip() {
    this.name.note.textContent = separated(this.name.read()).length > chipName ? named('warning', 'NAME_BEYOND_CHIP') : '';
    this.address.note.textContent = this.address.read().length > chipAddress ? named('warning', 'ADDRESS_BEYOND_CHIP') : '';
  }

  followDivision(code, names) {
    const shown = secondScripts.test(code) || secondScripts.test(names) || Boolean(this.secondName.read());
    this.second.forEach((each) => { each.hidden = !shown; });
    if (code && !this.address.read()) this.address.set(names.replace(/市辖区|(省|自治区)?直辖县级行政区划/, ''));
    this.followChip();
    if (code) this.feeChanged();
  }

  // Is anything here that would be missed?
  get begun() {
    return Boolean(this.number.read() || this.name.read() || this.photo.given);
  }

  // As ApplicationForm wants it, without the attachments; a draft may be unfinished.
  form() {
    const read = readCitizenNumber(this.number.read());
    return {
      kind: this.kind.read(), reason: this.reason.read(), fee_waiver: this.waiver.read(), fee_fen: this.feeFen ?? 0,
      person: { citizen_number: read.text, name: separated(this.name.read()), sex: read.sex ?? 'SEX_UNKNOWN', ethnic_group: this.group.read(), birth_date: read.birth ?? 0,
        address: this.address.read(), registration_division: this.division.read() },
      second_script_name: this.secondName.read(), second_script_address: this.secondAddress.read(),
      phone: this.phone.read(), residence_basis: this.basis.read(), residence_address: this.residence.read(), identity_document: this.identity.read(),
      identity_document_number: this.identityNumber.read(), evidence: this.evidence.read(), appearance_changed: this.changed.read(),
      fingers_missing: this.hands.missing(), no_fingerprints_reason: this.hands.why(),
      ...(this.minor.hidden ? {} : { guardian: Object.fromEntries(['name', 'citizen_number', 'relation'].map((name, i) => [name,
        i === 1 ? readCitizenNumber(this.guardian[i].read()).text : this.guardian[i].read()])) }),
    };
  }

  async fill(form) {
    const person = form.person ?? {};
    const set = (element, value) => value && element.set(value);
    set(this.kind, form.kind);
    this.followKind();
    set(this.reason, form.reason);
    set(this.waiver, form.fee_waiver);
    this.number.set(person.citizen_number);
    this.name.set(person.name);
    set(this.group, person.ethnic_group);
    this.address.set(person.address);
    this.secondName.set(form.second_script_name);
    this.secondAddress.set(form.second_script_address);
    this.phone.set(form.phone);
    set(this.basis, form.residence_basis);
    this.residence.set(form.residence_address);
    set(this.identity, form.identity_document);
    this.identityNumber.set(form.identity_document_number);
    set(this.evidence, form.evidence);
    this.changed.set(form.appearance_changed);
    ['name', 'citizen_number', 'relation'].forEach((name, i) => this.guardian[i].set(form.guardian?.[name]));
    this.hands.fill(form);
    this.followNumber();
    this.followChip();
    if (person.registration_division) await this.division.set(person.registration_division);
    this.feeChanged();
  }

  // Photos and templates of a form that this one takes the place of.
  adopt(other) {
    this.together.adopt(other.together);
    this.photo.adopt(other.photo);
    this.hands.adopt(other.hands);
  }

  // The whole form and its attachments; says everything that is missing, and gives nothing, when it cannot be sent.
  async read() {
    const empty = this.fields.filter((each) => each.missing?.());
    const photo = await this.photo.read();
    const templates = await this.hands.templates();
    if (empty.length || !templates) {
      (empty[0] ?? this.hands).input.focus();
      return null;
    }
    const form = this.form();
    const together = form.guardian ? await this.together.read() : null;
    if (together) form.guardian.photo_digest = await digest(together);
    const fingerprints = await Promise.all(templates.map(async ({ position, bytes }) => ({ position, digest: await digest(bytes) })));
    return { form: { ...form, fingerprints }, attachments: [photo, ...templates.map(({ bytes }) => bytes), ...(together ? [together] : [])].map(base64) };
  }

  say(problem, elsewhere) {
    sayProblem(problem, this.fields.filter((each) => !each.closest('[hidden]')), elsewhere);
    const number = citedCase(problem);
    if (number) elsewhere.append(h('p.hint', caseLink(number)));
  }
}
