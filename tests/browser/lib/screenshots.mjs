// SPDX-License-Identifier: Apache-2.0
// screenshots - a picture of every page that somebody can open, after a synthetic day of work; a few in English.
//
//   screenshots.mjs FOLDER    OFFICE-PERSON-PAGE.png
//
// The day is played in seconds: the offices' clocks are set back, and put forward between the rounds.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './chromium.mjs';
import { askRegistry, fillForm, takeFee } from './form.mjs';
import { openOffices } from './offices.mjs';
import { Person } from './person.mjs';

const folder = process.argv[2];
const dayHours = 8;
const roundsPerHour = 3;

let appliedTwice = ''; // the second case of a citizen

// ---- a day of work ----

let seed = 7;
const chance = (below) => { seed = (seed * 48271) % 2147483647; return seed % below; };

function cases(offices, office, state) {
  return (offices.ctl(office, 'chief', 'list', '--state', state, '--all').cases ?? []).map(({ case_number: number }) => number);
}

// The operator does that with most of what is in a state.
function work(offices, office, operator, state, verb, ...options) {
  const numbers = cases(offices, office, state).filter(() => chance(4) > 0);
  if (numbers.length) offices.try(office, operator, verb, ...numbers, ...options);
}

const settle = () => new Promise((done) => { setTimeout(done, 1000); });

// Something is left in each state, so that there is a picture of it.
async function onTheLastEvening(offices) {
  for (const number of cases(offices, 'Langzhong', 'examined').slice(0, 2)) offices.try('Langzhong', 'ren', 'issue', number);
  await settle();
  offices.try('CentreGD', 'mo', 'make', ...cases(offices, 'CentreGD', 'ordered').slice(2));
  offices.try('CentreGD', 'mo', 'batch', 'make', '--machine', 'M-1');
  const made = cases(offices, 'CentreGD', 'made').slice(1);
  offices.try('CentreGD', 'ou', 'check-card', ...made);
  offices.try('CentreGD', 'ou', 'dispatch', ...cases(offices, 'CentreGD', 'verified').slice(1), '--package', 'P-last');
  await settle();
  offices.try('Shenzhen', 'lin', 'receive', ...cases(offices, 'Shenzhen', 'in-transit').slice(1));
}

// Somebody has had a card since the morning, and applies once more in the evening: two photos of one citizen.
async function inTheMorning(offices) {
  offices.ctl('CentreGD', 'chief', 'stock', 'receive', '--count', '500', '--first', 'GD26000001', '--last', 'GD26000500', '--note', '送货单 26-1107');
  const citizen = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', citizen);
  await offices.bring(number, 'ready');
  offices.ctl('Shenzhen', 'lin', 'collect', number, '--identified-by', 'face', '--old-card-surrendered');
  return citizen;
}

async function aDay(offices) {
  const citizen = await inTheMorning(offices);
  const applications = [1, 2, 3].flatMap((wave) => readFileSync(join(offices.folder, `data/Shenzhen-${wave}.jsonl`), 'utf8').trim().split('\n'));
  const rounds = dayHours * roundsPerHour;
  for (let round = 0; round <= rounds; round += 1) {
    offices.lag(dayHours - round / roundsPerHour);
    const come = applications.splice(0, round === rounds ? 4 : chance(3));
    if (come.length) {
      writeFileSync(join(offices.folder, 'data/now.jsonl'), `${come.join('\n')}\n`);
      offices.try('Shenzhen', 'lin', 'import', 'data/now.jsonl');
    }
    await new Promise((done) => { setTimeout(done, 250); });
    if (round === rounds) break;
    work(offices, 'Shenzhen', 'lin', 'ready', 'collect', '--identified-by', 'fingerprint', '--old-card-surrendered');
    work(offices, 'Shenzhen', 'lin', 'in-transit', 'receive');
    work(offices, 'CentreGD', 'ou', 'verified', 'dispatch', '--package', `P-${round}`);
    work(offices, 'CentreGD', 'ou', 'made', 'check-card');
    work(offices, 'CentreGD', 'mo', 'ordered', 'make');
    work(offices, 'Langzhong', 'ren', 'examined', 'issue');
    work(offices, 'Langzhong', 'pu', 'received', 'examine');
    if (round % 9 === 7) for (const number of cases(offices, 'Langzhong', 'received').slice(0, 1)) {
      offices.try('Langzhong', 'pu', 'return', number, '--field', 'form.residence_address', '--text', '请补充现居住地址的门牌号。', '--answer-by', '2099-01-01');
    }
    if (round % 9 === 5) for (const number of cases(offices, 'Langzhong', 'received').slice(0, 1)) offices.try('Langzhong', 'pu', 'refuse', number, '--reason', 'bad-credit-record', '--text', '您有不良信用记录，请回户籍地办理。');
  }
  await onTheLastEvening(offices);
  const again = offices.apply('Shenzhen', 'lin', { ...citizen, photo: offices.somebody().photo });
  await offices.state('Langzhong', again, 'received');
  return again;
}

