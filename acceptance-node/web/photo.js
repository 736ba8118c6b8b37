// SPDX-License-Identifier: Apache-2.0
// photo - the applicant's photo: any picture is moved and scaled into the frame of GA 461 (358 by 441 pixels, 24-bit JPEG), and kept
// below its size limit.
import { h } from './dom.js';
import { word } from './words.js';

const width = 358;
const height = 441;
const bytesMost = 40960;

export function photoField({ changed = () => {} } = {}) {
  const canvas = h('canvas', { width, height, role: 'img', 'aria-label': word('field.form.photo_digest') });
  const file = h('input', { type: 'file', accept: 'image/*', 'aria-label': word('photo.choose') });
  const zoom = h('input', { type: 'range', min: '1', max: '3', step: '0.01', value: '1', 'aria-label': word('photo.zoom'), disabled: true });
  const wrong = h('p.wrong', { role: 'alert' });
  const size = h('p.hint', word('photo.hint'));
  let picture = null;
  let blob = null;
  let x = 0.5;
  let y = 0.5;
  const draw = () => {
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, width, height);
    const scale = Math.max(width / picture.width, height / picture.height) * Number(zoom.value);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, (width - picture.width * scale) * x, (height - picture.height * scale) * y, picture.width * scale, picture.height * scale);
  };
  const keep = async () => {
    for (let quality = 0.92; quality > 0.3; quality -= 0.08) {
      blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
      if (blob.size <= bytesMost) break;
    }
    size.textContent = word('photo.size', { n: (blob.size / 1024).toFixed(1) });
    changed();
  };
  file.addEventListener('change', async () => {
    wrong.textContent = '';
    try {
      picture = await createImageBitmap(file.files[0]);
      if (picture.width < width || picture.height < height) throw new RangeError(word('photo.small', { width: picture.width, height: picture.height }));
    } catch (problem) {
      picture = null;
      blob = null;
      wrong.textContent = problem instanceof RangeError ? problem.message : word('photo.unreadable');
      return;
    }
    // What fits as it is stays as it is: no second compression.
    if (picture.width === width && picture.height === height && file.files[0].type === 'image/jpeg' && file.files[0].size <= bytesMost) {
      draw();
      blob = file.files[0];
      size.textContent = word('photo.size', { n: (blob.size / 1024).toFixed(1) });
      changed();
      return;
    }
    zoom.disabled = false;
    draw();
    await keep();
  });
  const redraw = () => { if (picture) { draw(); keep(); } };
  zoom.addEventListener('input', redraw);
  canvas.addEventListener('pointermove', (event) => {
    if (!event.buttons || !picture || zoom.disabled) return;
    x = Math.min(1, Math.max(0, x - event.movementX / width));
    y = Math.min(1, Math.max(0, y - event.movementY / height));
    draw();
  });
  canvas.addEventListener('pointerup', () => { if (!zoom.disabled) redraw(); });
  const element = h('div.field.photo', { 'data-field': 'photo' }, h('div.portrait', canvas), h('div', h('label', word('field.form.photo_digest')), file, zoom, size, wrong));
  element.input = file;
  element.say = (text) => { wrong.textContent = text ?? ''; };
  element.read = async () => (blob ? new Uint8Array(await blob.arrayBuffer()) : null);
  return element;
}

export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}
