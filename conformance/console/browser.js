// Debian's Chromium, and what every walk watches for: broken policies, broken scripts, broken access.

import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 780 };
/** For a machine that is busy with other things: who waits that long has failed. */
const PATIENCE_MS = 60_000;

export function startBrowser() {
  // Walks run as root in containers, where Chromium has no sandbox of its own to offer.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args, timeout: 2 * PATIENCE_MS });
}

/** A page in a profile of its own. `page.complaints` gathers what the browser itself holds against the console. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: WIDE,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    ...options,
  });
  // Of the context, so that a page which opens another is as patient with it.
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.complaints = [];
  watch(page, page.complaints);
  return page;
}

/** Gathers what a page complains of. A refusal is an answer too, so that one of the API is no complaint. */
export function watch(page, complaints) {
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
  });
}

/**
 * Waits until a page says what it is about and waits for nothing itself. That the network is idle says neither: a browser
 * that gets no time of the processor asks for nothing.
 */
export async function loaded(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => {
    const waiting = "//main//text()[starts-with(normalize-space(), 'Loading ')]";
    const isWaiting = document.evaluate(waiting, document).iterateNext();
    const isSpinning = document.getAnimations().some((one) => one.effect?.getComputedTiming().endTime === Infinity);
    return !isWaiting && !isSpinning;
  });
}

/** Waits until nothing moves for a few frames: what is still fading in has colors that nobody is meant to read. */
export async function settled(page) {
  await page.waitForFunction(async () => {
    const moves = (one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity;
    for (let frame = 0; frame < 3; frame++) {
      await new Promise(requestAnimationFrame);
      if (document.getAnimations().some(moves)) return false;
    }
    return true;
  });
}

/** No violation that axe can find, and nothing the browser complained of. */
export async function assertSound(page, where) {
  await settled(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => node.html.slice(0, 200)).join('\n    ')}`);
  assert.deepEqual([...page.complaints, ...told], [], where);
}
