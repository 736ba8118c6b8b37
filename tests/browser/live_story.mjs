// SPDX-License-Identifier: Apache-2.0
// live - what others do is seen without reloading the page.
import assert from 'node:assert/strict';

export async function a_new_application_appears_in_the_list_and_on_the_dashboard({ offices, person }) {
  const pu = await person('Langzhong', 'pu');
  const chief = await person('Langzhong', 'chief');
  await pu.open('cases?state=received');
  await chief.open('dashboard');
  const depth = chief.page.locator('.tile', { hasText: chief.word('state.received') }).locator('.depth');
  const before = Number(await depth.innerText());
  for (const each of [pu, chief]) await each.page.evaluate(() => { window.notReloaded = true; });
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await pu.page.getByRole('link', { name: number }).waitFor();
  await chief.page.waitForFunction(([state, count]) => [...document.querySelectorAll('.tile')].some((tile) => tile.textContent.includes(state) && Number(tile.querySelector('.depth').textContent) > count),
    [chief.word('state.received'), before]);
  for (const each of [pu, chief]) assert.equal(await each.page.evaluate(() => window.notReloaded), true);
}

export async function a_case_that_is_open_follows_what_others_decide({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const ren = await person('Langzhong', 'ren');
  await ren.openCase(number, 'received');
  offices.ctl('Langzhong', 'pu', 'examine', number);
  await ren.sees('examined');
}

export async function a_page_that_was_turned_away_hears_of_changes_all_the_same({ offices, person }) {
  const pu = await person('Langzhong', 'pu');
  let turnedAway = 0;
  await pu.page.route('**/api/v1/events', (route) => {
    turnedAway += 1;
    return route.fulfill({ status: 503, body: '' });
  }, { times: 1 });
  await pu.open('cases?state=received');
  await pu.page.reload();
  await pu.page.evaluate(() => { window.notReloaded = true; });
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await pu.page.getByRole('link', { name: number }).waitFor();
  assert.equal(turnedAway, 1);
  assert.match(pu.complaints.splice(0).join(), /^[^,]*status of 503[^,]*$/);
  assert.equal(await pu.page.evaluate(() => window.notReloaded), true);
}
