// SPDX-License-Identifier: Apache-2.0
// photo - the applicant's photo: any picture is moved and scaled into the frame of GA 461 (358 by 441 pixels, 24-bit JPEG), and kept
// below its size limit. With the mouse: drag, and turn the wheel; with the keyboard: arrows, + and -.
import { h } from './dom.js';
import { fileButton } from './fields.js';
import { word } from './words.js';

const width = 358;
const height = 441;
const bytesMost = 40960;
const step = 0.02;

export function photoField({ changed = () => {} } = {}) {
  const canvas = h('canvas', { width, height, tabindex: '-1', role: 'img', 'aria-label': word('photo.frame') });
  const empty = h('span.empty', { 'aria-hidden': 'true' }, `${width} × ${height}`);
  const file = h('input', { id: 'photo-file', type: 'file', accept: 'image/*', 'aria-label': word('photo.choose') });
  const zoom = h('input', { type: 'range', min: '1', max: '3', step: '0.01', value: '1', 'aria-label': word('photo.zoom'), disabled: true });
  const wrong = h('p.wrong', { role: 'alert' });
  const size = h('p.hint', { role: 'status' }, word('photo.hint'));
  let picture = null; // to be cut; null when the file is taken as it is
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
  const take = (taken, words) => {
    blob = taken;
    empty.hidden = true;
    wrong.textContent = '';
    size.textContent = word(words, { n: (blob.size / 1024).toFixed(1) });
    changed();
  };
  const keep = async () => {
    let made = null;
    for (let quality = 0.92; quality > 0.3 && !(made?.size <= bytesMost); quality -= 0.08) made = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
    take(made, 'photo.cut');
  };
  const redraw = () => {
    if (!picture) return;
    draw();
    keep();
  };
  const use = async (chosen) => {
    wrong.textContent = '';
    let read;
    try {
      read = await createImageBitmap(chosen);
    } catch {
      return element.say(word('photo.unreadable'));
    }
    if (read.width < width || read.height < height) return element.say(word('photo.small', { width: read.width, height: read.height }));
    picture = read;
    zoom.value = '1';
    x = 0.5;
    y = 0.3; // heads are above the middle
    draw();
    // What fits as it is stays as it is: no second compression.
    const fits = read.width === width && read.height === height && chosen.type === 'image/jpeg' && chosen.size <= bytesMost;
    if (fits) picture = null;
    zoom.disabled = fits;
    canvas.tabIndex = fits ? -1 : 0;
    if (fits) take(chosen, 'photo.fits');
    else await keep();
    return undefined;
  };
  const move = (dx, dy) => {
    x = Math.min(1, Math.max(0, x + dx));
    y = Math.min(1, Math.max(0, y + dy));
  };
  const scale = (by) => { zoom.value = String(Number(zoom.value) + by); };
  file.addEventListener('change', () => file.files[0] && use(file.files[0]));
  zoom.addEventListener('input', redraw);
  canvas.addEventListener('pointermove', (event) => {
    if (!event.buttons || !picture) return;
    move(-event.movementX / canvas.clientWidth, -event.movementY / canvas.clientHeight);
    draw();
  });
  canvas.addEventListener('pointerup', redraw);
  canvas.addEventListener('wheel', (event) => {
    if (!picture) return;
    event.preventDefault();
    scale(event.deltaY < 0 ? 0.05 : -0.05);
    redraw();
  }, { passive: false });
  canvas.addEventListener('keydown', (event) => {
    const acts = { ArrowLeft: () => move(step, 0), ArrowRight: () => move(-step, 0), ArrowUp: () => move(0, step), ArrowDown: () => move(0, -step), '+': () => scale(0.05), '-': () => scale(-0.05) };
    if (!picture || !acts[event.key]) return;
    acts[event.key]();
    redraw();
    event.preventDefault();
  });
  const element = h('div.field.photo', { 'data-field': 'form.photo_digest' }, h('div.portrait', canvas, empty),
    h('div', h('label', { for: file.id }, word('field.form.photo_digest'), h('i', { 'aria-hidden': 'true' }, '*')), fileButton(file), zoom, size, wrong));
  // A photo may be dropped on its field.
  element.addEventListener('dragover', (event) => event.preventDefault());
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) use(event.dataTransfer.files[0]);
  });
  element.input = file;
  element.paths = ['photo'];
  element.say = (text) => { wrong.textContent = text ?? ''; };
  element.missing = () => {
    if (!blob) element.say(word('photo.missing'));
    return !blob;
  };
  element.read = async () => (blob ? new Uint8Array(await blob.arrayBuffer()) : null);
  element.use = use;
  element.adopt = (other) => other.given && use(other.given);
  Object.defineProperty(element, 'given', { get: () => blob });
  return element;
}

export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}

export const unbase64 = (text) => Uint8Array.from(atob(text), (each) => each.codePointAt(0));
