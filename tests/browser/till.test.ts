// The till and the wallet, side by side in Chromium: the shop scans the shopper, the shopper scans the shop.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, sizes } from './browser.ts';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

const codeOf = async (asked: object = {}) =>
  (await stage.sandbox.post<{ code: string }>('/sandbox/payment-code', asked)).code;

async function till(language: 'ko' | 'zh-CN' | 'en' = 'en'): Promise<Page> {
  const page = await stage.open(language);
  await page.goto(`${stage.sandbox.http}/till`);
  return page;
}

const side = 340;

/** What a camera would read from the picture on the page. */
async function shownCode(page: Page): Promise<string> {
  const picture = page.locator('img.till-qr');
  await picture.waitFor();
  // One byte a pixel; the picture is black and white.
  const light = (await page.evaluate(`(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = ${side};
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, ${side}, ${side});
    context.imageSmoothingEnabled = false;
    context.drawImage(document.querySelector('img.till-qr'), 20, 20, ${side - 40}, ${side - 40});
    const { data } = context.getImageData(0, 0, ${side}, ${side});
    let red = '';
    for (let at = 0; at < data.length; at += 4) red += String.fromCharCode(data[at]);
    return btoa(red);
  })()`)) as string;
  const data = Buffer.from(light, 'base64');
  const pixels = new Uint8ClampedArray(data.length * 4).map((_, at) => (at % 4 === 3 ? 255 : data[at >> 2]!));
  return decodeQR({ width: side, height: side, data: pixels });
}

/** The shopper's own phone, signed in, at one of the wallet's places. */
async function wallet(place: 'code' | 'scan'): Promise<Page> {
  const page = await stage.open('en');
  await page.goto(`${stage.sandbox.http}/wallet#/${place}`);
  await signIn(page, people.liWei.phone);
  return page;
}

/** What the phone's camera would have read. */
async function scan(page: Page, text: string): Promise<void> {
  await page.getByLabel('Or paste what the code says').fill(text);
  await page.getByRole('button', { name: 'Go', exact: true }).click();
}

