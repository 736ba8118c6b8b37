// SPDX-License-Identifier: Apache-2.0
// counter - what comes up at a window besides the straight way: drafts, withdrawals, temporary cards, others who come for the card,
// cards that turn out to be faulty, cards that were lost.
import assert from 'node:assert/strict';
import { fillForm, sendForm } from './lib/form.mjs';

export async function a_draft_is_taken_up_again({ offices, person }) {
  const citizen = offices.somebody();
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await lin.press('apply.restart');
  await lin.fillAll({ 'form.person.citizen_number': citizen.citizen_number, 'form.person.name': citizen.name });
  await lin.press('apply.save');
  await lin.page.locator('.toast').waitFor();
  await lin.press('apply.restart');
  await lin.open('drafts');
  await lin.page.locator('tr', { hasText: citizen.citizen_number.slice(-4) }).getByRole('link', { name: lin.word('drafts.take') }).click();
  await lin.page.waitForFunction((name) => document.querySelector('[data-field="form.person.name"] input')?.value === name, citizen.name);
  assert.equal(await lin.field('form.person.citizen_number').inputValue(), citizen.citizen_number);
  await fillForm(lin, citizen);
  await sendForm(lin);
  await lin.open('drafts');
  assert.equal(await lin.page.locator('tr', { hasText: citizen.citizen_number.slice(-4) }).count(), 0);
}

export async function a_withdrawn_application_is_paid_back({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'submitted');
  await lin.act('withdraw', { text: '申请人自行撤回' });
  await lin.sees('withdrawn');
  const back = lin.page.locator('#main').getByRole('button', { name: lin.word('fees.refund') });
  await back.click();
  await lin.confirm();
  await lin.dialog().waitFor({ state: 'detached' });
  await back.waitFor({ state: 'detached' });
  await lin.open('fees');
  await lin.page.locator('tr', { hasText: number }).filter({ hasText: lin.word('fee.FEE_REFUNDED') }).waitFor();
}

export async function a_temporary_card_goes_out_and_comes_back({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.bring(number, 'in-production');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'in-production');
  await lin.act('temporary', { card_serial: 'T-0001' });
  await lin.open('temporary');
  await lin.page.locator('tr', { hasText: 'T-0001' }).getByRole('button', { name: lin.word('act.temporary-back') }).click();
  await lin.fill('text', '本人交回');
  await lin.confirm();
  await lin.page.locator('tr', { hasText: 'T-0001' }).waitFor({ state: 'detached' });
}

export async function a_guardian_collects_a_childs_card({ offices, person }) {
  const guardian = { name: '周建国', citizen_number: '511381198012120010', relation: '父子' };
  const number = offices.apply('Shenzhen', 'lin', offices.somebody({ child: true }), { guardian });
  await offices.bring(number, 'ready');
  const lin = await person('Shenzhen', 'lin');
  await lin.open(`collect/${number}`);
  assert.equal(await lin.field('collector.kind').inputValue(), 'GUARDIAN');
  await lin.openCase(number, 'ready');
  await lin.page.getByText(`周** (${guardian.relation})`).waitFor();
  await lin.open(`collect/${number}`);
  await lin.fillAll({ identified_by: 'DOCUMENT', 'collector.name': guardian.name, 'collector.citizen_number': guardian.citizen_number, old_card_surrendered: true });
  await lin.press('collect.go');
  await offices.state('Shenzhen', number, 'collected');
}

export async function a_proxy_collects_only_where_no_fingerprints_were_taken({ offices, person }) {
  const proxy = { 'collector.kind': 'PROXY', 'collector.name': '王建军', 'collector.citizen_number': '511381198012120010', 'collector.relation': '同事', 'collector.reason': '出差',
    identified_by: 'DOCUMENT', old_card_surrendered: true };
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.bring(number, 'ready');
  const lin = await person('Shenzhen', 'lin');
  await lin.open(`collect/${number}`);
  await lin.fillAll(proxy);
  await lin.press('collect.go');
  await lin.wrong('collector.kind').filter({ hasText: /./ }).waitFor();
  const other = offices.apply('Shenzhen', 'lin', { ...offices.somebody(), right: '', left: '' }, { no_fingerprints_reason: '双手烧伤' });
  await offices.bring(other, 'ready');
  await lin.open(`collect/${other}`);
  await lin.fillAll(proxy);
  await lin.press('collect.go');
  await offices.state('Shenzhen', other, 'collected');
}

export async function a_card_that_turns_out_faulty_is_made_again({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.bring(number, 'ready');
  offices.ctl('Shenzhen', 'lin', 'collect', number, '--identified-by', 'face', '--old-card-surrendered');
  await offices.state('Langzhong', number, 'closed');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'collected');
  await lin.act('receive-bad', { text: '芯片无法读取' });
  await offices.state('CentreGD', number, 'ordered');
  const mo = await person('CentreGD', 'mo');
  await mo.openCase(number, 'ordered');
  await mo.act('make');
  await mo.sees('made');
}

export async function a_lost_card_is_known_at_the_registry_from_the_application_on({ offices, person }) {
  const citizen = offices.somebody();
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await lin.press('apply.restart');
  await fillForm(lin, citizen, { 'form.kind': 'REPLACEMENT', 'form.reason': 'LOST', 'form.identity_document': 'HOUSEHOLD_REGISTER' });
  const number = await sendForm(lin);
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.open('cards');
  await pu.fillAll({ citizen_number: citizen.citizen_number, reason: '核对挂失' });
  await pu.press('cards.ask', pu.page.locator('form.card'));
  await pu.page.locator('em.late', { hasText: pu.word('cards.lost') }).waitFor();
  assert.equal(await pu.page.locator(`a[href="#/case/${number}"]`).count(), 1);
}
