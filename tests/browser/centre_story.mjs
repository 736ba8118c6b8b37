// SPDX-License-Identifier: Apache-2.0
// centre - batches with their machine's files, packages of which a card is missing, and a case that somebody else has in hand.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export async function a_batch_goes_to_the_machine_and_back({ offices, person }) {
  const numbers = [offices.apply('Shenzhen', 'lin', offices.somebody()), offices.apply('Shenzhen', 'lin', offices.somebody())];
  for (const number of numbers) await offices.bring(number, 'ordered');
  const mo = await person('CentreGD', 'mo');
  await mo.open('batches');
  await mo.press('batch.make');
  await mo.confirm();
  await mo.page.locator('h1', { hasText: 'B-' }).waitFor();

  const [archive] = await Promise.all([mo.page.waitForEvent('download'), mo.press('batch.export')]);
  const folder = join(offices.folder, 'machine');
  mkdirSync(folder);
  await archive.saveAs(join(folder, 'batch.zip'));
  const unpacked = spawnSync('unzip', ['-q', 'batch.zip'], { cwd: folder, encoding: 'utf8' });
  assert.equal(unpacked.status, 0, unpacked.stderr);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json')));
  assert.ok(numbers.every((number) => manifest.cards.some(({ case_number: each }) => each === number)));
  for (const { name, size, sha256 } of manifest.cards.flatMap(({ files }) => files)) {
    const bytes = readFileSync(join(folder, name));
    assert.equal(bytes.length, size);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  }
  await mo.page.locator('.calm').waitFor();

  const results = join(folder, 'results.csv');
  writeFileSync(results, `case,serial,result,text\n${numbers[0]},M-0001,ok\n${numbers[1]},M-0002,defective,"撕裂，烧焦"\n${numbers[1]},M-0003,perhaps\n`);
  await mo.page.locator('input[type=file]').setInputFiles(results);
  await mo.page.locator('.results', { hasText: mo.word('batch.line', { n: 4 }) }).waitFor();
  await offices.state('CentreGD', numbers[0], 'made');
  await offices.state('CentreGD', numbers[1], 'ordered');
}

export async function a_card_that_is_missing_from_a_package_is_traced_and_made_again({ offices, person }) {
  const numbers = [offices.apply('Shenzhen', 'lin', offices.somebody()), offices.apply('Shenzhen', 'lin', offices.somebody())];
  for (const number of numbers) await offices.bring(number, 'in-transit', 'P-404');
  const lin = await person('Shenzhen', 'lin');
  await lin.open('package/P-404');
  const { case_row: { card_serial: serial } } = offices.ctl('Shenzhen', 'lin', 'show', numbers[0]);
  await lin.fill('card', serial);
  await lin.page.keyboard.press('Enter');
  await offices.state('Shenzhen', numbers[0], 'ready');
  await lin.page.locator('tr', { hasText: numbers[1] }).getByRole('button', { name: lin.word('act.miss') }).click();
  await lin.fill('text', '包裹中没有');
  await lin.confirm();
  await offices.state('CentreGD', numbers[1], 'missing');
  const ou = await person('CentreGD', 'ou');
  await ou.open('package/P-404');
  await ou.page.locator('tr.late', { hasText: numbers[1] }).getByRole('link').click();
  await ou.sees('missing');
  await ou.act('lost', { text: '邮路查找无果' });
  await ou.sees('ordered');
}

export async function who_takes_a_case_over_says_why_and_has_it({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.press('lease.hold');
  await pu.page.locator('.lease').waitFor();
  const fan = await person('Langzhong', 'fan');
  await fan.openCase(number, 'received');
  await fan.page.locator('.lease.held').waitFor();
  assert.equal(await fan.button('act.examine').count(), 0);
  await fan.press('lease.take_over');
  await fan.fill('reason', '同事已下班');
  await fan.confirm();
  await fan.button('act.examine').waitFor();
  await pu.page.locator('.lease.held').waitFor(); // and the one before sees it
  assert.equal(await pu.button('act.examine').count(), 0);
}
