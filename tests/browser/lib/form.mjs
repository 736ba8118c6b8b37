// SPDX-License-Identifier: Apache-2.0
// form - fills in the registration form at a window's console.

// changes: other values, by the names of fields.
export async function fillForm(person, citizen, changes = {}) {
  const values = {
    'form.kind': 'RENEWAL',
    'form.reason': 'DAMAGED',
    'form.person.citizen_number': citizen.citizen_number,
    'form.person.name': citizen.name,
    'form.person.ethnic_group': citizen.ethnic_group,
    'form.person.address': citizen.address,
    'form.phone': '13900000000',
    'form.residence_basis': 'WORK',
    'form.residence_address': '广东省深圳市南山区科技路1号',
    'form.identity_document': 'ORIGINAL_CARD',
    'form.identity_document_number': 'TEST-1',
    'form.photo_digest': citizen.photo,
    'template.right': citizen.right,
    'template.left': citizen.left,
    ...changes,
  };
  await person.fillAll(values);
  await chooseDivision(person, 'form.person.registration_division', citizen.registration_division);
}

const go = (person) => person.page.locator('.pay button.primary:visible');

// The registry is asked first, then the fee is taken; gives the case number.
export async function askRegistry(person) {
  await go(person).click();
  await person.page.locator('.eligibility').waitFor();
}

export async function takeFee(person) {
  await go(person).click();
  return (await person.page.locator('.accepted .big').innerText()).trim();
}

export async function sendForm(person) {
  await askRegistry(person);
  return takeFee(person);
}

export async function chooseDivision(person, name, code) {
  await person.fill(name, code);
  await person.page.locator('[role=option]').first().waitFor();
  await person.field(name).press('Enter');
}
