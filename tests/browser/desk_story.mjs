// SPDX-License-Identifier: Apache-2.0
// desk - what helps with cases: finding one, having it in hand, its proofs, a citizen's cards, a list to take along.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const main = (person) => person.page.locator('#main');

export async function a_case_is_found_by_its_number_its_citizen_and_a_name({ offices, person }) {
  const citizen = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', citizen);
  const lin = await person('Shenzhen', 'lin', 'en');
  for (const text of [number, citizen.citizen_number, citizen.name]) {
    await lin.open('dashboard');
    await lin.page.keyboard.press('/');
    await lin.page.keyboard.type(text);
    await lin.page.keyboard.press('Enter');
    await main(lin).getByText(number).first().waitFor();
    const seen = await main(lin).innerText();
    assert.ok(!seen.includes(citizen.citizen_number) && !seen.includes(citizen.address), 'masked until it is opened');
  }
}

export async function a_list_is_taken_along_masked({ offices, person }) {
  const citizen = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', citizen);
  const lin = await person('Shenzhen', 'lin');
  await lin.open('cases');
  const [download] = await Promise.all([lin.page.waitForEvent('download'), lin.press('csv')]);
  const [head, ...lines] = readFileSync(await download.path(), 'utf8').split('\r\n');
  assert.ok(head.startsWith('\u{feff}'), 'spreadsheets take it for UTF-8');
  const line = lines.find((each) => each.startsWith(number));
  assert.ok(line, 'the case is in it');
  assert.match(line, /\*{4,}/);
  assert.ok(!line.includes(citizen.citizen_number) && !line.includes(citizen.name), line);
}

export async function a_case_in_hand_is_left_alone_until_it_is_taken_over({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  const fan = await person('Langzhong', 'fan');
  await pu.openCase(number, 'received');
  await pu.press('lease.hold');
  await pu.button('lease.release').waitFor();
  await fan.openCase(number, 'received');
  await main(fan).locator('.lease.held', { hasText: 'pu' }).waitFor();
  assert.equal(await fan.button('act.examine').count(), 0);
  await fan.press('lease.take_over');
  await fan.confirm(); // not without a reason
  await fan.wrong('reason').filter({ hasText: /./ }).waitFor();
  await fan.fill('reason', 'pu 今天不在');
  await fan.confirm();
  await fan.dialog().waitFor({ state: 'detached' });
  await main(pu).locator('.lease.held', { hasText: 'fan' }).waitFor(); // seen without reloading
  await fan.act('examine');
  await fan.sees('examined');
}

export async function the_queue_is_worked_through_with_the_keyboard({ offices, person }) {
  const numbers = [offices.apply('Shenzhen', 'lin', offices.somebody()), offices.apply('Shenzhen', 'lin', offices.somebody())];
  for (const number of numbers) await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  const { keyboard } = pu.page;
  await pu.open('cases?state=received');
  await pu.page.getByRole('link', { name: numbers[1] }).waitFor();
  const rows = await pu.page.locator('tbody tr').count();
  for (let row = 0; row < rows; row += 1) {
    await keyboard.press('j');
    const at = await pu.page.evaluate(() => document.activeElement.closest('tr').dataset.number);
    if (numbers.includes(at)) await keyboard.press('x');
  }
  await main(pu).getByText(pu.word('cases.chosen', { n: '2' })).waitFor();
  await keyboard.press('e');
  await pu.dialog().waitFor();
  await keyboard.press('Enter');
  for (const number of numbers) await offices.state('Langzhong', number, 'examined');
}

export async function a_page_that_is_left_before_it_has_come_hears_no_key({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  let release;
  const held = new Promise((done) => { release = done; });
  await pu.page.route('**/api/v1/show', async (route) => { await held; await route.continue(); });
  const asked = pu.page.waitForRequest('**/api/v1/show');
  const answered = pu.page.waitForResponse('**/api/v1/show');
  await pu.page.evaluate((each) => { location.hash = `#/case/${each}`; }, number);
  await asked;
  await pu.open('peers');
  release();
  await (await answered).finished();
  await pu.page.waitForTimeout(500);
  await pu.page.keyboard.press('e');
  await pu.page.waitForTimeout(200);
  assert.equal(await pu.page.locator('dialog').count(), 0);
  await pu.page.unroute('**/api/v1/show');
}

export async function whoever_looks_at_the_cards_of_a_citizen_says_why({ offices, person }) {
  const { citizen_number: number } = offices.somebody();
  const pu = await person('Langzhong', 'pu', 'en');
  await pu.open('cards');
  await pu.fill('citizen_number', number);
  await pu.press('cards.ask');
  await pu.wrong('reason').filter({ hasText: /./ }).waitFor();
  await pu.fill('reason', 'a card was handed in');
  await pu.press('cards.ask');
  await main(pu).getByText(pu.word('cards.until')).waitFor();
}

export async function the_whole_way_of_a_case_is_proved({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  offices.ctl('Langzhong', 'pu', 'examine', number);
  offices.ctl('Langzhong', 'ren', 'issue', number);
  await offices.state('Shenzhen', number, 'in-production');
  const chief = await person('Shenzhen', 'chief');
  await chief.openCase(number, 'in-production');
  await main(chief).locator('.timeline', { hasText: chief.word('step.ISSUED') }).waitFor();
  await chief.press('proof.ask');
  await chief.fill('reason', '复核');
  await chief.confirm();
  await main(chief).getByText(chief.word('proof.good', { n: '2' })).waitFor(); // the application, and word of the card
  const [download] = await Promise.all([chief.page.waitForEvent('download'), chief.button('proof.file').first().click()]);
  const trust = ['--directory', 'authority/offices.dir', '--root', 'authority/root.pem', '--crl', 'authority/root.crl'];
  const verified = offices.ctl('Shenzhen', 'chief', 'verify', await download.path(), ...trust);
  assert.equal(verified.case_number ?? number, number);
}
