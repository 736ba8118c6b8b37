// SPDX-License-Identifier: Apache-2.0
// decisions - what a registry decides, who may not, and how the others learn of it.
import assert from 'node:assert/strict';

export async function a_refusal_is_told_at_the_window_with_its_reason({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  const why = '户籍地存有您的照片，与申请照片相差较大，请到户籍地办理。';
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.act('refuse', { reasons: ['IDENTITY_DOUBTFUL'], text: why });
  await pu.sees('refused');

  await offices.state('Shenzhen', number, 'refused');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'refused');
  const main = lin.page.locator('#main');
  await main.getByText(why).waitFor();
  await main.getByText(lin.word('reason.IDENTITY_DOUBTFUL')).first().waitFor();
  assert.equal(await lin.page.locator('#main .head').first().getByRole('button', { name: lin.word('act.collect') }).count(), 0);
}

export async function the_photo_of_an_earlier_application_stands_beside_the_new_one({ offices, person }) {
  const citizen = offices.somebody();
  const earlier = offices.apply('Shenzhen', 'lin', citizen);
  await offices.state('Langzhong', earlier, 'received');
  offices.ctl('Langzhong', 'pu', 'refuse', earlier, '--reason', 'identity-doubtful', '--text', '请到户籍地办理。');
  await offices.state('Shenzhen', earlier, 'refused');
  const { photo } = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', { ...citizen, photo });
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.press('case.open');
  await pu.fill('reason', '比对照片');
  await pu.confirm();
  const photos = pu.page.locator('.portraits img');
  await photos.nth(1).waitFor();
  const [now, before] = await photos.evaluateAll((images) => images.map(({ src, naturalWidth, offsetTop }) => ({ src, naturalWidth, offsetTop })));
  assert.deepEqual([now.naturalWidth, before.naturalWidth], [358, 358]);
  assert.notEqual(now.src, before.src);
  assert.equal(now.offsetTop, before.offsetTop);
  assert.equal(await pu.page.locator('.portraits a').getAttribute('href'), `#/case/${earlier}`);
}

export async function a_return_asks_for_its_text_and_its_day_beside_the_fields({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu', 'en');
  await pu.openCase(number, 'received');
  await pu.press('act.return');
  await pu.fillAll({ fields: ['form.phone'], text: 'Please bring a newer photo.', answer_by: '' });
  await pu.confirm();
  await pu.dialog().waitFor();
  for (const [typed, said] of [['2027-02-30', 'day.wrong'], ['yesterday', 'day.wrong'], ['20010101', 'day.early']]) {
    await pu.fill('answer_by', typed);
    await pu.wrong('answer_by').filter({ hasText: pu.word(said, { day: '' }).slice(0, 8) }).waitFor(); // as it is typed
    await pu.confirm();
    await pu.dialog().waitFor();
  }
  await pu.fill('answer_by', '20991230');
  await pu.field('answer_by').press('ArrowUp');
  assert.equal(await pu.field('answer_by').inputValue(), '2099-12-31');
  await pu.page.keyboard.press('Escape');
  await pu.dialog().waitFor({ state: 'detached' });
  await offices.state('Langzhong', number, 'received');
}

export async function who_examined_does_not_issue({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const fan = await person('Langzhong', 'fan');
  await fan.openCase(number, 'received');
  await fan.act('examine');
  await fan.sees('examined');
  await fan.press('act.issue', fan.page.locator('#main .head').first());
  await fan.confirm();
  await fan.dialog().locator('.problem', { hasText: 'FOUR_EYES' }).waitFor();
  await fan.page.keyboard.press('Escape');
  await offices.state('Langzhong', number, 'examined');
  const ren = await person('Langzhong', 'ren');
  await ren.openCase(number, 'examined');
  await ren.act('issue');
  await offices.state('Langzhong', number, 'issued');
}

export async function who_has_no_duty_has_no_button_and_no_way({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const ren = await person('Langzhong', 'ren');
  await ren.openCase(number, 'received');
  assert.equal(await ren.button('act.examine').count(), 0);
  await ren.page.keyboard.press('e');
  assert.equal(await ren.dialog().count(), 0);
  const answer = await ren.page.evaluate(async (caseNumber) => {
    const { csrf } = await (await fetch('/api/v1/session')).json();
    const response = await fetch('/api/v1/decide', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Yidi-Token': csrf },
      body: JSON.stringify({ verb: 'EXAMINE', case_numbers: [caseNumber] }) });
    return { status: response.status, body: await response.json() };
  }, number);
  assert.equal(answer.status, 403);
  assert.equal(answer.body.code, 'NOT_PERMITTED');
  await offices.state('Langzhong', number, 'received');
}

export async function one_decision_needs_no_mouse({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.open('cases?state=received');
  await pu.page.getByRole('link', { name: number }).waitFor();
  const { keyboard } = pu.page;
  for (let steps = 0; ; steps += 1) {
    const at = await pu.page.evaluate(() => document.activeElement.textContent.trim());
    if (at === number) break;
    assert.ok(steps < 150, 'the case is not reached with Tab');
    await keyboard.press('Tab');
  }
  const outline = await pu.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', 'where the keyboard is can be seen');
  await keyboard.press('Enter');
  await pu.sees('received');
  await keyboard.press('e');
  await pu.dialog().waitFor();
  await keyboard.press('Enter');
  await pu.sees('examined');
  await offices.state('Langzhong', number, 'examined');
}

export async function many_are_decided_at_once_each_with_its_own_answer({ offices, person }) {
  const numbers = [offices.apply('Shenzhen', 'lin', offices.somebody()), offices.apply('Shenzhen', 'lin', offices.somebody())];
  for (const number of numbers) await offices.state('Langzhong', number, 'received');
  const fan = await person('Langzhong', 'fan');
  await fan.open('cases?state=received');
  offices.ctl('Langzhong', 'pu', 'examine', numbers[0]); // somebody was faster
  await fan.page.getByRole('checkbox', { name: numbers[1] }).check();
  await fan.press('act.examine', fan.page.locator('.bulk'));
  await fan.confirm();
  await offices.state('Langzhong', numbers[1], 'examined');
  await fan.open('cases?state=examined');
  for (const number of numbers) await fan.page.getByRole('checkbox', { name: number }).check();
  await fan.press('act.issue', fan.page.locator('.bulk'));
  await fan.confirm();
  await fan.page.locator('.results', { hasText: numbers[1] }).locator('code', { hasText: 'FOUR_EYES' }).waitFor();
  await offices.state('Langzhong', numbers[0], 'issued');
  await offices.state('Langzhong', numbers[1], 'examined');
}