/** A film of one picture, as Chromium's make-believe camera plays it (YUV4MPEG2): a QR code on white. */
function filmOf(text: string): Buffer {
  const [width, height, scale] = [640, 480, 8];
  const code = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const light = Buffer.alloc(width * height, 235);
  const [left, top] = [(width - code.length * scale) >> 1, (height - code.length * scale) >> 1];
  for (const [row, cells] of code.entries())
    for (const [column, isDark] of cells.entries())
      for (let line = 0; isDark && line < scale; line++)
        light.fill(16, ...pixels(width, top + row * scale + line, left + column * scale, scale));
  const colours = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colours]);
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`),
    ...Array.from({ length: 10 }, () => frame),
  ]);
}

const pixels = (width: number, line: number, left: number, many: number): [number, number] => [
  line * width + left,
  line * width + left + many,
];

/** A browser whose camera sees this code. */
async function seeing<Answer>(text: string, job: (page: Page) => Promise<Answer>): Promise<Answer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-camera-'));
  const film = path.join(folder, 'film.y4m');
  await writeFile(film, filmOf(text));
  const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  const browser = await launchChromium([...camera, `--use-file-for-fake-video-capture=${film}`]);
  try {
    const context = await browser.newContext({ viewport: sizes.phone, locale: 'en' });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return await job(page);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(isSkipped)('the till', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('the shopper shows his code: a scanner types it, and it is paid', async () => {
    const page = await till('ko');
    await page.getByLabel(/^금액/).waitFor();
    expect(await serious(page)).toEqual([]);
    // The amount has the focus already; Enter goes on.
    await page.keyboard.type('59,000');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '고객의 결제 코드를 스캔하세요' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByLabel('결제 코드', { exact: true }).click();
    await page.keyboard.type(`${await codeOf()}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '결제 완료' }).waitFor();
    await page.getByText(/고객 결제 금액 CN¥\d/).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: '다음 고객' }).click();
    expect(await page.getByLabel(/^금액/).inputValue()).toBe('');
    await page.context().close();
  });

  test('a code that is nobody’s is refused in plain words, and another can be scanned', async () => {
    const page = await till('en');
    await page.getByRole('button', { name: "Scan the shopper's code" }).click();
    await page.getByText('Enter an amount above zero').waitFor();
    await page.getByLabel(/^Amount/).fill('1000');
    await page.getByRole('button', { name: "Scan the shopper's code" }).click();
    await page.getByLabel('Payment code', { exact: true }).fill('280000000000000000');
    await page.getByRole('button', { name: /^Charge/ }).click();
    await page.getByText(/wrong or was used/).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Scan another code' }).click();
    await page.getByLabel('Payment code', { exact: true }).fill(await codeOf());
    await page.getByRole('button', { name: /^Charge/ }).click();
    await page.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
    await page.context().close();
  });

  test('the till’s camera reads the shopper’s code, and it is paid', async () => {
    await seeing(await codeOf(), async (page) => {
      await page.goto(`${stage.sandbox.http}/till`);
      await page.getByLabel(/^Amount/).fill('12,000');
      await page.getByRole('button', { name: "Scan the shopper's code" }).click();
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.getByRole('heading', { name: 'Paid', exact: true }).waitFor({ timeout: 30_000 });
      await page.getByText('₩12,000').waitFor();
    });
  });

  test('without a camera the till says so, and the digits can be typed', async () => {
    const page = await till('en');
    await page.getByLabel(/^Amount/).fill('1000');
    await page.getByRole('button', { name: "Scan the shopper's code" }).click();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByText('The camera cannot be used.').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByLabel('Payment code', { exact: true }).fill(await codeOf());
    await page.getByRole('button', { name: /^Charge/ }).click();
    await page.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
    await page.context().close();
  });

  test('the wallet’s camera reads the order on the till, and leads to its cashier', async () => {
    const counter = await till('en');
    await counter.getByLabel(/^Amount/).fill('8,000');
    await counter.getByRole('button', { name: 'Show a code for this order' }).click();
    await seeing(await shownCode(counter), async (page) => {
      await page.goto(`${stage.sandbox.http}/wallet#/scan`);
      await signIn(page, people.liWei.phone);
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.waitForURL(/\/cashier\//, { timeout: 30_000 });
      await pay(page, people.liWei.pin);
      await counter.getByRole('heading', { name: 'Paid', exact: true }).waitFor({ timeout: 30_000 });
    });
    await counter.context().close();
  });

  test('a large sum: the wallet that shows the code asks for the PIN, and the till hears of it', async () => {
    const phone = await wallet('code');
    await phone.getByRole('button', { name: 'Show the digits' }).click();
    const code = (await phone.getByTestId('payment-code').getAttribute('data-code'))!;
    expect(code).toMatch(/^28\d{16}$/);
    const page = await till('zh-CN');
    await page.getByLabel(/^金额/).fill('300000');
    await page.getByRole('button', { name: '扫顾客的付款码' }).click();
    await page.getByLabel('付款码', { exact: true }).fill(code);
    await page.getByRole('button', { name: /^收款/ }).click();
    await page.getByRole('heading', { name: '等待顾客确认' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await pay(phone, people.liWei.pin);
    await page.getByRole('heading', { name: '收款成功' }).waitFor({ timeout: 30_000 });
    await phone.context().close();
    await page.context().close();
  });

  test('the shopper scans the order on the till, and pays at the cashier', async () => {
    const page = await till('en');
    await page.getByLabel(/^Amount/).fill('23,000');
    await page.getByRole('button', { name: 'Show a code for this order' }).click();
    const text = await shownCode(page);
    expect(await serious(page)).toEqual([]);
    const phone = await wallet('scan');
    await scan(phone, text);
    await phone.waitForURL(/\/cashier\//);
    await pay(phone, people.liWei.pin);
    await page.getByRole('heading', { name: 'Paid', exact: true }).waitFor({ timeout: 30_000 });
    await page.getByText('₩23,000').waitFor();
    await phone.context().close();
    await page.context().close();
  });

  test('the counter’s static code: the shopper types the amount, the till lists what came in', async () => {
    const page = await till('en');
    await page.getByRole('button', { name: "The shop's static code" }).click();
    const text = await shownCode(page);
    await page.getByText('Nothing yet.').waitFor();
    expect(await serious(page)).toEqual([]);
    const phone = await wallet('scan');
    await scan(phone, text);
    await phone.getByLabel(/KRW/).fill('7000');
    await phone.getByRole('button', { name: 'Next' }).click();
    await phone.waitForURL(/\/cashier\//);
    await pay(phone, people.liWei.pin);
    await page.getByText('₩7,000').waitFor({ timeout: 30_000 });
    await phone.context().close();
    await page.context().close();
  });
});
