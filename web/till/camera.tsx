// The till's camera: barcodes and QR codes where the browser reads them itself, else QR codes by a library that comes
// with the first look. It runs only while it is asked to.
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

const lookMs = 250;
/** After a code was found: time to take it away from the lens. */
const restMs = 2_500;

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: readonly string[] }) => Detector;

/** The browser's own reader, where it has one. */
function ownDetector(): Detector | null {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  try {
    return BarcodeDetector === undefined ? null : new BarcodeDetector({ formats: ['qr_code', 'code_128'] });
  } catch {
    return null;
  }
}

async function read(detector: Detector | null, video: HTMLVideoElement): Promise<string | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0) return null;
  try {
    if (detector !== null) return (await detector.detect(video))[0]?.rawValue ?? null;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) return null;
    context.drawImage(video, 0, 0);
    const { decodeQR } = await import('qr/decode.js');
    return decodeQR(context.getImageData(0, 0, width, height));
  } catch {
    // No code in this picture.
    return null;
  }
}

export function Camera(props: { isPaused: boolean; onFound: (text: string) => void }) {
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
    const detector = ownDetector();
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const look = async () => {
      const text = latest.current.isPaused ? null : await read(detector, shown);
      if (isOver) return;
      if (text !== null) latest.current.onFound(text);
      timer = setTimeout(() => void look(), text === null ? lookMs : restMs);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
    };
  }, [stream]);
  if (stream !== null)
    return <video ref={video} className="till-camera" playsInline muted aria-label={t('tillScanTitle')} />;
  return (
    <>
      {isRefused && <p className="note warn">{t('tillNoCamera')}</p>}
      <button
        type="button"
        className="button quiet small till-camera-button"
        onClick={() => {
          const asked = navigator.mediaDevices?.getUserMedia({ video: { facingMode: 'environment' } });
          if (asked === undefined) setRefused(true);
          else asked.then(setStream, () => setRefused(true));
        }}
      >
        {t('tillCamera')}
      </button>
    </>
  );
}