// ---- pictures ----

// The whole page, or what the screen shows while a dialog covers it.
async function picture(person, name) {
  const fullPage = !(await person.dialog().count());
  await person.page.mouse.move(0, 0);
  await person.page.waitForTimeout(300);
  await person.page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  for (const text of await person.rawTexts()) console.log(`${name}: no words for "${text}"`);
  for (const complaint of person.takeComplaints()) console.log(`${name}: ${complaint}`);
}

// What the person can open from the navigation; then the dialogs of the case that is shown.
async function pages(person, name) {
  const places = await person.page.locator('nav a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href').slice(2)));
  for (const place of places) {
    await person.open(place);
    await picture(person, `${name}-${place}`);
  }
}

async function dialogs(person, name) {
  const buttons = person.page.locator('#main .head').first().getByRole('button');
  const place = new URL(person.page.url()).hash.slice(2);
  for (let at = 0; at < await buttons.count(); at += 1) {
    await buttons.nth(at).click();
    await person.dialog().waitFor({ timeout: 1000 }).catch(() => {});
    if (!(await person.dialog().count())) { // a page of its own
      await person.page.goto('about:blank');
      await person.open(place);
      await buttons.nth(at).waitFor({ timeout: 3000 }).catch(() => {});
      continue;
    }
    await picture(person, `${name}-dialog${at + 1}`);
    await person.page.keyboard.press('Escape');
    await person.dialog().waitFor({ state: 'detached' });
  }
}

async function caseIn(person, offices, office, state, name) {
  const [first, number = first] = cases(offices, office, state);
  if (!number) return;
  await person.open(`case/${number}`);
  await person.sees(state);
  await picture(person, `${name}-case-${state}`);
  await dialogs(person, `${name}-case-${state}`);
}

// Personal data opened, with its reason.
async function opened(person, offices, office, state, name) {
  const [number] = cases(offices, office, state);
  await person.open(`case/${number}`);
  await person.press('case.open');
  await person.fill('reason', 'synthetic');
  await person.confirm();
  await person.dialog().waitFor({ state: 'detached' });
  await picture(person, `${name}-case-opened`);
}

// The registry's view of the citizen who applied twice.
async function twoPhotos(person) {
  await person.open(`case/${appliedTwice}`);
  await person.press('case.open');
  await person.fill('reason', '比对照片');
  await person.confirm();
  await person.page.locator('.portraits img').nth(1).waitFor();
  await picture(person, `registry-case-two-photos-${person.language}`);
}

async function aBatch(person) {
  await person.open('batches');
  await person.page.locator('td a.mono').first().click();
  await person.page.locator('.buttons button').first().waitFor();
  await picture(person, `maker-batch-one-${person.language}`);
}

// The card centre is in the directory no more.
async function aCentreLess(browser, offices) {
  const [number] = cases(offices, 'Shenzhen', 'in-production').slice(-1);
  offices.unlist('CentreGD');
  const chief = await sitDown(browser, offices, { office: 'Shenzhen', name: 'chief' }, 'zh');
  await chief.openCase(number, 'in-production');
  await chief.page.locator('em.late', { hasText: chief.word('case.gone') }).waitFor();
  await picture(chief, 'chief-case-without-centre');
  await chief.act('abandon', { text: '制证中心已撤销，请申请人重新申请。' });
  await chief.sees('abandoned');
  await picture(chief, 'chief-case-abandoned');
  await chief.leave();
}

