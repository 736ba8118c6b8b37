// SPDX-License-Identifier: Apache-2.0
// chromium - Debian's browser, driven by playwright-core from the folder in which browser_test has installed it.
import { createRequire } from 'node:module';

const { chromium } = createRequire(`${process.env.YIDI_BROWSER_KIT}/`)('playwright-core');

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'], // tests may run as root, and in small containers
});
