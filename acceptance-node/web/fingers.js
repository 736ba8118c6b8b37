// SPDX-License-Identifier: Apache-2.0
// fingers - one fingerprint template of each hand (GA/T 1012): the thumb, or the next finger when that is missing; files as the
// reader wrote them.
import { h } from './dom.js';
import { field } from './fields.js';
import { named, word } from './words.js';

const hands = { right: ['RIGHT_THUMB', 'RIGHT_INDEX', 'RIGHT_MIDDLE', 'RIGHT_RING', 'RIGHT_LITTLE'], left: ['LEFT_THUMB', 'LEFT_INDEX', 'LEFT_MIDDLE', 'LEFT_RING', 'LEFT_LITTLE'] };
const templateBytes = 512;

export class Fingers {
  constructor(changed) {
    this.rows = Object.entries(hands).map(([hand, fingers]) => ({
      fingers,
      position: field({ name: `position.${hand}`, label: word(`apply.finger.${hand}`), options: [...fingers.map((name) => [name, named('finger', name)]), ['', word('apply.finger.none')]],
        onchange: () => this.follow() }),
      file: field({ name: `template.${hand}`, label: word('apply.template'), type: 'file', onchange: () => { this.follow(); changed(); } }),
    }));
    this.reason = field({ name: 'form.no_fingerprints_reason', label: word('field.form.no_fingerprints_reason'), maxlength: '100', hint: word('apply.no_fingers.hint') });
    this.rows[0].file.paths = ['form.fingerprints', 'fingerprint', 'form.fingers_missing'];
    this.fields = [...this.rows.flatMap(({ position, file }) => [position, file]), this.reason];
    this.input = this.rows[0].file.input;
    this.element = h('div', this.rows.map(({ position, file }) => h('div.pair', position, file)), this.reason);
    this.follow();
  }

  follow() {
    for (const { position, file } of this.rows) {
      position.hidden = this.kept;
      file.hidden = this.kept || !position.read();
    }
    this.reason.hidden = this.kept || this.rows.some(({ position, file }) => position.read() && file.read());
  }

  // An application that is corrected has fingerprints; they stay unless these are to be taken anew.
  offerToKeep({ fingerprints = [] }, anew) {
    this.anew = field({ name: 'fingers.anew', label: word('amend.fingers_anew'), type: 'checkbox', value: anew, onchange: () => this.follow(),
      hint: word('amend.fingers', { fingers: fingerprints.map(({ position }) => named('finger', position)).join(' · ') || word('no') }) });
    this.element.prepend(this.anew);
    this.follow();
  }

  get kept() {
    return this.anew?.read() === false;
  }

  // Those that stand before the finger that is taken.
  missing() {
    return this.rows.flatMap(({ fingers, position }) => (position.read() ? fingers.slice(0, fingers.indexOf(position.read())) : fingers));
  }

  why() {
    return this.reason.hidden ? '' : this.reason.read();
  }

  // [{ position, bytes }]; null when a file is none of a template, which is said beside it.
  async templates() {
    const taken = [];
    let right = true;
    for (const { position, file } of this.kept ? [] : this.rows) {
      if (!position.read() || !file.read()) continue;
      const bytes = new Uint8Array(await file.read().arrayBuffer());
      file.say(bytes.length === templateBytes ? '' : word('apply.template_wrong', { n: bytes.length }));
      right &&= bytes.length === templateBytes;
      taken.push({ position: position.read(), bytes });
    }
    return right ? taken : null;
  }

  fill({ fingers_missing: missing = [], fingerprints = [], no_fingerprints_reason: why = '' }) {
    for (const { fingers, position } of this.rows) {
      const taken = fingerprints.find((each) => fingers.includes(each.position));
      position.set(taken?.position ?? fingers.find((finger) => !missing.includes(finger)) ?? '');
    }
    this.reason.set(why);
    this.follow();
  }

  adopt(other) {
    other.rows.forEach(({ file }, i) => {
      this.rows[i].file.input.files = file.input.files;
      this.rows[i].file.input.dispatchEvent(new Event('change'));
    });
  }
}