async function atTheWindow(person, offices) {
  await person.open('apply');
  await fillForm(person, offices.somebody());
  await picture(person, 'window-apply-filled');
  await askRegistry(person);
  await picture(person, 'window-apply-asked');
  await takeFee(person);
  await picture(person, 'window-apply-done');
  await person.page.locator('a[href*="print/receipt"]').first().click();
  await person.page.locator('#main img, #main iframe, #main svg').first().waitFor();
  await picture(person, 'window-receipt');
  for (const [place, state] of [['collect', 'ready'], ['amend', 'returned']]) {
    const [number] = cases(offices, 'Shenzhen', state);
    if (!number) continue;
    await person.open(`${place}/${number}`);
    await picture(person, `window-${place}-one`);
  }
  const [number] = [...cases(offices, 'Shenzhen', 'in-transit'), ...cases(offices, 'Shenzhen', 'ready')];
  await person.open(`package/${offices.ctl('Shenzhen', 'chief', 'show', number).case_row.package}`);
  await picture(person, 'window-package-one');
}

async function theDocs(browser, offices) {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(`${offices.at('Shenzhen').console}/docs#decide`);
  await page.screenshot({ path: join(folder, 'docs.png') });
  await page.close();
}

async function theStatusPage({ page, at }, offices, language) {
  const [number] = cases(offices, 'Shenzhen', 'ready');
  offices.try('Shenzhen', 'lin', 'print', 'receipt', number, '--out', `receipt-${language}.svg`);
  const [code] = readFileSync(join(offices.folder, `receipt-${language}.svg`), 'utf8').match(/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/);
  await page.goto(`${at.console}/status`);
  await page.locator('#number').fill(number);
  await page.locator('#code').fill(code);
  await page.screenshot({ path: join(folder, `status-${language}.png`) });
  await page.locator('button.primary').click();
  await page.locator('.answer h2').waitFor();
  await page.screenshot({ path: join(folder, `status-answer-${language}.png`), fullPage: true });
}

async function withoutLogIn(browser, offices) {
  for (const language of ['zh', 'en']) {
    const stranger = await Person.sit(browser, offices.at('Shenzhen'), 'nobody', { language });
    await stranger.page.goto(stranger.at.console);
    await stranger.field('operator').waitFor();
    await picture(stranger, `log-in-${language}`);
    await stranger.tryPassword('not the password');
    await stranger.page.locator('.problem').waitFor();
    await picture(stranger, `log-in-refused-${language}`);
    await theStatusPage(stranger, offices, language);
    await stranger.leave();
  }
}

const seats = {
  window: { office: 'Shenzhen', name: 'lin', states: ['submitted', 'in-production', 'in-transit', 'ready', 'collected', 'refused'], more: atTheWindow },
  registry: { office: 'Langzhong', name: 'pu', states: ['received', 'examined', 'issued', 'closed'], more: twoPhotos },
  issuer: { office: 'Langzhong', name: 'ren', states: ['examined'] },
  maker: { office: 'CentreGD', name: 'mo', states: ['ordered', 'dispatched'], more: aBatch },
  checker: { office: 'CentreGD', name: 'ou', states: ['made', 'verified'] },
  chief: { office: 'Langzhong', name: 'chief', states: ['received'] },
};

async function sitDown(browser, offices, seat, language) {
  const person = await Person.sit(browser, offices.at(seat.office), seat.name, { language });
  await person.logIn(offices.password);
  return person;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const offices = await openOffices({ agoHours: dayHours });
const browser = await launch();
try {
  appliedTwice = await aDay(offices);
  await withoutLogIn(browser, offices);
  await theDocs(browser, offices);
  for (const [name, seat] of Object.entries(seats)) {
    const person = await sitDown(browser, offices, seat, 'zh');
    await pages(person, name);
    for (const state of seat.states) await caseIn(person, offices, seat.office, state, name);
    if (name !== 'issuer') await opened(person, offices, seat.office, seat.states[0], name);
    await seat.more?.(person, offices);
    await person.leave();
  }
  for (const name of ['window', 'registry', 'maker', 'chief']) {
    const person = await sitDown(browser, offices, seats[name], 'en');
    await pages(person, `${name}-en`);
    await caseIn(person, offices, seats[name].office, seats[name].states[0], `${name}-en`);
    if (name !== 'window') await seats[name].more?.(person, offices);
    await person.leave();
  }
  await aCentreLess(browser, offices);
} finally {
  await browser.close();
  await offices.close();
}
console.log(`pictures are in ${folder}`);
