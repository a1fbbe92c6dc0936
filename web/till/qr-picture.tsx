// A QR code as a picture, large enough for a camera at arm's length.
import encodeQR from 'qr';
import { useMemo } from 'react';

export function QrPicture(props: { text: string; alt: string }) {
  const { text } = props;
  const source = useMemo(
    () => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(encodeQR(text, 'svg', { ecc: 'medium' }))}`,
    [text],
  );
  return <img className="till-qr" src={source} alt={props.alt} data-code={text} />;
}
