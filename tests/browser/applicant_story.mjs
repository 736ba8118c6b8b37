// SPDX-License-Identifier: Apache-2.0
// applicant - whoever has a receipt looks where the application stands, without logging in and without being told who it is about.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Person } from './lib/person.mjs';

export async function an_applicant_sees_where_the_application_stands_and_nothing_personal({ offices, browser }) {
  const citizen = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', citizen);
  offices.ctl('Shenzhen', 'lin', 'print', 'receipt', number, '--out', 'receipt.svg');
  const [code] = readFileSync(join(offices.folder, 'receipt.svg'), 'utf8').match(/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/);
  const applicant = await Person.sit(browser, offices.at('Shenzhen'), 'applicant', { language: 'en' });
  const { page } = applicant;
  await page.setViewportSize({ width: 390, height: 780 }); // a phone
  await page.goto(`${applicant.at.console}/status`);
  await page.locator('#number').fill(number);
  await page.locator('#code').fill('AAAAA-AAAAA');
  await page.locator('button.primary').click();
  await page.locator('form [role=alert], .problem, .wrong').filter({ hasText: /./ }).first().waitFor();
  await page.locator('#code').fill(code);
  await page.locator('button.primary').click();
  await page.locator('.answer h2').waitFor();
  await applicant.look();
  const text = await page.locator('body').innerText();
  for (const secret of [citizen.name, citizen.citizen_number, citizen.address]) assert.ok(!text.includes(secret), secret);
  assert.deepEqual(applicant.takeComplaints(), []);
  await applicant.leave();
}

export async function the_page_about_the_commands_can_be_read({ person }) {
  const chief = await person('Shenzhen', 'chief');
  await chief.page.goto(`${chief.at.console}/docs`);
  await chief.page.getByText('decide').first().waitFor();
  await chief.page.goto(`${chief.at.console}/`);
  await chief.page.locator('nav').waitFor();
}
