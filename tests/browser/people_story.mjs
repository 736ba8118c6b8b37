// SPDX-License-Identifier: Apache-2.0
// people - logging in, being logged out, being locked out. At the window in Beijing a session ends after four seconds.
import assert from 'node:assert/strict';
import { Person } from './lib/person.mjs';

const sit = (browser, offices, office, name, language) => Person.sit(browser, offices.at(office), name, { language });

export async function a_session_that_was_not_used_ends({ offices, browser }) {
  const song = await sit(browser, offices, 'Beijing', 'song');
  await song.logIn(offices.password);
  await song.open('package');
  await song.page.locator('dialog.idle').waitFor(); // it says so before
  await song.page.getByText(song.word('login.ended')).waitFor();
  assert.equal(await song.page.locator('nav').count(), 0);
  await song.tryPassword(offices.password);
  await song.page.locator('#main').waitFor();
  assert.deepEqual(song.takeComplaints(), []);
  await song.leave();
}

export async function a_page_that_nobody_attends_keeps_no_session({ offices, browser }) {
  const song = await sit(browser, offices, 'Beijing', 'song', 'en');
  await song.page.clock.install();
  await song.logIn(offices.password);
  await song.open('dashboard');
  await song.page.clock.fastForward(61000);
  await song.page.getByText(song.word('login.ended')).waitFor({ timeout: 20000 });
  assert.deepEqual(song.takeComplaints(), []);
  await song.leave();
}

export async function a_screen_on_the_wall_stays_and_shows_figures_alone({ offices, browser }) {
  const wall = await sit(browser, offices, 'Beijing', 'wall');
  await wall.logIn(offices.password);
  await wall.open('dashboard');
  const places = await wall.page.locator('nav a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.deepEqual(places, ['#/dashboard', '#/offices']);
  assert.equal(await wall.page.locator('header .find').count(), 0);
  await wall.page.waitForTimeout(5000); // others would be logged out
  await wall.open('offices');
  assert.equal(await wall.page.locator('nav').count(), 1);
  assert.equal(await wall.page.locator('dialog').count(), 0);
  assert.deepEqual(wall.takeComplaints(), []);
  await wall.leave();
}

export async function whoever_guesses_is_locked_out_for_a_while({ offices, browser }) {
  const yan = await sit(browser, offices, 'Beijing', 'yan');
  await yan.page.goto(yan.at.console);
  for (let tries = 0; tries < 4; tries += 1) {
    await yan.tryPassword('something else');
    await yan.page.locator('.problem', { hasText: /LOGIN_/ }).waitFor();
    assert.equal(await yan.field('password').inputValue(), '');
  }
  const before = await yan.page.locator('.problem').innerText();
  await yan.tryPassword(offices.password);
  await yan.page.locator('.problem', { hasText: 'LOGIN_LOCKED' }).waitFor();
  await yan.page.getByRole('timer').waitFor(); // it says for how long
  assert.equal(await yan.page.locator('nav').count(), 0, before);
  for (let tries = 0; tries < 12 && !(await yan.page.locator('nav').count()); tries += 1) {
    await new Promise((done) => { setTimeout(done, 1500); });
    await yan.tryPassword(offices.password).catch(() => {});
    await Promise.race([yan.page.locator('nav').waitFor(), yan.page.locator('.problem').waitFor()]);
  }
  assert.equal(await yan.page.locator('nav').count(), 1);
  await yan.leave();
}

export async function whoever_logs_out_is_out_in_every_tab({ offices, browser }) {
  const auditor = await sit(browser, offices, 'Langzhong', 'auditor');
  await auditor.logIn(offices.password);
  const other = await auditor.context.newPage();
  await other.goto(`${auditor.at.console}/#/cases`);
  await other.locator('nav').waitFor();
  await auditor.press('logout');
  await auditor.field('operator').waitFor();
  await other.locator('nav a[href="#/offices"]').click();
  await other.locator('[data-field="operator"]').waitFor();
  await auditor.leave();
}
