// SPDX-License-Identifier: Apache-2.0
// renewal - the whole way of a card through the three consoles.
import assert from 'node:assert/strict';
import { fillForm } from './lib/form.mjs';

export async function a_renewal_goes_from_the_form_to_the_collection({ offices, person }) {
  const citizen = offices.somebody();
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await fillForm(lin, citizen);
  await lin.press('apply.go');
  const number = (await lin.page.locator('.accepted .big').innerText()).trim();
  assert.match(number, /^440305001000\d{14}$/);

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
  await ou.act('check-good');
  await ou.sees('verified');
  await ou.act('dispatch', { package: 'P-1' });

  await offices.state('Shenzhen', number, 'in-transit');
  await lin.openCase(number, 'in-transit');
  await lin.act('receive');
  await lin.sees('ready');
  await lin.act('collect', { identified_by: 'FACE', old_card_surrendered: true });
  await lin.sees('collected');
  for (const step of ['ACCEPTED', 'EXAMINED', 'ISSUED', 'MADE', 'VERIFIED', 'DISPATCHED', 'ARRIVED', 'COLLECTED']) {
    await lin.page.locator('.timeline', { hasText: lin.word(`step.${step}`) }).waitFor();
  }
  await offices.state('Langzhong', number, 'closed');
}
