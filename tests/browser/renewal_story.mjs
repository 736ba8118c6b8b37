// SPDX-License-Identifier: Apache-2.0
// renewal - the whole way of a card through the three consoles.
import assert from 'node:assert/strict';
import { fillForm, sendForm } from './lib/form.mjs';

export async function a_renewal_goes_from_the_form_to_the_collection({ offices, person }) {
  const citizen = offices.somebody();
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await fillForm(lin, citizen);
  const number = await sendForm(lin);
  assert.match(number, /^440305001000[0-9A-Z]{14}$/);

  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.act('examine');
  const ren = await person('Langzhong', 'ren');
  await ren.openCase(number, 'examined');
  await ren.act('issue');

  await offices.state('CentreGD', number, 'ordered');
  const mo = await person('CentreGD', 'mo');
  await mo.openCase(number, 'ordered');
  await mo.act('make');
  const ou = await person('CentreGD', 'ou');
  await ou.openCase(number, 'made');
  await ou.act('check-eye');
  await ou.act('check-reader');
  await ou.sees('verified');
  await ou.act('dispatch', { package: 'P-1' });

  await offices.state('Shenzhen', number, 'in-transit');
  await lin.openCase(number, 'in-transit');
  await lin.act('receive');
  await lin.sees('ready');
  await lin.begin('collect');
  await lin.fillAll({ identified_by: 'FACE', old_card_surrendered: true, holder_checked: true });
  await lin.press('collect.go');
  await offices.state('Shenzhen', number, 'collected');
  await lin.openCase(number, 'collected');
  await lin.page.getByText(lin.word('collect.holder_checked')).locator('xpath=following-sibling::dd[1]').getByText(lin.word('yes')).waitFor();
  for (const step of ['ACCEPTED', 'EXAMINED', 'ISSUED', 'MADE', 'VERIFIED', 'DISPATCHED', 'ARRIVED', 'COLLECTED']) {
    await lin.page.locator('.timeline', { hasText: lin.word(`step.${step}`) }).waitFor();
  }
  await offices.state('Langzhong', number, 'closed');
}

export async function a_returned_application_is_amended_in_english_without_new_fingerprints({ offices, person }) {
  const citizen = offices.somebody();
  const number = offices.apply('Shenzhen', 'lin', citizen, { residence_address: '广东省深圳市南山区科技路' });
  const soon = new Date(Date.now() + 10 * 86400000).toISOString().slice(0, 10);
  const wish = 'Please add the house number to the address of residence.';
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu', 'en');
  await pu.openCase(number, 'received');
  await pu.act('return', { fields: ['form.residence_basis'], text: wish, answer_by: soon });
  await pu.sees('returned');

  await offices.state('Shenzhen', number, 'returned');
  const lin = await person('Shenzhen', 'lin', 'en');
  await lin.openCase(number, 'returned');
  await lin.page.getByText(wish).first().waitFor();
  await lin.begin('amend');
  await lin.page.getByText(wish).first().waitFor();
  await lin.fill('form.residence_address', '广东省深圳市南山区科技路8号'); // photo and fingerprints are kept
  await lin.press('amend.go');
  await lin.sees('submitted');
  await offices.state('Langzhong', number, 'received');
  await pu.openCase(number, 'received');
  await pu.act('examine');
  const ren = await person('Langzhong', 'ren');
  await ren.openCase(number, 'examined');
  await ren.act('issue');
  await offices.state('Shenzhen', number, 'in-production');
}

export async function a_file_that_is_none_is_told_beside_its_field_and_nothing_is_sent({ offices, person }) {
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await fillForm(lin, offices.somebody());
  const sent = [];
  const note = (request) => request.url().endsWith('/apply') && sent.push(request.url());
  lin.page.on('request', note);
  const file = (name, size) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(size, 7) });
  await lin.fill('template.right', file('a film.bin', 2 << 20));
  await lin.page.locator('.pay button.primary:visible').click();
  await lin.wrong('template.right').filter({ hasText: /./ }).waitFor();
  await lin.fill('form.photo_digest', file('no picture.jpg', 30000));
  await lin.wrong('form.photo_digest').filter({ hasText: lin.word('photo.unreadable') }).waitFor();
  assert.deepEqual(sent, []);
  lin.page.off('request', note);
}

export async function a_photo_with_the_guardian_is_taken_for_a_child_and_seen_by_the_examiner({ offices, person }) {
  const child = offices.somebody({ child: true });
  const path = 'form.guardian.photo_digest';
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  assert.equal(await lin.field(path).isVisible(), false);
  await fillForm(lin, child, { 'form.guardian.name': '周建国', 'form.guardian.citizen_number': '511381198012120010', 'form.guardian.relation': '父子' });
  await lin.fill(path, { name: 'no picture.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(30000) });
  await lin.wrong(path).filter({ hasText: lin.word('photo.unreadable') }).waitFor();
  await lin.fill(path, offices.somebody().photo);
  await lin.page.locator(`[data-field="${path}"] .hint`, { hasText: '358×441' }).waitFor();
  const number = await sendForm(lin);

  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.page.locator('button.unmask').click();
  await pu.fill('reason', '核对合影');
  await pu.press('case.open.go', pu.page.locator('dialog'));
  const together = pu.page.locator('.portrait.together img');
  await together.waitFor();
  assert.equal(await together.evaluate(({ naturalWidth, naturalHeight }) => `${naturalWidth}×${naturalHeight}`), '358×441');
}
