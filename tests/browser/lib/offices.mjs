// SPDX-License-Identifier: Apache-2.0
// offices - the daemons that a test talks to (../offices starts them), what yidictl does there, and citizens to apply for.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const bin = process.env.YIDI_BIN;

// Opens the offices; { password, folder, at(name), ctl(), apply(), somebody(), close() }. agoHours: their clocks lag so far behind; then
// lag(hours) changes that.
export async function openOffices({ agoHours } = {}) {
  const room = mkdtempSync(join(tmpdir(), 'yidi-browser-'));
  const folder = join(room, 'offices');
  const clock = join(room, 'clock');
  const lag = (hours) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(-hours * 3600000)));
    writeFileSync(clock, bytes, { flag: existsSync(clock) ? 'r+' : 'w' }); // mapped by the daemons
  };
  const env = { ...process.env };
  if (agoHours) {
    lag(agoHours);
    Object.assign(env, { YIDI_CLOCK_FILE: clock, LD_PRELOAD: join(bin, '../preload/clock_step.so') });
  }
  const keeper = spawn(join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../offices'), [folder], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = new Promise((done) => { keeper.on('exit', done); });
  const opened = new Promise((done) => { createInterface(keeper.stdout).on('line', (line) => line === 'open' && done(true)); });
  if (!(await Promise.race([opened, ended.then(() => false)]))) throw new Error(`the offices do not open; see ${room}`);
  const { password, offices } = JSON.parse(readFileSync(join(folder, 'consoles.json')));
  return new Offices({ folder, password, offices, env, lag, close: async (keep) => {
    keeper.stdin.end();
    await ended;
    if (!keep) rmSync(room, { recursive: true, force: true });
    else console.log(`left for you: ${room}`);
  } });
}

class Offices {
  constructor(parts) {
    Object.assign(this, parts);
    this.people = this.citizens();
    this.serial = 0;
  }

  at(name) {
    return this.offices[name];
  }

  // yidictl in somebody's name; what it answers, as JSON.
  ctl(office, operator, ...words) {
    const ran = spawnSync(`${bin}/yidictl`, ['--socket', `${office}/control`, '--operator', operator, '--json', ...words], { cwd: this.folder, encoding: 'utf8', env: this.env });
    if (ran.status !== 0) throw new Error(`yidictl ${words[0]} at ${office}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout.trim() ? JSON.parse(ran.stdout) : {};
  }

  // The same, when it does not matter that some of it is refused.
  try(...words) {
    try {
      return this.ctl(...words);
    } catch {
      return {};
    }
  }

  // People on record at the registry with nothing special about them; first those for whom the demo plans no application.
  citizens() {
    const [head, ...lines] = readFileSync(join(this.folder, 'data/Langzhong.csv'), 'utf8').trim().split('\n');
    const names = head.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])))
      .filter(({ ethnic_group: group, fingerprints_on_file: taken, bad_credit: bad }) => group === '01' && taken === 'yes' && bad === 'no').reverse();
  }

  // A new applicant at each call, with files for a photo and two thumbs: of age, or a child.
  somebody({ child = false } = {}) {
    const place = this.people.findIndex(({ birth_date: born }) => (born > '2011') === child);
    if (place < 0) throw new Error('nobody is left on record');
    const [citizen] = this.people.splice(place, 1);
    this.serial = String(Number(this.serial) + 1).padStart(2, '0');
    const file = (path) => join(this.folder, 'data', path);
    return { ...citizen, photo: file(`photos/${this.serial}.jpg`), right: file(`templates/${this.serial}-right.bin`), left: file(`templates/${this.serial}-left.bin`) };
  }

  form(citizen, changes = {}) {
    return {
      kind: 'RENEWAL', reason: 'DAMAGED', fee_fen: 4000,
      person: { citizen_number: citizen.citizen_number, name: citizen.name, sex: citizen.sex.toUpperCase(), ethnic_group: citizen.ethnic_group,
        birth_date: Number(citizen.birth_date), address: citizen.address, registration_division: citizen.registration_division },
      phone: '13900000000', residence_basis: 'WORK', residence_address: '广东省深圳市南山区科技路1号', identity_document: 'ORIGINAL_CARD', identity_document_number: 'TEST-1',
      evidence: 'ORIGINAL_CARD', ...changes,
    };
  }

  // Accepts an application without a browser; its case number.
  apply(office, clerk, citizen, changes) {
    const form = join(this.folder, `form-${citizen.citizen_number}.json`);
    writeFileSync(form, JSON.stringify(this.form(citizen, changes)));
    const fingers = citizen.right ? ['--fingerprint', `RIGHT_THUMB:${citizen.right}`, '--fingerprint', `LEFT_THUMB:${citizen.left}`] : [];
    const { case_number: number } = this.ctl(office, clerk, 'apply', '--form', form, '--photo', citizen.photo, ...fingers);
    return number;
  }

  // What the others do with a case until it has come so far at the window.
  async bring(number, wanted, parcel = `P-${number.slice(-6)}`) {
    const ways = [['Langzhong', 'received', 'pu', 'examine'], ['Langzhong', 'examined', 'ren', 'issue'], ['CentreGD', 'ordered', 'mo', 'make'], ['CentreGD', 'made', 'ou', 'check-card'],
      ['CentreGD', 'verified', 'ou', 'dispatch', '--package', parcel], ['Shenzhen', 'in-transit', 'lin', 'receive']];
    const steps = { 'in-production': 2, ordered: 2, verified: 4, 'in-transit': 5, ready: 6 }[wanted];
    for (const [office, state, who, verb, ...options] of ways.slice(0, steps)) {
      await this.state(office, number, state);
      this.ctl(office, who, verb, number, ...options);
    }
    await this.state({ ordered: 'CentreGD', verified: 'CentreGD' }[wanted] ?? 'Shenzhen', number, wanted);
  }

  // The directory's next version is without that office; the others read it.
  unlist(name) {
    const rest = Object.keys(this.offices).filter((each) => each !== name);
    const run = (...words) => execFileSync(`${bin}/yidictl`, words, { cwd: this.folder, env: this.env });
    run('directory', 'build', '--out', 'authority/offices.next', '--version', '2', ...rest.map((each) => `${each}/office.json`));
    run('directory', 'sign', '--key', 'authority/authority.key', '--certificate', 'authority/authority.pem', '--in', 'authority/offices.next', '--out', 'authority/offices.dir.next');
    for (const each of rest) copyFileSync(join(this.folder, 'authority/offices.dir.next'), join(this.folder, each, 'offices.dir'));
  }

  // Until a case has come to a state at an office.
  async state(office, number, wanted) {
    let seen = '';
    for (let tries = 0; tries < 400; tries += 1) {
      try {
        seen = this.ctl(office, 'chief', 'show', number).state;
      } catch (problem) {
        seen = problem.message;
      }
      if (seen === wanted) return;
      await new Promise((done) => { setTimeout(done, 50); });
    }
    throw new Error(`${number} at ${office} is not ${wanted} but ${seen}`);
  }
}
