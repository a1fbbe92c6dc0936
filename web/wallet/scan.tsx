// Scanning a shop's code: with the camera, from a picture, or pasted. An order leads to its cashier; a shop's static code
// asks for the amount first.
import { useMutation } from '@tanstack/react-query';
import { type Money, parseMajor, toWire } from '@tongbao/money';
import type { ScannedView as ScannedShape } from '@tongbao/protocol/wallet';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { newRequestId } from './request-id.ts';

type Scanned = ReturnType<typeof ScannedShape.parse>;

const path = '/api/wallet/scans';
const lookMs = 250;
/** Larger pictures are drawn smaller: a code fills a good part of what was photographed. */
const longestSide = 1_200;

export function Scan() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [hasNoCode, setNoCode] = useState(false);
  const open = useMutation({
    mutationFn: (scanned: string) => call<Scanned>('POST', path, { text: scanned }),
    onSuccess: (view) => {
      if (view.cashierPath !== null) location.href = view.cashierPath;
    },
  });
  const found = (scanned: string) => {
    setNoCode(false);
    setText(scanned);
    open.mutate(scanned);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') open.mutate(text.trim());
  };
  if (open.data?.kind === 'shop') return <AtShop shop={open.data} text={text} />;
  return (
    <section className="card" aria-label={t('scan')}>
      <StepHeading level={1}>{t('scan')}</StepHeading>
      <p className="muted lead">{t('scanText')}</p>
      <Camera isPaused={open.isPending} onFound={found} />
      <label className="button quiet pick">
        {t('scanPicture')}
        <input
          className="visually-hidden"
          type="file"
          accept="image/*"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file === undefined) return;
            void textOfPicture(file).then((scanned) => (scanned === null ? setNoCode(true) : found(scanned)));
          }}
        />
      </label>
      <form onSubmit={submit} noValidate className="after">
        <label className="field">
          <span>{t('scanTyped')}</span>
          <input
            autoComplete="off"
            spellCheck={false}
            maxLength={1024}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <div aria-live="polite">
          {hasNoCode && <p className="note bad">{t('scanNothing')}</p>}
          {open.error !== null && (
            <p className="note bad">
              {isRefusal(open.error, 'INVALID_REQUEST') ? t('scanUnknown') : errorText(open.error, t)}
            </p>
          )}
        </div>
        <button type="submit" className="button" disabled={open.isPending || text.trim() === ''}>
          {t('scanGo')}
        </button>
      </form>
    </section>
  );
}

/** The camera runs only while it is asked to, and is let go when the page is left. */
function Camera(props: { isPaused: boolean; onFound: (text: string) => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [isRefused, setRefused] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const shown = video.current;
    if (stream === null || shown === null) return;
    shown.srcObject = stream;
    void shown.play().catch(() => undefined);
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const text = latest.current.isPaused ? null : await textOf(shown, shown.videoWidth, shown.videoHeight);
      if (text !== null) latest.current.onFound(text);
      timer = setTimeout(() => void look(), text === null ? lookMs : lookMs * 10);
    };
    void look();
    return () => {
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
    };
  }, [stream]);
  if (stream !== null)
    return <video ref={video} className="camera" playsInline muted aria-label={t('scanText')} />;
  return (
    <>
      {isRefused && <p className="note warn">{t('scanNoCamera')}</p>}
      <div className="camera-off">
        <Icon name="scan" size={56} />
        <button
          type="button"
          className="button"
          onClick={() => {
            const asked = navigator.mediaDevices?.getUserMedia({ video: { facingMode: 'environment' } });
            if (asked === undefined) setRefused(true);
            else asked.then(setStream, () => setRefused(true));
          }}
        >
          {t('scanStart')}
        </button>
      </div>
    </>
  );
}

async function textOfPicture(file: File): Promise<string | null> {
  try {
    const picture = await createImageBitmap(file);
    return await textOf(picture, picture.width, picture.height);
  } catch {
    return null;
  }
}

/** What a code in a picture says; null when there is none. The library comes with the first look. */
async function textOf(source: CanvasImageSource, width: number, height: number): Promise<string | null> {
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return null;
  }
}

function typedAmount(text: string, currency: string): Money | null {
  try {
    const value = parseMajor(text.normalize('NFKC').replace(/[,\s]/g, ''), currency);
    return value.amount > 0n ? value : null;
  } catch {
    return null;
  }
}

/** A static code says which shop; the shopper says how much. */
function AtShop(props: { shop: Scanned; text: string }) {
  const { t } = useTranslation();
  const { shop } = props;
  const [typed, setTyped] = useState('');
  // One id an intention: asking again after a lost connection is the same order.
  const [requestId, setRequestId] = useState(newRequestId);
  const amount = typedAmount(typed, shop.currency);
  const order = useMutation({
    mutationFn: () => call<Scanned>('POST', path, { text: props.text, amount: toWire(amount!), requestId }),
    onSuccess: ({ cashierPath }) => {
      if (cashierPath !== null) location.href = cashierPath;
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (amount !== null) order.mutate();
  };
  return (
    <form className="card" onSubmit={submit} noValidate>
      <StepHeading level={1}>{shop.merchantName}</StepHeading>
      <div className="amount-field">
        <label className="field">
          <span>{t('scanAmount', { currency: shop.currency })}</span>
          <input
            inputMode={shop.minorUnits === 0 ? 'numeric' : 'decimal'}
            autoComplete="off"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setRequestId(newRequestId());
              order.reset();
            }}
          />
        </label>
      </div>
      <div aria-live="polite">
        {order.error !== null && <p className="note bad">{errorText(order.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={amount === null || order.isPending}>
        {t('next')}
      </button>
    </form>
  );
}
