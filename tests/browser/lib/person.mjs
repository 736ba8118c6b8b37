// SPDX-License-Identifier: Apache-2.0
// person - somebody who sits at a console: a browser of their own, one language, and what they do there in words of the pages.
// Whatever a page writes to the console's error log, and whatever it shows that has no words, is kept as a complaint.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = new URL('../../..', import.meta.url).pathname;
const read = (path) => JSON.parse(readFileSync(path));
const wordsOf = (language) => ({ ...read(join(sources, `common/web/words.${language}.json`)), ...read(join(process.env.YIDI_BIN, `../web/terms.${language}.json`)) });
const catalogues = { zh: wordsOf('zh'), en: wordsOf('en') };
const families = [...new Set(Object.keys(catalogues.zh).map((key) => key.split('.')[0]))];

// What is called so in Chinese, too; people of the tests, and what the hostile ones type.
const namesInChinese = ['JPEG', 'auditor', 'chief', 'demo', 'song', 'TEST', 'onerror', 'script', 'stolen', 'window'];

// What the browser itself logs of an answer that a page expects, such as a refusal.
const expected = /^Failed to load resource: the server responded with a status of (401|403|404|409|413|422|429)\b/;

export class Person {
  // at: { console } of offices.at(); language: zh or en.
  static async sit(browser, at, name, { language = 'zh', allow = [] } = {}) {
    const person = new Person();
    Object.assign(person, { at, name, language, allow, complaints: [] });
    person.context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: language === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Asia/Shanghai', acceptDownloads: true });
    await person.context.addInitScript((chosen) => { if (location.protocol === 'http:') localStorage['yidi-language'] ??= chosen; }, language);
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(20000);
    person.page.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) person.complaints.push(message.text());
    });
    person.page.on('pageerror', (problem) => person.complaints.push(`${problem}`));
    person.page.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') person.complaints.push(`a dialog: ${dialog.message()}`); // a form that is half filled in asks before it goes
      dialog.accept().catch(() => {});
    });
    return person;
  }

  // The words of a key of the catalogues.
  word(key, values = {}) {
    const text = catalogues[this.language][key];
    if (text === undefined) throw new Error(`no words for ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  }

  // The same person reads on in another language.
  async speak(language) {
    this.language = language;
    await this.page.evaluate((chosen) => localStorage.setItem('yidi-language', chosen), language);
    await this.page.reload();
    await this.page.locator('nav').waitFor();
  }

  async logIn(password) {
    await this.page.goto(this.at.console);
    await this.tryPassword(password);
    await this.page.locator('nav').waitFor();
  }

  async tryPassword(password) {
    await this.fill('operator', this.name);
    await this.fill('password', password);
    await this.press('login.go');
  }

  // A page by its hash, such as case/440305….
  async open(place) {
    const address = `${this.at.console}/#/${place}`;
    if (this.page.url() === address) await this.page.reload();
    else await this.page.goto(address);
    await this.page.locator('#main .page > *').first().waitFor();
  }

  // The case's page, in that state (which is its title).
  async openCase(number, state) {
    await this.open(`case/${number}`);
    await this.sees(state);
  }

  async sees(state) {
    await this.page.locator('h1', { hasText: this.word(`state.${state}`) }).waitFor();
  }

  field(name) {
    return this.page.locator(`[data-field="${name}"]`).locator('input:not([type=range]), select, textarea').first();
  }

  // A value, a path for a file, true or false for a box, a list for a list of boxes.
  async fill(name, value) {
    const field = this.field(name);
    if (Array.isArray(value)) {
      for (const each of value) await this.page.locator(`[data-field="${name}"] input[value="${each}"]`).check();
      return;
    }
    const kind = await field.evaluate((input) => (input.tagName === 'SELECT' ? 'select' : input.type));
    if (kind === 'select') await field.selectOption(value);
    else if (kind === 'checkbox') await field.setChecked(value);
    else if (kind === 'file') await field.setInputFiles(value);
    else await field.fill(value);
  }

  async fillAll(values) {
    for (const [name, value] of Object.entries(values)) await this.fill(name, value);
  }

  // Beside which field something wrong is said, and what.
  wrong(name) {
    return this.page.locator(`[data-field="${name}"] .wrong`);
  }

  button(key, inside = this.page) {
    return inside.getByRole('button', { name: this.word(key) });
  }

  // A button by its words; what is seen then is looked at, too.
  async press(key, inside) {
    await this.look();
    await this.button(key, inside).first().click();
  }

  dialog() {
    return this.page.locator('dialog[open]');
  }

  // Begins an act of the case's page.
  async begin(name) {
    await this.press(`act.${name}`, this.page.locator('#main .head').first());
  }

  // The whole act, with what its dialog asks for; it succeeds, and the dialog goes.
  async act(name, values = {}) {
    await this.begin(name);
    await this.dialog().waitFor();
    await this.fillAll(values);
    await this.confirm();
    await this.dialog().waitFor({ state: 'detached' });
  }

  async confirm() {
    await this.look();
    await this.dialog().locator('button[type=submit]').click();
  }

  // Texts of the page that are a catalogue's key, or a name that only programs use, where words should stand.
  async rawTexts() {
    return this.page.evaluate((known) => {
      const key = new RegExp(`^(${known.join('|')})\\.[\\w.-]+$`);
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const raw = [];
      while (walker.nextNode()) {
        const text = walker.currentNode.data.trim();
        const inCode = walker.currentNode.parentElement.closest('code, .mono, textarea, [data-foreign]');
        if (!inCode && (key.test(text) || /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(text) || /\{\w+\}|\bundefined\b|\bNaN\b|\[object/.test(text))) raw.push(text);
      }
      return raw;
    }, families);
  }

  // Texts of a Chinese page that are in English: a word of four letters or more, but for names, codes and what people typed.
  async foreignTexts() {
    return this.page.evaluate((known) => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const foreign = [];
      while (walker.nextNode()) {
        const { data, parentElement: element } = walker.currentNode;
        const words = data.match(/[A-Za-z]{4,}/g) ?? [];
        if (words.some((word) => !known.includes(word)) && element.checkVisibility() && !element.closest('code, kbd, option, .mono, .number, textarea, script, [lang="en"], [data-foreign]')) foreign.push(data.trim());
      }
      return foreign;
    }, namesInChinese);
  }

  // Adds what is wrong with the page that is seen now to the complaints.
  async look() {
    if (this.language === 'zh') for (const text of await this.foreignTexts()) this.complaints.push(`English: "${text}" at ${this.page.url()}`);
    for (const text of await this.rawTexts()) this.complaints.push(`no words for "${text}" at ${this.page.url()}`);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) this.complaints.push(`${wide} pixels wider than the screen at ${this.page.url()}`);
  }

  // All complaints so far, once.
  takeComplaints() {
    return this.complaints.splice(0).filter((text) => !this.allow.some((each) => text.includes(each)));
  }

  leave() {
    return this.context.close();
  }
}
