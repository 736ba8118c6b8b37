// SPDX-License-Identifier: Apache-2.0
// citizen_number - 公民身份号码 (GB 11643) as it is typed: whether its check character is right, and what it tells. The office checks again.

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// { complete, right, birth: 19900307, sex: 'MALE' | 'FEMALE' }; X may be typed small.
export function readCitizenNumber(typed) {
  const text = typed.replace(/\s/g, '').toUpperCase();
  if (!/^[0-9]{17}[0-9X]$/.test(text)) return { text, complete: text.length >= 18, right: false };
  const sum = weights.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  const birth = text.slice(6, 14);
  const date = new Date(Date.UTC(Number(birth.slice(0, 4)), Number(birth.slice(4, 6)) - 1, Number(birth.slice(6))));
  const real = date.toISOString().slice(0, 10).replaceAll('-', '') === birth;
  return { text, complete: true, right: '10X98765432'[sum % 11] === text[17] && real, birth: Number(birth), sex: Number(text[16]) % 2 ? 'MALE' : 'FEMALE' };
}

// Full years on a day, both YYYYMMDD.
export const ageOn = (birth, today) => Math.floor((today - birth) / 10000);
